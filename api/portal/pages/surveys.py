"""Hoe was het contact? What organizations ask after a conversation: one question, one tap, one form button."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import Speech
from cdp.directory import Names
from cdp.listening.answering import Survey
from cdp.listening.survey import HIGHEST, LOWEST, YES_OR_NO, Question

YES: Final = "ja"
NO: Final = "nee"
FIELDS: Final = {
    Question.SOLVED: "opgelost",
    Question.SMOOTH: "soepel",
    Question.HEARD: "gehoord",
    Question.RECOMMEND: "aanraden",
}
"""What a question is called in its form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: what it sends, what it says, and whether it was chosen before."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """One question with its buttons."""

    field: str
    anchor: str
    text: str
    hint: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One survey in the list."""

    href: str
    name: str
    about: str
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveysPage(Page):
    """Everything that was asked."""

    template: ClassVar[str] = "surveys.html"

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPage(Page):
    """One survey: its questions while it is open, and the way out of it."""

    template: ClassVar[str] = "survey.html"

    about: str
    until: str
    asks: tuple[Ask, ...]
    said: tuple[tuple[str, str], ...]
    who: str
    action: str
    is_open: bool
    is_answered: bool
    is_declined: bool


def listed(speech: Speech, frame: Frame, names: Names, found: Iterable[Survey], at: datetime) -> SurveysPage:
    """Return the page with every survey, newest first."""
    entries = tuple(
        Entry(
            href=places.survey(each.survey_id),
            name=names.name(each.organization),
            about=_about(speech, each),
            state=_state(speech, each, at),
            is_open=each.is_open(at=at),
        )
        for each in found
    )
    return SurveysPage(frame=frame, title=speech.say("Hoe was het contact?"), entries=entries)


def one(speech: Speech, frame: Frame, names: Names, survey: Survey, at: datetime) -> SurveyPage:
    """Return the page of one survey."""
    name, is_open = names.name(survey.organization), survey.is_open(at=at)
    return SurveyPage(
        frame=frame,
        title=speech.say("Hoe was het contact met %(name)s?", name=name),
        about=_about(speech, survey),
        until=_state(speech, survey, at),
        asks=_asks(speech, name, survey) if is_open else (),
        said=() if is_open else _said(speech, name, survey),
        who=speech.say("%(name)s kan uw antwoorden zien zolang u toegang geeft tot uw gesprekken.", name=name),
        action=places.survey(survey.survey_id),
        is_open=is_open,
        is_answered=survey.answered_at is not None,
        is_declined=survey.declined_at is not None,
    )


def _about(speech: Speech, survey: Survey) -> str:
    date = speech.date(survey.occurred_at)
    if survey.speaker == "human":
        return speech.say("Op %(date)s sprak u met een mens.", date=date)
    if survey.speaker == "computer":
        return speech.say("Op %(date)s sprak u met een computer.", date=date)
    return speech.say("Het contact was op %(date)s.", date=date)


def _state(speech: Speech, survey: Survey, at: datetime) -> str:
    date = speech.date(survey.closes_at)
    if survey.declined_at is not None:
        return speech.say("U antwoordt hier niet op.")
    if not survey.is_open(at=at):
        return speech.say("U kon antwoorden tot %(date)s.", date=date)
    if survey.answered_at is not None:
        return speech.say("U kunt uw antwoord veranderen tot %(date)s.", date=date)
    return speech.say("U kunt antwoorden tot %(date)s. Het hoeft niet.", date=date)


def _texts(speech: Speech, name: str) -> dict[Question, tuple[str, str]]:
    return {
        Question.SOLVED: (speech.say("Is uw vraag opgelost?"), ""),
        Question.SMOOTH: (speech.say("Ging het soepel?"), ""),
        Question.HEARD: (speech.say("Werd er naar u geluisterd?"), ""),
        Question.RECOMMEND: (
            speech.say("Zou u %(name)s aanraden?", name=name),
            speech.say("0 is zeker niet, 10 is zeker wel."),
        ),
    }


def _asks(speech: Speech, name: str, survey: Survey) -> tuple[Ask, ...]:
    return tuple(
        Ask(FIELDS[question], f"vraag-{FIELDS[question]}", text, hint, tuple(_choices(speech, survey, question)))
        for question, (text, hint) in _texts(speech, name).items()
    )


def _choices(speech: Speech, survey: Survey, question: Question) -> Sequence[Choice]:
    given = survey.of(question)
    if question in YES_OR_NO:
        return (
            Choice(YES, speech.say("Ja"), is_chosen=given is True),
            Choice(NO, speech.say("Nee"), is_chosen=given is False),
        )
    return [Choice(str(mark), str(mark), is_chosen=given == mark) for mark in range(LOWEST, HIGHEST + 1)]


def _said(speech: Speech, name: str, survey: Survey) -> tuple[tuple[str, str], ...]:
    texts = _texts(speech, name)
    words = {True: speech.say("Ja"), False: speech.say("Nee")}
    return tuple(
        (texts[question][0], words[given] if isinstance(given, bool) else str(given))
        for question in Question
        if (given := survey.of(question)) is not None
    )
