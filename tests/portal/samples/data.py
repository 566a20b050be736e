"""Samples of Gegevens and Verzoeken."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from api.portal.frame import Page, Room
from api.portal.pages import data, demands, thing
from api.portal.pages.data import Dossier, Part
from api.portal.pages.things import Held
from cdp import due_dates
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.demands import Demand, Kind, Words
from cdp.own.holdings import Interaction, Opening, Record
from consent.types import CUSTOMER_SOURCE
from tests.portal.samples import world

HOSTILE: Final = "<img src=x onerror=alert(1)>\u202edrow" + "y" * 10_000
OPENINGS: Final = (
    Opening(world.identity("vuurtoren"), "customer-care", frozenset({"contact", "products"})),
    Opening(
        world.identity("woonvast"), "service-provision", frozenset({"contact", f"{world.identity('woonvast')}/contact"})
    ),
    Opening(world.identity("zonnewijzer"), "advice", frozenset({f"{world.identity('woonvast')}/contact"})),
)


def record(type_: str, value: Any, *, slug: str | None = "woonvast", **other: Any) -> Record:
    """Return one thing that is held."""
    facts: dict[str, Any] = {
        "record_id": world.identity(f"record {type_} {slug}"),
        "subject_id": world.identity("subject"),
        "source": world.identity(slug) if slug else CUSTOMER_SOURCE,
        "kind": "attributes",
        "category": "contact",
        "type": type_,
        "origin": "given" if slug else "customer",
        "standing": "stated" if slug else "customer",
        "occurred_at": world.AT - timedelta(days=200),
        "received_at": world.AT - timedelta(days=200),
        "superseded_at": None,
        "disputed_at": None,
        "value": value,
        "versions": 0,
    }
    return Record(**facts | other)


def talk(type_: str, value: Any, *, days: int, **other: Any) -> Interaction:
    """Return one contact."""
    facts: dict[str, Any] = {
        "record_id": world.identity(f"talk {type_} {days}"),
        "subject_id": world.identity("subject"),
        "source": world.identity("vuurtoren"),
        "category": "conversations",
        "type": type_,
        "channel": "phone",
        "speaker": "human",
        "direction": "inbound",
        "occurred_at": world.AT - timedelta(days=days),
        "received_at": world.AT - timedelta(days=days),
        "disputed_at": None,
        "value": value,
    }
    return Interaction(**facts | other)


NAME: Final = record("first_name", "Noor")
OWN: Final = record("first_name", "Eleonora", slug=None)
EMAIL: Final = record("email", "noor@example.org", slug="vuurtoren", disputed_at=world.AT)
BIRTH: Final = record("birth_date", "1987-04-12", slug="weidelicht", category="personal")
SCORE: Final = record("churn_score", 0.71, slug="zonnewijzer", category="personal", origin="derived")
INVOICE: Final = record(
    "invoice",
    {
        "key": "F-2026-118",
        "properties": {"amount": 48.5, "paid": True, "date": "2026-10-01", "lines": ["gas", "licht"]},
    },
    slug="zonnewijzer",
    kind="product",
    category="financial",
)
SAME: Final = (
    record("last_name", "de Wit"),
    record("last_name", "de Wit", slug="vuurtoren"),
    record("last_name", "de Wit", slug=None),
)
BAD: Final = record("nickname", HOSTILE, slug="vuurtoren")
CALL: Final = talk("phone", {"properties": {"note": "Levering kwam te laat"}, "subject": "Levering"}, days=12)
CLICK: Final = talk(
    "product-viewed", {"properties": {"product": HOSTILE[:300]}}, days=2, category="usage", speaker=None
)
THINGS: Final[dict[str, Sequence[Record | Interaction]]] = {
    "contact": (OWN, NAME, EMAIL, *SAME, BAD),
    "personal": (BIRTH, SCORE),
    "financial": (INVOICE,),
    "conversations": (CALL,),
    "usage": (CLICK,),
}


def held(locale: Language, *, openings: Sequence[Opening] = OPENINGS) -> Held:
    """Return what the pages are made from."""
    return Held(world.speech(locale), files.shipped(), world.NAMES, openings, frozenset({INVOICE.record_id}))


def _dossier(locale: Language, things: dict[str, Sequence[Record | Interaction]], **other: Any) -> Dossier:
    counts = {key: (len(found), 40 if key == "conversations" else 0) for key, found in things.items()}
    facts: dict[str, Any] = {
        "held": held(locale),
        "counts": counts,
        "things": things,
        "sources": tuple(world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")) if things else (),
        "source": "",
        "open_demands": 2 if things else 0,
    }
    return Dossier(**facts | other)


def _frame(locale: Language, **other: Any) -> Any:
    return world.frame(locale, Room.DATA, here="/gegevens", **other)


def _empty(locale: Language) -> Page:
    return data.data(_dossier(locale, {}), _frame(locale))


def _full(locale: Language) -> Page:
    return data.data(_dossier(locale, THINGS), _frame(locale))


def _narrowed(locale: Language) -> Page:
    return data.data(_dossier(locale, {"contact": (NAME,)}, source="woonvast", open_demands=0), _frame(locale))


def _corrected(locale: Language) -> Page:
    told = world.notice(world.speech(locale).say("Uw verbetering geldt nu. Uw versie gaat voor."))
    now = replace(held(locale), corrected="first_name")
    return data.data(_dossier(locale, {"contact": (NAME, OWN)}, held=now), _frame(locale, notice=told))


def _kind(locale: Language) -> Page:
    many = tuple(talk("phone", {"subject": f"Vraag {number}"}, days=number) for number in range(1, 13))
    return data.kind(
        held(locale), _frame(locale), Part("conversations", many, (0, 96), "", is_first=False, after="AbC")
    )


def _empty_kind(locale: Language) -> Page:
    return data.kind(held(locale), _frame(locale), Part("health", (), (0, 0), "", is_first=True, after=None))


def _thing(locale: Language, each: Record | Interaction, *older: Record, asked: Sequence[Demand] = ()) -> Page:
    return thing.thing(held(locale), _frame(locale), each, older, asked)


def _fact(locale: Language) -> Page:
    return _thing(locale, NAME, record("first_name", "Nora", occurred_at=world.AT - timedelta(days=900)))


def _misfit(locale: Language) -> Page:
    fault = thing.misfit(world.speech(locale), "date")
    return thing.thing(held(locale), _frame(locale), BIRTH, (), (), thing.Tried(fault, "in mei"))


def _seen_anyway(locale: Language) -> Page:
    return _thing(locale, EMAIL)


def _own(locale: Language) -> Page:
    return _thing(locale, OWN)


def _unseen(locale: Language) -> Page:
    return thing.thing(held(locale, openings=()), _frame(locale), SCORE, (), ())


def _invoice(locale: Language) -> Page:
    return _thing(locale, INVOICE)


def _talk(locale: Language) -> Page:
    return _thing(locale, CALL, asked=(OPEN,))


def _hostile(locale: Language) -> Page:
    return _thing(locale, BAD)


def demand(kind: Kind, slug: str | UUID = "woonvast", *, days: int = 3, **other: Any) -> Demand:
    """Return one request, made some days ago."""
    at = world.AT - timedelta(days=days)
    facts: dict[str, Any] = {
        "demand_id": world.identity(f"demand {kind} {slug} {days}"),
        "organization": world.identity(slug) if isinstance(slug, str) else slug,
        "kind": kind,
        "record_id": world.identity("record first_name woonvast"),
        "access_id": None,
        "category": "contact",
        "type": "first_name",
        "told": [world.identity("vuurtoren"), world.identity("weidelicht")],
        "asked_at": at,
        "due_at": due_dates.due(at),
        "extended_at": None,
        "withdrawn_at": None,
        "answered_at": None,
        "answer": None,
        "reason": None,
        "kept_until": None,
        "words": Words(),
        "answer_note": "",
    }
    return Demand(**facts | other)


_AGO: Final = world.AT - timedelta(days=4)
OPEN: Final = demand(Kind.DISPUTE, words=Words(None, "Zo heet ik al 3 jaar niet meer."))
LATE: Final = demand(Kind.ERASE, "zonnewijzer", days=50, type="energy-contract", category="products")
CORRECTED: Final = demand(
    Kind.CORRECT,
    days=30,
    answer="done",
    reason="corrected",
    answered_at=_AGO,
    words=Words("Eleonora", "Zo staat het op mijn pas."),
    answer_note="Bedankt. Wij hebben het aangepast.",
)
KEPT: Final = demand(
    Kind.ERASE,
    "zonnewijzer",
    days=25,
    type="invoice",
    answer="refused",
    reason="kept-by-law",
    kept_until=date(2033, 12, 31),
    answered_at=_AGO,
)
LONGER: Final = demand(Kind.LOOK, "weidelicht", type=None, category=None, extended_at=_AGO, reason="complex", told=[])
BACK: Final = demand(Kind.DISPUTE, "vuurtoren", withdrawn_at=_AGO, answer_note=HOSTILE, words=Words(None, HOSTILE))


def _demands(locale: Language) -> Page:
    return demands.demands(held(locale), _frame(locale), (LATE, OPEN, LONGER, CORRECTED, KEPT, BACK))


def _no_demands(locale: Language) -> Page:
    return demands.demands(held(locale), _frame(locale), ())


def _demand(each: Demand) -> Callable[[Language], Page]:
    return lambda locale: demands.demand(held(locale), _frame(locale), each)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "gegevens-leeg": _empty,
    "gegevens-vol": _full,
    "gegevens-gefilterd": _narrowed,
    "gegevens-verbeterd": _corrected,
    "gegevens-soort": _kind,
    "gegevens-soort-leeg": _empty_kind,
    "gegeven": _fact,
    "gegeven-past-niet": _misfit,
    "gegeven-toch-gezien": _seen_anyway,
    "gegeven-eigen": _own,
    "gegeven-berekend": _unseen,
    "gegeven-rekening": _invoice,
    "gegeven-gesprek": _talk,
    "gegeven-vijandig": _hostile,
    "verzoeken": _demands,
    "verzoeken-leeg": _no_demands,
    "verzoek-open": _demand(OPEN),
    "verzoek-te-laat": _demand(LATE),
    "verzoek-gedaan": _demand(CORRECTED),
    "verzoek-afgewezen": _demand(KEPT),
    "verzoek-langer": _demand(LONGER),
    "verzoek-ingetrokken": _demand(BACK),
}
