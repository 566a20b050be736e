import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.keys.pairwise import ProfileIds

IDS = ProfileIds(bytes(range(64)))
ANNA, BANK, SHOP = uuid4(), uuid4(), uuid4()


@given(st.uuids(), st.uuids())
def test_an_id_leads_back_to_its_customer(customer: UUID, organization: UUID) -> None:
    assert customer == IDS.customer_of(IDS.profile_id(customer, organization), organization)


def test_an_id_is_always_the_same_and_has_one_format() -> None:
    first, second = IDS.profile_id(ANNA, BANK), IDS.profile_id(ANNA, BANK)

    assert first == second
    assert 45 == len(first)
    assert first.startswith("p_")
    assert set(first) <= {*string.ascii_letters, *string.digits, "_", "-"}


def test_two_organizations_cannot_compare_their_ids() -> None:
    anna = [IDS.profile_id(ANNA, BANK), IDS.profile_id(ANNA, SHOP)]

    assert 2 == len(set(anna))
    assert IDS.customer_of(anna[0], SHOP) is None
    assert IDS.customer_of(anna[1], BANK) is None


def test_an_id_made_with_another_key_opens_to_nothing() -> None:
    assert IDS.customer_of(ProfileIds(bytes(64)).profile_id(ANNA, BANK), BANK) is None


GOOD = IDS.profile_id(ANNA, BANK)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "p_",
        GOOD[:-1],
        GOOD[1:],
        GOOD + "A",
        GOOD + "=",
        GOOD + "\n",
        " " + GOOD,
        GOOD[2:],
        "P_" + GOOD[2:],
        "p_" + GOOD[:43],
        "p_" + "A" * 43,
        "p_" + "é" * 43,
        "p_" + "\ud800" * 43,
        "p_" + "\0" * 43,
        "p_" + "+" * 43,
        GOOD * 1000,
        str(ANNA),
    ],
)
def test_an_odd_text_opens_to_nothing(odd: str) -> None:
    assert IDS.customer_of(odd, BANK) is None


@pytest.mark.parametrize("position", range(2, 45))
def test_an_id_changed_in_any_letter_opens_to_nothing(position: int) -> None:
    # The last letter has bits that base64 ignores: other spellings of the same bytes must not open either.
    for letter in string.ascii_letters + string.digits + "-_":
        changed = GOOD[:position] + letter + GOOD[position + 1 :]

        assert changed == GOOD or IDS.customer_of(changed, BANK) is None


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert IDS.customer_of(text, BANK) is None


def test_the_key_is_64_bytes_and_does_not_show() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        ProfileIds(bytes(32))
    assert "ProfileIds(hidden)" == repr(IDS)
