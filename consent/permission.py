"""What acts add up to, per customer, recipient and purpose; and the stricter of two of those.

Rules: (1) the customer's own grant and what an organization attested stand side by side; the
latter opens the recipient's own records only. (2) What the customer stopped stays stopped until
the customer grants it again. (3) An end takes effect by itself: `end <= at` is over.
(4) `strictest` is commutative, associative and idempotent, an empty permission is its neutral
element, it allows nothing that neither side allows, and nothing that either side stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.acts import (
    Act,
    Attest,
    Erase,
    Expire,
    Extend,
    Grant,
    Merge,
    Narrow,
    Object,
    Refuse,
    Revoke,
    Split,
)

NOTHING: Final[frozenset[str]] = frozenset()


class Stop(StrEnum):
    """Why nothing at all is allowed; a name never changes once it is logged."""

    REFUSED = "refused"
    REVOKED = "revoked"
    OBJECTED = "objected"
    ERASED = "erased"


_MILDEST_FIRST: Final = tuple(Stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What stands between a customer and a recipient for one purpose."""

    categories: frozenset[str] = NOTHING
    sources: frozenset[UUID] | None = None
    expires_at: datetime | None = None
    attested_categories: frozenset[str] = NOTHING
    attested_expires_at: datetime | None = None
    stopped_categories: frozenset[str] = NOTHING
    stopped: Stop | None = None
    chosen_at: datetime | None = None
    """When the customer last decided here: older evidence counts no more."""
    latest_at: datetime | None = None
    """When the latest act happened: no older act is accepted."""
    epoch: int = 0
    """How many acts have led here."""

    def granted_at(self, at: datetime) -> frozenset[str]:
        """Return the categories of the customer's own grant that are in force at `at`."""
        return self.categories if is_running(self.expires_at, at) else NOTHING

    def attested_at(self, at: datetime) -> frozenset[str]:
        """Return the categories of the recipient's own records that are open at `at`."""
        return self.attested_categories if is_running(self.attested_expires_at, at) else NOTHING

    def open_at(self, at: datetime) -> frozenset[str]:
        """Return every category of which the recipient may see at least some records."""
        return self.granted_at(at) | self.attested_at(at)

    def end_at(self, at: datetime) -> datetime | None:
        """Return when the last part ends that is in force at `at`; None when nothing is."""
        own = self.expires_at if self.granted_at(at) else None
        return _last(own, self.attested_expires_at if self.attested_at(at) else None)


EMPTY: Final = Permission()


def fold(acts: Iterable[Act]) -> Permission:
    """Return what `acts`, oldest first, add up to; they have been admitted before."""
    permission = EMPTY
    for act in acts:
        permission = apply(permission, act)
    return permission


def apply(permission: Permission, act: Act) -> Permission:
    """Return what is left of `permission` after `act`."""
    after = _effect(permission, act)
    latest = act.at if permission.latest_at is None else max(permission.latest_at, act.at)
    return replace(after, latest_at=latest, epoch=permission.epoch + 1)


def strictest(one: Permission, two: Permission) -> Permission:
    """Return what is left when both permissions turn out to be of one person."""
    stopped = max(one.stopped, two.stopped, key=_severity)
    stopped_categories = one.stopped_categories | two.stopped_categories
    categories = one.categories | two.categories
    attested = one.attested_categories | two.attested_categories
    return Permission(
        categories=NOTHING if stopped else categories - stopped_categories,
        sources=common_sources(one.sources, two.sources),
        expires_at=_earliest(one.expires_at, two.expires_at),
        attested_categories=NOTHING if stopped else attested - stopped_categories,
        attested_expires_at=_earliest(one.attested_expires_at, two.attested_expires_at),
        stopped_categories=stopped_categories,
        stopped=stopped,
        chosen_at=_last(one.chosen_at, two.chosen_at),
        latest_at=_last(one.latest_at, two.latest_at),
        epoch=max(one.epoch, two.epoch),
    )


def common_sources(one: frozenset[UUID] | None, two: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """Return the sources that both name; None stands for every source."""
    if one is None or two is None:
        return two if one is None else one
    return one & two


def covers(wide: frozenset[UUID] | None, narrow: frozenset[UUID] | None) -> bool:
    """Tell whether every source in `narrow` is in `wide`; None stands for all sources."""
    return wide is None or (narrow is not None and narrow <= wide)


def narrowed(permission: Permission, act: Narrow) -> Permission:
    """Return what `act` leaves, which may be nothing."""
    own = permission.granted_at(act.at) & act.categories
    keeps_own_records = act.sources is None or act.recipient in act.sources
    attested = permission.attested_at(act.at) & act.categories if keeps_own_records else NOTHING
    return replace(
        permission,
        categories=own,
        sources=act.sources if own else None,
        expires_at=_earliest(permission.expires_at, act.expires_at) if own else None,
        attested_categories=attested,
        attested_expires_at=(_earliest(permission.attested_expires_at, act.expires_at) if attested else None),
        stopped_categories=permission.stopped_categories | (permission.open_at(act.at) - own - attested),
        chosen_at=act.at,
    )


def _effect(  # noqa: C901, PLR0911  # one return for each kind of act
    permission: Permission, act: Act
) -> Permission:
    match act:
        case Grant() | Extend():
            return _granted(permission, act)
        case Narrow():
            return narrowed(permission, act)
        case Revoke():
            return _stopped(permission, act, Stop.REVOKED)
        case Object():
            return _stopped(permission, act, Stop.OBJECTED)
        case Erase():
            return _stopped(permission, act, Stop.ERASED)
        case Refuse():
            return _refused(permission, act)
        case Attest():
            return _attested(permission, act)
        case Merge():
            return strictest(
                _without_lapsed(permission, act.other, act.at),
                _without_lapsed(act.other, permission, act.at),
            )
        case Split():
            return _stopped_as_well(permission, act.other)
        case Expire():
            return permission
    # An act that this version does not know: fail closed.
    return _stopped(permission, act, Stop.REVOKED)


def _granted(permission: Permission, act: Grant | Extend) -> Permission:
    if permission.stopped is Stop.ERASED:
        return permission
    dropped = permission.granted_at(act.at) - act.categories
    return replace(
        permission,
        categories=act.categories,
        sources=act.sources,
        expires_at=act.expires_at,
        attested_categories=permission.attested_categories - dropped,
        stopped_categories=(permission.stopped_categories | dropped) - act.categories,
        stopped=None,
        chosen_at=act.at,
    )


def _attested(permission: Permission, act: Attest) -> Permission:
    """Open nothing that the customer stopped, even if nobody had checked the act."""
    if permission.stopped is not None:
        return permission
    return replace(
        permission,
        attested_categories=act.categories - permission.stopped_categories,
        attested_expires_at=act.expires_at,
    )


def _stopped(permission: Permission, act: Act, stop: Stop) -> Permission:
    """Leave nothing; the latest stop tells why, but nothing comes after an erasure."""
    is_erased = permission.stopped is Stop.ERASED
    return Permission(
        stopped_categories=permission.stopped_categories | permission.open_at(act.at),
        stopped=Stop.ERASED if is_erased else stop,
        chosen_at=act.at,
    )


def _refused(permission: Permission, act: Refuse) -> Permission:
    standing = permission.open_at(act.at)
    refused = permission if standing else _stopped(permission, act, Stop.REFUSED)
    return replace(
        refused,
        stopped_categories=refused.stopped_categories | (act.categories - standing),
        chosen_at=act.at,
    )


def _stopped_as_well(permission: Permission, other: Permission) -> Permission:
    """Stop what `other` stopped meanwhile, and give nothing: what it granted was never meant for this person."""
    stopped = max(permission.stopped, other.stopped, key=_severity)
    stopped_categories = permission.stopped_categories | other.stopped_categories
    return replace(
        permission,
        categories=NOTHING if stopped else permission.categories - stopped_categories,
        attested_categories=NOTHING if stopped else permission.attested_categories - stopped_categories,
        stopped_categories=stopped_categories,
        stopped=stopped,
        chosen_at=_last(permission.chosen_at, other.chosen_at),
    )


def _without_lapsed(permission: Permission, other: Permission, at: datetime) -> Permission:
    """Forget a part that is over where the other side's part still runs.

    Otherwise `strictest` would let the end of an old permission end a running one.
    """
    if other.granted_at(at) and not permission.granted_at(at):
        permission = replace(permission, categories=NOTHING, sources=None, expires_at=None)
    if other.attested_at(at) and not permission.attested_at(at):
        permission = replace(permission, attested_categories=NOTHING, attested_expires_at=None)
    return permission


def is_running(end: datetime | None, at: datetime) -> bool:
    """Tell whether what ends at `end` still holds at `at`; what has no end never began."""
    return end is not None and at < end


def _severity(stop: Stop | None) -> int:
    return -1 if stop is None else _MILDEST_FIRST.index(stop)


def _earliest(one: datetime | None, two: datetime | None) -> datetime | None:
    return min((end for end in (one, two) if end is not None), default=None)


def _last(one: datetime | None, two: datetime | None) -> datetime | None:
    return max((moment for moment in (one, two) if moment is not None), default=None)
