"""What the tests of surveys stand on: people who talked to an organization, and who let it count their answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cdp import clock
from cdp.ingest.items import Channel, Direction, Identifier, IdentifierType, Item, Kind
from cdp.listening import answering, asking
from cdp.listening.answering import Survey
from cdp.listening.survey import Question
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.wishes import Speaker
from tests import make

Said = dict[Question, bool | int]
KIND = "phone"
ALL_WELL: Said = {Question.SOLVED: True, Question.SMOOTH: True, Question.HEARD: True, Question.RECOMMEND: 9}


@dataclass(frozen=True)
class Talk:
    """A conversation of somebody with an organization, by the organization's own key."""

    person: make.Person
    shop: Organization
    user: str
    key: str


def talked(platform: Platform, shop: Organization, *, grants: bool = True, days_ago: int = 0, **how: Any) -> Talk:
    """Return a conversation of a new customer; with `grants` the organization may count their answers."""
    address, user, key = make.email(), make.name("user"), make.name("call")
    verified = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    named = make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user, identifiers=verified)
    make.delivery(platform, shop, named, talk(user, key, days_ago=days_ago, **how))
    person = make.person(platform, address=address)
    if grants:
        make.grant(platform, person, shop, purpose=asking.PURPOSE, categories=frozenset({asking.CATEGORY}))
    return Talk(person, shop, user, key)


def talk(
    user: str, key: str, *, days_ago: int = 0, channel: Channel = Channel.PHONE, speaker: Speaker | None = Speaker.HUMAN
) -> Item:
    """Return one conversation, by phone with a human unless said otherwise."""
    return make.item(
        Kind.INTERACTION,
        KIND,
        {"properties": {}},
        user=user,
        key=key,
        occurred_at=clock.now() - timedelta(days=days_ago),
        channel=channel,
        speaker=speaker,
        direction=Direction.INBOUND,
    )


def another(platform: Platform, known: Talk, **how: Any) -> Talk:
    """Return one more conversation of the same customer."""
    key = make.name("call")
    make.delivery(platform, known.shop, talk(known.user, key, **how))
    return Talk(known.person, known.shop, known.user, key)


def ask(
    platform: Platform,
    about: Talk,
    *,
    by: Organization | None = None,
    barrier: str | None = None,
    at: datetime | None = None,
) -> asking.Asked:
    """Let an organization ask about a conversation."""
    scope = Scope(Principal.SOURCE, (by or about.shop).organization_id)
    talk_ = asking.whom(platform, scope, KIND, about.key)
    return asking.ask(platform, scope, talk_, barrier=barrier, at=at or clock.now())


def surveys(platform: Platform, person: make.Person) -> list[Survey]:
    """Return what a customer was asked."""
    with platform.database.scoped(person.scope) as session:
        return answering.of_customer(session, OwnKeys(session, platform.ring))


def answer(
    platform: Platform, person: make.Person, survey: UUID | None, said: Said, *, at: datetime | None = None
) -> Survey:
    """Let a customer answer."""
    assert survey is not None
    with platform.database.scoped(person.scope) as session:
        return answering.answer(platform, session, survey, said, at=at or clock.now())


def answered(platform: Platform, shop: Organization, said: Said, **how: Any) -> Talk:
    """Return the conversation of a new customer who was asked and answered."""
    done = talked(platform, shop, **how)
    answer(platform, done.person, ask(platform, done).survey_id, said)
    return done
