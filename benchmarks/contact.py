"""Contact decisions over HTTP, each written down: one in a request, a thousand, a thousand reserved; and the law alone.

The people have names, wishes and contacts of before, so that every part of a decision has its work to do.
"""

import json
import random
import time
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from benchmarks import load
from benchmarks.house import PURPOSE, House
from cdp import clock
from cdp.ids import NIL
from consent import contact, wish_form
from consent.contact import Channel, Question, Standing, Topic
from consent.decision import Reason
from consent.wishes import Speaker

AT_ONCE: Final = 1_000
_ASKED: Final[dict[str, Any]] = {
    "purpose": PURPOSE,
    "topic": "service",
    "channels": ["email", "phone", "post"],
    "sender": "computer",
}
_CONNECTIONS: Final = 16
_SENDERS: Final = 4
"""For each process that serves, so that none waits for the one client of another."""
_WISHES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"channels": {"service": ["phone", "email"]}, "address": "je"},
    {"caps": {"service": {"most": 5, "days": 7}}, "hours": {"quiet": [{"from": "22:00", "until": "08:00"}]}},
    {"channels": {"service": []}},
    {"first": "human", "never": ["phone"], "language": "en"},
)
_WISH: Final = (
    "insert into wish (customer_id, document, seq, changed_at) values (%s, %s::jsonb, 1, now()) on conflict do nothing"
)
_CONTACT: Final = (
    "insert into contact (customer_id, contact_id, organization_id, purpose, topic, root, sender, channels, state, at,"
    " until, manner, noted_at) values (%s, gen_random_uuid(), %s, 'customer-care', 'service', 'service', 'human',"
    " '{email}', 'made', now() - interval '2 days', now() - interval '2 days', 'unasked', now())"
)
_TURN: Final = "insert into contact_turn values (%s, %s, 'service', 1) on conflict do nothing"


@dataclass(frozen=True, slots=True)
class Contacted:
    """Customers a second, and how long one decision takes; `law` is the pure decision, in microseconds."""

    single: float
    p50: float
    p99: float
    thousand: float
    reserved: float
    law: float


def measure(house: House, port: int, requests: int, *, processes: int) -> Contacted:
    """Measure so many single decisions, and a hundredth as many of a thousand each."""
    _furnish(house)
    token, ids, chance = f"Bearer {house.token()}", house.profile_ids(), random.Random(5)

    def asked(**whom: Any) -> bytes:  # noqa: ANN401  # what a question may hold
        return load.request("POST", "/v1/contact/decide", token, json.dumps(_ASKED | whom).encode())

    def many(key: str | None = None) -> list[bytes]:
        rest = {} if key is None else {"reservation": {"key": key, "seconds": 60}}
        return [asked(profile_ids=_some(ids, chance), **rest) for _ in range(max(4, requests // 100))]

    one = [asked(profile_id=chance.choice(ids)) for _ in range(requests)]
    load.closed(port, one[:_CONNECTIONS], connections=_CONNECTIONS)  # warm
    single = load.closed(port, one, connections=_CONNECTIONS)
    paced = load.paced(port, one, connections=_CONNECTIONS, rate=single.rate / 2)
    senders = _SENDERS * processes
    load.closed(port, many()[:senders], connections=senders)
    size = min(AT_ONCE, len(ids))  # a small house has no thousand
    thousand = load.closed(port, many(), connections=senders).rate * size
    reserved = load.closed(port, many("benchmark"), connections=senders).rate * size
    return Contacted(single.rate, paced.percentile(0.5), paced.percentile(0.99), thousand, reserved, _law())


def _some(ids: list[str], chance: random.Random) -> list[str]:
    return chance.sample(ids, AT_ONCE) if len(ids) > AT_ONCE else ids


def _furnish(house: House) -> None:
    """Give three in four people wishes, and every third a contact of before."""
    with psycopg.connect(house.admin_url, autocommit=True) as connection, connection.cursor() as cursor:
        wished = [
            (customer, json.dumps(_WISHES[place % len(_WISHES)]))
            for place, customer in enumerate(house.known)
            if place % 4
        ]
        cursor.executemany(_WISH, wished)
        approached = [(customer, house.recipient) for customer in house.known[::3]]
        cursor.executemany(_CONTACT, approached)
        cursor.executemany(_TURN, approached)
        cursor.execute("vacuum analyze wish, contact, contact_turn")


def _law() -> float:
    """Return how many microseconds the law takes for one customer, of those who chose the most."""
    channels = (Channel("email", is_disturbing=False), Channel("phone", is_disturbing=True))
    topic, now = Topic("service", ("email", "phone")), clock.now()
    question = Question(organization=NIL, topic=topic, channels=channels, sender=Speaker.COMPUTER, at=now)
    wishes = wish_form.read(_WISHES[2] | {"first": "human", "channels": {"service": ["phone", "email"]}})
    standing, times = Standing(permission=Reason.GRANTED, contacts=(now,)), 20_000
    begin = time.process_time()
    for _ in range(times):
        contact.decide(question, wishes, standing)
    return 1e6 * (time.process_time() - begin) / times
