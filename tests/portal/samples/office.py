"""Samples of what an organization's own administrators see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from api.portal.frame import Page
from api.portal.pages import office as pages
from api.portal.pages.office import Held, People
from api.portal.pages.typed import Typed, Words
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.catalog.mapping import Entry
from cdp.clients import KeyFacts
from cdp.office.employees import EmployeeProvider
from cdp.organization_details import Said
from cdp.signals.streams import Kind, Status, Stream
from cdp.tables import Client
from tests.portal.samples import world

_BACK: Final = "https://mijn.example.org/klantkaart/terug/weidelicht"
_MAY: Final = ("profiles:read", "signals:manage", "tracking_api:write")


def _client(client_id: str, name: str, *scopes: str, **other: Any) -> Client:
    facts: dict[str, Any] = {
        "is_human": False,
        "keys": None,
        "redirect_uris": [],
        "logout_uris": [],
        "revoked_at": None,
    }
    made = world.AT - timedelta(days=30)
    return Client(client_id=client_id, name=name, scopes=list(scopes), created_at=made, **facts | other)


def _hook(url: str, status: Status, **other: Any) -> Stream:
    facts: dict[str, Any] = {"verified_at": None, "failures": 0, "failure": None, "reason": ""} | other
    return Stream(
        organization=world.identity("weidelicht"),
        stream_id=world.identity(url),
        kind=Kind.WEBHOOK,
        url=url,
        sealed=None,
        description="",
        wanted=("revoke",),
        status=status,
        created_at=world.AT,
        **facts,
    )


_FULL: Final = Held(
    name="Weidelicht",
    client_id="c-0123456789abcdef0123",
    said=Said("nl", "privacy@weidelicht.example", _MAY),
    programs=(
        _client("c-0123456789abcdef0123", "beheer", "org:admin"),
        _client(
            "c-1123456789abcdef0123",
            "Weidelicht Thuis",
            "openid",
            "profiles:read",
            redirect_uris=["https://thuis.weidelicht.example/terug"],
            is_human=True,
        ),
    ),
    keys=(KeyFacts("k-0123456789abcdef0123", "website", 512_000, world.AT - timedelta(days=3), None),),
    entries=((Entry("interaction", "meter-read"), "usage"), (Entry("attributes", "nickname"), "personal")),
    webhooks=(
        _hook("https://haak.weidelicht.example/klanten", Status.ENABLED, verified_at=world.AT),
        _hook("https://haak.weidelicht.example/oud", Status.PAUSED, failures=3, failure="status-500"),
    ),
    catalog=files.shipped(),
    people=People(
        "weidelicht",
        _BACK,
        EmployeeProvider(
            "https://inloggen.weidelicht.example",
            "mijn-klant",
            "roles",
            {"balie": "c-1123456789abcdef0123"},
            has_secret=True,
        ),
    ),
)
_EMPTY: Final = Held(
    "Weidelicht",
    "c-0123456789abcdef0123",
    Said(None, None, ()),
    (),
    (),
    (),
    (),
    files.shipped(),
    People("weidelicht", _BACK, None),
)


def _office(held: Held, **other: Any) -> Callable[[Language], Page]:
    def draw(locale: Language) -> Page:
        facts = {"is_fresh": True} | other
        return pages.office(world.speech(locale), world.stranger(locale), held, ends_at=world.AT, **facts)

    return draw


def _told(locale: Language) -> Page:
    speech = world.speech(locale)
    frame = world.stranger(locale, notice=pages.notice(speech, pages.Done.ENDED))
    return pages.office(speech, frame, _FULL, ends_at=world.AT, is_fresh=True)


def _wrong(locale: Language) -> Page:
    fault = pages.refused(world.speech(locale), "scope-not-allowed")
    said: dict[str, Words] = {"naam": "Kassa", "rechten": (), "mens": ""}
    return _office(_FULL, fault=fault, typed=Typed("programmas", said, "rechten", fault))(locale)


def _no_provider(locale: Language) -> Page:
    fault = pages.refused(world.speech(locale), "bad-address")
    said: dict[str, Words] = {
        "uitgever": "http://inloggen",
        "naam": "mijn-klant",
        "kenmerk": "roles",
        "programma": (),
        "rol": (),
    }
    return _office(_FULL, fault=fault, typed=Typed("medewerkers", said, "uitgever", fault))(locale)


def _typed(locale: Language) -> Page:
    return _office(_FULL, typed=Typed("sleutels", {"naam": "Kassa"}))(locale)


def _again(locale: Language) -> Page:
    kept = Typed("sleutels", {"naam": "Kassa"}).kept("woonstad")
    return pages.login(world.speech(locale), world.stranger(locale), is_again=True, kept=kept)


def _login(locale: Language, *, is_again: bool = False, is_wrong: bool = False) -> Page:
    return pages.login(world.speech(locale), world.stranger(locale), is_again=is_again, is_wrong=is_wrong)


def _secret(locale: Language) -> Page:
    speech, frame = world.speech(locale), world.stranger(locale)
    label = speech.say("Geheim van het programma")
    return pages.secret(speech, frame, label=label, name="c-0123456789abcdef0123", word="cdp_cs_" + "x" * 49)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "beheer": _office(_FULL),
    "beheer-leeg": _office(_EMPTY),
    "beheer-oud-bewijs": _office(_FULL, is_fresh=False),
    "beheer-gestopt": _told,
    "beheer-fout": _wrong,
    "beheer-fout-aanbieder": _no_provider,
    "beheer-ingevuld": _typed,
    "beheer-inloggen": _login,
    "beheer-inloggen-ingevuld": _again,
    "beheer-inloggen-fout": lambda locale: _login(locale, is_again=True, is_wrong=True),
    "beheer-geheim": _secret,
}
