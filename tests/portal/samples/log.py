"""Samples of Logboek."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.portal.frame import Page, Room
from api.portal.pages import log, log_more
from api.portal.pages.log import Asked, Looks
from api.portal.pages.log_more import Outcome
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.log.completeness import Complete
from cdp.own.looked import Line, Week
from consent import acts
from consent.events import ActEvent, Place
from consent.verify import Failure, Verdict
from tests.portal.samples import world

MONDAY: Final = world.AT.replace(hour=23, minute=0) - timedelta(days=6)
HOSTILE: Final = "<script>alert(1)</script>\u202edrow" + "x" * 300


def line(slug: str | None, *, hours: float, **other: Any) -> Line:
    """Return one look, some hours ago."""
    facts: dict[str, Any] = {
        "access_id": world.identity(f"access {slug} {hours}"),
        "at": world.AT - timedelta(hours=hours),
        "organization": world.identity(slug) if slug else None,
        "program": "Klantenservice",
        "is_human": True,
        "is_own": slug is None,
        "path": "profile",
        "purpose": "customer-care",
        "asked": ["contact", "products"],
        "released": ["contact", "products"],
        "records": 4,
        "outcome": "released",
        "reason": "granted",
        "grant_id": None,
    }
    return Line(**facts | other)


_STOPPED: Final[dict[str, Any]] = {"outcome": "refused", "released": [], "program": "Reclame", "is_human": False}
LINES: Final = (
    line("vuurtoren", hours=3.8),
    line("zonnewijzer", hours=4.3, program="Verbruik ophalen", is_human=False, purpose="advice", released=["usage"]),
    line(None, hours=5, path="export"),
    line("woonvast", hours=10.3, **_STOPPED, reason="revoked", purpose="direct-marketing"),
    line("stranger", hours=27, **_STOPPED | {"program": None}, reason="never-granted", asked=[], path="lookup"),
    line("woonvast", hours=28, **_STOPPED, reason="expired", asked=["contact"] * 8),
    line("woonvast", hours=30, program="Monteur", released=["contact"], purpose="service-provision"),
    line("weidelicht", hours=80, program=HOSTILE, purpose="fraud-prevention", released=["health"]),
)
_COUNTS: Final = ((3, 1, 0), (2, 2, 0), (4, 1, 0), (1, 1, 0), (3, 2, 0), (5, 3, 0))
WEEKS: Final = tuple(
    Week(MONDAY - timedelta(weeks=11 - place), *_COUNTS[place % 6][:2], stopped=int(place in {7, 11}))
    for place in range(12)
)
COMPLETE: Final = Complete(
    world.AT - timedelta(minutes=25), world.AT - timedelta(minutes=25), 48_211, "log.test/access"
)


def looks(locale: Language, **other: Any) -> Looks:
    """Return what a page of the log is made from."""
    facts: dict[str, Any] = {
        "speech": world.speech(locale),
        "catalog": files.shipped(),
        "names": world.NAMES,
        "lines": LINES,
        "weeks": WEEKS,
        "organizations": tuple(world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")),
        "complete": COMPLETE,
        "asked": Asked(),
        "is_first": True,
        "next": None,
    }
    return Looks(**facts | other)


def _page(locale: Language, **other: Any) -> Page:
    return log.log(looks(locale, **other), world.frame(locale, Room.LOG, here="/logboek"))


def _empty(locale: Language) -> Page:
    quiet = tuple(Week(each.begins) for each in WEEKS)
    return _page(locale, lines=(), weeks=quiet, organizations=(), complete=None)


def _full(locale: Language) -> Page:
    return _page(locale, next="AbCd")


def _nothing_found(locale: Language) -> Page:
    return _page(locale, lines=(), asked=Asked(who="human", organization="woonvast", word='"><script>'))


def _further(locale: Language) -> Page:
    yesterday = Complete(world.AT - timedelta(days=1), world.AT, 9, "log.test/access")
    return _page(locale, lines=LINES[4:], is_first=False, complete=yesterday)


def _report(locale: Language) -> Page:
    return log_more.report(looks(locale, lines=LINES[3:4]), world.frame(locale, Room.LOG))


def _alerts(locale: Language) -> Page:
    known = [world.identity(each) for each in ("vuurtoren", "woonvast", "zonnewijzer")]
    chosen = {known[0]: "daily", known[2]: "at-once"}
    frame = world.frame(locale, Room.LOG)
    return log_more.alerts(world.speech(locale), world.NAMES, frame, known, chosen, "noor@example.org")


def _no_alerts(locale: Language) -> Page:
    return log_more.alerts(world.speech(locale), world.NAMES, world.frame(locale, Room.LOG), [], {}, "")


def _download(locale: Language) -> Page:
    return log_more.download(world.speech(locale), world.frame(locale, Room.LOG))


def _proof(locale: Language, outcome: Outcome | None = None, fault: str | None = None) -> Page:
    return log_more.proof(world.speech(locale), world.frame(locale, Room.LOG), COMPLETE, outcome, fault)


def _good(locale: Language) -> Page:
    act = acts.Revoke(recipient=world.identity("vuurtoren"), purpose="advice", at=world.AT - timedelta(hours=2))
    event = ActEvent(place=Place(1, None), act=act, by="customer")
    verdict = Verdict(checked={"index": 4, "size": 9, "cosignatures": 2})
    return _proof(locale, log_more.judged(world.speech(locale), world.NAMES, verdict, event))


def _bad(locale: Language) -> Page:
    verdict = Verdict([Failure("receipt", None, "verification-failed", "x")])
    return _proof(locale, log_more.judged(world.speech(locale), world.NAMES, verdict, None))


def _nothing_to_check(locale: Language) -> Page:
    speech = world.speech(locale)
    return _proof(locale, fault=speech.say("Kies een bestand of plak de tekst van een bewijs."))


def _own(locale: Language) -> Page:
    mine = (
        line(None, hours=0.2, path="page:log", times=12, first_at=world.AT - timedelta(hours=4)),
        line(None, hours=4, path="page:overview", times=2, first_at=world.AT - timedelta(hours=4.2)),
        line(None, hours=5, path="page:data", first_at=world.AT - timedelta(hours=5)),
        line(None, hours=26, path="page:other", times=3, first_at=world.AT - timedelta(hours=27)),
    )
    return _page(locale, lines=mine, asked=Asked(who="self"))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "logboek-uzelf": _own,
    "logboek-leeg": _empty,
    "logboek-vol": _full,
    "logboek-niets-gevonden": _nothing_found,
    "logboek-verder": _further,
    "logboek-vraag": _report,
    "logboek-meldingen": _alerts,
    "logboek-geen-meldingen": _no_alerts,
    "logboek-downloaden": _download,
    "logboek-bewijs": _proof,
    "logboek-bewijs-goed": _good,
    "logboek-bewijs-fout": _bad,
    "logboek-bewijs-leeg": _nothing_to_check,
}
