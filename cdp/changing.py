"""One change to a live permission at a time, as a customer makes it: one kind of data on or off, another end.

Rules: (1) each change is one act; (2) turning off the last kind stops the permission; (3) what an organization attested
is never widened beyond that organization's own records.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from cdp import grants
from cdp.tables import Permission
from consent import acts as law
from consent.errors import NothingGranted


def switched_off(permission: Permission, category: str, *, at: datetime) -> law.Act:
    """Return the act that leaves everything but `category`."""
    left = grants.lawful(permission).open_at(at) - {category}
    if not left:
        return law.Revoke(recipient=permission.recipient_id, purpose=permission.purpose, at=at)
    return grants.change(permission, categories=left, sources=None, expires_at=None, at=at)


def switched_on(permission: Permission, category: str, *, at: datetime) -> law.Act:
    """Return the act that adds `category` to what stands."""
    standing = grants.lawful(permission)
    kept = standing.granted_at(at) or standing.attested_at(at)
    return grants.change(permission, categories=kept | {category}, sources=_own(permission, at), expires_at=None, at=at)


def ending(session: Session, permission: Permission, *, days: int, at: datetime) -> law.Act:
    """Return the act that lets it end `days` from now, or when its purpose allows at the latest."""
    end = grants.period(session, permission.purpose).end(at, days=days)
    standing = grants.lawful(permission).end_at(at)
    if standing is None:
        raise NothingGranted
    is_longer = end > standing + timedelta(seconds=1)
    sources = _own(permission, at) if is_longer else None
    return grants.change(permission, categories=None, sources=sources, expires_at=end, at=at)


def only_own(permission: Permission, *, at: datetime) -> law.Act:
    """Return the act that leaves only what the organization supplied itself."""
    own = frozenset({permission.recipient_id})
    return grants.change(permission, categories=None, sources=own, expires_at=None, at=at)


def _own(permission: Permission, at: datetime) -> frozenset[UUID] | None:
    """Return the sources to name: the organization itself where only its own statement opens anything."""
    return None if grants.lawful(permission).granted_at(at) else frozenset({permission.recipient_id})
