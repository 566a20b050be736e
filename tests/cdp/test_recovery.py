"""After a restore of an older backup nothing is signed that forks a log; the way on is a new log that says so."""

import json
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from cdp import clock, recovery, replaying, rotation
from cdp.embedded.postgres import Cluster
from cdp.identity import membership
from cdp.ingest.items import Outcome
from cdp.log import database_check, founding, sequencer, store
from cdp.log.signer import Forked, SignerBroken
from cdp.platform import Platform
from cdp.tables import Organization
from consent.errors import NotFound
from tests import make
from tests.cdp.leaving import erase, known_to, resend, verified
from tests.cdp.log import bundles


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def restore(platform: Platform, cluster: Cluster, database: str) -> Callable[[Callable[[], None]], None]:
    """Return a function that takes a backup, does something, and sets the database back to the backup."""
    kept = f"{database}_kept"

    def run(statement: str) -> None:
        platform.database.dispose()
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(now=sql.Identifier(database), kept=sql.Identifier(kept)))

    def around(what_is_lost: Callable[[], None]) -> None:
        run("create database {kept} template {now}")
        what_is_lost()
        run("drop database {now} with (force)")
        run("alter database {kept} rename to {now}")

    return around


def test_a_log_that_goes_on_is_not_recovered(platform: Platform) -> None:
    sequencer.step(platform)

    assert recovery.why_it_stands_still(platform) is None
    with pytest.raises(recovery.NothingToRecover):
        recovery.recover(platform)


def test_after_a_restore_nothing_is_signed_until_new_logs_begin(
    platform: Platform, shop: Organization, restore: Callable[[Callable[[], None]], None]
) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    sequencer.step(platform)

    def lost() -> None:
        for _ in range(3):
            bundles.grant(platform, make.person(platform), shop)
        sequencer.step(platform)

    restore(lost)
    for _ in range(4):
        bundles.grant(platform, make.person(platform), shop)
        with pytest.raises(Forked):
            sequencer.step(platform)

    assert recovery.why_it_stands_still(platform) is not None
    done = recovery.recover(platform)
    bundles.revoke(platform, person, shop)
    bundles.read_own(platform, person)

    assert done.acts >= 5
    assert ("localhost/consent-2", "localhost/access-2") == done.begun
    assert [] == bundles.settled_verdict(platform).failures
    assert recovery.why_it_stands_still(platform) is None
    with platform.database.scoped(bundles.AUDITOR) as session:
        assert store.newest(session, store.named(session, "consent")) is not None
        with pytest.raises(NotFound):
            store.named(session, "consent-3")


def test_who_was_erased_since_the_backup_is_erased_again_before_new_logs_begin(
    platform: Platform, shop: Organization, restore: Callable[[Callable[[], None]], None]
) -> None:
    person, address = known_to(platform, shop)
    staying, _ = known_to(platform, shop)
    bundles.grant(platform, person, shop)
    sequencer.step(platform)
    bundles.read_own(platform, staying)

    def lost() -> None:
        sequencer.step(platform)
        erase(platform, person)
        sequencer.step(platform)

    restore(lost)
    with pytest.raises(replaying.ErasedCameBack):
        recovery.recover(platform)

    done = replaying.replay(platform, at=clock.now())
    again = replaying.replay(platform, at=clock.now())
    recovery.recover(platform)

    assert 1 == done.erased
    assert done.sessions >= 2
    assert (0, 0) == (again.erased, again.sessions)
    assert [] == bundles.settled_verdict(platform).failures
    assert Outcome.SUPPRESSED == resend(platform, shop, address, **verified(address))
    with platform.database.scoped(bundles.AUDITOR) as session:
        log = store.current(session, store.ACCESS)
        told = [each.opening.body for each in store.entries(session, log, 0, log.size)]
    assert [each for each in told if b'"path":"me"' in each]  # the read that still waited when the backup was made


def part(platform: Platform, person: make.Person, source: Organization) -> None:
    """Let a customer say of what a source knows that it is somebody else."""
    with platform.database.scoped(person.scope) as session:
        (subject,) = [each.subject_id for each in membership.own(session) if each.source == source.organization_id]
        membership.part(session, person.customer_id, subject, at=clock.now())


def test_logs_begin_anew_after_a_merge_a_parting_and_an_erasure(
    platform: Platform, shop: Organization, restore: Callable[[Callable[[], None]], None]
) -> None:
    bank = make.organization(platform)
    (leaving, _), (staying, _) = known_to(platform, shop, bank), known_to(platform, shop, bank)
    for each in (leaving, staying):
        bundles.grant(platform, each, shop)
        part(platform, each, bank)
        bundles.read_own(platform, each)
    sequencer.step(platform)
    erase(platform, leaving)
    sequencer.step(platform)

    def lost() -> None:
        bundles.revoke(platform, staying, shop)
        sequencer.step(platform)

    restore(lost)
    recovery.recover(platform)
    bundles.read_own(platform, staying)

    assert [] == bundles.settled_verdict(platform).failures
    assert [] == database_check.check(platform).differences


def test_who_parted_and_left_since_the_backup_leaves_again_and_takes_along_what_hung_on_them_then(
    platform: Platform, shop: Organization, restore: Callable[[Callable[[], None]], None]
) -> None:
    bank = make.organization(platform)
    person, address = known_to(platform, shop, bank)
    bundles.grant(platform, person, shop)
    sequencer.step(platform)

    def lost() -> None:
        part(platform, person, bank)
        erase(platform, person)
        sequencer.step(platform)

    restore(lost)
    done = replaying.replay(platform, at=clock.now())
    recovery.recover(platform)

    assert 1 == done.erased
    assert Outcome.SUPPRESSED == resend(platform, shop, address, **verified(address))
    assert [] == bundles.settled_verdict(platform).failures
    assert [] == database_check.check(platform).differences


def test_a_memory_that_cannot_be_read_signs_nothing(platform: Platform, shop: Organization) -> None:
    with platform.database.scoped(bundles.AUDITOR) as session:
        name = store.current(session, store.CONSENT).name
    path = platform.settings.log / f"{name}.state"
    kept = path.read_bytes()
    bundles.grant(platform, make.person(platform), shop)
    for broken in (b"", b"{}", json.dumps({"origin": "x", "size": "x", "root": ""}).encode()):
        path.write_bytes(broken)
        with pytest.raises(SignerBroken):
            sequencer.step(platform)
    path.write_bytes(kept)

    assert [] == bundles.settled_verdict(platform).failures


def test_a_key_that_others_can_read_signs_nothing(platform: Platform) -> None:
    with platform.database.scoped(bundles.AUDITOR) as session:
        name = store.current(session, store.CONSENT).name
    signer = founding.signer_of(platform, name)
    signer.path.chmod(0o640)

    with pytest.raises(SignerBroken, match="others can read"):
        signer.signer()

    signer.path.chmod(0o600)


def test_a_lost_memory_is_a_reason_to_begin_new_logs(platform: Platform, shop: Organization) -> None:
    with platform.database.scoped(bundles.AUDITOR) as session:
        name = store.current(session, store.CONSENT).name
    (platform.settings.log / f"{name}.state").unlink()

    assert "never begin anew" in (recovery.why_it_stands_still(platform) or "")
    recovery.recover(platform)
    bundles.grant(platform, make.person(platform), shop)

    assert [] == bundles.settled_verdict(platform).failures


def test_a_backup_of_before_a_rotation_tells_nobody_from_the_erased(
    platform: Platform, shop: Organization, restore: Callable[[Callable[[], None]], None]
) -> None:
    known_to(platform, shop)

    def lost() -> None:
        rotation.rotate(platform, grace=0)

    restore(lost)

    with pytest.raises(replaying.BackupTooOld):
        replaying.replay(platform, at=clock.now())
