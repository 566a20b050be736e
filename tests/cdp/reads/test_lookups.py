"""Lookups: who may be found by what, and that nobody can tell an unknown person from one who granted nothing."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cdp.ids import NIL
from cdp.keys.blind import IdentifierType
from cdp.reads.lookup import Identifier
from cdp.reads.profiles import Reading
from cdp.reads.reading import Asker
from consent.errors import Invalid, NotFound
from consent.permission import Permission
from tests import make
from tests.cdp.dossiers import Behind, Dossier, Reads
from tests.consent.strategies import BANK, LANDLORD

EMAIL = IdentifierType.EMAIL
ROUNDS = 100
TRIES = 8


def look(reads: Reads, asker: Asker, *identifiers: Identifier) -> Reading:
    return reads.run(reads.profiles.lookup(asker, identifiers))


def known(behind: Behind, address: str, source: object = BANK, category: str = "contact") -> Dossier:
    assert source in {BANK, LANDLORD}
    person = behind.customer()
    blind = behind.platform.blind.of(EMAIL, address)
    person.identify(BANK if source == BANK else LANDLORD, "email", blind, category)
    return person


def profile_id(reads: Reads, person: Dossier, asker: Asker) -> bytes:
    return b'{"profile_id":"%b"}' % reads.profile_id(person.customer, asker).encode()


def test_a_person_is_found_by_what_the_grant_opens(behind: Behind, reads: Reads, shop: Asker) -> None:
    address = make.email()
    person = known(behind, address).grant(shop.organization, "contact")

    found = look(reads, shop, Identifier(EMAIL, f" {address.upper()} "))

    assert profile_id(reads, person, shop) == found.answer()
    assert [("lookup", "released", "granted")] == behind.accesses(person.customer)


@pytest.mark.parametrize("opened", ["category", "source", "ended", "purpose", "organization"])
def test_an_identifier_that_the_reader_may_not_see_finds_nobody(
    behind: Behind, reads: Reads, shop: Asker, opened: str
) -> None:
    address = make.email()
    person, asker = known(behind, address), shop
    match opened:
        case "category":
            person.grant(shop.organization, "products")
        case "source":
            person.grant(shop.organization, "contact", sources=[LANDLORD])
        case "ended":
            person.grant(shop.organization, "contact", days=-1)
        case "purpose":
            person.grant(shop.organization, "contact")
            asker = replace(shop, purpose="advice")
        case _:
            person.grant(behind.organization(), "contact")

    found = look(reads, asker, Identifier(EMAIL, address))

    with pytest.raises(NotFound):
        found.answer()
    assert [("lookup", "refused")] == [row[:2] for row in behind.accesses(person.customer)]


def test_an_own_reference_needs_a_live_permission_too(behind: Behind, reads: Reads, shop: Asker) -> None:
    person, number = behind.customer(), make.name("user")
    blind = behind.platform.blind.of(IdentifierType.USER_ID, number, source=shop.organization)
    subject_id, _ = person.subject(shop.organization)
    behind.connection.execute(
        "insert into reference values (%s, 'user_id', %s, %s, %s, '')",
        (shop.organization, blind, person.customer, subject_id),
    )
    given = Identifier(IdentifierType.USER_ID, number)

    before = look(reads, shop, given).document
    ends = datetime.now(UTC) + timedelta(days=1)
    person.permit(shop.organization, Permission(attested_categories=frozenset({"contact"}), attested_expires_at=ends))
    after = look(reads, shop, given).document
    other = look(reads, replace(shop, organization=behind.organization()), given).document

    assert (None, profile_id(reads, person, shop), None) == (before, after, other)


def test_an_ambiguous_identifier_finds_nobody_and_both_see_it(behind: Behind, reads: Reads, shop: Asker) -> None:
    address = make.email()
    people = [known(behind, address).grant(shop.organization, "contact") for _ in range(2)]

    assert look(reads, shop, Identifier(EMAIL, address)).document is None
    assert [[("lookup", "refused", "ambiguous")]] * 2 == [behind.accesses(each.customer) for each in people]


def test_who_granted_nothing_makes_nobody_else_ambiguous(behind: Behind, reads: Reads, shop: Asker) -> None:
    address = make.email()
    hidden, seen = known(behind, address), known(behind, address).grant(shop.organization, "contact")

    found = look(reads, shop, Identifier(EMAIL, address))

    assert profile_id(reads, seen, shop) == found.document
    assert [("lookup", "refused", "never-granted")] == behind.accesses(hidden.customer)


def test_an_unknown_person_is_written_down_as_nobody(behind: Behind, reads: Reads, shop: Asker) -> None:
    look(reads, shop, Identifier(EMAIL, make.email()))

    rows = behind.connection.execute(
        "select customer_id, path, outcome, reason from access where organization_id = %s", (shop.organization,)
    ).fetchall()
    assert [(NIL, "lookup", "unknown", "not-found")] == rows


def test_an_identifier_that_cannot_be_read_is_named_by_its_place_and_not_repeated(reads: Reads, shop: Asker) -> None:
    with pytest.raises(Invalid) as refused:
        look(reads, shop, Identifier(EMAIL, make.email()), Identifier(EMAIL, "canary"))

    assert "/identifiers/1/value" == refused.value.field
    assert "canary" not in str(refused.value)


def test_nobody_may_write_a_lookup_down_for_another_organization(
    behind: Behind, app_url: str, shop: Asker, reads: Reads
) -> None:
    with psycopg.connect(app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select log_lookup('{}', '{}', '{}', '{}', null)")


def test_unknown_and_ungranted_take_the_same_time(behind: Behind, reads: Reads, shop: Asker) -> None:
    """Compare what each takes when nothing disturbs it; a statement more would show in every round, a busy host not."""
    behind.connection.execute("analyze")

    def timed(address: str) -> float:
        began = time.perf_counter()
        assert look(reads, shop, Identifier(EMAIL, address)).document is None
        return time.perf_counter() - began

    def difference() -> float:
        hidden = [make.email() for _ in range(ROUNDS)]
        for address in hidden:
            known(behind, address).permit(shop.organization, Permission())
        both: dict[bool, list[float]] = {True: [], False: []}
        for number, address in enumerate(hidden):
            for is_known in (number % 2 == 0, number % 2 != 0):
                both[is_known].append(timed(address if is_known else make.email()))
        undisturbed = {is_known: sorted(times)[ROUNDS // 5] for is_known, times in both.items()}
        return abs(undisturbed[True] / undisturbed[False] - 1)

    assert any(difference() < 0.2 for _ in range(TRIES))
