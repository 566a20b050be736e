"""Organizations: registered once, and removed with everything they supplied and nothing else."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from cdp import clients, clock, jobs, organizations
from cdp.catalog import mapping
from cdp.catalog.files import Words
from cdp.ingest.items import Kind, Outcome
from cdp.organizations import OrganizationUnknown, SlugTaken
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts
from consent.errors import Invalid, Refused
from consent.types import CUSTOMER_SOURCE
from tests import make

OPERATOR = Scope(Principal.OPERATOR)
KEPT = {"organization", "act", "access", "key_destruction"}
"""What still names an organization after its removal: its own closed row, and the customers' history."""


def mentions(admin: psycopg.Connection, text: str) -> dict[str, int]:
    """Return how many rows of which tables hold `text` anywhere."""
    tables = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    named = [row[0] for row in admin.execute(tables + " and not relispartition")]
    counts = {}
    for table in named:
        query = f"select count(*) from {table} t where strpos(t::text, %s) > 0".encode()
        (counts[table],) = admin.execute(query, (text,)).fetchone() or (0,)
    return {table: count for table, count in counts.items() if count}


def supply(platform: Platform, source: Organization, user: str) -> None:
    """Let `source` send one thing of every kind about one person."""
    outcomes = make.delivery(
        platform,
        source,
        make.item(Kind.ATTRIBUTES, "first_name", "Canary", user=user),
        make.item(Kind.ATTRIBUTES, "shoe_size", 43, user=user),
        make.item(Kind.PRODUCT, "book", {}, user=user, key="b-1"),
        make.item(Kind.EXTERNAL, "energy-label", {}, user=user, key="e-1"),
        make.item(Kind.INTERACTION, "phone", {"properties": {}}, user=user, key=make.name("i")),
    )
    assert {Outcome.STORED} == set(outcomes)


def grant(platform: Platform, person: make.Person, recipient: Organization) -> None:
    at = clock.now()
    act = acts.Grant(
        recipient=recipient.organization_id,
        purpose="advice",
        categories=frozenset({"contact"}),
        at=at,
        expires_at=at + timedelta(days=30),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)


def rows_of(admin: psycopg.Connection, source: UUID) -> list[tuple[object, ...]]:
    query = "select record_id, sealed, category, superseded_at from record where source_id = %s order by record_id"
    return list(admin.execute(query, (source,)))


def test_removal_leaves_nothing_of_the_organization(platform: Platform, admin: psycopg.Connection) -> None:
    leaving = make.organization(platform)
    source = Scope(Principal.SOURCE, leaving.organization_id)
    supply(platform, leaving, "user-1")
    supply(platform, leaving, "user-2")
    make.service(platform, leaving, "profiles:read", "records:write")
    with platform.database.scoped(OPERATOR) as session:
        clients.create_write_key(session, platform.fingerprints, leaving.organization_id, name="k", at=clock.now())
    size = mapping.entry_of("attributes", "shoe_size")
    mapping.put(platform, source, size, mapping.Wanted("personal", Words(nl="Maat", en="Size")))
    keys = admin.execute(
        "select wrapped, subject_id from data_key join subject using (customer_id, subject_id) where source_id = %s",
        (leaving.organization_id,),
    ).fetchall()

    removal = organizations.remove(platform, leaving.organization_id, at=clock.now())

    assert (2, 2, False) == (removal.subjects, removal.keys, removal.has_rotated)
    assert mentions(admin, str(leaving.organization_id)).keys() <= KEPT
    assert {None} == set(platform.ring.unwrap_many((bytes(blob), subject) for blob, subject in keys))
    assert 0 == sum(mentions(admin, str(subject)).get("subject", 0) for _, subject in keys)


def test_removal_leaves_nothing_of_whom_nobody_else_knows(platform: Platform, admin: psycopg.Connection) -> None:
    leaving, staying = make.organization(platform), make.organization(platform)
    supply(platform, leaving, "user-1")
    query = "select customer_id from subject where source_id = %s"
    ((customer,),) = admin.execute(query, (leaving.organization_id,)).fetchall()
    admin.execute(
        "insert into message (customer_id, message_id, organization_id, code_hash, digest, is_addressed, is_listed,"
        " channel, speaker, at, until, expires_at, registered_at) select %s, gen_random_uuid(), %s, hash, hash, true,"
        " true, 'post', 'human', now(), now(), now(), now() from sha256('x') as hash",
        (customer, staying.organization_id),
    )
    admin.execute(
        "insert into firing values (%s, gen_random_uuid(), %s, gen_random_uuid(), gen_random_uuid(), '{}', now())",
        (customer, staying.organization_id),
    )
    admin.execute(
        "insert into offer_shown values (%s, %s, gen_random_uuid(), '{}', now(), now())",
        (customer, staying.organization_id),
    )
    known = mentions(admin, str(customer)).keys()

    organizations.remove(platform, leaving.organization_id, at=clock.now())

    left = {"message", "firing", "offer_shown"}
    assert (left, set()) == (left & known, left & mentions(admin, str(customer)).keys())


@pytest.mark.parametrize("is_known_to_others", [True, False])
def test_removal_leaves_nothing_of_whom_the_organization_handed_over(
    platform: Platform, admin: psycopg.Connection, *, is_known_to_others: bool
) -> None:
    leaving, staying = make.organization(platform), make.organization(platform)
    supply(platform, leaving, "user-1")
    query = "select customer_id, subject_id from subject where source_id = %s"
    ((customer, subject),) = admin.execute(query, (leaving.organization_id,)).fetchall()
    if is_known_to_others:
        admin.execute("update customer set claimed_at = now() where customer_id = %s", (customer,))
    insert = (
        "insert into reply values"
        " (%s, gen_random_uuid(), %s, gen_random_uuid(), %s, true, now(), now(), null, null, %s, '')"
    )
    admin.execute(insert, (customer, leaving.organization_id, "organization", subject))
    admin.execute(insert, (customer, staying.organization_id, "customer", UUID(int=1)))

    organizations.remove(platform, leaving.organization_id, at=clock.now())

    left = admin.execute("select by from reply where customer_id = %s", (customer,)).fetchall()
    assert ([("customer",)] if is_known_to_others else []) == left


def test_removal_touches_no_other_source(platform: Platform, admin: psycopg.Connection) -> None:
    leaving, staying = make.organization(platform), make.organization(platform)
    supply(platform, leaving, "user-1")
    supply(platform, staying, "user-1")
    before = rows_of(admin, staying.organization_id), mentions(admin, str(staying.organization_id))

    organizations.remove(platform, leaving.organization_id, at=clock.now())

    assert before == (rows_of(admin, staying.organization_id), mentions(admin, str(staying.organization_id)))
    (wrapped, subject) = admin.execute(
        "select wrapped, subject_id from data_key join subject using (customer_id, subject_id) where source_id = %s",
        (staying.organization_id,),
    ).fetchone() or (b"", None)
    assert platform.ring.unwrap(bytes(wrapped), subject=subject)


def test_a_removed_organization_is_allowed_nothing_any_more(platform: Platform, admin: psycopg.Connection) -> None:
    leaving, person = make.organization(platform), make.person(platform)
    grant(platform, person, leaving)

    organizations.remove(platform, leaving.organization_id, at=clock.now())

    query = "select categories, expires_at from permission where recipient_id = %s"
    assert [([], None)] == admin.execute(query, (leaving.organization_id,)).fetchall()
    acts = "select kind from act where recipient_id = %s order by seq"
    assert ["grant", "revoke"] == [row[0] for row in admin.execute(acts, (leaving.organization_id,))]


def test_an_interrupted_removal_is_finished_by_the_worker(
    platform: Platform, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = make.organization(platform)
    for number in range(5):
        make.subject(platform, leaving, f"user-{number}")
    monkeypatch.setattr(organizations, "AT_MOST", 2)

    organizations.take_part(platform, leaving.organization_id, at=clock.now())  # and the process dies here
    left = mentions(admin, str(leaving.organization_id))["subject"]
    jobs.finish_removals(platform, clock.now())

    assert 3 == left
    assert mentions(admin, str(leaving.organization_id)).keys() <= KEPT


def test_the_customers_own_source_cannot_be_removed(platform: Platform) -> None:
    with pytest.raises(Refused):
        organizations.remove(platform, CUSTOMER_SOURCE, at=clock.now())


def test_a_slug_is_taken_once(platform: Platform) -> None:
    taken = make.organization(platform).slug

    with pytest.raises(SlugTaken), platform.database.scoped(OPERATOR) as session:
        organizations.add(session, slug=taken, name="Ander", at=clock.now())


@pytest.mark.parametrize("slug", ["", "a", "A", "a b", "-a", "a--b", "é", "x" * 41, "1a", "a\n"])
def test_a_slug_is_a_plain_word(platform: Platform, slug: str) -> None:
    with pytest.raises(Invalid), platform.database.scoped(OPERATOR) as session:
        organizations.add(session, slug=slug, name="Naam", at=clock.now())


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_is_one_to_two_hundred_letters(platform: Platform, name: str) -> None:
    with pytest.raises(Invalid), platform.database.scoped(OPERATOR) as session:
        organizations.add(session, slug=make.name("org"), name=name, at=clock.now())


@pytest.mark.parametrize("slug", ["nobody-has-this", "customer"])
def test_nobody_is_found_under_another_name(platform: Platform, slug: str) -> None:
    with pytest.raises(OrganizationUnknown), platform.database.scoped(OPERATOR) as session:
        organizations.named(session, slug)
