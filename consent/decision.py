"""May this recipient see this record? The one question, and every answer it can have.

The permissive branch is the last line of `decide`; everything before it refuses. The database enforces the same law in
`decision_reason` and `opens` of migrations/sql; `tests/spec/decisions.py` is the table that both have to give.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.acts import Act
from consent.permission import Permission, Stop, fold
from consent.types import UNMAPPED


class Reason(StrEnum):
    """Why a record may or may not be seen; a reason never changes meaning once logged."""

    GRANTED = "granted"
    """The customer's own grant covers category and source."""
    ATTESTED = "attested"
    """The recipient attested a grant for its own records, and this is one."""
    NEVER_GRANTED = "never-granted"
    """Nothing was ever granted to this recipient for this purpose."""
    REFUSED = "refused"
    """The customer refused this recipient for this purpose."""
    REVOKED = "revoked"
    """The customer took the permission back."""
    OBJECTED = "objected"
    """The customer objected to this purpose."""
    ERASED = "erased"
    """The customer left."""
    EXPIRED = "expired"
    """The permission that covered this category has ended."""
    CATEGORY_STOPPED = "category-stopped"
    """The customer stopped this category; others may still be open."""
    CATEGORY_NOT_GRANTED = "category-not-granted"
    """There is a permission, and it does not name this category."""
    SOURCE_NOT_GRANTED = "source-not-granted"
    """The category is open, but not from this source."""
    NOT_GRANTABLE = "not-grantable"
    """Unmapped data is for its owner only."""


_STOPPED: Final = {
    Stop.REFUSED: Reason.REFUSED,
    Stop.REVOKED: Reason.REVOKED,
    Stop.OBJECTED: Reason.OBJECTED,
    Stop.ERASED: Reason.ERASED,
}
_VAGUEST_FIRST: Final = (
    Reason.NEVER_GRANTED,
    Reason.CATEGORY_NOT_GRANTED,
    Reason.EXPIRED,
    Reason.SOURCE_NOT_GRANTED,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and why."""

    allowed: bool
    reason: Reason


def decide(permission: Permission, *, recipient: UUID, category: str, source: UUID, at: datetime) -> Decision:
    """Return whether `recipient` may see a record of `category` from `source` at `at`.

    `permission` is the one between the record's owner and `recipient` for the purpose asked.
    """
    stop = _stop(permission, category)
    if stop is not None:
        return Decision(allowed=False, reason=stop)
    own = _refusal_by_grant(permission, category, source, at)
    attested = _refusal_by_attestation(permission, category, source, recipient=recipient, at=at)
    if own is not None and attested is not None:
        return Decision(allowed=False, reason=max(own, attested, key=_VAGUEST_FIRST.index))
    return Decision(allowed=True, reason=Reason.GRANTED if own is None else Reason.ATTESTED)


def decide_from_acts(
    acts: Iterable[Act],
    *,
    recipient: UUID,
    purpose: str,
    category: str,
    source: UUID,
    at: datetime,
) -> Decision:
    """Return the decision that the acts of one customer, oldest first, give at `at`."""
    permission = fold(act for act in acts if act.recipient == recipient and act.purpose == purpose and act.at <= at)
    return decide(permission, recipient=recipient, category=category, source=source, at=at)


def _stop(permission: Permission, category: str) -> Reason | None:
    if category == UNMAPPED:
        return Reason.NOT_GRANTABLE
    if permission.stopped is not None:
        return _STOPPED[permission.stopped]
    if category in permission.stopped_categories:
        return Reason.CATEGORY_STOPPED
    return None


def _refusal_by_grant(permission: Permission, category: str, source: UUID, at: datetime) -> Reason | None:
    if not permission.categories:
        return Reason.NEVER_GRANTED
    if category not in permission.categories:
        return Reason.CATEGORY_NOT_GRANTED
    if category not in permission.granted_at(at):
        return Reason.EXPIRED
    if permission.sources is not None and source not in permission.sources:
        return Reason.SOURCE_NOT_GRANTED
    return None


def _refusal_by_attestation(
    permission: Permission, category: str, source: UUID, *, recipient: UUID, at: datetime
) -> Reason | None:
    if not permission.attested_categories:
        return Reason.NEVER_GRANTED
    if category not in permission.attested_categories:
        return Reason.CATEGORY_NOT_GRANTED
    if category not in permission.attested_at(at):
        return Reason.EXPIRED
    if source != recipient:
        return Reason.SOURCE_NOT_GRANTED
    return None
