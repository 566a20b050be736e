import time
from collections.abc import Mapping

import pytest

from cdp.identity import addresses
from cdp.identity.addresses import Address

WRITTEN: list[tuple[Mapping[str, object], Address]] = [
    ({"postcode": "1234 ab", "house_number": "12"}, Address("1234AB", "12")),
    ({"postal_code": "1234AB", "house_number": 12}, Address("1234AB", "12")),
    ({"postcode": "1234AB", "house_number": "012-A"}, Address("1234AB", "12", "a")),
    ({"postcode": "1234AB", "house_number": "12", "house_number_suffix": "BIS"}, Address("1234AB", "12", "bis")),
    ({"street": "Dorpsstr. 12 a", "city": "Ede"}, Address("", "12", "a", "dorpsstr", "ede")),
    ({"address_line": "12 Main Road"}, Address("", "12", "", "main road")),
    ({"address": "Laan van Meerdervoort 80"}, Address("", "80", "", "laan van meerdervoort")),
    ({"address": {"street": "Dreef 1", "postalCode": "1234AB"}}, Address("1234AB", "1", "", "dreef")),
    ({"postcode": "00000", "house_number": "x"}, Address()),
    ({"postcode": True, "house_number": None, "address": {"address": {}}}, Address()),
]


@pytest.mark.parametrize(("facts", "address"), WRITTEN)
def test_an_address_has_one_spelling(facts: Mapping[str, object], address: Address) -> None:
    assert address == addresses.of(facts)


def test_a_home_needs_a_place_and_a_number() -> None:
    assert "1234AB|12|a" == Address("1234AB", "12", "a").home
    assert "dreef|12|" == Address("", "12", "", "dreef").home
    assert "" == Address("1234AB").home
    assert "" == Address("", "12").home


@pytest.mark.parametrize(
    "facts",
    [
        {"house_number": "1" + " " * 165 + "x" * 34},
        {"street": "a" + " " * 100 + "1" + " " * 97 + "!"},
        {"address_line": "a" + ", " * 60 + "1" + " " * 70 + "!"},
    ],
)
def test_an_address_that_is_all_spaces_takes_no_time(facts: Mapping[str, object]) -> None:
    """By the processor's time: a hundred took ten seconds where the patterns tried every way to share the spaces."""
    begun = time.process_time()

    for _ in range(100):
        addresses.of(facts)

    assert time.process_time() - begun < 2  # seconds; it takes some milliseconds
