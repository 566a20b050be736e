"""Decisions a second against a policy library, and how soon a revocation counts."""

import random
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import casbin
import psycopg

from benchmarks import load
from benchmarks.decisions import by_cedar
from benchmarks.house import PURPOSE, House
from cdp import clock
from cdp.permissions import grants
from cdp.scope import Principal, Scope
from consent import acts as law
from consent.decision import decide
from consent.permission import Permission

_AT_ONCE: Final = 100
_RACERS: Final = 4
_CATEGORIES: Final = ("address", "contact", "conversations", "products", "usage")
_MODEL: Final = """
[request_definition]
r = customer, recipient, purpose, category
[policy_definition]
p = customer, recipient, purpose, category
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.customer == p.customer && r.recipient == p.recipient && r.purpose == p.purpose && r.category == p.category
"""
_DECIDE: Final = """
select count(*) filter (where opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at,
    p.recipient_id, %(source)s, 'contact', statement_timestamp()))
from unnest(%(customers)s::uuid[]) c (customer_id)
join permission p on p.customer_id = c.customer_id and p.recipient_id = %(recipient)s and p.purpose = %(purpose)s
"""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions a second: by the database, by the law in Python, by casbin and by Cedar on the same grants."""

    sql: float
    python: float
    casbin: float
    cedar: float


@dataclass(frozen=True, slots=True)
class Revocations:
    """What followed on revocations: milliseconds from the acknowledgement to a refused read, and stale answers."""

    races: int
    stale: int
    p50: float
    p99: float


def decisions(house: House, *, seconds: float) -> Decisions:
    """Measure each way of deciding for `seconds`."""
    rng = random.Random(1)  # the same order of people in every run
    with psycopg.connect(house.admin_url) as connection:

        def by_sql() -> int:
            customers = rng.choices(house.known, k=_AT_ONCE)
            facts = {"customers": customers, "recipient": house.recipient, "purpose": PURPOSE, "source": house.source}
            connection.execute(_DECIDE, facts, prepare=True)
            return _AT_ONCE

        at_database = _rate(by_sql, seconds)
    at = clock.now()
    permission = Permission(categories=frozenset(_CATEGORIES), expires_at=at + timedelta(days=1))

    def by_law() -> int:
        decide(permission, recipient=house.recipient, category="contact", source=house.source, at=at)
        return 1

    libraries = _rate(_by_casbin(house), seconds), _rate(by_cedar(house, _CATEGORIES), seconds)
    return Decisions(at_database, _rate(by_law, seconds), *libraries)


def _by_casbin(house: House) -> Callable[[], int]:
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as model:
        model.write(_MODEL)
        model.flush()
        enforcer = casbin.FastEnforcer(model.name, cache_key_order=(0,))
    customers = [str(customer) for customer in house.known[:2_000]]
    recipient = str(house.recipient)
    enforcer.add_policies([(who, recipient, PURPOSE, category) for who in customers for category in _CATEGORIES])
    rng = random.Random(2)  # the same order of people in every run

    def decide_one() -> int:
        enforcer.enforce(rng.choice(customers), recipient, PURPOSE, "contact")
        return 1

    return decide_one


def _rate(work: Callable[[], int], seconds: float) -> float:
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        done += work()
    return done / (time.perf_counter() - begin)


def revocations(house: House, port: int, races: int) -> Revocations:
    """Revoke, and read as soon as that is acknowledged, while others read the same profile all the time."""
    token = f"Bearer {house.token()}"
    race = partial(_race, house, port, token)
    with ThreadPoolExecutor(_RACERS) as racers:
        outcomes = list(racers.map(race, house.known[:races]))
    waits = sorted(wait for wait, _ in outcomes)
    stale = sum(status != b"403" for _, status in outcomes)
    return Revocations(len(waits), stale, 1000 * waits[len(waits) // 2], 1000 * waits[int(len(waits) * 0.99)])


def _race(house: House, port: int, token: str, customer: UUID) -> tuple[float, bytes]:
    profile = house.platform.profile_ids.profile_id(customer, house.recipient)
    wanted = load.request("GET", f"/v1/profiles/{profile}?purpose={PURPOSE}", token)
    reader = threading.Thread(target=load.statuses, args=(port, [wanted] * 3))
    reader.start()
    scope = Scope(Principal.CUSTOMER, customer=customer)
    with house.platform.database.scoped(scope) as session:
        act = law.Revoke(recipient=house.recipient, purpose=PURPOSE, at=clock.now())
        grants.record(session, scope, customer, act)
    acknowledged = time.perf_counter()
    (status,) = load.statuses(port, [wanted])
    wait = time.perf_counter() - acknowledged
    reader.join()
    return wait, status
