"""Bent u dit? A record that may be the customer's: what is needed to recognise it, and nothing of anybody else.

`cards` makes what Overzicht places, too; the macro `question` of `question_cards.html` draws one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages.login import Trouble
from api.portal.speech import Speech
from cdp.directory import Names
from cdp.keys.blind import IdentifierType
from cdp.logins.questions import Question


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPage(Page):
    """Where a code went, and the field for it."""

    template: ClassVar[str] = "question_proof.html"

    sentence: str
    where: str | None
    """Where the code went; nothing when none goes any more."""
    action: str
    again: str


def cards(speech: Speech, names: Names, questions: Iterable[Question]) -> tuple[Card, ...]:
    """Return the questions as they are asked."""
    return tuple(
        Card(f"bent-u-dit-{number}", _sentence(speech, names, each), f"{places.QUESTIONS}/{each.subject_id}")
        for number, each in enumerate(questions, start=1)
    )


def page(speech: Speech, frame: Frame, asked: tuple[Card, ...]) -> QuestionsPage:
    """Return the page with every open question."""
    return QuestionsPage(frame=frame, title=speech.say("Bent u dit?"), cards=asked)


def proof(speech: Speech, frame: Frame, names: Names, question: Question, *, trouble: Trouble) -> ProofPage:
    """Return the page on which a yes is proven."""
    say, faults, may_try = speech.say, _faults(speech), trouble is not Trouble.TOO_OFTEN
    sent = (
        say("Wij stuurden een e-mail naar dat adres.")
        if question.type is IdentifierType.EMAIL
        else say("Wij stuurden een sms naar dat nummer.")
    )
    return ProofPage(
        frame=frame,
        title=say("Typ de code") if may_try else say("Bent u dit?"),
        fault=faults.get(trouble),
        sentence=_sentence(speech, names, question),
        where=sent if may_try else None,
        action=places.question_code(question.subject_id),
        again=f"{places.QUESTIONS}/{question.subject_id}",
    )


def _faults(speech: Speech) -> dict[Trouble, str]:
    return {
        Trouble.CODE: speech.say("Deze code klopt niet. Kijk nog eens goed."),
        Trouble.TOO_OFTEN: speech.say("Dit is te vaak geprobeerd. Over 30 dagen kan het weer."),
    }


def _sentence(speech: Speech, names: Names, each: Question) -> str:
    is_mail = each.type is IdentifierType.EMAIL
    if each.source is None:
        if is_mail:
            return speech.say(
                "Een organisatie kent iemand. Het e-mailadres eindigt op …%(ending)s.", ending=each.ending
            )
        return speech.say("Een organisatie kent iemand. Het telefoonnummer eindigt op …%(ending)s.", ending=each.ending)
    name = names.name(each.source)
    if is_mail:
        return speech.say(
            "%(name)s kent iemand. Het e-mailadres eindigt op …%(ending)s.", name=name, ending=each.ending
        )
    return speech.say("%(name)s kent iemand. Het telefoonnummer eindigt op …%(ending)s.", name=name, ending=each.ending)
