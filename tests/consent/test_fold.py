from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from consent.fold import Profile, Record, RecordKind, Standing, permitted, profile, winners
from consent.permission import Permission
from consent.types import CUSTOMER_SOURCE, UNMAPPED
from tests.consent.strategies import (
    BANK,
    LANDLORD,
    SHOP,
    START,
    moments,
    permissions,
    records,
)

EVERYTHING = frozenset({"contact", "products", "financial", "health"})


def record(source: UUID = SHOP, value: object = 1, *, days: int = 0, number: int = 1) -> Record:
    return Record(
        record_id=UUID(int=number),
        source=source,
        kind=RecordKind.ATTRIBUTES,
        category="contact",
        type="email",
        value=value,
        observed_at=START + timedelta(days=days),
    )


def read(several: list[Record], permission: Permission, at: datetime) -> Profile:
    return profile(several, permission, recipient=SHOP, asked=EVERYTHING, at=at)


@given(st.lists(records()), permissions(), moments)
def test_what_is_not_permitted_changes_nothing(several: list[Record], permission: Permission, at: datetime) -> None:
    allowed = permitted(several, permission, recipient=SHOP, at=at)

    assert read(allowed, permission, at) == read(several, permission, at)


@given(st.lists(records(), unique_by=lambda record: record.record_id), permissions(), moments, st.randoms())
def test_the_order_in_which_records_came_does_not_matter(
    several: list[Record], permission: Permission, at: datetime, chance: Random
) -> None:
    shuffled = several.copy()
    chance.shuffle(shuffled)

    assert read(several, permission, at) == read(shuffled, permission, at)


@given(st.lists(records()), permissions(), moments)
def test_unmapped_data_is_never_in_a_profile(several: list[Record], permission: Permission, at: datetime) -> None:
    seen = read(several, permission, at)
    shown = [*seen.attributes.values(), *seen.products, *seen.interactions, *seen.external]

    assert UNMAPPED not in {record.category for record in shown}
    assert {record.category for record in shown} <= seen.granted


@given(permissions(), moments, st.lists(records()))
def test_what_is_granted_and_withheld_does_not_depend_on_what_there_is(
    permission: Permission, at: datetime, several: list[Record]
) -> None:
    full, empty = read(several, permission, at), read([], permission, at)

    assert (full.granted, full.withheld) == (empty.granted, empty.withheld)
    assert EVERYTHING == full.granted | full.withheld
    assert not full.granted & full.withheld


def test_the_customers_own_statement_wins_from_a_newer_verified_one() -> None:
    own = replace(record(CUSTOMER_SOURCE), standing=Standing.CUSTOMER)
    verified = replace(record(BANK, days=9, number=2), standing=Standing.VERIFIED)

    assert {"email": own} == winners([verified, own])


def test_a_verified_value_wins_from_a_newer_stated_one() -> None:
    verified = replace(record(BANK), standing=Standing.VERIFIED)

    assert {"email": verified} == winners([record(days=9, number=2), verified])


def test_the_most_recent_value_wins_among_equals() -> None:
    newest = record(LANDLORD, days=2, number=3)

    assert {"email": newest} == winners([record(days=1, number=2), newest, record(BANK)])


def test_the_source_and_then_the_record_break_a_tie() -> None:
    first = record(SHOP, number=1)

    assert {"email": first} == winners([record(BANK, number=0), record(SHOP, number=2), first])


def test_a_disputed_value_is_still_shown_and_marked() -> None:
    disputed = replace(record(days=1), disputed=True)

    assert winners([disputed, record(BANK, number=2)])["email"].disputed
