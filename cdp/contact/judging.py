"""What is answered of whom this is known: the law's word and, if it is yes, the words with which to begin and end.

Rules: (1) of those who chose alike the law says the same, so it is asked once for them; contacts and what was made
before are a customer's own, and are asked about with them; (2) names are unsealed of those alone who may be approached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cdp.contact import looking, salutations
from cdp.contact.looking import Asked, Keys, Known
from cdp.contact.salutations import Words
from cdp.own.addressing import Calling, Language, ReadingLevel, calling_of
from consent import contact
from consent.contact import Answer, Question
from consent.hours import Hours
from consent.wishes import Cap, Wishes


@dataclass(frozen=True, slots=True)
class Reserved:
    """What is kept free: it counts until it ends, is cancelled or was made."""

    contact_id: UUID
    until: datetime


class Told(NamedTuple):
    """One answer: the law's, and the words with which to begin and end if it is yes."""

    answer: Answer
    language: str | None = None
    salutation: str | None = None
    closing: str | None = None
    words: tuple[str, ...] = ()
    reserved: Reserved | None = None
    pronunciation: str | None = None
    """How their name is said, as they wrote it."""
    reading_level: ReadingLevel | None = None


class _Alike(NamedTuple):
    """What is the same for all who chose the same, with the answer to whoever was not approached yet."""

    chosen: Wishes
    caps: tuple[Cap, ...]
    answer: Answer
    language: Language
    reading_level: ReadingLevel | None
    calling: Calling
    words: Words
    to_say: tuple[str, ...]
    """What has to be said if it is allowed; contacts of before change nothing about it."""


class Judge:
    """Answers one question about many; `seconds` is how long what is allowed is to be kept free, None not at all."""

    def __init__(self, question: Question, seconds: int | None) -> None:
        """Begin without having judged anybody."""
        self._question = question
        self._seconds = seconds
        self._alike: dict[tuple[str, str | None, bool | None], _Alike] = {}

    def answer(self, known: Known) -> Answer:
        """Return what the law says of somebody."""
        alike = self._alike_of(known)
        is_their_own = known.own == "made" or (known.ends and not self._has_room(alike, known.ends))
        return contact.decide(self._question, alike.chosen, known.standing) if is_their_own else alike.answer

    def told(self, asked: Asked, known: Known, answer: Answer, keys: Keys) -> Told:
        """Return what the law said of somebody, with its words."""
        if not answer.allowed:
            return Told(answer)
        alike = self._alike_of(known)
        called = looking.called(asked.customer, known, alike.calling, keys) if known.is_open else ""
        reserved = None if self._seconds is None else self._reserved(asked, alike.chosen, answer, self._seconds)
        words, said = alike.words, looking.pronunciation(asked.customer, known, keys) if known.is_open else None
        salutation, level = words.salutation(called), alike.reading_level
        return Told(answer, alike.language, salutation, words.closing, alike.to_say, reserved, said, level)

    def _has_room(self, alike: _Alike, ends: Sequence[datetime]) -> bool:
        return not alike.caps or contact.has_room(alike.caps, ends, at=self._question.at)

    def _alike_of(self, known: Known) -> _Alike:
        what = known.reason, known.wishes, known.is_signalled
        found = self._alike.get(what)
        if found is None:
            found = self._alike[what] = self._judged(known)
        return found

    def _judged(self, known: Known) -> _Alike:
        question, topic = self._question, self._question.topic
        chosen, language, address = known.chosen, known.speech.language, known.speech.address
        answer = contact.decide(question, chosen, replace(known.standing, is_done=False, contacts=()))
        words = salutations.words_in(language, address)
        return _Alike(
            chosen,
            () if topic.is_required else chosen.caps(question.organization, topic.key, topic.under),
            answer,
            language,
            known.speech.reading_level,
            calling_of(language, address, known.speech.greeting),
            words,
            words.to_say(answer.must_say),
        )

    def _reserved(self, asked: Asked, chosen: Wishes, answer: Answer, seconds: int) -> Reserved:
        """Return until when it is kept free: as long as was asked, and not into the hours in which it would disturb."""
        question = self._question
        until = question.at + timedelta(seconds=seconds)
        is_disturbing = any(each.is_disturbing for each in question.channels if each.key in answer.channels)
        if is_disturbing and not contact.keeps_no_hours(question):
            closed = [_closing(each.hours_of(question.organization), question.at) for each in chosen.all]
            until = min([until, *(each for each in closed if each is not None)])
        return Reserved(asked.contact, until)


@lru_cache(maxsize=256)
def _closing(hours: Hours, at: datetime) -> datetime | None:
    """Return when these hours close next: many customers keep the same ones."""
    return hours.next_closed(at)
