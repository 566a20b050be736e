"""One change to a live permission at a time, as a customer makes it: one kind of data on or off, another end.

Rules: (1) each change is one act; (2) turning off the last kind stops the permission; (3) what an organization attested
is never widened beyond that organization's own records.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from cdp.permissions import grants
from cdp.tables import Permission
from consent import acts as law
from consent.errors import NothingChanges, NothingGranted
from consent.permission import covers


def switched_off(permission: Permission, category: str, *, at: datetime) -> law.Act:
    """Return the act that leaves everything but `category`."""
    left = grants.lawful(permission).open_at(at) - {category}
    if not left:
        return law.Revoke(recipient=permission.recipient_id, purpose=permission.purpose, at=at)
    return grants.change(permission, categories=left, sources=None, expires_at=None, at=at)


def switched_on(permission: Permission, category: str, *, at: datetime) -> law.Act:
    """Return the act that adds `category` to what stands; raises NothingGranted when nothing does."""
    standing = grants.lawful(permission)
    end = standing.end_at(at)
    if end is None:
        raise NothingGranted
    own = standing.granted_at(at)
    if not own:
        return _own_records(permission, standing.attested_at(at) | {category}, end, at=at)
    return grants.change(permission, categories=own | {category}, sources=None, expires_at=None, at=at)


def ending(session: Session, permission: Permission, *, days: int, at: datetime) -> law.Act:
    """Return the act that lets it end `days` from now, or when its purpose allows at the latest."""
    end = grants.period(session, permission.purpose).end(at, days=days)
    standing = grants.lawful(permission)
    until = standing.end_at(at)
    if until is None:
        raise NothingGranted
    if end > until and not standing.granted_at(at):
        return _own_records(permission, standing.attested_at(at), end, at=at)
    return grants.change(permission, categories=None, sources=None, expires_at=end, at=at)


def only_own(permission: Permission, *, at: datetime) -> law.Act:
    """Return the act that leaves only what the organization supplied itself."""
    own = frozenset({permission.recipient_id})
    return grants.change(permission, categories=None, sources=own, expires_at=None, at=at)


def from_sources(permission: Permission, sources: frozenset[UUID] | None, *, at: datetime) -> law.Act:
    """Return the act that leaves what these sources say, of the customer's own grant; None for all sources.

    Fewer is a narrowing. Others or more are granted anew, with the same kinds of data and the same end. Raises
    NothingGranted and NothingChanges.
    """
    standing = grants.lawful(permission)
    own = standing.granted_at(at)
    if not own or standing.expires_at is None:
        raise NothingGranted
    if sources == standing.sources:
        raise NothingChanges(field="/sources")
    if sources is not None and covers(standing.sources, sources):
        return grants.change(permission, categories=None, sources=sources, expires_at=None, at=at)
    return law.Grant(
        recipient=permission.recipient_id,
        purpose=permission.purpose,
        at=at,
        categories=own,
        sources=sources,
        expires_at=standing.expires_at,
    )


def _own_records(permission: Permission, categories: frozenset[str], end: datetime, *, at: datetime) -> law.Grant:
    """Return the customer's own grant of the organization's own records, where so far only its own word stood."""
    recipient = permission.recipient_id
    return law.Grant(
        recipient=recipient,
        purpose=permission.purpose,
        at=at,
        categories=categories,
        sources=frozenset({recipient}),
        expires_at=end,
    )
