"""By when an answer is due: one month (GDPR art. 12(3)), counted as Regulation (EEC, Euratom) 1182/71 counts.

Rules: (1) the day of the question does not count; (2) a month ends with the last hour of the day of the same number, or
of the last day of the month where there is no such day (art. 3(2)(c)); (3) an end on a Saturday, a Sunday or a public
holiday moves to the end of the next working day (art. 3(4)). Days are those of the Netherlands; the holidays are those
of the Algemene termijnenwet, art. 3.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Amsterdam")
MONTHS: Final = 1
EXTENSION: Final = 2
USUAL_ANSWER_DAYS: Final = 1
MOST_ANSWER_DAYS: Final = 5
"""Within how many working days a human answers who asks for one."""
_SATURDAY: Final = 5
_SUNDAY: Final = 6
_DAY: Final = timedelta(days=1)


def due(asked_at: datetime, *, months: int = MONTHS) -> datetime:
    """Return the end of the last day on which an answer to a question of `asked_at` is in time."""
    last = _after(asked_at.astimezone(ZONE).date(), months)
    while not is_working_day(last):
        last += _DAY
    return datetime.combine(last + _DAY, time(), tzinfo=ZONE).astimezone(UTC)


def extended(asked_at: datetime) -> datetime:
    """Return the due date of somebody who took the two months more that the law allows once."""
    return due(asked_at, months=MONTHS + EXTENSION)


def last_day(due_at: datetime) -> date:
    """Return the last day on which an answer is in time, as people name it."""
    return last_moment(due_at).astimezone(ZONE).date()


def last_moment(due_at: datetime) -> datetime:
    """Return the last second in which an answer is in time."""
    return due_at - timedelta(seconds=1)


def working_days_after(asked_at: datetime, days: int) -> datetime:
    """Return the end of the working day that is so many working days after the day of the question.

    With no days at all it is that day itself, or the next working day where it is none.
    """
    last = asked_at.astimezone(ZONE).date()
    while days or not is_working_day(last):
        last += _DAY
        days -= bool(days) and is_working_day(last)
    return datetime.combine(last + _DAY, time(), tzinfo=ZONE).astimezone(UTC)


def is_working_day(day: date) -> bool:
    """Tell whether a period can end on this day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year, in the Netherlands."""
    sunday = easter(year)
    king = date(year, 4, 27)
    return frozenset(
        {
            date(year, 1, 1),
            sunday - 2 * _DAY,  # Good Friday is put on a par with them
            sunday + _DAY,
            king - _DAY if king.weekday() == _SUNDAY else king,
            date(year, 5, 5),
            sunday + 39 * _DAY,
            sunday + 50 * _DAY,
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm, as Meeus gives it)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
