"""Which of the statements about one thing holds now, which were true before, and which say nothing new.

Pure: what holds follows from the times that were stated, not from the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Version(NamedTuple):
    """One statement: what was said, as a digest, and since when."""

    digest: bytes
    at: datetime
    is_dated: bool = True
    """Whether the source itself said when; without that it is the moment of arrival."""


class Current(NamedTuple):
    """The version that is stored as the present one."""

    record_id: bytes
    digest: bytes
    at: datetime


class Plan(NamedTuple):
    """What to do with the statements, by their place; those that are not named say nothing new."""

    latest: int | None
    """Becomes the present version; None leaves the one that is stored."""

    history: tuple[int, ...]
    """Were true before."""

    confirmed_at: datetime | None
    """A later moment at which the source said the present version again."""


def settle(current: Current | None, said: Sequence[Version]) -> Plan:
    """Return what `said` makes of the present version; of two at the same moment the one said later holds."""
    if len(said) == 1:
        return _settle_one(current, said[0])
    order = sorted(range(len(said)), key=lambda place: said[place].at)
    older = [place for place in order if current and said[place].at < current.at]
    newer = order[len(older) :]
    kept, _ = _changes(None, older, said)
    if kept and current and said[kept[-1]].digest == current.digest:
        kept.pop()
    later, confirmed = _changes(current.digest if current else None, newer, said)
    if later:
        return Plan(later[-1], (*kept, *later[:-1]), confirmed)
    if current and confirmed and confirmed > current.at:
        return Plan(None, tuple(kept), confirmed)
    return Plan(None, tuple(kept), None)


def _settle_one(current: Current | None, version: Version) -> Plan:
    if current is None:
        return Plan(0, (), None)
    if version.digest == current.digest:
        is_later = version.is_dated and version.at > current.at
        return Plan(None, (), version.at if is_later else None)
    return Plan(None, (0,), None) if version.at < current.at else Plan(0, (), None)


def _changes(before: bytes | None, order: Sequence[int], said: Sequence[Version]) -> tuple[list[int], datetime | None]:
    """Return the places where the value changes, and when the last of them was said again."""
    kept: list[int] = []
    confirmed = None
    for place in order:
        if said[place].digest != before:
            kept.append(place)
            before, confirmed = said[place].digest, None
        elif said[place].is_dated:
            confirmed = said[place].at
    return kept, confirmed
