import pytest

from cdp.identity import model, scoring, traits
from cdp.identity.levels import Field

ANNA = {"first_name": "Anna", "last_name": "Wolde", "birth_date": "1984-03-17"}
HOME = {"postcode": "3511AB", "house_number": "1"}


def _score(one: dict[str, str], other: dict[str, str]) -> scoring.Score:
    return scoring.score(model.shipped(), traits.of(one), traits.of(other))


def test_the_bits_of_the_fields_and_of_chance_make_the_weight() -> None:
    found = _score({**ANNA, **HOME}, {**ANNA, **HOME, "first_name": "Ana"})

    assert found.weight == pytest.approx(found.chance + sum(piece.bits for piece in found.parts))


def test_an_explanation_names_fields_and_levels_and_no_value() -> None:
    found = _score({**ANNA, **HOME}, {**ANNA, **HOME, "first_name": "Ana"})

    assert ["given", "surname", "birth", "address"] == [piece.field for piece in found.parts]
    assert ["close", "exact", "exact", "exact"] == [piece.level for piece in found.parts]
    assert "Wolde" not in repr(found)


def test_a_household_is_the_other_explanation_of_one_surname_at_one_address() -> None:
    found = _score({**ANNA, **HOME}, {**ANNA, **HOME, "first_name": "Joost", "birth_date": ""})

    assert found.household
    assert {"surname", "address"} == {piece.field for piece in found.parts if abs(piece.bits) < 2}


def test_a_common_name_says_less_than_a_rare_one() -> None:
    shipped = model.shipped()
    bits = shipped.rarity[Field.SURNAME].common
    common = max(bits, key=bits.__getitem__)
    rare, usual = (_score({**ANNA, "last_name": name}, {**ANNA, "last_name": name}) for name in ("Xylandria", common))

    assert rare.weight > usual.weight + 2


def test_nobody_is_alike_by_saying_nothing() -> None:
    found = _score({}, {})

    assert found.weight < -15
    assert () == found.parts
