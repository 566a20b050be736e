"""The functions behind what customers say back: what each gives, and to whom."""

from collections.abc import Mapping
from typing import Final

from tests.attack.call import Call, known

_SOURCE: Final = ("source",)
CALLS_OF_REPLIES: Final[Mapping[str, Call]] = {
    "send_reply": Call(
        f"select to_jsonb(send_reply(gen_random_uuid(), {known('second messageanna')}, true, now(),"
        f" {known('anna at winkel')}, 'sealed', 9, now()))",
        ("customer",),
        ("customer anna",),
    ),
    "read_replies": Call(
        f"select jsonb_agg(r.reply_id) from read_replies('-infinity', {known('nobody')}, 9) r", _SOURCE, _SOURCE
    ),
    "settle_reply": Call(
        f"select to_jsonb(nullif(settle_reply({known('replyanna')}, true, now()), false))", _SOURCE, ("source winkel",)
    ),
}
