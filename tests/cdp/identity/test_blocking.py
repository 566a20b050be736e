from collections.abc import Mapping

import pytest

from cdp.identity import blocking, traits
from cdp.identity.blocking import BlockingKey, KeyKind

ANNA = {
    "first_name": "Anna",
    "last_name": "van der Berg",
    "birth_date": "1980-03-04",
    "email": "anna.berg@example.org",
    "phone": "+31 6 26450000",
    "postcode": "1234 AB",
    "house_number": "5",
    "city": "Utrecht",
}
"""Who is looked for; each case below is another record of the same person."""


def _keys(facts: Mapping[str, object]) -> set[BlockingKey]:
    return set(blocking.keys(traits.of(facts)))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"email": "Anna.Berg@example.org"}, id="the e-mail address alone"),
        pytest.param({"phone": "06-26450000", "first_name": "Henk"}, id="a shared telephone"),
        pytest.param({"email": "aberg1980@another.example"}, id="a mailbox that spells name and year"),
        pytest.param({"email": "anna.berg77@another.example"}, id="a mailbox that spells the name"),
        pytest.param({"first_name": "Anna", "last_name": "Berg"}, id="the name alone"),
        pytest.param({"first_name": "Berg", "last_name": "Anna"}, id="names the wrong way round"),
        pytest.param({"first_name": "A.", "last_name": "vanderBerg"}, id="an initial and a joined particle"),
        pytest.param({"first_name": "Ana", "last_name": "Bergh-de Wit"}, id="two slips and a married name"),
        pytest.param({"first_name": "Anna", "last_name": "de Wit", "birth_date": "1980-04-03"}, id="day and month"),
        pytest.param({"first_name": "Joke", "last_name": "Berg", "birth_date": "1980-03-04"}, id="called otherwise"),
        pytest.param({"city": "Utrecht", "birth_date": "1980-03-04", "last_name": "Wit"}, id="date and town"),
        pytest.param({"first_name": "A", "last_name": "Wit", "postcode": "1234AB"}, id="an initial at the postcode"),
        pytest.param({"last_name": "Berg", "postcode": "1234AB"}, id="the surname at the postcode"),
        pytest.param({"first_name": "Naan", "last_name": "Bregg"}, id="letters that changed places in both names"),
    ],
)
def test_somebody_is_found_by(facts: Mapping[str, object]) -> None:
    assert _keys(ANNA) & _keys(facts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"first_name": "Anna", "last_name": "Wit"}, {"first_name": "Anna", "last_name": "Smit"}, id="name"
        ),
        pytest.param({"birth_date": "1980-03-04"}, {"birth_date": "1980-03-04"}, id="birth date"),
        pytest.param({"postcode": "1234AB"}, {"postcode": "1234AB"}, id="postcode"),
        pytest.param({"postcode": "1234AB", "last_name": "Wit"}, {"postcode": "1234AB", "last_name": "Bos"}, id="home"),
        pytest.param({"city": "Utrecht", "last_name": "Wit"}, {"city": "Utrecht", "last_name": "Bos"}, id="town"),
        pytest.param({"last_name": "Wit"}, {"last_name": "Wit"}, id="surname"),
        pytest.param({"email": "jan@one.example"}, {"email": "jan@two.example"}, id="a first name as mailbox"),
    ],
)
def test_one_thing_in_common_is_no_key(one: Mapping[str, object], other: Mapping[str, object]) -> None:
    assert set() == _keys(one) & _keys(other)


ROBIN = {
    "first_name": "Robin",
    "last_name": "Marsh",
    "birth_date": "1980-03-04",
    "email": "rmarsh77@example.org",
    "street": "Long Lane",
    "house_number": "12",
    "city": "Bristol",
}
"""Somebody of whom no postcode of a street is known, whose every field another record may have wrong."""


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"first_name": "Robin", "birth_date": "1980-11-30"}, id="the given name and the year of birth"),
        pytest.param({"last_name": "Mrash", "birth_date": "1980-11-30"}, id="the surname misspelt and the year"),
        pytest.param({"last_name": "Marsh", "city": "Brsitol"}, id="the surname in a misspelt town"),
        pytest.param({"first_name": "Robin", "last_name": "Mill"}, id="the given name and an initial of the surname"),
        pytest.param({"email": "robin.m@another.example"}, id="a mailbox of the given name and an initial"),
        pytest.param({"email": "robinm@another.example"}, id="the same in one word"),
        pytest.param({"email": "rmarsh77@anohter.example"}, id="a mailbox with a number at another provider"),
        pytest.param({"last_name": "Mill", "street": "Logn Lane", "house_number": "12"}, id="a misspelt street"),
    ],
)
def test_without_a_postcode_somebody_is_found_by(facts: Mapping[str, object]) -> None:
    assert _keys(ROBIN) & _keys(facts)


def test_with_a_postcode_of_a_street_a_record_needs_no_looser_keys() -> None:
    known = {"first_name": "Robin", "last_name": "Marsh", "birth_date": "1980-03-04", "city": "Bristol"}

    assert len(_keys(known | {"postcode": "1234AB"})) < len(_keys(known))


@pytest.mark.parametrize("facts", [ANNA, ROBIN], ids=["with a postcode", "without"])
def test_a_key_of_a_name_holds_something_else_too(facts: Mapping[str, object]) -> None:
    composed = _keys({name: value for name, value in facts.items() if name not in {"email", "phone"}})

    assert {True} == {" " in key.text for key in composed}


def test_somebody_who_moved_is_found_at_the_former_home() -> None:
    moved = traits.of({"last_name": "Smit", "postcode": "9999ZZ", "house_number": "1"}, former=("1234AB|5|",))

    assert _keys({"last_name": "Smit", "postcode": "1234AB"}) & set(blocking.keys(moved))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meijer", "meyer"),
        ("dijk", "dyck"),
        ("vandenberg", "berg"),
        ("schmidt", "smit"),
        ("thijs", "tijs"),
        ("janssen", "jansen"),
    ],
)
def test_names_that_sound_alike_are_one_key(one: str, other: str) -> None:
    assert blocking.sound(one) == blocking.sound(other)


@pytest.mark.parametrize(("one", "other"), [("bos", "bus"), ("jansen", "pietersen"), ("vance", "cents")])
def test_names_that_sound_different_are_two(one: str, other: str) -> None:
    assert blocking.sound(one) != blocking.sound(other)


def test_keys_are_few_and_always_the_same() -> None:
    known = traits.of(ANNA | {"last_name": "Berg-de Wit-van Dijk", "email": [f"a.berg{n}@x.example" for n in range(9)]})

    assert blocking.keys(known) == blocking.keys(traits.from_bytes(known.to_bytes()))
    assert len(set(blocking.keys(known))) == len(blocking.keys(known)) <= blocking.MOST_KEYS


def test_a_key_shows_its_kind_and_no_value() -> None:
    shown = repr(blocking.keys(traits.of(ANNA)))

    assert KeyKind.BIRTH in shown
    assert not any(each in shown.lower() for each in ("anna", "berg", "1980", "1234", "example"))


def test_of_the_rarest_keys_as_many_are_chosen_as_are_enough() -> None:
    few, some, many = ["a", "b"], ["b", "c", "d"], ["a", *"efghij"]

    assert {"a", "b"} == blocking.choose([many, few, some], most=4)
    assert {"a", "b", "c", "d"} == blocking.choose([many, few, some], most=5)
    assert {"a", "b", "c", "d"} == blocking.choose([many, few, some], most=11), "who comes twice counts twice"
    assert {"a", *"bcdefghij"} == blocking.choose([many, few, some], most=12)


def test_a_key_that_very_many_share_is_not_followed() -> None:
    assert set() == blocking.choose([range(blocking.HOTTEST)], most=1000)
    assert set(range(blocking.HOTTEST - 1)) == blocking.choose([range(blocking.HOTTEST - 1)], most=1000)
