"""When somebody may be disturbed: days, hours and quiet times, by the clock on their own wall.

Rules: (1) times are wall-clock times in one time zone of the IANA database, so that eight in the morning stays eight
when the clock changes; (2) a window runs to its end, past midnight when the end is not after the start, and belongs to
the day on which it begins; (3) quiet wins over welcome.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from consent import errors

DAY: Final = 24 * 60
"""Minutes in a day on the wall."""
EVERY_DAY: Final = frozenset(range(7))
MOST_WINDOWS: Final = 28
_MINUTE: Final = timedelta(minutes=1)
_AHEAD: Final = 8
"""Windows come back every week: what is closed for eight days stays closed."""


@dataclass(frozen=True, slots=True)
class Window:
    """On these days (0 is Monday), from `start` until `end` in minutes after midnight."""

    start: int
    end: int
    days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        """Refuse a window that never opens, or that is not on the clock."""
        is_on_clock = 0 <= self.start < DAY and 0 < self.end <= DAY and self.start != self.end
        if not is_on_clock or not self.days or not self.days <= EVERY_DAY:
            raise errors.BadHours

    def holds(self, wall: datetime) -> bool:
        """Tell whether this moment on the wall lies in the window."""
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        return (day in self.days and minute >= self.start) or ((day - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is welcome to call, and when it must be quiet; without `welcome` it is always."""

    zone: str = "Europe/Amsterdam"
    welcome: tuple[Window, ...] = ()
    quiet: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a zone that nobody knows, and lists without end."""
        _zone(self.zone)
        if len(self.welcome) + len(self.quiet) > MOST_WINDOWS:
            raise errors.TooMany(field="/hours")

    def is_open(self, at: datetime) -> bool:
        """Tell whether somebody may be disturbed at `at`."""
        wall = at.astimezone(_zone(self.zone))
        is_welcome = not self.welcome or any(each.holds(wall) for each in self.welcome)
        return is_welcome and not any(each.holds(wall) for each in self.quiet)

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first moment from `at` on at which somebody may be disturbed; None when there is none."""
        if self.is_open(at):
            return at
        minutes = {0, *(each.start for each in self.welcome), *(each.end % DAY for each in self.quiet)}
        return next((moment for moment in self._turns(at, minutes) if self.is_open(moment)), None)

    def next_closed(self, at: datetime) -> datetime | None:
        """Return the first moment from `at` on at which nobody may be disturbed; None when there is none."""
        if not self.is_open(at):
            return at
        minutes = {0, *(each.end % DAY for each in self.welcome), *(each.start for each in self.quiet)}
        return next((moment for moment in self._turns(at, minutes) if not self.is_open(moment)), None)

    def _turns(self, at: datetime, minutes: AbstractSet[int]) -> list[datetime]:
        """Return when, in the days after `at`, the wall shows one of `minutes` or jumps, in order."""
        now = at.astimezone(UTC)
        return sorted(moment for moment in self._moments(now, minutes) if moment > now)

    def _moments(self, at: datetime, minutes: AbstractSet[int]) -> Iterator[datetime]:
        zone = _zone(self.zone)
        first = at.astimezone(zone).date()
        for ahead in range(_AHEAD + 1):
            day = first + timedelta(days=ahead)
            yield from (_instant(day, minute, zone, fold) for minute in minutes for fold in (0, 1))
            yield from _clock_change(at + timedelta(days=ahead), zone)


def _instant(day: date, minute: int, zone: ZoneInfo, fold: int) -> datetime:
    wall = datetime.combine(day, time(minute // 60, minute % 60, fold=fold), tzinfo=zone)
    return wall.astimezone(UTC)


def _clock_change(at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moment in the day after `at`, to the minute, at which the clock is put forward or back."""
    start = at.replace(second=0, microsecond=0)
    low, high = 0, DAY
    before = start.astimezone(zone).utcoffset()
    if (start + high * _MINUTE).astimezone(zone).utcoffset() == before:
        return
    while high - low > 1:
        middle = (low + high) // 2
        is_before = (start + middle * _MINUTE).astimezone(zone).utcoffset() == before
        low, high = (middle, high) if is_before else (low, middle)
    yield start + high * _MINUTE


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise errors.ZoneUnknown(field="/hours/zone") from None
