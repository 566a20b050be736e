"""Whose dossier a first login opens: who has the address alone, and never one of several who share it."""

from uuid import UUID

from sqlalchemy import text

from cdp import clock
from cdp.keys.blind import IdentifierType
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
