"""What the logs tell of two dossiers that became one and went apart, when one of the two is erased."""

from io import BytesIO

import psycopg

from cdp import clock
from cdp.identity import membership
from cdp.log import audit_bundle, database_check, sequencer, store
from cdp.platform import Platform
from consent.verify import verify_bundle
from tests import make
from tests.cdp.leaving import erase, resend, verified
from tests.cdp.log import bundles
from tests.cdp.log.attesting import attest


def test_who_was_parted_from_somebody_erased_can_be_verified_and_told_again(
    platform: Platform, database_url: str
) -> None:
    bank, address = make.organization(platform), make.email()
    make.known_person(platform, bank, make.email(), user=address)
    with psycopg.connect(database_url) as connection:
        ((guest, subject),) = connection.execute("select customer_id, subject_id from subject").fetchall()
    attest(platform, bank.organization_id, guest, "advice")
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
    attest(platform, bank.organization_id, guest, "research")
    sequencer.step(platform)
    later = verify_bundle(BytesIO(b"".join(audit_bundle.stream(platform, bundles.AUDITOR, since=size, until=None))))
    assert [] == later.failures
    assert 1 <= later.checked["with_erased"]
