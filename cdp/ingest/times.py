"""When a thing happened, from what a sender's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cdp.ingest.items import TimeNote
from consent.types import EARLIEST

AHEAD: Final = timedelta(days=1)
SKEW: Final = timedelta(days=1)


class UnreadableTimeError(ValueError):
    """The text is not a moment in ISO 8601."""


def parse(text: str) -> tuple[datetime, TimeNote | None]:
    """Return the moment that `text` states in ISO 8601; without an offset it is taken as UTC and noted."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC), TimeNote.ZONE_ASSUMED
        return moment, None
    except ValueError as error:
        raise UnreadableTimeError from error


def parse_or_none(text: str | None) -> datetime | None:
    """Return the moment, or None where there is none or it cannot be read."""
    try:
        return parse(text)[0] if text else None
    except UnreadableTimeError:
        return None


def clamp(moment: datetime, *, received_at: datetime) -> tuple[datetime, TimeNote | None]:
    """Return `moment`, in UTC, or the nearest that can be true when it is before 1900 or more than a day ahead.

    What claims to come from the future is taken as now, so that it cannot stay the latest for years.
    """
    if moment < EARLIEST:
        return EARLIEST, TimeNote.CLAMPED
    if moment > received_at + AHEAD:
        return received_at, TimeNote.CLAMPED
    return moment.astimezone(UTC), None


def corrected(
    original: datetime, *, sent_at: datetime | None, received_at: datetime
) -> tuple[datetime, TimeNote | None]:
    """Return when it happened on our clock: received_at minus (sent_at minus original).

    Without `sent_at` the original stands. A sender whose clock is more than a day off is noted.
    """
    if sent_at is None:
        return clamp(original, received_at=received_at)
    try:
        moment = received_at - (sent_at - original)
    except OverflowError:
        moment = EARLIEST if original < sent_at else received_at + AHEAD + AHEAD
    moment, note = clamp(moment, received_at=received_at)
    if note is None and abs(received_at - sent_at) > SKEW:
        note = TimeNote.SKEWED
    return moment, note
