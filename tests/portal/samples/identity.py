"""Samples of what is about who somebody is: proving that a record is theirs, and showing oneself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from api.portal.frame import Page
from api.portal.pages import identity, present, questions
from api.portal.pages.login import Trouble
from cdp.catalog.files import Language
from cdp.identity.membership import Member, Reason, Why
from cdp.keys.blind import IdentifierType
from cdp.logins.questions import Question
from cdp.reads.presentations import Presentation
from tests.portal.samples import world

MADE: Final = Presentation("7KMQXR42", world.AT + timedelta(minutes=5))


def _present(locale: Language) -> Page:
    return present.present(world.speech(locale), world.frame(locale, None), None)


def _shown(locale: Language) -> Page:
    return present.present(world.speech(locale), world.frame(locale, None), MADE)


def _proof(locale: Language) -> Page:
    question = Question(world.identity("one"), world.identity("woonvast"), IdentifierType.EMAIL, "e.org")
    speech = world.speech(locale)
    return questions.proof(speech, world.frame(locale, None), world.NAMES, question, trouble=Trouble.NONE)


def _wrong(locale: Language) -> Page:
    question = Question(world.identity("two"), None, IdentifierType.PHONE, "78")
    speech = world.speech(locale)
    return questions.proof(speech, world.frame(locale, None), world.NAMES, question, trouble=Trouble.CODE)


def _known(locale: Language) -> Page:
    began = world.AT - timedelta(days=900)
    device, proven = (
        Reason(why, world.identity("woonvast"), world.AT - timedelta(days=3), []) for why in (Why.DEVICE, Why.PROVEN)
    )
    members = [
        Member(world.identity("one"), world.identity("vuurtoren"), began, None, []),
        Member(
            world.identity("two"), world.identity("woonvast"), began, world.AT - timedelta(days=3), [proven, device]
        ),
    ]
    return identity.identity(world.speech(locale), world.frame(locale, None), world.NAMES, members)


def _unknown(locale: Language) -> Page:
    return identity.identity(world.speech(locale), world.frame(locale, None), world.NAMES, [])


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "laat-uzelf-zien": _present,
    "laat-uzelf-zien-code": _shown,
    "wie-kent-u": _known,
    "wie-kent-u-niemand": _unknown,
    "bent-u-dit-code": _proof,
    "bent-u-dit-code-fout": _wrong,
}
