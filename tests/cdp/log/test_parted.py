"""What the logs tell of two dossiers that became one and went apart, when one of the two is erased."""

from datetime import timedelta

import psycopg

from cdp import clock
from cdp.identity import membership
from cdp.log import database_check, sequencer
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent import acts as law
from tests import make
from tests.cdp.leaving import erase, resend, verified
from tests.cdp.log import bundles


def test_who_was_parted_from_somebody_erased_can_be_verified_and_told_again(
    platform: Platform, database_url: str
) -> None:
    bank, address, at = make.organization(platform), make.email(), clock.now()
    make.known_person(platform, bank, make.email(), user=address)
    with psycopg.connect(database_url) as connection:
        ((guest, subject),) = connection.execute("select customer_id, subject_id from subject").fetchall()
    scope = Scope(Principal.SOURCE, bank.organization_id)
    evidence = law.Evidence(method=law.Method.PAPER, at=at, document_hash="0" * 64)
    attest = law.Attest(
        recipient=bank.organization_id,
        by=bank.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset({"contact"}),
        expires_at=at + timedelta(days=300),
        evidence=evidence,
    )
    with platform.database.scoped(scope) as session:
        grants.record(session, scope, guest, attest)
    person = make.person(platform, address=address)
    resend(platform, bank, address, **verified(address))
    make.revoke(platform, person, bank, purpose="advice")
    sequencer.step(platform)

    with platform.database.scoped(person.scope) as session:
        membership.part(session, person.customer_id, subject, at=clock.now())
    sequencer.step(platform)
    erase(platform, person)
    sequencer.step(platform)

    with psycopg.connect(database_url) as connection:
        left = connection.execute("select customer_id from subject").fetchall()
        stands = connection.execute("select stopped from permission").fetchall()
        bonds = connection.execute("select count(*) from bond").fetchone()
    assert ([(guest,)], [("revoked",)], (0,)) == (left, stands, bonds)
    assert [] == database_check.check(platform).differences
    assert [] == bundles.settled_verdict(platform).failures
