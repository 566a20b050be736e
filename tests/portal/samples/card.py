"""Samples of what an employee of an organization sees."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from api.portal import places
from api.portal.frame import Page
from api.portal.pages import card as pages
from api.portal.pages import card_desk
from api.portal.pages.card_desk import Trouble
from api.portal.pages.typed import NOTHING, Typed
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.listening.survey import Answers
from cdp.office import card
from cdp.office.card import Answered, Card, Speaking, Waiting
from cdp.office.employees import Employee
from cdp.own.addressing import Addressing
from consent.wishes import Speaker
from tests.portal.samples import world

_WHO: Final = Employee(
    world.identity("weidelicht"), "weidelicht", "Weidelicht", "c-1", "Klantenservice", world.AT + timedelta(hours=4)
)
_FULL: Final = Card(
    profile=card.Profile(
        consent_epoch=3,
        profile_id="p_1",
        attributes={
            "first_name": card.Value("Noor", "weidelicht", "contact", False, world.AT),
            "email": card.Value("noor@example.org", "customer", "contact", True, world.AT),
            "address": card.Value({"street": "Dorpsstraat", "house_number": 7}, "tandem", "address", False, world.AT),
        },
        products=[card.Thing("subscription", "removed", "products", False, {"tariff": "vast", "until": "2027-02-01"})],
        external=[],
        interactions=card.Recent(
            [
                card.Talk(
                    "phone",
                    "weidelicht",
                    "conversations",
                    False,
                    {"subject": "Verhuizing", "outcome": "open"},
                    world.AT - timedelta(days=2),
                    "phone",
                    "human",
                    "inbound",
                ),
                card.Talk("chat", "weidelicht", "conversations", False, {}, world.AT - timedelta(days=40), "chat"),
            ]
        ),
        granted=["address", "contact", "conversations", "products"],
        withheld=["financial", "health", "personal", "usage"],
    ),
    speaking=Speaking(
        Addressing("nl", "je", "Noor", "de Wit", pronunciation="rijmt op ‘door’", reading_level="easy"),
        "Beste Noor,",
        Speaker.HUMAN,
    ),
    waiting=[card.Demand("correct", "contact", "email", world.AT - timedelta(days=3), world.AT + timedelta(days=27))],
    answered=[
        Answered(world.AT - timedelta(days=9), Answers(solved=True, smooth=False, recommend=8)),
        Answered(world.AT - timedelta(days=80), Answers(heard=True)),
    ],
    said=[
        Waiting(world.AT - timedelta(days=5), world.AT - timedelta(days=2), True, True, "Ik wacht al een week."),
        Waiting(world.AT - timedelta(hours=5), world.AT + timedelta(days=1), True, False, "De meter staat op nul."),
        Waiting(world.AT - timedelta(hours=9), world.AT, False, False, "Bedankt, morgen mag ook."),
    ],
)
_BARE: Final = Card(
    profile=card.Profile("p_2", 3, {}, [], [], card.Recent([]), ["usage"], ["contact"]),
    speaking=None,
    waiting=[],
    answered=[],
    said=[],
)


def _login(organization: str = "", host: str = "", trouble: Trouble | None = None) -> Callable[[Language], Page]:
    def made(locale: Language) -> Page:
        speech = world.speech(locale)
        frame = world.stranger(locale)
        return card_desk.login(
            speech, frame, organization=organization, host=host, onward=places.OVERVIEW, trouble=trouble
        )

    return made


def _desk(trouble: Trouble | None = None, typed: Typed = NOTHING) -> Callable[[Language], Page]:
    def made(locale: Language) -> Page:
        speech = world.speech(locale)
        return card_desk.desk(speech, world.stranger(locale), _WHO, trouble=trouble, typed=typed)

    return made


def _card(seen: Card) -> Callable[[Language], Page]:
    def made(locale: Language) -> Page:
        speech = world.speech(locale)
        frame = world.stranger(locale)
        return pages.card_page(speech, frame, _WHO, seen, catalog=files.shipped(), names=world.NAMES)

    return made


SAMPLES: Final = {
    "card-login": _login(),
    "card-login-away": _login("weidelicht", "login.weidelicht.example"),
    "card-login-failed": _login("weidelicht", trouble=Trouble.NO_EMPLOYEES),
    "card-desk": _desk(),
    "card-desk-nobody": _desk(Trouble.NOBODY, Typed("bekend", {"email": "noor@example.org"})),
    "card-desk-wrong": _desk(Trouble.UNFIT, Typed("beschreven", {"naam": "Noor", "huisnummer": "a"}, "huisnummer")),
    "card": _card(_FULL),
    "card-bare": _card(_BARE),
}
