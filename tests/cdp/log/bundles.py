"""What the tests of the logs share: people who act, reads, and the auditor's file made of what the database holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock
from cdp.log import sequencer, store
from cdp.own import accesses
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from consent import bundle
from consent.commitments import Opening
from consent.notes import Key
from consent.verify import Trust, Verdict, verify_bundle
from tests import make

PURPOSE = "advice"
AUDITOR = Scope(Principal.AUDITOR)


def grant(
    platform: Platform,
    person: make.Person,
    recipient: Organization,
    *categories: str,
    at: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """Let a customer grant `categories`, or contact, and return the act."""
    moment = at or clock.now()
    act = law.Grant(
        recipient=recipient.organization_id,
        purpose=PURPOSE,
        at=moment,
        categories=frozenset(categories or ("contact",)),
        expires_at=until or moment + timedelta(days=300),
    )
    return record(platform, person, act)


def revoke(platform: Platform, person: make.Person, recipient: Organization) -> UUID:
    """Let a customer take everything back, and return the act."""
    return record(platform, person, law.Revoke(recipient=recipient.organization_id, purpose=PURPOSE, at=clock.now()))


def record(platform: Platform, person: make.Person, act: law.Act) -> UUID:
    """Record an act and return its id."""
    with platform.database.scoped(person.scope) as session:
        return grants.record(session, person.scope, person.customer_id, act)


def read_own(platform: Platform, person: make.Person) -> None:
    """Let a customer look at their own data."""
    with platform.database.scoped(person.scope) as session:
        accesses.note_own_read(session, person.scope, path="me", categories=["contact"], records=1, at=clock.now())


def tar(platform: Platform, *, organization: UUID | None = None, since: tuple[int, int] = (0, 0)) -> bytes:
    """Return the auditor's file of everything that is signed."""
    with platform.database.scoped(Scope(Principal.AUDITOR, organization)) as session:
        parts = [
            _part(session, store.current(session, kind), size)
            for kind, size in zip((store.CONSENT, store.ACCESS), since, strict=True)
        ]
        return b"".join(bundle.stream(*parts, organization=organization))


def opened(platform: Platform, organization: UUID | None) -> bytes:
    """Return all bodies that an auditor may open in the consent log."""
    with platform.database.scoped(Scope(Principal.AUDITOR, organization)) as session:
        log = store.current(session, store.CONSENT)
        return b"".join(each.opening.body for each in store.entries(session, log, 0, log.size))


def verdict(platform: Platform, *, known: bytes | None = None, organization: UUID | None = None) -> Verdict:
    """Return what an auditor, who got the keys by another way, says about everything that is signed."""
    with platform.database.scoped(AUDITOR) as session:
        keys: list[Key] = [key for log in store.logs(session) for key in log.keys]
    return verify_bundle(BytesIO(tar(platform, organization=organization)), Trust(tuple(keys), known))


def settled_verdict(platform: Platform) -> Verdict:
    """Let everything that waits into the logs, and return the verdict."""
    sequencer.step(platform)
    return verdict(platform)


def _part(session: Session, log: store.Log, since: int) -> bundle.Part:
    new = store.newest(session, log)
    old = store.signed_at(session, log, since) if since else None
    assert new is not None

    def shown(begin: int, end: int) -> Iterable[tuple[int, Opening]]:
        return store.openings(session, log, begin, end)

    return bundle.Part(
        log.policy,
        new.note,
        store.tile_reader(session, log),
        shown,
        old=None if old is None else old.note,
        earlier=store.openings(session, log, 0, since),
    )


def count(platform: Platform, table: str) -> int:
    """Return how many rows of an outbox wait."""
    with platform.database.scoped(Scope(Principal.SEQUENCER)) as session:
        return int(session.execute(text(f"select count(*) from {table}")).scalar_one())
