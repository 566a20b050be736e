from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.identity import levels, traits
from cdp.identity.levels import FIELDS, LEVELS, Field

CASES: list[tuple[Field, dict[str, object], dict[str, object], str]] = [
    (Field.GIVEN, {"first_name": "Anna"}, {"first_name": "Anna"}, "exact"),
    (Field.GIVEN, {"first_name": "Anna-Maria"}, {"first_name": "Anna Maria"}, "exact"),
    (Field.GIVEN, {"first_name": "Anna Maria"}, {"first_name": "Maria"}, "close"),
    (Field.GIVEN, {"first_name": "A."}, {"first_name": "Anna"}, "initial"),
    (Field.GIVEN, {"first_name": "B."}, {"first_name": "Anna"}, "different"),
    (Field.GIVEN, {"first_name": "Rob"}, {"first_name": "Robert"}, "close"),
    (Field.GIVEN, {"first_name": "Robret"}, {"first_name": "Robert"}, "close"),
    (Field.GIVEN, {"first_name": "Anna"}, {"first_name": "Sanne"}, "far"),
    (Field.GIVEN, {"first_name": "Robert"}, {"first_name": "Wim"}, "different"),
    (Field.GIVEN, {"first_name": "Robert"}, {}, "missing"),
    (Field.GIVEN, {"name": "Robert Allen"}, {"name": "Allen Robert"}, "swapped"),
    (Field.GIVEN, {"name": "Robert Allen"}, {"last_name": "Robert"}, "swapped"),
    (Field.SURNAME, {"name": "Robert Allen"}, {"name": "Allen Robert"}, "missing"),
    (Field.SURNAME, {"last_name": "de Vries"}, {"last_name": "Vries, de"}, "exact"),
    (Field.SURNAME, {"last_name": "Bakker-de Vries"}, {"last_name": "de Vries-Bakker"}, "exact"),
    (Field.SURNAME, {"last_name": "Bakker-de Vries"}, {"last_name": "Bakker"}, "part"),
    (Field.SURNAME, {"last_name": "Bakker"}, {"last_name": "Baker"}, "close"),
    (Field.SURNAME, {"last_name": "Bakker"}, {"last_name": "Smit"}, "different"),
    (Field.MIDDLE, {"initials": "A.B."}, {"initials": "A.B.C."}, "exact"),
    (Field.MIDDLE, {"initials": "A.B."}, {"initials": "A.C."}, "different"),
    (Field.MIDDLE, {"initials": "A.B."}, {"initials": "A."}, "missing"),
    (Field.BIRTH, {"birth_date": "1990-05-06"}, {"birth_date": "1990-06-05"}, "swapped"),
    (Field.BIRTH, {"birth_date": "1990-05-06"}, {"birth_date": "1990-05-16"}, "slip"),
    (Field.BIRTH, {"birth_date": "1990-05-06"}, {"birth_date": "1990-05-29"}, "part"),
    (Field.BIRTH, {"birth_date": "1990-05-06"}, {"birth_date": "1991-06-06"}, "near"),
    (Field.BIRTH, {"birth_date": "1990-05-06"}, {"birth_date": "1970-11-06"}, "different"),
    (Field.EMAIL, {"email": "anna77@example.org"}, {"email": "anna77@example.org"}, "exact"),
    (Field.EMAIL, {"email": "anna1990@example.org"}, {"email": "anna1990@example.org"}, "plain"),
    (Field.EMAIL, {"email": "a.nna@gmail.com"}, {"email": "anna+shop@gmail.com"}, "mailbox"),
    (Field.EMAIL, {"email": "anna77@example.org"}, {"email": "anna77@example.com"}, "name"),
    (Field.EMAIL, {"email": "anna@example.org"}, {"email": "anna@example.com"}, "plain-name"),
    (
        Field.EMAIL,
        {"name": "Anna Bak", "email": "anna.bak@example.org"},
        {"name": "A. Bak", "email": "anna.bak@example.com"},
        "namesake",
    ),
    (Field.EMAIL, {"email": "abak1977@example.org"}, {"email": "abak1979@example.org"}, "different"),
    (Field.EMAIL, {"email": "annabel@example.org"}, {"email": "anabel@example.org"}, "close"),
    (Field.EMAIL, {"email": "anna@example.org"}, {"email": "joost@example.com"}, "different"),
    (Field.EMAIL, {"email": ["a@example.org", "anna7@example.org"]}, {"email": "anna7@example.org"}, "exact"),
    (Field.MOBILE, {"phone": "0612349870"}, {"mobile_phone": "+31 6 12349870"}, "exact"),
    (Field.MOBILE, {"phone": "0612349870"}, {"phone": "0612349871"}, "close"),
    (Field.MOBILE, {"phone": "0612349870"}, {"phone": "0302311234"}, "missing"),
    (Field.LANDLINE, {"phone": "030-2311234"}, {"phone": "0302311234"}, "exact"),
    (Field.SEX, {"gender": "vrouw"}, {"gender": "female"}, "exact"),
    (Field.SEX, {"gender": "vrouw"}, {"gender": "m"}, "different"),
    (Field.BIRTH_PLACE, {"birth_place": "Utrecht"}, {"birth_place": "Utrehct"}, "close"),
]

ADDRESSES = [
    ("1234AB", "12", "", "", "1234 ab", "12", "", "", "exact"),
    ("1234AB", "12", "a", "", "1234AB", "12", "", "", "house"),
    ("1234AB", "12", "", "", "1234AB", "21", "", "", "close"),
    ("1234AB", "12", "", "", "1234AC", "12", "", "", "close"),
    ("1234AB", "12", "", "", "1234AB", "77", "", "", "street"),
    ("1234AB", "12", "", "", "1234AB", "", "", "", "street"),
    ("2601", "12", "", "dreef", "2601", "12", "", "laan van oost", "area"),
    ("1234AB", "12", "", "", "9876AB", "12", "", "", "different"),
    ("", "12", "", "wallaby place", "", "12", "", "wallabyplace", "close"),
    ("", "", "", "", "1234AB", "12", "", "", "missing"),
]


@pytest.mark.parametrize(("field", "one", "other", "level"), CASES)
def test_a_field_has_the_level_of_the_table(
    field: Field, one: dict[str, object], other: dict[str, object], level: str
) -> None:
    assert level == _level(field, one, other)
    assert level == _level(field, other, one)


@pytest.mark.parametrize("row", ADDRESSES)
def test_addresses_are_compared_from_the_home_outwards(row: tuple[str, ...]) -> None:
    names = ("postcode", "house_number", "house_number_suffix", "street")

    assert row[8] == _level(
        Field.ADDRESS, dict(zip(names, row[:4], strict=True)), dict(zip(names, row[4:8], strict=True))
    )


def test_an_earlier_home_is_known_again() -> None:
    here, there = {"postcode": "1234AB", "house_number": "1"}, {"postcode": "9876XY", "house_number": "2"}

    assert "former" == _level(Field.ADDRESS, {**here, "addresses": [there]}, there)


def test_a_town_is_the_least_of_an_address() -> None:
    assert "city" == _level(Field.ADDRESS, {"city": "London"}, {"city": "Londno"})
    assert "different" == _level(Field.ADDRESS, {"city": "London"}, {"city": "Leeds"})


TEXT = st.text("abcé .,-'0129@", max_size=12)
FACTS = st.fixed_dictionaries(
    dict.fromkeys(("first_name", "last_name", "email", "postcode", "house_number", "street", "city"), TEXT)
    | {"birth_date": st.dates().map(str)}
)


@given(FACTS, FACTS)
def test_levels_are_the_same_from_both_sides(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = traits.of(one), traits.of(other)

    assert levels.compare(a, b) == levels.compare(b, a)
    assert all(level < len(LEVELS[field]) for field, level in zip(FIELDS, levels.compare(a, b), strict=True))


def _level(field: Field, one: Mapping[str, object], other: Mapping[str, object]) -> str:
    found = levels.compare(traits.of(one), traits.of(other))
    return LEVELS[field][found[FIELDS.index(field)]]
