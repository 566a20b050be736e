"""What the demo's people found of a conversation: they are asked a day later, if they let themselves be asked."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from cdp.demo import talk
from cdp.demo.people import Person
from cdp.ingest.items import Item
from cdp.listening import answering, asking
from cdp.listening.survey import Question
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope

REST: Final = timedelta(days=31)
"""An organization asks somebody once a month."""
DAY: Final = timedelta(days=1)
_ANSWERS: Final = 0.85
_YES: Final = {Question.SOLVED: 0.82, Question.SMOOTH: 0.7, Question.HEARD: 0.76}
_SCORES: Final = (10, 10, 9, 9, 9, 8, 8, 8, 7, 7, 6, 3)

Given = Mapping[Question, bool | int]


def talks(persons: Iterable[Person], supplier: str, at: datetime) -> Iterator[Item]:
    """Yield a conversation a month with those who let this supplier ask them: enough of them for its figures."""
    for person in persons:
        for slug, since in _allowed(person, at):
            if slug == supplier and person.life is None:
                yield from talk.monthly(person, supplier, since, at)


def ask_about_a_year(platform: Platform, ids: Mapping[str, UUID], person: Person, customer: UUID, at: datetime) -> None:
    """Let those whom this person allows it ask about their conversations, and let them answer most."""
    dice = person.dice("opinions")
    for slug, since in _allowed(person, at):
        told = chain(talk.conversations([person], slug, at), talks([person], slug, at))
        for each in _spaced(told, since, at):
            moment = (each.occurred_at or at) + DAY
            said = _said(person, str(each.key)) if dice.random() < _ANSWERS else {}
            ask(platform, ids[slug], customer, each, said, at=moment)


def ask(platform: Platform, organization: UUID, customer: UUID, about: Item, said: Given, *, at: datetime) -> None:
    """Let an organization ask about one conversation, and the customer answer an hour later; safe to repeat."""
    scope = Scope(Principal.SOURCE, organization=organization)
    found = asking.whom(platform, scope, about.type, str(about.key))
    survey = asking.ask(platform, scope, found, barrier=None, at=at).survey_id
    if survey is None or not said:
        return
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        if answering.find(session, OwnKeys(session, platform.ring), survey).answered_at is None:
            answering.answer(platform, session, survey, dict(said), at=at + timedelta(hours=1))


def _allowed(person: Person, at: datetime) -> list[tuple[str, datetime]]:
    """Return who may see this person's own conversations for customer care by a grant, and since when."""
    acts = [each for each in person.pattern.acts if each.purpose == asking.PURPOSE]
    stopped = {each.who for each in acts if each.kind == "revoke"}
    return [
        (each.who, at - timedelta(days=each.ago))
        for each in acts
        if each.kind in {"grant", "extend"}
        and asking.CATEGORY in each.categories
        and each.days > each.ago
        and each.who not in stopped
    ]


def _spaced(told: Iterable[Item], since: datetime, at: datetime) -> list[Item]:
    """Return the conversations since then, a month apart."""
    found: list[Item] = []
    for each in sorted(told, key=lambda item: item.occurred_at or at):
        moment = each.occurred_at or at
        is_fit = since < moment < at - 2 * DAY
        if is_fit and (not found or moment - (found[-1].occurred_at or at) > REST):
            found.append(each)
    return found


def _said(person: Person, key: str) -> dict[Question, bool | int]:
    dice = person.dice(f"opinion/{key}")
    said: dict[Question, bool | int] = {question: dice.random() < share for question, share in _YES.items()}
    return said | {Question.RECOMMEND: dice.choice(_SCORES)}
