"""What the limits on joining stop, and what an operator decides about it."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock
from cdp.identity import membership, reviews
from cdp.identity.reviews import Held
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import NotFound
from tests import make

OPERATOR = Scope(Principal.OPERATOR, client="test")
EVIDENCE = '{"birth_date": ["exact", 12.5], "email": ["exact", 9.0]}'


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def stopped(platform: Platform) -> Iterator[None]:
    """Let the circuit breaker be open from the first merge on."""
    limit(platform, "strong-merges", 0)
    yield
    limit(platform, "strong-merges", 5000)


def limit(platform: Platform, name: str, most: int) -> None:
    with platform.database.scoped(OPERATOR) as session:
        reviews.limit(session, name, most)


def match(platform: Platform, one: UUID, other: UUID, *, weight: float = 21.5, tier: str = "strong") -> int:
    """Let likeness say of a pair what the matcher would, and return how many subjects moved."""
    facts = {"pair": sorted((one, other)), "tier": tier, "weight": weight, "evidence": EVIDENCE, "at": clock.now()}
    with platform.database.scoped(Scope(Principal.MATCHER)) as session:
        found = session.execute(
            text(
                "select keep_matches(:pair, (cast(:pair as uuid[]))[1:1], (cast(:pair as uuid[]))[2:2], array[:tier],"
                " array[cast(:weight as real)], array[:evidence], 'model-1', :at, 20, 15)"
            ),
            facts,
        )
        return int(found.scalar_one())


def pair(platform: Platform, source: Organization, *, other: Organization | None = None) -> tuple[UUID, UUID]:
    """Return two new subjects, of one source unless another is named."""
    return make.subject(platform, source)[1], make.subject(platform, other or source)[1]


def is_one(url: str, *subjects: UUID) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select count(distinct customer_id) from subject where subject_id = any(%s)", (list(subjects),)
        ).fetchone()
    return found == (1,)


def waiting(platform: Platform, *subjects: UUID) -> list[Held]:
    with platform.database.scoped(OPERATOR) as session:
        return reviews.held(session, at_most=100)


def test_two_who_are_alike_enough_join_by_themselves(platform: Platform, shop: Organization, database_url: str) -> None:
    one, other = pair(platform, shop)

    assert 1 == match(platform, one, other)
    assert is_one(database_url, one, other)


def test_across_organizations_likeness_is_never_more_than_possible(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    """Whatever the matcher says: PostgreSQL looks whose subjects they are."""
    one, other = pair(platform, shop, other=make.organization(platform))

    assert 0 == match(platform, one, other, weight=99)
    assert not is_one(database_url, one, other)


def test_staying_joined_needs_less_than_joining(platform: Platform, shop: Organization, database_url: str) -> None:
    one, other = pair(platform, shop)
    match(platform, one, other)

    match(platform, one, other, weight=16, tier="possible")
    assert is_one(database_url, one, other)
    match(platform, one, other, weight=14, tier="possible")
    assert not is_one(database_url, one, other)
    match(platform, one, other, weight=16, tier="possible")
    assert not is_one(database_url, one, other)


@pytest.mark.usefixtures("stopped")
def test_what_the_circuit_breaker_stopped_waits_and_shows_levels_alone(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    one, other = pair(platform, shop)

    match(platform, one, other)

    held = next(each for each in waiting(platform) if each.evidence)
    assert not is_one(database_url, one, other)
    assert ("too-many-merges", "strong", 21.5, (1, 1)) == (held.held_why, held.tier, held.bits, held.sizes)
    assert {"birth_date": ("exact", 12.5), "email": ("exact", 9.0)} == held.evidence


def test_the_circuit_breaker_of_one_source_stops_no_other(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    bank = make.organization(platform)
    of_shop, of_bank = [pair(platform, shop) for _ in range(2)], pair(platform, bank)
    limit(platform, "strong-merges", 1)
    try:
        for each in (*of_shop, of_bank):
            match(platform, *each)
    finally:
        limit(platform, "strong-merges", 5000)

    assert [True, False, True] == [is_one(database_url, *each) for each in (*of_shop, of_bank)]


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_operator_decides_and_both_dossiers_tell_of_it(
    platform: Platform, shop: Organization, database_url: str, *, is_accepted: bool
) -> None:
    one, other = pair(platform, shop)
    match(platform, one, other)
    held = waiting(platform)[-1]

    with platform.database.scoped(OPERATOR) as session:
        decide = reviews.accept if is_accepted else reviews.refuse
        decide(session, held.bond_id, at=clock.now())

    match(platform, one, other, weight=30)
    assert is_accepted == is_one(database_url, one, other)
    assert held.bond_id not in {each.bond_id for each in waiting(platform)}
    reason = "identity-accepted" if is_accepted else "identity-refused"
    with psycopg.connect(database_url) as connection:
        told = connection.execute("select principal, path, records from access where reason = %s", (reason,)).fetchall()
    assert [("operator", "identity-review", 0)] * 2 == told


def test_an_operator_undoes_a_wrong_merge_for_good_and_it_stands_in_the_log(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    one, other = pair(platform, shop)
    match(platform, one, other)
    was_one = is_one(database_url, one, other)

    with platform.database.scoped(OPERATOR) as session:
        parted = reviews.part(session, one, other, at=clock.now())
    match(platform, one, other, weight=30)

    assert (True, True, False) == (was_one, parted, is_one(database_url, one, other))
    with psycopg.connect(database_url) as connection:
        told = connection.execute(
            "select count(*) from access where reason = 'identity-refused' and customer_id in"
            " (select from_id from link where kind = 'link' and subject_id = any (%s) union"
            " select customer_id from subject where subject_id = any (%s))",
            ([one, other], [one, other]),
        ).fetchone()
    assert (1,) == told


def test_an_operator_parts_nothing_of_who_logs_in(platform: Platform, shop: Organization) -> None:
    address, bank = make.email(), make.organization(platform)
    for each in (shop, bank):
        make.known_person(platform, each, address)
    person = make.person(platform, address=address)
    with platform.database.scoped(person.scope) as session:
        one, other = [each.subject_id for each in membership.own(session) if not each.is_own]

    with pytest.raises(NotFound, match="somebody logs in"), platform.database.scoped(OPERATOR) as session:
        reviews.part(session, one, other, at=clock.now())


def test_a_decision_is_made_once(platform: Platform) -> None:
    with pytest.raises(NotFound, match="no such link waits"), platform.database.scoped(OPERATOR) as session:
        reviews.refuse(session, UUID(int=5), at=clock.now())


def test_a_dossier_that_is_full_waits_for_an_operator(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    bank, address = make.organization(platform), make.email()
    limit(platform, "subjects", 1)
    try:
        make.known_person(platform, shop, address)
        make.known_person(platform, bank, address)
    finally:
        limit(platform, "subjects", 50)

    held = waiting(platform)[-1]
    assert ("too-many-subjects", "verified-identifier") == (held.held_why, held.why)
    assert 2 == len({*held.subjects})
    with platform.database.scoped(OPERATOR) as session:
        assert reviews.accept(session, held.bond_id, at=clock.now())


def test_a_limit_has_a_name(platform: Platform) -> None:
    with pytest.raises(NotFound):
        limit(platform, "nothing", 5)


@pytest.mark.parametrize("name", ["customer_number", "customer number", "customer-number", " customer-number "])
def test_a_limit_goes_by_its_name_as_it_is_shown(platform: Platform, name: str) -> None:
    with platform.database.scoped(OPERATOR) as session:
        assert ["customer_number"] == list(reviews.limits(session, name))
