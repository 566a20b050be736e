"""Whose dossier a first login opens: who has the address alone, and never one of several who share it."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock
from cdp.keys.blind import IdentifierType
from cdp.logins import claiming
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

ADD = text(
    "select add_identifiers(array[cast(:subject as uuid)], array['email'],"
    " array[cast(:blind as bytea)], array['contact'], array[true], :at)"
)


def known_by(platform: Platform, source: Organization, address: str) -> UUID:
    """Return the customer that `source` knows with `address` as a verified one."""
    customer, subject = make.subject(platform, source)
    facts = {
        "subject": subject,
        "blind": platform.blind.of(IdentifierType.EMAIL, address),
        "at": clock.now(),
    }
    with platform.database.scoped(Scope(Principal.SOURCE, source.organization_id)) as session:
        session.execute(ADD, facts)
    return customer


def test_a_first_login_opens_the_dossier_that_has_the_address_alone(platform: Platform) -> None:
    address = make.email()
    known = known_by(platform, make.organization(platform), address)

    assert known == make.person(platform, address=address).customer_id


def test_an_address_that_two_customers_of_one_source_share_opens_neither(platform: Platform) -> None:
    source, address = make.organization(platform), make.email()
    sharing = {known_by(platform, source, address) for _ in range(2)}

    assert make.person(platform, address=address).customer_id not in sharing


def test_an_address_that_only_an_unverified_organization_vouches_for_opens_nothing(platform: Platform) -> None:
    address = make.email()
    claimed = known_by(platform, make.organization(platform, is_verified=False), address)

    assert claimed != make.person(platform, address=address).customer_id


def test_a_second_login_opens_the_same_dossier(platform: Platform) -> None:
    address = make.email()

    assert make.person(platform, address=address).customer_id == make.person(platform, address=address).customer_id


def _prove(platform: Platform, person: make.Person, address: str) -> int:
    proven = claiming.Proven(IdentifierType.EMAIL, address, clock.now())
    with platform.database.scoped(person.scope) as session:
        _, sealed = claiming.seal(session, platform, address)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        return claiming.prove(session, platform, person.customer_id, proven, sealed)


def _customer_of(database_url: str, source: Organization) -> list[UUID]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select customer_id from subject where source_id = %s", (source.organization_id,))
        return [row[0] for row in rows]


def test_a_further_proven_address_brings_the_dossier_that_has_it_alone(platform: Platform, database_url: str) -> None:
    source, further, person = make.organization(platform), make.email(), make.person(platform)
    known_by(platform, source, further)

    joined = _prove(platform, person, further)

    assert (1, [person.customer_id]) == (joined, _customer_of(database_url, source))
    assert person.customer_id == make.person(platform, address=further).customer_id


def test_a_further_proven_address_that_several_people_have_brings_nobody(platform: Platform, database_url: str) -> None:
    source, further, person = make.organization(platform), make.email(), make.person(platform)
    for _ in range(2):
        known_by(platform, source, further)

    assert 0 == _prove(platform, person, further)
    assert person.customer_id not in _customer_of(database_url, source)


def test_what_somebody_else_proved_stays_theirs(platform: Platform) -> None:
    theirs = make.email()
    make.person(platform, address=theirs)

    with pytest.raises(claiming.ProvenByAnother):
        _prove(platform, make.person(platform), theirs)


def test_proving_the_same_twice_changes_nothing(platform: Platform) -> None:
    person, further = make.person(platform), make.email()

    assert [0, 0] == [_prove(platform, person, further) for _ in range(2)]
    with platform.database.scoped(person.scope) as session:
        assert 2 == len(claiming.proven(session, platform))
