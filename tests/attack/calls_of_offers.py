"""The functions behind offers and rules: what each gives, and to whom."""

from collections.abc import Mapping
from typing import Final

from tests.attack.call import Call, known

_CUSTOMER: Final = ("customer",)
_OPERATOR: Final = ("operator",)
_OFFERING: Final = tuple(f"exporter winkel {purpose}" for purpose in ("customer-care", "advice", "personalisation"))
CALLS_OF_OFFERS: Final[Mapping[str, Call]] = {
    "offer_wishes": Call(
        f"select jsonb_agg(w.wishes) from offer_wishes(array[{known('anna')}]) w",
        ("exporter",),
        (*_OFFERING, "exporter huis customer-care"),
    ),
    "note_offers": Call(
        "select jsonb_agg(n)"
        f" from note_offers(array[{known('anna')}], array[{known('offerwinkel')}], array['products']) n",
        ("exporter",),
        _OFFERING,
    ),
    "own_offers": Call(
        "select jsonb_agg(o.offer_id) from own_offers() o", _CUSTOMER, ("customer anna", "customer bram")
    ),
    "waiting_arrivals": Call("select jsonb_agg(w.record_id) from waiting_arrivals(9) w", _OPERATOR, _OPERATOR),
    "rules_due": Call(
        f"select jsonb_agg(d.rule_id) from rules_due(array[{known('anna')}], array['interaction/call']) d",
        _OPERATOR,
        _OPERATOR,
    ),
    "finish_arrivals": Call(
        f"select to_jsonb(finish_arrivals(array[{known('anna')}], array[{known('arrivalanna')}]))", _OPERATOR, _OPERATOR
    ),
    "note_firings": Call(
        f"select to_jsonb(note_firings(array[{known('anna')}], array[gen_random_uuid()], array[{known('rulewinkel')}],"
        f" array[{known('arrivalanna')}], array['{{}}'], array[sha256('')]))",
        ("exporter",),
        ("exporter winkel customer-care",),
    ),
    "own_firings": Call(
        "select jsonb_agg(f.firing_id) from own_firings('infinity', gen_random_uuid(), 9) f",
        _CUSTOMER,
        ("customer anna", "customer bram"),
    ),
}
