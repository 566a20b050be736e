from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import acts as law
from consent import errors
from tests.consent.strategies import CARE, SHOP, START

DAY = timedelta(days=1)


def grant(
    *, at: datetime = START, categories: frozenset[str] = frozenset({"contact"}), purpose: str = CARE
) -> law.Grant:
    return law.Grant(recipient=SHOP, purpose=purpose, at=at, categories=categories, expires_at=at + DAY)


@pytest.mark.parametrize(
    ("given_at", "last_end"),
    [
        (datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2025, 2, 28, 12, tzinfo=UTC)),
        (datetime(2023, 2, 28, tzinfo=UTC), datetime(2024, 2, 28, tzinfo=UTC)),
        (datetime(2025, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_twelve_months_are_calendar_months_in_utc(given_at: datetime, last_end: datetime) -> None:
    assert last_end == law.latest_end(given_at)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2400, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis adds the zone
def test_twelve_months_are_365_or_366_days(at: datetime) -> None:
    assert law.latest_end(at) - at in {365 * DAY, 366 * DAY}


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(errors.TimeWithoutZone):
        grant(at=datetime(2025, 3, 1))  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize("key", ["", "Contact", "contact ", "con_tact", "-contact", "contact\n", "c" * 65, "ĉontact"])
def test_a_badly_written_key_is_refused(key: str) -> None:
    with pytest.raises(errors.BadKey):
        grant(categories=frozenset({key}))
    with pytest.raises(errors.BadKey):
        grant(purpose=key)


def test_too_many_categories_are_refused() -> None:
    with pytest.raises(errors.TooMany):
        grant(categories=frozenset(f"c{number}" for number in range(33)))


def test_too_many_sources_are_refused() -> None:
    with pytest.raises(errors.TooMany):
        law.Grant(
            recipient=SHOP,
            purpose=CARE,
            at=START,
            categories=frozenset({"contact"}),
            sources=frozenset(UUID(int=number) for number in range(257)),
            expires_at=START + DAY,
        )


@pytest.mark.parametrize("document_hash", ["", "ab" * 31, "AB" * 32, "ab" * 32 + "\n", "zz" * 32])
def test_evidence_needs_a_document_hash(document_hash: str) -> None:
    with pytest.raises(errors.BadEvidence):
        law.Evidence(method=law.Method.PAPER, at=START, document_hash=document_hash)


def test_the_names_of_kinds_never_change() -> None:
    assert [
        "grant",
        "narrow",
        "extend",
        "revoke",
        "refuse",
        "object",
        "attest",
        "expire",
        "merge",
        "split",
        "erase",
    ] == [*law.Kind]
