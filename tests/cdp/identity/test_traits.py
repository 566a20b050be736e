from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.identity import traits
from consent.errors import Invalid

FACTS = {
    "first_name": "Zoë",
    "name_prefix": "van der",
    "last_name": "Berg",
    "initials": "Z.A.",
    "birth_date": "1990-05-06",
    "email": "zoe@example.org",
    "phone": "020-6241111",
    "mobile_phone": "0612349870",
    "address": {"postcode": "1234 AB", "house_number": "12 a"},
    "gender": "vrouw",
}

DATES = [
    ("1990-05-06", (1990, 5, 6)),
    ("1990-05-06T00:00:00Z", (1990, 5, 6)),
    ("19900506", (1990, 5, 6)),
    (19900506, (1990, 5, 6)),
    ("6-5-1990", (1990, 5, 6)),
    ("06/05/1990", (1990, 5, 6)),
    (date(1990, 5, 6), (1990, 5, 6)),
    ("1990-13-45", (1990, 13, 45)),
    ("199O-O5-l6", (1990, 5, 16)),
    ("1900-01-01", None),
    ("0000-00-00", None),
    ("yesterday", None),
    (None, None),
]

NAMES = ["first_name", "last_name", "name", "initials", "email", "phone", "birth_date", "address", "street", "postcode"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=5,
)


def test_facts_become_normalised_traits() -> None:
    found = traits.of(FACTS)

    assert (("zoe",), "za", ("berg",)) == (found.given, found.initials, found.surname)
    assert ((1990, 5, 6), "f") == (found.birth, found.sex)
    assert (("zoe@example.org",), ("+31612349870",), ("+31206241111",)) == (
        found.emails,
        found.mobiles,
        found.landlines,
    )
    assert "1234AB|12|a" == found.home


def test_a_whole_name_serves_where_its_parts_are_missing() -> None:
    assert traits.of({"first_name": "Jan", "last_name": "Berg"}) == traits.of({"name": "Berg, Jan van der"})


@pytest.mark.parametrize(
    ("facts", "initials"),
    [
        ({"first_name": "Anna", "middle_name": "Maria"}, "am"),
        ({"first_name": "Anna", "initials": "A.M.B."}, "amb"),
        ({"first_name": "Anna Maria", "initials": "A"}, "am"),
        ({"first_name": "Anna", "initials": "J.M."}, "a"),
        ({"initials": "A.M."}, "am"),
        ({"middle_name": "Maria"}, ""),
    ],
)
def test_initials_begin_with_the_first_name(facts: dict[str, object], initials: str) -> None:
    assert initials == traits.of(facts).initials


def test_earlier_addresses_stay_as_homes() -> None:
    moved = traits.of({"addresses": [{"postcode": "1234AB", "house_number": "1"}]}, former=["1234AC|2|"])

    assert ("1234AC|2|", "1234AB|1|") == moved.former


@pytest.mark.parametrize(("written", "found"), DATES)
def test_a_birth_date_is_read_in_the_usual_spellings(written: object, found: traits.Birth | None) -> None:
    assert found == traits.birth(written)


def test_traits_come_back_from_their_bytes() -> None:
    whole = traits.of(FACTS, former=["1234AB|1|"], unique=["passkey:1"])

    assert whole == traits.from_bytes(whole.to_bytes())


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x02\x90", b"\x01\x91\x01", traits.Traits().to_bytes()[:-1]])
def test_bytes_that_are_no_traits_are_refused(stored: bytes) -> None:
    with pytest.raises(Invalid):
        traits.from_bytes(stored)


def test_the_picture_of_traits_holds_no_value() -> None:
    assert "Traits(given, surname)" == repr(traits.Traits(given=("zoe",), surname=("berg",)))


@pytest.mark.parametrize(
    ("facts", "enough"),
    [
        ({"first_name": "Jan", "last_name": "Berg", "birth_date": "1990-05-06"}, "enough"),
        ({"email": "jan@example.org"}, "enough"),
        ({"phone": "0612349870"}, "enough"),
        ({"birth_date": "1990-05-06", "city": "Utrecht"}, "enough"),
        ({"last_name": "Berg", "birth_date": "1990-05-06"}, "enough"),
        ({"first_name": "Jan", "birth_date": "1990-05-06"}, "enough"),
        ({"first_name": "Jan", "last_name": "Berg"}, "too little"),
        ({"birth_date": "1990-05-06"}, "too little"),
        ({"first_name": "Jan", "city": "Utrecht"}, "too little"),
        ({"last_name": "Berg", "postcode": "1234AB", "house_number": 1}, "too little"),
        ({"phone": "0206241111", "postcode": "1234AB", "house_number": 1}, "too little"),
        ({}, "too little"),
    ],
)
def test_matching_needs_an_identifier_of_ones_own_or_two_kinds_of_evidence(
    facts: dict[str, object], enough: str
) -> None:
    assert (enough == "enough") == traits.of(facts).is_enough


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=6))
def test_whatever_a_source_sends_gives_traits_that_can_be_kept(facts: dict[str, object]) -> None:
    found = traits.of(facts)

    assert found == traits.from_bytes(found.to_bytes())
