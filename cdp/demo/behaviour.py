"""What people did on the bookshop's site and in its app, as the bodies that Segment's libraries send."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from cdp.demo import holdings
from cdp.demo.people import SEED, Person
from cdp.demo.stories import VUURTOREN

EVENTS: Final = 400
_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, f"https://vuurtoren.example.org/{SEED}")
_BROWSERS: Final = 0.75
"""How many of the bookshop's customers were ever on its site or in its app."""
_APP: Final = 0.4
_VISITS: Final = (2, 5)
_SHELVES: Final = ("/", "/zee", "/spanning", "/kinderboeken", "/agenda", "/winkel")
_BOOKS: Final = ("Het licht boven de kade", "De stille polder", "Vogels van het wad", "Het laatste veer")

Event = dict[str, Any]


def bodies(persons: Sequence[Person], at: datetime) -> Iterator[bytes]:
    """Yield the batches that the bookshop's site and app sent in the year before `at`, oldest person first."""
    waiting: list[Event] = []
    for person in persons:
        if VUURTOREN in person.suppliers and (person.life or person.dice("site").random() < _BROWSERS):
            waiting += _Visitor(person, at).events()
        if len(waiting) >= EVENTS:
            yield _body(waiting, at)
            waiting = []
    if waiting:
        yield _body(waiting, at)


def _body(events: Sequence[Event], at: datetime) -> bytes:
    context = {"library": {"name": "analytics.js", "version": "2.0"}}
    return _ENCODE({"batch": events, "sentAt": _text(at), "context": context})


class _Visitor:
    """One person on one device: a stranger first, known by number from the day on which they log in."""

    def __init__(self, person: Person, at: datetime) -> None:
        self._dice = person.dice("visits")
        self._person = person
        self._at = at
        self._is_app = self._dice.random() < _APP
        self._device = str(uuid.uuid5(_SPACE, f"device/{person.number}"))
        self._user: str | None = None
        self._count = 0

    def events(self) -> Iterator[Event]:
        """Yield their visits in order of time."""
        visits = self._dice.randint(*_VISITS)
        days = sorted((self._dice.randint(2, 360) for _ in range(visits)), reverse=True)
        for number, day in enumerate(days):
            start = self._at - timedelta(days=day, minutes=self._dice.randint(0, 600))
            yield from self._visit(start, logs_in=number == 1)

    def _visit(self, start: datetime, *, logs_in: bool) -> Iterator[Event]:
        book = self._dice.choice(_BOOKS)
        yield self._page(start)
        yield self._event("track", start + timedelta(minutes=1), event="Product Viewed", properties={"name": book})
        if logs_in:
            self._user = holdings.reference(self._person, VUURTOREN)
            yield self._event("identify", start + timedelta(minutes=2), traits=self._traits(), context=self._flags())
            yield self._event("track", start + timedelta(minutes=2, seconds=5), event="Signed In", properties={})
        if self._user and self._dice.choice([True, False]):
            added = {"name": book, "price": self._dice.randint(899, 2999) / 100, "currency": "EUR"}
            yield self._event("track", start + timedelta(minutes=4), event="Product Added", properties=added)
            order = {"order_id": f"{self._user}/{self._count}", "total": added["price"], "currency": "EUR"}
            yield self._event("track", start + timedelta(minutes=6), event="Order Completed", properties=order)

    def _page(self, moment: datetime) -> Event:
        shelf = self._dice.choice(_SHELVES)
        if self._is_app:
            return self._event("screen", moment, name=shelf.strip("/") or "start", properties={})
        return self._event("page", moment, name=shelf, properties={"path": shelf})

    def _traits(self) -> Event:
        return {"email": self._person.mailbox_at(VUURTOREN).address, "first_name": self._person.first_name}

    def _flags(self) -> Event:
        """Return consent flags as a site sends them: kept as evidence, they open nothing."""
        return {"consent": {"categoryPreferences": {"advertising": self._dice.choice([True, False])}}}

    def _event(self, call: str, moment: datetime, **more: Any) -> Event:  # noqa: ANN401 -- as the wire has it
        self._count += 1
        message = str(uuid.uuid5(_SPACE, f"{self._person.number}/{self._count}"))
        who: Event = {"anonymousId": self._device} | ({"userId": self._user} if self._user else {})
        where = "mobile" if self._is_app else "browser"
        return {"type": call, "messageId": message, "timestamp": _text(moment), "channel": where} | who | more


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
