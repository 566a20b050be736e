"""A customer leaves: rows and keys go, proof stays, nobody brings them back, and nobody else is touched."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from cdp import clock, key_destruction
from cdp.database import ENTER
from cdp.ingest.items import Kind, Outcome
from cdp.keys.errors import KeyDestroyed
from cdp.keys.mac import Mac
from cdp.log import sequencer
from cdp.logins import login
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Mint, Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from consent.errors import NotFound
from tests import make
from tests.cdp.leaving import erase, known_to, resend, verified
from tests.cdp.traces import Ask, tables_with

KEPT = {"act", "access", "change", "consent_outbox"}
"""What stays until the log has heard of it: what was decided, who looked and who was told. Then only who was told."""


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def ask(database_url: str) -> Iterator[Ask]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield lambda question, *facts: connection.execute(question, facts).fetchall()


def grant(platform: Platform, person: make.Person, recipient: Organization) -> None:
    at = clock.now()
    act = law.Grant(
        recipient=recipient.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset({"contact"}),
        sources=None,
        expires_at=at + timedelta(days=300),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)


def subjects(ask: Ask, person: make.Person) -> dict[UUID, bytes]:
    return dict(ask("select subject_id, wrapped from data_key where customer_id = %s", person.customer_id))


def test_nothing_but_proof_is_left(platform: Platform, shop: Organization, bank: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop, bank)
    grant(platform, person, bank)
    assert {"record", "interaction", "identifier", "permission", "link"} <= tables_with(ask, [person.customer_id])

    done = erase(platform, person)

    assert 3 == done.subjects
    assert tables_with(ask, [person.customer_id]) <= KEPT
    sequencer.step(platform)
    assert {"change"} == tables_with(ask, [person.customer_id])
    assert [] == ask("select 1 from customer where customer_id = %s", person.customer_id)


def test_the_keys_are_destroyed_when_the_customer_is_told(platform: Platform, shop: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop)
    keys = subjects(ask, person)

    erase(platform, person)

    for subject, wrapped in keys.items():
        with pytest.raises(KeyDestroyed):
            platform.ring.unwrap(wrapped, subject=subject)
    assert 0 == key_destruction.waiting(platform)


def test_another_customer_keeps_everything(platform: Platform, shop: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop)
    other, _ = known_to(platform, shop)
    before = tables_with(ask, [other.customer_id])

    erase(platform, person)

    assert before == tables_with(ask, [other.customer_id])
    with platform.database.scoped(other.scope) as session:
        found = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=10)
    assert "Noor" in [each.value for each in found]


def test_a_dossier_merged_from_several_goes_whole(
    platform: Platform, shop: Organization, bank: Organization, ask: Ask
) -> None:
    person, address = known_to(platform, shop, bank)
    guests = [guest for (guest,) in ask("select customer_id from customer where merged_into = %s", person.customer_id)]
    ask("insert into access_request (customer_id, request_id, organization_id, purpose, categories, days, notice,"
        " asked_at, due_at) select %s, gen_random_uuid(), %s, 'advice', '{contact}', 7, '{}', now(), now() returning 1",
        guests[0], bank.organization_id)  # fmt: skip

    erase(platform, person)

    assert guests
    assert tables_with(ask, [*guests, person.customer_id]) <= KEPT
    assert [] == ask("select 1 from customer where customer_id = any(%s)", guests)
    assert Outcome.SUPPRESSED == resend(platform, bank, address)


def test_a_merged_dossiers_recipients_hear_it_under_the_id_that_they_know(
    platform: Platform, shop: Organization, bank: Organization, ask: Ask
) -> None:
    address = make.email()
    make.known_person(platform, shop, address, user=address)
    make.known_person(platform, bank, make.email(), user=address)
    (guest,) = ask(
        "select customer_id from subject where source_id = %s order by created_at desc limit 1", bank.organization_id
    )[0]
    with platform.database.scoped(Scope(Principal.SOURCE, bank.organization_id)) as session:
        at = clock.now()
        proof = law.Evidence(method=law.Method.PAPER, at=at, document_hash="0" * 64)
        attest = law.Attest(
            recipient=bank.organization_id,
            by=bank.organization_id,
            purpose="advice",
            at=at,
            categories=frozenset({"contact"}),
            expires_at=at + timedelta(days=300),
            evidence=proof,
        )
        grants.record(session, Scope(Principal.SOURCE, bank.organization_id), guest, attest)
    resend(platform, bank, address, **verified(address))
    person = make.person(platform, address=address)

    erase(platform, person)

    told = ask("select customer_id from change where organization_id = %s and kind = 'erase'", bank.organization_id)
    assert {(guest,), (person.customer_id,)} == set(told)


def test_recipients_and_sources_hear_of_it(
    platform: Platform, shop: Organization, bank: Organization, ask: Ask
) -> None:
    person, _ = known_to(platform, shop)
    grant(platform, person, bank)

    erase(platform, person)

    for each in (shop, bank):
        kinds = ask("select kind from change where organization_id = %s order by change_id", each.organization_id)
        assert ("erase",) == kinds[-1]


def test_the_acts_still_prove_what_was_decided(platform: Platform, bank: Organization, ask: Ask) -> None:
    person = make.person(platform)
    grant(platform, person, bank)

    erase(platform, person)

    kinds = ask("select kind from act where customer_id = %s order by seq", person.customer_id)
    assert [("grant",), ("erase",)] == kinds


def test_what_was_unlinked_is_not_erased(platform: Platform, shop: Organization, bank: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop, bank)
    ((subject,),) = ask(
        "select subject_id from subject where customer_id = %s and source_id = %s",
        person.customer_id,
        bank.organization_id,
    )
    with platform.database.scoped(person.scope) as session:
        session.execute(
            text("select unlink_subject(:c, :s, :at)"), {"c": person.customer_id, "s": subject, "at": clock.now()}
        )

    erase(platform, person)

    assert [(subject,)] == ask("select subject_id from subject where source_id = %s", bank.organization_id)


def test_a_crash_before_the_ring_was_told_is_made_good(
    platform: Platform, shop: Organization, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = known_to(platform, shop)
    keys = subjects(ask, person)
    with monkeypatch.context() as crash:
        crash.setattr(type(platform.ring), "destroy", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase(platform, person)
    assert len(keys) == key_destruction.waiting(platform)

    key_destruction.settle(platform, at=clock.now())

    assert 0 == key_destruction.waiting(platform)
    assert [None] * len(keys) == platform.ring.unwrap_many((wrapped, subject) for subject, wrapped in keys.items())


def test_a_key_that_is_being_wrapped_anew_is_noted_as_it_ends_up(
    platform: Platform, database_url: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.person(platform)
    ((subject, wrapped),) = subjects(ask, person).items()
    anew = platform.ring.rewrap(wrapped, subject=subject)

    with psycopg.connect(database_url) as rotation, ThreadPoolExecutor(1) as other:
        rotation.execute("update data_key set wrapped = %s where subject_id = %s", (anew, subject))
        erasing = other.submit(erase, platform, person)
        _wait_for_a_lock(ask)
        rotation.commit()
        erasing.result()

    assert [(anew,)] == ask("select wrapped from key_destruction where subject_id = %s", subject)


def test_two_erasures_at_the_same_moment_are_one(platform: Platform, shop: Organization, ask: Ask) -> None:
    person, _ = known_to(platform, shop)
    start = threading.Barrier(4)

    def once() -> bool:
        start.wait()
        try:
            erase(platform, person)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as crowd:
        outcomes = [each.result() for each in [crowd.submit(once) for _ in range(4)]]

    assert 1 == outcomes.count(True)
    assert tables_with(ask, [person.customer_id]) <= KEPT


def test_an_erasure_during_deliveries_leaves_nothing_behind(
    platform: Platform, shop: Organization, bank: Organization, ask: Ask
) -> None:
    person, address = known_to(platform, shop, bank)
    start, outcomes = threading.Barrier(5), list[Outcome]()

    def deliver(source: Organization) -> None:
        start.wait()
        for number in range(8):
            said = make.item(Kind.ATTRIBUTES, "city", f"Bergen {number}", user=address, **verified(address))
            outcomes.extend(make.delivery(platform, source, said))

    with ThreadPoolExecutor(5) as crowd:
        running = [crowd.submit(deliver, source) for source in (shop, bank, shop, bank)]
        start.wait()
        erase(platform, person)
        for each in running:
            each.result()

    assert Outcome.SUPPRESSED == resend(platform, shop, address)
    assert set(outcomes) <= {Outcome.STORED, Outcome.UNCHANGED, Outcome.SUPPRESSED}
    for source in (shop, bank):
        assert [] == ask("select 1 from subject where source_id = %s", source.organization_id)
        assert [] == ask("select 1 from record where source_id = %s", source.organization_id)
    assert tables_with(ask, [person.customer_id]) <= KEPT


def test_an_act_that_was_first_is_erased_with_the_rest(platform: Platform, bank: Organization, ask: Ask) -> None:
    person = make.person(platform)
    at = clock.now()
    act = law.Grant(
        recipient=bank.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset({"contact"}),
        sources=None,
        expires_at=at + timedelta(days=300),
    )

    with ThreadPoolExecutor(1) as other:
        with platform.database.scoped(person.scope) as session:
            grants.record(session, person.scope, person.customer_id, act)
            erasing = other.submit(erase, platform, person)
            _wait_for_a_lock(ask)
        erasing.result()

    assert tables_with(ask, [person.customer_id]) <= KEPT


def test_an_erasure_during_a_read_lets_the_read_see_nothing_more(platform: Platform, shop: Organization) -> None:
    person, _ = known_to(platform, shop)

    with platform.database.scoped(person.scope) as session:
        before = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=1)
        erase(platform, person)
        after = dossier.records(
            session, OwnKeys(session, platform.ring), after=before[-1].place, until=clock.now(), limit=9
        )

    assert (1, 0) == (len(before), len(after))


def test_the_session_and_the_login_links_are_gone(platform: Platform, ask: Ask) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    login.ask(platform, email=address, asker="203.0.113.9", at=clock.now())
    blind = platform.blind.of("email", address)  # type: ignore[arg-type]  # the enum's value
    assert ask("select 1 from login_link where email_blind = %s", blind)

    erase(platform, person)

    assert [] == ask("select 1 from login_link where email_blind = %s", blind)
    assert [] == ask("select 1 from session where customer_id = %s", person.customer_id)


@pytest.mark.parametrize("principal", [each for each in Principal if each is not Principal.CUSTOMER])
def test_nobody_else_can_erase_a_customer(platform: Platform, principal: Principal, ask: Ask) -> None:
    person = make.person(platform)
    scope = Scope(principal, organization=uuid4(), customer=person.customer_id)

    with (
        pytest.raises((sqlalchemy.exc.ProgrammingError, NotFound)),
        platform.database.scoped(scope) as session,
    ):
        session.execute(text("select * from erase_customer(gen_random_uuid(), now())"))

    assert [(1,)] == ask("select 1 from customer where customer_id = %s", person.customer_id)


def test_a_forged_scope_erases_nobody(platform: Platform, app_url: str, ask: Ask) -> None:
    person = make.person(platform)

    with psycopg.connect(app_url) as connection:
        connection.execute(ENTER, Mint(Mac(b"f" * 32)).words(person.scope))
        with pytest.raises(psycopg.Error, match="not-found"):
            connection.execute("select * from erase_customer(gen_random_uuid(), now())")

    assert [(1,)] == ask("select 1 from customer where customer_id = %s", person.customer_id)


def test_who_has_left_cannot_leave_again(platform: Platform) -> None:
    person = make.person(platform)
    erase(platform, person)

    with pytest.raises(NotFound):
        erase(platform, person)


def _wait_for_a_lock(ask: Ask) -> None:
    """Return once somebody waits for a row that another transaction holds."""
    while not ask("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"):
        pass
