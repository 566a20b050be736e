"""What a reader sees is the fold over what it may see, and everything else does not exist for it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import psycopg
import pytest

from cdp.reads import profiles
from cdp.reads.reading import Asker
from consent.errors import NotFound, Refused
from consent.fold import Standing
from consent.permission import Permission, Stop
from consent.types import CUSTOMER_SOURCE
from tests.cdp.dossiers import CARE, GRANTABLE, Behind, Reads
from tests.consent.strategies import BANK, LANDLORD, SHOP, START

RACES = 1_000


def test_the_customers_own_correction_wins_where_it_may_be_seen(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer()
    person.state(BANK, "city", "Delft", standing=Standing.VERIFIED, observed_at=datetime.now(UTC))
    person.state(CUSTOMER_SOURCE, "city", "Leiden", standing=Standing.CUSTOMER)

    person.grant(shop.organization, "contact")
    everything = reads.profile(shop, person.customer)["attributes"]["city"]
    person.grant(shop.organization, "contact", sources=[BANK])
    of_the_bank = reads.profile(shop, person.customer)["attributes"]["city"]

    assert ("Leiden", "customer") == (everything["value"], everything["standing"])
    assert ("Delft", "verified") == (of_the_bank["value"], of_the_bank["standing"])


def test_the_most_recent_of_equal_values_wins_and_a_tie_goes_by_source(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    person, at = behind.customer().grant(shop.organization, "contact"), datetime.now(UTC)
    for source, days in ((SHOP, 3), (BANK, 1), (LANDLORD, 1), (CUSTOMER_SOURCE, 2)):
        person.state(source, "city", str(source), observed_at=at - timedelta(days=days))

    city = reads.profile(shop, person.customer)["attributes"]["city"]

    assert str(min(BANK, LANDLORD)) == city["value"]


def test_a_superseded_version_is_never_shown(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.supersede(person.state(BANK, "city", "canary", observed_at=datetime.now(UTC)))
    person.state(BANK, "city", "Delft")

    found = reads.read(shop, person.customer)

    assert b"Delft" in found
    assert b"canary" not in found


def test_a_disputed_value_is_shown_and_marked(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "Delft", disputed=True)

    assert reads.profile(shop, person.customer)["attributes"]["city"]["disputed"]


def test_an_attested_grant_opens_the_recipients_own_records_only(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer()
    ends = datetime.now(UTC) + timedelta(days=1)
    person.permit(shop.organization, Permission(attested_categories=frozenset({"contact"}), attested_expires_at=ends))
    person.state(shop.organization, "city", "Delft")
    person.state(BANK, "name", "canary")

    found = reads.profile(shop, person.customer)

    assert ["city"] == list(found["attributes"])
    assert ["contact"] == found["granted"]


def test_a_permission_ends_at_its_end(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact", days=1)
    person.state(BANK, "city", "Delft")
    assert "city" in reads.profile(shop, person.customer)["attributes"]

    person.grant(shop.organization, "contact", days=-1e-9)

    with pytest.raises(profiles.Expired):
        reads.read(shop, person.customer)


def test_a_statement_at_the_very_end_is_too_late(behind: Behind) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    opens = "select opens('{contact}', null, %s, '{}', null, %s, %s, 'contact', %s)"

    before, on = (
        behind.connection.execute(opens, (at, SHOP, BANK, moment)).fetchone()
        for moment in (at - timedelta(microseconds=1), at)
    )

    assert ((True,), (False,)) == (before, on)


@pytest.mark.parametrize(
    ("permission", "problem"),
    [
        (None, profiles.NotGranted),
        (Permission(stopped=Stop.REVOKED), profiles.Revoked),
        (Permission(stopped=Stop.REFUSED), profiles.RefusedByCustomer),
        (Permission(stopped=Stop.OBJECTED), profiles.Objected),
        (Permission(categories=frozenset({"contact"}), expires_at=START), profiles.Expired),
    ],
)
def test_a_known_person_without_a_live_grant_is_a_refusal_with_its_reason(
    behind: Behind, reads: Reads, shop: Asker, permission: Permission | None, problem: type[Refused]
) -> None:
    person = behind.customer()
    person.state(BANK, "city", "canary")
    if permission is not None:
        person.permit(shop.organization, permission)

    with pytest.raises(problem):
        reads.read(shop, person.customer)

    assert [("profile", "refused")] == [row[:2] for row in behind.accesses(person.customer)]


def test_another_organization_with_the_same_persons_grant_sees_its_own_part(behind: Behind, reads: Reads) -> None:
    one, two = (Asker(behind.organization(), "test", CARE) for _ in range(2))
    person = behind.customer().grant(one.organization, "contact").grant(two.organization, "products")
    person.state(BANK, "city", "Delft")
    person.state(BANK, "car", "red", category="products")

    seen = [list(reads.profile(asker, person.customer)["attributes"]) for asker in (one, two)]

    assert [["city"], ["car"]] == seen
    assert reads.profile_id(person.customer, one) != reads.profile_id(person.customer, two)


def test_another_purpose_sees_nothing(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "Delft")

    with pytest.raises(profiles.NotGranted):
        reads.read(replace(shop, purpose="advice"), person.customer)


def test_an_id_that_was_forged_or_made_for_another_organization_names_nobody(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    stranger = replace(shop, organization=behind.organization())
    valid = reads.profile_id(person.customer, shop)
    forged = [valid[:-2] + ("AA" if valid[-2:] != "AA" else "BB"), valid[:-1], "", "p_", valid.upper(), "p_" + "A" * 43]

    for unverified_id, asker in [*((each, shop) for each in forged), (valid, stranger)]:
        with pytest.raises(NotFound):
            reads.run(reads.profiles.read(asker, unverified_id)).answer()

    assert [] == behind.accesses(person.customer)


def test_an_erased_persons_id_names_nobody(behind: Behind, reads: Reads, shop: Asker) -> None:
    with pytest.raises(NotFound):
        reads.read(shop, uuid4())


def test_an_old_id_of_a_merged_customer_leads_to_who_they_are_now(behind: Behind, reads: Reads, shop: Asker) -> None:
    host, guest, first = (behind.customer() for _ in range(3))
    host.grant(shop.organization, "contact").state(BANK, "city", "Delft")
    guest.grant(shop.organization, "contact", "products")  # what was granted before the merge opens nothing any more
    behind.connection.execute(
        "update customer set merged_into = %s where customer_id = %s", (guest.customer, first.customer)
    )
    behind.connection.execute(
        "update customer set merged_into = %s where customer_id = %s", (host.customer, guest.customer)
    )

    found = [reads.profile(shop, each.customer) for each in (first, guest, host)]

    assert ["Delft"] * 3 == [each["attributes"]["city"]["value"] for each in found]
    assert {reads.profile_id(host.customer, shop)} == {each["profile_id"] for each in found}
    assert ([], [], 3) == tuple(
        rows if not rows else len(rows)
        for rows in map(behind.accesses, (first.customer, guest.customer, host.customer))
    )


def test_a_category_that_was_asked_for_and_not_granted_is_withheld_whether_or_not_there_is_anything(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    asker = replace(shop, categories=("contact", "financial"))
    rich, poor = (behind.customer().grant(shop.organization, "contact", "products") for _ in range(2))
    rich.state(BANK, "iban", "canary", category="financial")
    rich.state(BANK, "car", "red", category="products")

    answers = [reads.profile(asker, person.customer) for person in (rich, poor)]

    assert [(["contact"], ["financial"], {})] * 2 == [
        (each["granted"], each["withheld"], each["attributes"]) for each in answers
    ]


def test_a_destroyed_key_leaves_the_others_readable(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "canary")
    person.state(LANDLORD, "name", "Noor")
    subject_id, _ = person.subject(BANK)
    row = behind.connection.execute("select wrapped from data_key where subject_id = %s", (subject_id,)).fetchone()
    assert row is not None

    behind.platform.ring.destroy([row[0]])

    assert ["name"] == list(reads.profile(shop, person.customer)["attributes"])


def test_every_read_is_written_down_once(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "Delft")
    person.talk(BANK, at=datetime.now(UTC), category="contact")
    before = behind.count()

    for _ in range(3):
        reads.read(shop, person.customer)
    reads.run(reads.profiles.read(shop, "p_forged"))

    assert [("profile", "released", "granted")] * 3 == behind.accesses(person.customer)
    assert 4 == behind.count() - before
    released = behind.connection.execute(
        "select distinct organization_id, client_id, principal, purpose, asked, released, records"
        " from access where customer_id = %s",
        (person.customer,),
    ).fetchall()
    assert [(shop.organization, "test", "service", CARE, sorted(GRANTABLE), ["contact"], 2)] == released


def test_without_its_row_in_the_log_there_is_no_data(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    person.state(BANK, "city", "Delft")

    behind.connection.execute("alter table access add constraint closed check (path <> 'profile') not valid")
    try:
        with pytest.raises(psycopg.errors.CheckViolation):
            reads.read(shop, person.customer)
    finally:
        behind.connection.execute("alter table access drop constraint closed")


def test_reads_that_arrive_together_share_a_statement_and_are_each_written_down(
    behind: Behind, reads: Reads, shop: Asker
) -> None:
    people = [behind.customer().grant(shop.organization, "contact") for _ in range(20)]
    for number, person in enumerate(people):
        person.state(BANK, "number", number)
    stranger = behind.customer()
    wanted = [*people, stranger, *people]

    async def together() -> list[profiles.Reading]:
        ids = [reads.profile_id(person.customer, shop) for person in wanted]
        return await asyncio.gather(*[reads.profiles.read(shop, each) for each in ids])

    answers = reads.run(together())

    found = [msgspec.json.decode(each.document)["attributes"]["number"]["value"] for each in answers if each.document]
    assert [*range(20), *range(20)] == found
    assert "never-granted" == answers[20].reason
    assert [2] * 20 == [len(behind.accesses(person.customer)) for person in people]
    moments = behind.connection.execute(
        "select count(distinct at) from access where organization_id = %s", (shop.organization,)
    ).fetchone()
    assert moments is not None
    assert moments[0] < len(wanted)


def test_no_read_that_starts_after_a_revocation_returns_data(
    behind: Behind, reads: Reads, shop: Asker, database_url: str
) -> None:
    person = behind.customer()
    person.state(BANK, "city", "Delft")
    profile_id = reads.profile_id(person.customer, shop)
    grant = (
        "insert into permission select %s, %s, %s, '{contact}', null, now() + '1 day', '{}', null, '{}', null, null,"
    )
    grant += " gen_random_uuid(), now(), now(), 1"
    revoke = "delete from permission where customer_id = %s"

    async def race() -> int:
        stale = 0
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as act:
            for _ in range(RACES):
                await act.execute(grant, (person.customer, shop.organization, CARE))
                early = [asyncio.create_task(reads.profiles.read(shop, profile_id)) for _ in range(2)]
                await asyncio.sleep(0)
                await act.execute(revoke, (person.customer,))
                late = [reads.profiles.read(shop, profile_id) for _ in range(2)]
                stale += sum(each.document is not None for each in await asyncio.gather(*late))
                await asyncio.gather(*early)
        return stale

    assert 0 == reads.run(race())
