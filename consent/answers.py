"""What a customer's choice comes to, given what stands: the one act to record.

Rules: (1) what is left out stays as it is; (2) an answer to a request adds to what stands, under the
narrower sources and the earlier end of both; (3) nobody is given more than was asked. Whether the act
may follow is decided in `consent.admission`, like that of every other act.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from consent import errors
from consent.acts import Extend, Grant, Narrow
from consent.permission import Permission, common_sources, covers


class State(StrEnum):
    """Where a customer stands with a recipient for a purpose."""

    LIVE = "live"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The terms of an access request, as long as it may last when it is answered."""

    recipient: UUID
    purpose: str
    categories: frozenset[str]
    sources: frozenset[UUID] | None
    latest_end: datetime


def state(standing: Permission, *, at: datetime) -> State:
    """Return whether anything is open at `at`, and if not, whether the customer stopped it or time did."""
    if standing.open_at(at):
        return State.LIVE
    return State.EXPIRED if standing.stopped is None else State.STOPPED


def change(
    standing: Permission,
    *,
    recipient: UUID,
    purpose: str,
    categories: frozenset[str] | None,
    sources: frozenset[UUID] | None,
    expires_at: datetime | None,
    at: datetime,
) -> Narrow | Extend:
    """Return the act that leads from `standing` to what is wanted; None keeps a part as it is.

    Less is a narrowing, more or longer an extension, which is of the customer's own grant alone. Both at once is kept
    out when the act is admitted, so that nobody extends something while believing that they only narrow it.
    Raises NothingGranted for a permission that has ended, and NothingChanges where everything stays as it is: an act
    that changes nothing would only blur the history.
    """
    end = standing.end_at(at)
    if end is None:
        raise errors.NothingGranted
    if categories is None and sources is None and expires_at is None:
        raise errors.NothingChanges
    own, opened = standing.granted_at(at), standing.open_at(at)
    named = standing.sources if own else None
    narrows = (
        (categories is None or categories <= opened)
        and (expires_at is None or expires_at <= end)
        and (sources is None or covers(named, sources))
    )
    kind, kept, kept_end = (Narrow, opened, end) if narrows else (Extend, own or opened, _own_end(standing, at, end))
    return kind(
        recipient=recipient,
        purpose=purpose,
        at=at,
        categories=kept if categories is None else categories,
        sources=named if sources is None else sources,
        expires_at=kept_end if expires_at is None else expires_at,
    )


def answer(
    standing: Permission,
    asked: Asked,
    *,
    categories: frozenset[str] | None,
    expires_at: datetime | None,
    at: datetime,
) -> Grant:
    """Return the grant of what was `asked`, or of the chosen part of it, beside what stands.

    It never widens or lengthens what stood. Raises NotAsked for more than was asked.
    """
    chosen = asked.categories if categories is None else categories
    if not chosen <= asked.categories:
        raise errors.NotAsked(field="/categories")
    if expires_at is not None and expires_at > asked.latest_end:
        raise errors.NotAsked(field="/expires_at")
    own = standing.granted_at(at)
    end = expires_at or asked.latest_end
    return Grant(
        recipient=asked.recipient,
        purpose=asked.purpose,
        at=at,
        categories=chosen | own,
        sources=common_sources(asked.sources, standing.sources) if own else asked.sources,
        expires_at=min(end, _own_end(standing, at, end)),
    )


def _own_end(standing: Permission, at: datetime, otherwise: datetime) -> datetime:
    """Return when the customer's own grant ends, if it is in force at `at`."""
    return standing.expires_at if standing.granted_at(at) and standing.expires_at is not None else otherwise
