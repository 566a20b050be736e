"""The customer's own value in profiles: it wins at once, and what sources said comes back when it is taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cdp import clock, demands
from cdp.ingest.items import Kind
from cdp.own import corrections
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.reads.reading import Asker
from consent import acts as law
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.cdp import demanding
from tests.cdp.dossiers import Reads

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def reads(platform: Platform) -> Iterator[Reads]:
    with Reads(platform) as opened:
        yield opened


def grant(platform: Platform, person: make.Person, *categories: str) -> Asker:
    """Return a reader to whom the customer granted these categories from every source."""
    reader, at = make.organization(platform), clock.now()
    act = law.Grant(
        recipient=reader.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset(categories),
        sources=None,
        expires_at=at + timedelta(days=300),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)
    return Asker(reader.organization_id, "test", "advice")


def attribute(reads: Reads, asker: Asker, person: make.Person, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = reads.profile(asker, person.customer_id)["attributes"].get(name)
    return found


def test_the_own_value_wins_at_once_until_it_is_taken_back(platform: Platform, reads: Reads) -> None:
    source, address, user = make.organization(platform), make.email(), make.name("user")
    make.known_person(platform, source, address, user=user)
    person = make.person(platform, address=address)
    asker = grant(platform, person, "contact")
    seen = [attribute(reads, asker, person, "first_name")]

    with platform.database.scoped(person.scope) as session:
        corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())
    newer = make.item(Kind.ATTRIBUTES, "first_name", "Nora", user=user, occurred_at=TOMORROW)
    make.delivery(platform, source, newer)
    seen.append(attribute(reads, asker, person, "first_name"))
    with platform.database.scoped(person.scope) as session:
        corrections.take_back(platform, session, "first_name", at=clock.now())
    seen.append(attribute(reads, asker, person, "first_name"))

    assert [("Noor", source.slug), ("Eleonora", "customer"), ("Nora", source.slug)] == [
        (each["value"], each["source"]) for each in seen if each
    ]


def test_the_own_value_is_not_shown_to_who_was_not_granted_its_category(platform: Platform, reads: Reads) -> None:
    person = make.person(platform)
    asker = grant(platform, person, "products")

    with platform.database.scoped(person.scope) as session:
        corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())

    assert b"Eleonora" not in reads.read(asker, person.customer_id)


def marked(database_url: str, person: make.Person) -> set[UUID]:
    """Return the sources of what stands as put right by the customer."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "select source_id from record"
            " where customer_id = %s and corrected_at is not null and superseded_at is null",
            (person.customer_id,),
        ).fetchall()
    return {each for (each,) in found}


def test_what_the_customer_had_before_them_is_marked_while_the_two_differ(
    platform: Platform, database_url: str
) -> None:
    one, two, address, user = make.organization(platform), make.organization(platform), make.email(), make.name("user")
    make.known_person(platform, one, address, user=user)
    make.known_person(platform, two, address)
    person = make.person(platform, address=address)
    seen = []

    def correct(source: UUID, value: str) -> None:
        record = demanding.record(platform, person, source=source)
        with platform.database.scoped(person.scope) as session:
            demands.correct(platform, session, record, value, tell_source=False, at=clock.now())
        seen.append(marked(database_url, person))

    correct(one.organization_id, "Eleonora")
    correct(two.organization_id, "Noor")
    correct(one.organization_id, "Eleonora")
    correct(CUSTOMER_SOURCE, "Ella")
    make.delivery(platform, one, make.item(Kind.ATTRIBUTES, "first_name", "Ella", user=user, occurred_at=TOMORROW))

    assert [{one.organization_id}, set(), {one.organization_id}, {one.organization_id}] == seen
    assert set() == marked(database_url, person)


def test_a_disputed_value_is_marked_in_the_profile(platform: Platform, reads: Reads, database_url: str) -> None:
    source, address = make.organization(platform), make.email()
    make.known_person(platform, source, address)
    person = make.person(platform, address=address)
    asker = grant(platform, person, "contact")
    with psycopg.connect(database_url) as connection:
        (record,) = connection.execute(
            "select record_id from record where customer_id = %s and type = 'first_name'", (person.customer_id,)
        ).fetchone() or (None,)

    with platform.database.scoped(person.scope) as session:
        corrections.dispute(session, record, at=clock.now())

    shown = attribute(reads, asker, person, "first_name")
    assert shown is not None
    assert shown["disputed"] is True
