"""Changes and undoing, where an organization itself recorded the permission: nothing is ever widened beyond its own."""

from datetime import timedelta

import pytest

from cdp import clock
from cdp.permissions import changing, grants, undoing
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization, Permission
from consent import acts as law
from consent.acts import Method
from consent.errors import Problem
from tests import make


@pytest.fixture
def attested(platform: Platform) -> tuple[make.Person, Organization]:
    """Return somebody whose organization recorded, on paper, that it may see contact and usage for advice."""
    organization, address, at = make.organization(platform), make.email(), clock.now()
    make.known_person(platform, organization, address)
    person = make.person(platform, address=address)
    act = law.Attest(
        recipient=organization.organization_id,
        by=organization.organization_id,
        purpose="advice",
        at=clock.now(),
        categories=frozenset({"contact", "usage"}),
        expires_at=at + timedelta(days=60),
        evidence=law.Evidence(method=Method.PAPER, at=at - timedelta(days=1), document_hash="0" * 64),
    )
    scope = Scope(Principal.SOURCE, organization=organization.organization_id)
    with platform.database.scoped(scope) as session:
        grants.record(session, scope, person.customer_id, act)
    return person, organization


def _standing(platform: Platform, person: make.Person) -> Permission:
    with platform.database.scoped(person.scope) as session:
        (found,) = grants.standing(session)
        session.expunge(found)
        return found


def _do(platform: Platform, person: make.Person, act: law.Act) -> Permission:
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)
    return _standing(platform, person)


def test_undoing_the_stop_of_what_was_attested_gives_back_the_organization_s_own_records_only(
    platform: Platform, attested: tuple[make.Person, Organization]
) -> None:
    person, organization = attested
    stopped = law.Revoke(recipient=organization.organization_id, purpose="advice", at=clock.now())
    _do(platform, person, stopped)

    with platform.database.scoped(person.scope) as session:
        act = undoing.resume(session, grants.standing(session)[0], at=clock.now())
    after = _do(platform, person, act)

    assert ["contact", "usage"] == sorted(after.categories)
    assert [organization.organization_id] == after.sources


def test_adding_a_kind_to_what_was_attested_opens_the_organization_s_own_records_only(
    platform: Platform, attested: tuple[make.Person, Organization]
) -> None:
    person, organization = attested

    after = _do(platform, person, changing.switched_on(_standing(platform, person), "products", at=clock.now()))

    assert ["contact", "products", "usage"] == sorted(after.categories)
    assert [organization.organization_id] == after.sources


def test_letting_it_last_longer_opens_the_organization_s_own_records_only(
    platform: Platform, attested: tuple[make.Person, Organization]
) -> None:
    person, organization = attested

    with platform.database.scoped(person.scope) as session:
        act = changing.ending(session, grants.standing(session)[0], days=180, at=clock.now())
    after = _do(platform, person, act)

    assert [organization.organization_id] == after.sources


def test_switching_a_kind_off_leaves_the_rest_attested(
    platform: Platform, attested: tuple[make.Person, Organization]
) -> None:
    person, _ = attested

    after = _do(platform, person, changing.switched_off(_standing(platform, person), "usage", at=clock.now()))

    assert (["contact"], []) == (after.attested_categories, after.categories)


def test_what_is_over_comes_back_by_no_undoing(platform: Platform, attested: tuple[make.Person, Organization]) -> None:
    person, organization = attested
    _do(platform, person, law.Revoke(recipient=organization.organization_id, purpose="advice", at=clock.now()))

    with platform.database.scoped(person.scope) as session, pytest.raises(undoing.NothingToUndo):
        undoing.resume(session, grants.standing(session)[0], at=clock.now() + timedelta(days=61))


@pytest.mark.parametrize("kind", ["nonsense", "unmapped", ""])
def test_what_is_no_kind_of_data_is_not_opened(
    platform: Platform, attested: tuple[make.Person, Organization], kind: str
) -> None:
    person, _ = attested

    with pytest.raises(Problem):
        _do(platform, person, changing.switched_on(_standing(platform, person), kind, at=clock.now()))

    assert ["contact", "usage"] == sorted(_standing(platform, person).attested_categories)
