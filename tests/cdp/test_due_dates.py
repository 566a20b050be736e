"""By when an answer is due: months, ends of months, weekends, holidays, and the hour of the Netherlands."""

from datetime import UTC, date, datetime

import pytest

from cdp import due_dates


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        ("2026-11-21T12:00:00+00:00", "2026-12-21"),  # a Monday
        ("2026-12-01T12:00:00+00:00", "2027-01-04"),  # New Year's Day is a Friday: over the weekend
        ("2026-12-31T12:00:00+00:00", "2027-02-01"),  # 31 January is a Sunday
        ("2027-01-31T12:00:00+00:00", "2027-03-01"),  # 28 February is a Sunday
        ("2028-01-31T12:00:00+00:00", "2028-02-29"),
        ("2026-11-25T12:00:00+00:00", "2026-12-28"),  # Christmas, Boxing Day, Sunday
        ("2027-02-26T12:00:00+00:00", "2027-03-30"),  # Good Friday, the weekend, Easter Monday
        ("2027-03-27T12:00:00+00:00", "2027-04-28"),  # King's Day
        ("2025-03-27T12:00:00+00:00", "2025-04-28"),  # King's Day was kept on Saturday the 26th, then Sunday
        ("2027-04-06T12:00:00+00:00", "2027-05-07"),  # Ascension Day
        ("2027-04-17T12:00:00+00:00", "2027-05-18"),  # Whit Monday
        ("2027-04-05T12:00:00+00:00", "2027-05-07"),  # Liberation Day, then Ascension Day
        ("2026-10-20T22:30:00+00:00", "2026-11-23"),  # already the 21st in the Netherlands; the 21st is a Saturday
        ("2026-10-20T21:30:00+00:00", "2026-11-20"),
    ],
)
def test_an_answer_is_due_within_a_month_on_a_working_day(asked: str, last: str) -> None:
    due = due_dates.due(datetime.fromisoformat(asked))

    assert date.fromisoformat(last) == due_dates.last_day(due)


def test_the_last_day_lasts_until_midnight_in_the_netherlands() -> None:
    assert datetime(2026, 12, 21, 23, tzinfo=UTC) == due_dates.due(datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert datetime(2027, 7, 21, 22, tzinfo=UTC) == due_dates.due(datetime(2027, 6, 21, 12, tzinfo=UTC))


def test_the_law_allows_two_months_more() -> None:
    asked = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert date(2027, 2, 22) == due_dates.last_day(due_dates.extended(asked))


@pytest.mark.parametrize(
    ("year", "sunday"), [(2024, "2024-03-31"), (2025, "2025-04-20"), (2027, "2027-03-28"), (2038, "2038-04-25")]
)
def test_easter_is_where_the_church_has_it(year: int, sunday: str) -> None:
    assert date.fromisoformat(sunday) == due_dates.easter(year)
