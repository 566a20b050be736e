"""How right the data of a source are: its own counts to the last one, and of people only ten or more."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from cdp import clock, demands
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.own import corrections
from cdp.platform import Platform
from cdp.quality import counting, report
from cdp.quality.counting import Said
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.cdp import demanding

PEOPLE = 11


@pytest.fixture(scope="module")
def bank(platform: Platform) -> Organization:
    """Return another source of the same people, who let it see nothing."""
    return make.organization(platform)


@pytest.fixture(scope="module")
def known(platform: Platform, bank: Organization) -> tuple[Organization, list[make.Person]]:
    """Return a source that says a first name and an address of eleven people, and nothing but a city of two.

    It may see what anybody says of how they are reached.
    """
    shop = make.organization(platform)
    addresses = [make.email() for _ in range(PEOPLE)]
    mine, theirs = [], []
    for address in addresses:
        verified = (Identifier(IdentifierType.EMAIL, address, verified=True),)
        user = make.name("user")
        mine += [
            make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user, identifiers=verified),
            make.item(Kind.ATTRIBUTES, "email", address, user=user, identifiers=verified),
        ]
        theirs.append(make.item(Kind.ATTRIBUTES, "first_name", "NOOR ", user=make.name("user"), identifiers=verified))
        theirs.append(make.item(Kind.ATTRIBUTES, "city", "Utrecht", user=user))
    mine += [make.item(Kind.ATTRIBUTES, "city", "Delft", user=make.name("user")) for _ in range(2)]
    make.delivery(platform, shop, *mine)
    make.delivery(platform, bank, *theirs)
    people = [make.person(platform, address=address) for address in addresses]
    for person in people:
        make.grant(platform, person, shop)
    return shop, people


def read(platform: Platform, shop: Organization) -> tuple[report.Report, dict[str, Said]]:
    scope = Scope(Principal.SOURCE, shop.organization_id)
    found = report.of_source(platform, scope, at=clock.now())
    return found, {each.attribute: each for each in found.attributes}


def test_an_organization_learns_what_it_recorded_to_the_last_one(
    platform: Platform, known: tuple[Organization, list[make.Person]]
) -> None:
    found, said = read(platform, known[0])

    assert PEOPLE + 2 == found.subjects
    assert (PEOPLE, 2) == (said["email"].known, said["email"].missing)
    assert (2, PEOPLE) == (said["city"].known, said["city"].missing)
    assert (PEOPLE, 0) == (said["email"].verified, said["first_name"].verified)
    assert found.verified is not None
    assert pytest.approx(PEOPLE / (2 * PEOPLE + 2)) == found.verified.value


def test_what_was_long_not_said_again_is_stale(
    platform: Platform, known: tuple[Organization, list[make.Person]]
) -> None:
    scope = Scope(Principal.SOURCE, known[0].organization_id)
    later = clock.now() + timedelta(days=report.STALE_DAYS + 1)

    now, then = read(platform, known[0])[1], report.of_source(platform, scope, at=later)

    assert 0 == now["email"].stale
    assert {PEOPLE, 2} == {each.stale for each in then.attributes}


def correct(platform: Platform, person: make.Person, source: Organization, *, tell_source: bool = False) -> UUID:
    record = demanding.record(platform, person, source=source.organization_id)
    with platform.database.scoped(person.scope) as session:
        demands.correct(platform, session, record, "Eleonora", tell_source=tell_source, at=clock.now())
    return record


def test_corrections_and_disputes_are_told_from_ten_people_on(
    platform: Platform, known: tuple[Organization, list[make.Person]]
) -> None:
    shop, people = known
    before = read(platform, shop)[1]["first_name"]

    for number, person in enumerate(people[:10]):
        record = correct(platform, person, shop)
        with platform.database.scoped(person.scope) as session:
            if number < 9:
                demands.dispute(platform, session, record, at=clock.now())

    after = read(platform, shop)[1]["first_name"]
    assert (0, 0) == (before.corrected, before.disputed)
    assert (10, None) == (after.corrected, after.disputed)


def test_a_correction_counts_for_whom_it_was_passed_on_to_or_may_see_it(
    platform: Platform, bank: Organization, known: tuple[Organization, list[make.Person]]
) -> None:
    for person in known[1]:
        correct(platform, person, bank)
    unheard = read(platform, bank)[1]["first_name"].corrected

    for person in known[1]:
        correct(platform, person, bank, tell_source=True)

    assert (0, PEOPLE) == (unheard, read(platform, bank)[1]["first_name"].corrected)


def test_what_was_only_said_beside_a_value_did_not_correct_it(platform: Platform) -> None:
    shop, addresses = make.organization(platform), [make.email() for _ in range(PEOPLE)]
    for address in addresses:
        make.known_person(platform, shop, address)
    people = [make.person(platform, address=address) for address in addresses]
    for person in people:
        make.grant(platform, person, shop)
        with platform.database.scoped(person.scope) as session:
            corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())
    beside = read(platform, shop)[1]["first_name"].corrected

    for person in people:
        correct(platform, person, shop)
    put_right = read(platform, shop)[1]["first_name"].corrected
    for person in people[:2]:
        with platform.database.scoped(person.scope) as session:
            corrections.take_back(platform, session, "first_name", at=clock.now())

    assert (0, PEOPLE, None) == (beside, put_right, read(platform, shop)[1]["first_name"].corrected)


def test_what_others_say_otherwise_is_counted_and_how_it_is_written_is_not(
    platform: Platform, known: tuple[Organization, list[make.Person]]
) -> None:
    said = read(platform, known[0])[1]

    assert (PEOPLE, 0) == (said["first_name"].compared, said["first_name"].conflicting)
    assert (None, None) == (said["email"].compared, said["email"].conflicting)  # nobody else says it


def test_what_nobody_lets_it_see_is_not_compared(
    platform: Platform, bank: Organization, known: tuple[Organization, list[make.Person]], database_url: str
) -> None:
    said = read(platform, bank)[1]

    with psycopg.connect(database_url) as connection:
        lines = connection.execute(
            "select 1 from access where path = 'quality' and organization_id = %s", (bank.organization_id,)
        ).fetchall()
    assert PEOPLE == said["first_name"].known
    assert (None, None) == (said["first_name"].compared, said["first_name"].conflicting)
    assert [] == lines


def test_who_is_compared_finds_it_in_the_log(
    platform: Platform, known: tuple[Organization, list[make.Person]], database_url: str
) -> None:
    question = "select count(*) from access where path = 'quality' and customer_id = %s and organization_id = %s"
    who = known[1][0].customer_id, known[0].organization_id
    with psycopg.connect(database_url, autocommit=True) as connection:
        (before,) = connection.execute(question, who).fetchone() or (0,)
        read(platform, known[0])
        (after,) = connection.execute(question, who).fetchone() or (0,)

    assert 1 == after - before


def test_another_organization_counts_only_its_own(
    platform: Platform, known: tuple[Organization, list[make.Person]]
) -> None:
    found, said = read(platform, make.organization(platform))

    assert (0, None, {}) == (found.subjects, found.verified, said)


def test_two_sources_conflict_when_nothing_that_they_say_agrees() -> None:
    one, two, three = (UUID(int=each) for each in range(3))
    values = [
        (one, "city", True, "Delft"),
        (one, "city", False, " delft"),
        (two, "city", True, "Delft"),
        (two, "city", False, "Gouda"),
        (three, "city", True, "Delft"),
        (three, "name", False, "Noor"),
    ]

    assert {"city": (2, 1)} == counting.conflicts(values)
