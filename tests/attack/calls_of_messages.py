"""The functions behind messages and what customers say back: what each gives, and to whom."""

from collections.abc import Mapping
from typing import Final

from tests.attack.call import Call, known

_SOURCE: Final = ("source",)
_CUSTOMER: Final = ("customer",)
_ANYBODY: Final = ("visitor", "customer")
CALLS_OF_MESSAGES: Final[Mapping[str, Call]] = {
    "publish_sender": Call(
        "select to_jsonb(publish_sender('domain', 'new.example', false, 9, now())::text)",
        ("administrator",),
        ("administrator",),
    ),
    "check_sender": Call(
        f"select to_jsonb(check_sender({known('winkel')}, 'domain', 'new.example', false, now())::text)",
        ("operator",),
        ("operator",),
    ),
    "published_senders": Call("select jsonb_agg(s.value) from published_senders() s", _ANYBODY, _ANYBODY),
    "message_addressee": Call(
        f"select jsonb_agg(a.subject_id) from message_addressee({known('cato')}, '{{}}', '{{}}', '{{}}', '{{}}') a",
        _SOURCE,
        _SOURCE,
    ),
    "register_message": Call(
        "select to_jsonb(register_message(jsonb_build_object('message_id', gen_random_uuid(), 'organization_id',"
        f" {known('winkel')}, 'code_hash', sha256('new'), 'digest', sha256('new'), 'is_addressed', false,"
        " 'channel', 'post', 'speaker', 'human', 'at', now(), 'until', now(),"
        " 'expires_at', now(), 'registered_at', now()), false)::text)",
        _SOURCE,
        ("source winkel",),
    ),
    "count_check": Call("select to_jsonb(count_check(sha256('one'), 0, now()))", _ANYBODY, _ANYBODY),
    "message_of_code": Call(
        "select jsonb_agg(m.found) from message_of_code(sha256('anna'), true, now()) m", _ANYBODY, _ANYBODY
    ),
    "message_of_text": Call(
        "select jsonb_agg(m.found) from message_of_text(sha256('text to anna'), now()) m", _ANYBODY, ("customer anna",)
    ),
    "message_of_sender": Call(
        "select jsonb_agg(m.found)"
        " from message_of_sender('domain', 'winkel.example', null, false, '-infinity', now()) m",
        _ANYBODY,
        ("customer anna",),
    ),
    "report_message": Call(
        f"select to_jsonb(report_message(gen_random_uuid(), null, {known('second messageanna')}, null, null, null, 9,"
        " now())::text)",
        _CUSTOMER,
        ("customer anna",),
    ),
    "report_message of an unknown sender": Call(
        f"select to_jsonb(report_message(gen_random_uuid(), {known('winkel')}, null, 'email', 'domain', 'vvinkel.test',"
        " 9, now())::text)",
        _CUSTOMER,
        _CUSTOMER,
    ),
    "send_reply": Call(
        f"select to_jsonb(send_reply(gen_random_uuid(), {known('second messageanna')}, true, now(),"
        f" {known('anna at winkel')}, 'sealed', 9, now()))",
        _CUSTOMER,
        ("customer anna",),
    ),
    "send_reply to a conversation": Call(
        f"select to_jsonb(send_reply(gen_random_uuid(), {known('talkanna at winkelcontact')}, true, now(),"
        f" {known('anna at winkel')}, 'sealed', 9, now()))",
        _CUSTOMER,
        ("customer anna",),
    ),
    "conversation_key": Call(
        f"select jsonb_agg(k.subject_id) from conversation_key({known('talkanna at winkelconversations')}) k",
        _SOURCE,
        ("source winkel",),
    ),
    "hand_over": Call(
        f"select to_jsonb(h.standing) from hand_over(gen_random_uuid(), {known('talkanna at winkelconversations')},"
        f" now(), {known('anna at winkel')}, 'sealed', now()) h",
        _SOURCE,
        ("source winkel",),
    ),
    "read_replies": Call(
        f"select jsonb_agg(r.reply_id) from read_replies('-infinity', {known('nobody')}, 9) r", _SOURCE, _SOURCE
    ),
    "settle_reply": Call(
        f"select to_jsonb(nullif(settle_reply({known('replyanna')}, true, now()), false))", _SOURCE, ("source winkel",)
    ),
}
