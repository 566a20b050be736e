"""What an employee types to find a customer, as it is read."""

import pytest

from api.portal.sought import Sought


@pytest.mark.parametrize(
    "written", [("12", "a"), ("12a", ""), ("12 A", ""), ("12-a", "")], ids=["apart", "together", "spaced", "dashed"]
)
def test_a_house_number_is_taken_with_what_is_added_to_it(written: tuple[str, str]) -> None:
    number, suffix = written
    sought = Sought(naam="Noor", geboren="1990-02-03", postcode="1011AB", huisnummer=number, toevoeging=suffix)

    described = sought.described

    assert described is not None
    assert ("12", "a") == (described.traits().house_number, described.traits().house_suffix)
