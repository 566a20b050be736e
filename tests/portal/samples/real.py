"""Samples of the page where anybody asks whether something is real."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from api.portal.frame import Page
from api.portal.pages import real
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.messages.answers import Answer, Sent, Verdict, Why
from cdp.messages.checking import Asked
from cdp.messages.likeness import Alike, Published, Resemblance, SenderKind
from cdp.messages.senders import Owner
from consent.wishes import Speaker
from tests.portal.samples import world

WOONVAST: Final = Owner(world.identity("woonvast"), "woonvast", "Woonvast", is_verified=True)
ZON: Final = Owner(world.identity("zonnewijzer"), "zonnewijzer", "Zonnewijzer", is_verified=True)
MAIL: Final = Sent(
    "email", "klant@woonvast.example", world.AT - timedelta(hours=2), world.AT - timedelta(hours=2), Speaker.HUMAN,
    is_mine=True, message_id=world.identity("message"),
)  # fmt: skip
CALL: Final = Sent(
    "phone", "+31201234567", world.AT, world.AT + timedelta(minutes=30), Speaker.COMPUTER, is_mine=True, message_id=None
)
POSES: Final = Alike(Published(SenderKind.DOMAIN, "woonvast.example", WOONVAST.organization), Resemblance.LETTERS)
ANSWERS: Final = {
    "ja": Answer(Verdict.YES, Why.TO_YOU, WOONVAST, MAIL),
    "belt": Answer(Verdict.YES, Why.TO_YOU, WOONVAST, CALL),
    "nee": Answer(Verdict.NO, Why.OTHER_TEXT, WOONVAST),
    "weet-niet": Answer(Verdict.UNKNOWN, Why.FORGEABLE, ZON),
    "lijkt-op": Answer(Verdict.UNKNOWN, Why.POSES, alike=POSES, posed_as=WOONVAST),
}


def _page(name: str, locale: Language, *, is_known: bool = True) -> Page:
    speech = world.speech(locale)
    frame = world.frame(locale, None) if is_known else world.stranger(locale)
    asked = Asked("klant@woonvast.example", "", "woonvast" if name else None)
    told = real.told(speech, files.shipped(), ANSWERS[name], asked) if name else None
    return real.real(speech, frame, [WOONVAST, ZON], asked if name else Asked(), told=told, is_known=is_known)


def _fault(fault: str, locale: Language) -> Page:
    speech = world.speech(locale)
    return real.real(speech, world.stranger(locale), [], Asked(), is_known=False, fault=speech.say(fault))


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "echt": partial(_page, ""),
    "echt-vreemde": partial(_page, "", is_known=False),
    **{f"echt-{name}": partial(_page, name) for name in ANSWERS},
    "echt-lijkt-op-vreemde": partial(_page, "lijkt-op", is_known=False),
    "echt-te-vaak": partial(_fault, real.TOO_OFTEN),
    "echt-niets": partial(_fault, real.NOTHING),
}
