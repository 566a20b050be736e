"""Samples of the pages of Voorkeuren that are about contact."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from api.portal import notices
from api.portal.frame import Frame, Notice, Page, Room
from api.portal.pages import wish_hours, wish_offers, wish_receipts, wishes
from api.portal.pages.whose import Whose
from api.portal.pages.wishes import Choosing
from cdp.catalog import files
from cdp.catalog.files import Channel, Language, Topic, Words
from cdp.contact.preferences import Changed
from consent import wish_form
from consent.wishes import Wishes
from tests.portal.samples import world

_SHIPPED: Final = files.shipped()
_NUON: Final = next(each for each in world.NAMES.by_id.values() if each.slug != "gratis-tablets")
_WHOSE: Final = Whose.of(world.NAMES, _NUON.organization_id)
_KNOWN: Final = {each: Whose.of(world.NAMES, each) for each in [*world.NAMES.by_id][:4]}
_EVERYBODY: Final = Whose()
_CHOSEN: Final[dict[str, Any]] = {
    "channels": {"service": ["chat", "email"], "offers": [], "news": ["email"]},
    "caps": {"news": {"most": 1, "days": 30}, "usage": {"most": 3, "days": 10}},
    "never": ["in-person", "phone"],
    "hours": {
        "zone": "Indian/Christmas",
        "welcome": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "17:00"}],
        "quiet": [{"days": [6, 7], "from": "22:00", "until": "08:00"}, {"from": "12:00", "until": "13:00"}],
    },
    "first": "human",
    "exceptions": {
        str(_NUON.organization_id): {
            "contact": "none",
            "channels": {"service": ["post"]},
            "hours": {"quiet": [{"from": "20:00", "until": "10:00"}], "welcome": [{"from": "00:00", "until": "24:00"}]},
            "first": "computer",
        }
    },
    "offers": {"wanted": ["energy", "travel"], "unwanted": ["gambling"], "personal": "off"},
}
_OWN: Final[dict[str, Any]] = {
    "topics": {
        **_SHIPPED.topics,
        f"{_NUON.slug}-storing": Topic(
            name=Words(nl="Storingen", en="Power cuts"),
            explanation=Words(nl="Als de stroom uitvalt.", en="When the power fails."),
            purpose="service-provision",
            defaults=("app",),
            under="appointments",
            organization=_NUON.organization_id,
        ),
    },
    "channels": {
        **_SHIPPED.channels,
        f"{_NUON.slug}-meter": Channel(
            name=Words(nl="Op de meter", en="On the meter"), is_disturbing=True, organization=_NUON.organization_id
        ),
    },
}


def _frame(locale: Language, here: str, *, is_saved: bool = False) -> Frame:
    frame = world.frame(locale, Room.PREFERENCES, here=here)
    said = Notice(world.speech(locale).say(notices._PLAIN[notices.SAVED]))
    return replace(frame, notice=said) if is_saved else frame


def _choosing(chosen: Wishes, whose: Whose = _EVERYBODY) -> Choosing:
    fields = {each: getattr(_SHIPPED, each) for each in _SHIPPED.__struct_fields__}
    return Choosing(catalog=files.Catalog(**fields | _OWN), chosen=chosen, whose=whose, known=_KNOWN)


def _topics(locale: Language) -> Page:
    frame = _frame(locale, "/voorkeuren/contact")
    empty = replace(_choosing(Wishes()), known={})
    return wishes.wishes(world.speech(locale), frame, empty)


def _chosen(locale: Language) -> Page:
    frame = _frame(locale, "/voorkeuren/contact", is_saved=True)
    return wishes.wishes(world.speech(locale), frame, _choosing(wish_form.read(_CHOSEN)), opened="service")


def _fault(locale: Language) -> Page:
    speech = world.speech(locale)
    fault = speech.say("Kies minstens 1 manier. Of kies ‘Niets hierover’.")
    frame = _frame(locale, "/voorkeuren/contact")
    return wishes.wishes(speech, frame, _choosing(Wishes()), opened="offers", fault=fault)


def _exception(locale: Language) -> Page:
    chosen = wish_form.read({**_CHOSEN, "contact": "none"})
    frame = _frame(locale, "/voorkeuren/contact")
    return wishes.wishes(world.speech(locale), frame, _choosing(chosen, _WHOSE), opened=f"{_NUON.slug}-storing")


def _hours(locale: Language) -> Page:
    frame = _frame(locale, "/voorkeuren/tijden")
    return wish_hours.hours(world.speech(locale), frame, wish_form.read(_CHOSEN))


def _hours_here(locale: Language) -> Page:
    frame = _frame(locale, "/voorkeuren/tijden", is_saved=True)
    return wish_hours.hours(world.speech(locale), frame, wish_form.read(_CHOSEN), _WHOSE)


def _usual_hours_here(locale: Language) -> Page:
    chosen = replace(wish_form.read(_CHOSEN), exceptions={})
    return wish_hours.hours(world.speech(locale), _frame(locale, "/voorkeuren/tijden"), chosen, _WHOSE)


def _no_hours(locale: Language) -> Page:
    return wish_hours.hours(world.speech(locale), _frame(locale, "/voorkeuren/tijden"), Wishes())


def _wrong_hours(locale: Language) -> Page:
    wrong = wish_hours.Entered.refused((), "09:00", "09:00")
    return wish_hours.hours(world.speech(locale), _frame(locale, "/voorkeuren/tijden"), Wishes(), entered=wrong)


def _offers(locale: Language) -> Page:
    chosen = wish_form.read(_CHOSEN).offers
    return wish_offers.offers(world.speech(locale), _frame(locale, "/voorkeuren/aanbod"), _SHIPPED, chosen)


def _receipts(locale: Language) -> Page:
    said = (
        ({"set": {"channels": {"news": ["email"]}, "first": "human"}, "clear": ["/hours/zone"]}, True),
        (
            {"set": {"print": "large"}, "clear": []},
            False,
        ),
        (
            {
                "set": {"exceptions": {str(_NUON.organization_id): {"first": "human", "channels": {"news": []}}}},
                "clear": [f"/exceptions/{_NUON.organization_id}/hours"],
            },
            True,
        ),
        ({"set": {}, "clear": [f"/exceptions/{_NUON.organization_id}"]}, True),
    )
    found = [
        Changed(world.identity(f"wish {n}"), world.AT - timedelta(hours=n), each, is_signed)
        for n, (each, is_signed) in enumerate(said)
    ]
    frame = _frame(locale, "/voorkeuren/bewijzen")
    return wish_receipts.receipts(world.speech(locale), frame, _SHIPPED, world.NAMES, found, onward="onward")


def _no_receipts(locale: Language) -> Page:
    frame = _frame(locale, "/voorkeuren/bewijzen")
    return wish_receipts.receipts(world.speech(locale), frame, _SHIPPED, world.NAMES, [], onward=None)


def _large(locale: Language) -> Page:
    page = _chosen(locale)
    return replace(page, frame=replace(page.frame, print="largest"))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "wensen": _topics,
    "wensen-gekozen": _chosen,
    "wensen-fout": _fault,
    "wensen-organisatie": _exception,
    "wensen-extra-groot": _large,
    "wensen-tijden": _hours,
    "wensen-tijden-organisatie": _hours_here,
    "wensen-tijden-organisatie-gewoon": _usual_hours_here,
    "wensen-tijden-leeg": _no_hours,
    "wensen-tijden-fout": _wrong_hours,
    "wensen-aanbod": _offers,
    "wensen-bewijzen": _receipts,
    "wensen-bewijzen-leeg": _no_receipts,
}
