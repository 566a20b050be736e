import pytest

from cdp.identity import deciding, model, traits
from cdp.identity.deciding import Tier, Veto
from tests.spec.people import CASES, UNIQUE, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_two_records_say_has_the_tier_of_the_table(case: Case) -> None:
    one, other = (
        traits.of(facts, unique=[each] if each else [])
        for facts, each in zip((case.one, case.other), UNIQUE.get(case.name, ("", "")), strict=True)
    )

    found = [deciding.judge(model.shipped(), one, other, same_source=same) for same in (True, False)]

    assert (case.own, case.across, case.veto) == (found[0].tier, found[1].tier, found[0].veto), found[0].score


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_comes_first_makes_no_difference(case: Case) -> None:
    one, other = traits.of(case.one), traits.of(case.other)

    there, back = (deciding.judge(model.shipped(), *pair, same_source=True) for pair in ((one, other), (other, one)))

    assert (there.tier, there.veto, there.score.weight) == (back.tier, back.veto, back.score.weight)


def test_two_different_verified_identifiers_of_one_type_are_two_people() -> None:
    facts = CASES[0].one
    one, other = traits.of(facts, unique=["passkey:1"]), traits.of(facts, unique=["passkey:2"])

    found = deciding.judge(model.shipped(), one, other, same_source=True)

    assert (Tier.NONE, Veto.IDENTIFIER) == (found.tier, found.veto)
