"""The reference profile: what one reader sees, folded from the records that it may see.

Merge after enforcement, never before: records that are not permitted are gone before the first
value is compared, so that no merged value reveals them. The vault's answer is tested against
this. A value wins by standing (the customer's own statement, then verified, then stated), then
by time (the most recent), then by source and record id, so that the order is total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.decision import decide
from consent.permission import Permission


class RecordKind(StrEnum):
    """What sort of record it is."""

    ATTRIBUTES = "attributes"
    PRODUCT = "product"
    INTERACTION = "interaction"
    EXTERNAL = "external"


class Standing(StrEnum):
    """Who vouches for a value, the strongest first."""

    CUSTOMER = "customer"
    VERIFIED = "verified"
    STATED = "stated"


_STRONGEST_FIRST: Final = tuple(Standing)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that a source said about a person; for an attribute `type` is its name."""

    record_id: UUID
    source: UUID
    kind: RecordKind
    category: str
    type: str
    value: object
    observed_at: datetime
    key: str = ""
    standing: Standing = Standing.STATED
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one reader sees: one record for each attribute, and the other records in order."""

    attributes: Mapping[str, Record]
    products: tuple[Record, ...]
    interactions: tuple[Record, ...]
    external: tuple[Record, ...]
    granted: frozenset[str]
    withheld: frozenset[str]


def profile(
    records: Iterable[Record],
    permission: Permission,
    *,
    recipient: UUID,
    asked: frozenset[str],
    at: datetime,
) -> Profile:
    """Return what `recipient` sees at `at` of the categories that it asked for.

    `withheld` is what it asked for and may not see, whether or not there is anything.
    """
    granted = permission.open_at(at) & asked
    seen = [record for record in permitted(records, permission, recipient=recipient, at=at) if record.category in asked]
    return Profile(
        attributes=winners(seen),
        products=_listed(seen, RecordKind.PRODUCT),
        interactions=_newest_first(seen),
        external=_listed(seen, RecordKind.EXTERNAL),
        granted=granted,
        withheld=asked - granted,
    )


def permitted(records: Iterable[Record], permission: Permission, *, recipient: UUID, at: datetime) -> list[Record]:
    """Return the records that `recipient` may see at `at`."""
    return [
        record
        for record in records
        if decide(
            permission,
            recipient=recipient,
            category=record.category,
            source=record.source,
            at=at,
        ).allowed
    ]


def winners(records: Iterable[Record]) -> dict[str, Record]:
    """Return for each attribute the record that wins, in the order of their names."""
    best: dict[str, Record] = {}
    for record in records:
        if record.kind is not RecordKind.ATTRIBUTES:
            continue
        rival = best.get(record.type)
        if rival is None or _precedence(record) < _precedence(rival):
            best[record.type] = record
    return dict(sorted(best.items()))


def _precedence(record: Record) -> tuple[int, timedelta, UUID, UUID]:
    """Return a key by which the winner comes first."""
    strength = _STRONGEST_FIRST.index(record.standing)
    return strength, _EPOCH - record.observed_at, record.source, record.record_id


def _listed(records: Iterable[Record], kind: RecordKind) -> tuple[Record, ...]:
    chosen = [record for record in records if record.kind is kind]
    return tuple(sorted(chosen, key=lambda r: (r.source, r.type, r.key, r.record_id)))


def _newest_first(records: Iterable[Record]) -> tuple[Record, ...]:
    chosen = [record for record in records if record.kind is RecordKind.INTERACTION]
    return tuple(sorted(chosen, key=lambda r: (_EPOCH - r.observed_at, r.source, r.record_id)))
