"""Is dit u? A record that may be the customer's: what is needed to recognise it, and nothing of anybody else.

`cards` makes what Overzicht places; the template is `questions.html`'s macro `card` in parts of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages.masking import masked
from api.portal.speech import Speech
from cdp.directory import Names
from cdp.keys.blind import IdentifierType
from cdp.questions import Question


@dataclass(frozen=True, slots=True)
class Card:
    """One question with its three answers."""

    anchor: str
    sentence: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsPage(Page):
    """Every question that is open."""

    template: ClassVar[str] = "questions.html"

    cards: tuple[Card, ...]


def cards(speech: Speech, names: Names, questions: Iterable[Question]) -> tuple[Card, ...]:
    """Return the questions as they are asked."""
    return tuple(
        Card(f"bent-u-dit-{number}", _sentence(speech, names, each), f"{places.QUESTIONS}/{each.subject_id}")
        for number, each in enumerate(questions, start=1)
    )


def page(speech: Speech, frame: Frame, asked: tuple[Card, ...]) -> QuestionsPage:
    """Return the page with every open question."""
    return QuestionsPage(frame=frame, title=speech.say("Bent u dit?"), cards=asked)


def _sentence(speech: Speech, names: Names, each: Question) -> str:
    hidden = masked(each.type, each.matched)
    if each.source is None:
        if each.type is IdentifierType.EMAIL:
            return speech.say("Een organisatie kent iemand met het e-mailadres %(value)s.", value=hidden)
        return speech.say("Een organisatie kent iemand met het telefoonnummer %(value)s.", value=hidden)
    name = names.name(each.source)
    if each.type is IdentifierType.EMAIL:
        return speech.say("%(name)s kent iemand met het e-mailadres %(value)s.", name=name, value=hidden)
    return speech.say("%(name)s kent iemand met het telefoonnummer %(value)s.", name=name, value=hidden)
