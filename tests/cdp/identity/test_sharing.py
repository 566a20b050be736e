"""An address or number that more than three people use tells nobody apart; one person in many files shares nothing."""

import pytest

from cdp.identity import traits
from cdp.identity.sharing import without_shared
from cdp.identity.traits import Traits

EMAIL, MOBILE = "thuis@wolde-zwolle.nl", "+31620481937"


def _of(name: str, birth: str = "", **more: str) -> Traits:
    return traits.of({"first_name": name, "last_name": "Wolde", "birth_date": birth, "email": EMAIL, **more})


def _family(*names: str) -> list[Traits]:
    return [_of(name, mobile_phone=MOBILE) for name in names]


@pytest.mark.parametrize(
    ("others", "is_own"),
    [
        ([], True),
        (_family("Bram", "Cato"), True),
        (_family("Bram", "Cato", "Dirk"), False),
        (_family("Anna", "Anne", "Annie", "A."), True),
        ([_of("Anna", f"198{year}-01-01", mobile_phone=MOBILE) for year in range(4)], False),
        ([_of("Anna", "1980-01-01", mobile_phone=MOBILE) for _ in range(9)], True),
        (
            [traits.of({"first_name": name, "email": "ander@wolde-zwolle.nl"}) for name in ("Bram", "Cato", "Dirk")],
            True,
        ),
    ],
)
def test_what_more_than_three_people_use_is_nobodys_own(others: list[Traits], *, is_own: bool) -> None:
    mine = _of("Anna", mobile_phone=MOBILE)

    found = without_shared(mine, others)

    assert (found == mine) is is_own
    assert (found.emails, found.mobiles) == (((EMAIL,), (MOBILE,)) if is_own else ((), ()))


@pytest.mark.parametrize(
    ("crowds", "is_own"),
    [
        ({}, True),
        ({EMAIL: 4}, False),
        ({EMAIL: 2}, True),
        ({MOBILE: 51}, False),
        ({"ander@wolde-zwolle.nl": 51}, True),
    ],
)
def test_what_records_have_that_nobody_compared_may_be_anybodys(crowds: dict[str, int], *, is_own: bool) -> None:
    mine = _of("Anna", mobile_phone=MOBILE)

    assert (without_shared(mine, _family("Anna"), crowds) == mine) is is_own
