"""Changes that are made while a stop is under way: what follows from what stood brings back nothing of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest

from cdp import clock
from cdp.database import Session
from cdp.permissions import access_requests, changing, grants
from cdp.platform import Platform
from cdp.tables import Organization, Permission
from consent import acts as law
from consent.errors import Problem
from tests import make

Change = Callable[[Permission], law.Act]


def _given(platform: Platform) -> tuple[make.Person, Organization]:
    """Return somebody who lets an organization see contact, of itself only, and usage for advice."""
    person, reader = make.person(platform), make.organization(platform)
    own = frozenset({reader.organization_id})
    make.grant(platform, person, reader, purpose="advice", categories=frozenset({"contact", "usage"}), sources=own)
    return person, reader


def _standing(platform: Platform, person: make.Person) -> Permission:
    with platform.database.scoped(person.scope) as session:
        (found,) = grants.standing(session)
        session.expunge(found)
        return found


def _meanwhile(
    platform: Platform, database_url: str, person: make.Person, stop: law.Act, late: Callable[[Session], object]
) -> None:
    """Do `late` in a transaction of its own that begins before `stop` commits, and let it wait for that."""

    def do() -> None:
        with platform.database.scoped(person.scope) as session:
            late(session)

    with ThreadPoolExecutor(1) as beside, psycopg.connect(database_url, autocommit=True) as looking:
        with platform.database.scoped(person.scope) as session:
            grants.record(session, person.scope, person.customer_id, stop)
            waiting = beside.submit(do)
            while not looking.execute(
                "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            ).fetchall():
                assert not waiting.done()
        waiting.result()


CHANGES: dict[str, Change] = {
    "from all sources": lambda each: changing.from_sources(each, None, at=clock.now()),
    "one kind more": lambda each: changing.switched_on(each, "products", at=clock.now()),
    "longer": lambda each: grants.change(
        each, categories=None, sources=None, expires_at=clock.now() + timedelta(days=60), at=clock.now()
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_that_comes_with_a_stop_revives_nothing(platform: Platform, database_url: str, change: Change) -> None:
    person, reader = _given(platform)
    stop = law.Revoke(recipient=reader.organization_id, purpose="advice", at=clock.now())

    def late(session: Session) -> None:
        standing = grants.to_change(session, _id(person, reader))
        grants.record(session, person.scope, person.customer_id, change(standing))

    with pytest.raises(Problem):
        _meanwhile(platform, database_url, person, stop, late)

    assert ("revoked", []) == (_standing(platform, person).stopped, _standing(platform, person).categories)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_that_comes_with_a_narrowing_brings_no_kind_back(
    platform: Platform, database_url: str, change: Change
) -> None:
    person, reader = _given(platform)
    narrowing = changing.switched_off(_standing(platform, person), "usage", at=clock.now())

    def late(session: Session) -> None:
        standing = grants.to_change(session, _id(person, reader))
        grants.record(session, person.scope, person.customer_id, change(standing))

    _meanwhile(platform, database_url, person, narrowing, late)

    assert "usage" not in _standing(platform, person).categories


def test_a_yes_that_comes_with_a_stop_gives_what_was_asked_and_no_more(platform: Platform, database_url: str) -> None:
    person, reader = _given(platform)
    asked = make.access_request(platform, reader, person.customer_id, "products")
    stop = law.Revoke(recipient=reader.organization_id, purpose="advice", at=clock.now())
    yes = partial(
        access_requests.approve, scope=person.scope, request_id=asked, categories=None, expires_at=None, at=clock.now()
    )

    _meanwhile(platform, database_url, person, stop, yes)

    assert ["products"] == _standing(platform, person).categories


def test_stopping_everything_stops_what_was_given_at_that_moment(platform: Platform, database_url: str) -> None:
    person, _ = _given(platform)
    another = make.organization(platform)
    given = law.Grant(
        recipient=another.organization_id,
        purpose="advice",
        at=clock.now(),
        categories=frozenset({"contact"}),
        sources=None,
        expires_at=clock.now() + timedelta(days=30),
    )
    stop_all = partial(grants.revoke_all, scope=person.scope, customer=person.customer_id, at=clock.now())

    _meanwhile(platform, database_url, person, given, stop_all)

    with platform.database.scoped(person.scope) as session:
        assert ["revoked"] * 2 == [each.stopped for each in grants.standing(session)]


def _id(person: make.Person, reader: Organization) -> UUID:
    return grants.grant_id(person.customer_id, reader.organization_id, "advice")
