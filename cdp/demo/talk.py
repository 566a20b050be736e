"""A year of conversations between the organizations and their customers, over every channel."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

import msgspec

from cdp.catalog.files import shipped
from cdp.demo import holdings, stories
from cdp.demo.people import Person
from cdp.demo.stories import Conversation
from cdp.ingest.items import Channel, Direction, Item, Kind, conversation
from consent.fold import RecordKind
from consent.wishes import Speaker

_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode
_FEWEST, _MOST, _MOST_OF_A_LIFE = 2, 8, 16
_YEAR: Final = 364
_OPENS, _CLOSES = 7, 19
_MONTH: Final = timedelta(days=32)
_ASKED_BY_MANY: Final = frozenset({"phone", "chatbot"})
_TAKES_TIME: Final = frozenset({"phone", "visit", "chat", "video-call", "virtual-reality"})


def conversations(persons: Sequence[Person], supplier: str, at: datetime) -> Iterator[Item]:
    """Yield what this supplier talked about with its customers in the year before `at`."""
    for person in persons:
        if supplier in person.suppliers:
            yield from _year(person, supplier, at)


def monthly(person: Person, supplier: str, since: datetime, at: datetime) -> Iterator[Item]:
    """Yield one conversation a month since then, by telephone or with the chatbot, as many have them."""
    topics = [
        each
        for each in stories.conversations()[supplier]
        if each.type in _ASKED_BY_MANY and each.way == "inbound" and each.category is None
    ]
    dice = person.dice(f"talk/{supplier}/monthly")
    day = at - timedelta(days=dice.randint(3, _MONTH.days))
    for number in range(_YEAR // _MONTH.days):
        moment = _within_hours(day - number * _MONTH, dice)
        if moment > since:
            yield item(person, supplier, dice.choice(topics), f"m{number:02}", moment, minutes=dice.randint(2, 25))


def _within_hours(day: datetime, dice: Random) -> datetime:
    return day.replace(hour=dice.randint(_OPENS, _CLOSES), minute=dice.randint(0, 59), second=0, microsecond=0)


def _year(person: Person, supplier: str, at: datetime) -> Iterator[Item]:
    topics = stories.conversations()[supplier]
    dice = person.dice(f"talk/{supplier}")
    count = dice.randint(_FEWEST, _MOST) if person.life is None else dice.randint(_MOST, _MOST_OF_A_LIFE)
    chosen = dice.sample(range(len(topics)), min(count, len(topics)))
    for number, topic in enumerate(chosen):
        moment = _within_hours(at - timedelta(days=dice.randint(1, _YEAR)), dice)
        yield item(person, supplier, topics[topic], f"{number:02}", moment, minutes=dice.randint(2, 25))


def item(person: Person, supplier: str, topic: Conversation, key: str, moment: datetime, *, minutes: int) -> Item:
    """Return one conversation as its organization sends it."""
    usual = shipped().record_types[RecordKind.INTERACTION, topic.type].channel
    channel = topic.channel or usual
    lasted = {"minutes": minutes} if topic.type in _TAKES_TIME else {}
    return Item(
        kind=Kind.INTERACTION,
        type=topic.type,
        key=f"{holdings.reference(person, supplier)}/{key}",
        category=topic.category,
        value=conversation(_ENCODE({"summary": topic.told} | lasted), subject=topic.about, outcome=topic.end),
        subject=holdings.subject(person, supplier),
        occurred_at=moment,
        channel=None if channel is None else Channel(channel),
        speaker=Speaker(topic.by),
        direction=Direction(topic.way),
    )
