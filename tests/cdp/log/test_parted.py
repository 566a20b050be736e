"""What the logs tell of two dossiers that became one and went apart, when one of the two is erased."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import psycopg

from cdp import clock
from cdp.identity import membership
from cdp.log import audit_bundle, database_check, sequencer, store
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent import acts as law
from consent.verify import verify_bundle
from tests import make
from tests.cdp.leaving import erase, resend, verified
from tests.cdp.log import bundles


def attest(platform: Platform, scope: Scope, customer: UUID, purpose: str) -> None:
    """Let an organization say that a customer of theirs allowed a purpose on paper."""
    at, organization = clock.now(), scope.organization
    assert organization is not None
    act = law.Attest(
        recipient=organization,
        by=organization,
        purpose=purpose,
        at=at,
        categories=frozenset({"contact"}),
        expires_at=at + timedelta(days=300),
        evidence=law.Evidence(method=law.Method.PAPER, at=at, document_hash="0" * 64),
    )
    with platform.database.scoped(scope) as session:
        grants.record(session, scope, customer, act)


def test_who_was_parted_from_somebody_erased_can_be_verified_and_told_again(
    platform: Platform, database_url: str
) -> None:
    bank, address = make.organization(platform), make.email()
    make.known_person(platform, bank, make.email(), user=address)
    with psycopg.connect(database_url) as connection:
        ((guest, subject),) = connection.execute("select customer_id, subject_id from subject").fetchall()
    scope = Scope(Principal.SOURCE, bank.organization_id)
    attest(platform, scope, guest, "advice")
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

    with platform.database.scoped(bundles.AUDITOR) as session:
        size = store.current(session, store.CONSENT).size
    attest(platform, scope, guest, "research")
    sequencer.step(platform)
    later = verify_bundle(BytesIO(b"".join(audit_bundle.stream(platform, bundles.AUDITOR, since=size, until=None))))
    assert [] == later.failures
    assert 1 <= later.checked["with_erased"]
