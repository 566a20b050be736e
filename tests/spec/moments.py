"""The words of the table of decisions, as moments and parties."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from consent.types import CUSTOMER_SOURCE
from tests.spec.decisions import DAY, Happened

START = datetime(2025, 3, 1, tzinfo=UTC)
PARTIES = UUID("6f2b1f0e-0000-5000-8000-000000000000")


def party(name: str) -> UUID:
    return CUSTOMER_SOURCE if name == "customer" else uuid5(PARTIES, name)


def moment(offset: timedelta) -> datetime:
    return START + offset


def end_of(row: Happened) -> datetime:
    return moment(100 * DAY if row.expires is None else row.expires)
