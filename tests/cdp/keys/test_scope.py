import hashlib
import hmac
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.keys.mac import Mac
from cdp.keys.scope import seal_scope

KEY = bytes(range(32))
MAC = Mac(KEY)
ORG, ANNA = UUID("018f0000-0000-7000-8000-00000000000a"), UUID("018f0000-0000-7000-8000-00000000000b")
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f\0"))


def test_the_seal_is_over_exactly_the_bytes_that_sql_verifies() -> None:
    message = (
        b"reader\x1f018f0000-0000-7000-8000-00000000000a\x1f018f0000-0000-7000-8000-00000000000b"
        b"\x1fcustomer-care\x1fcl\xc3\xa9\x1f1800000000"
    )

    assert hmac.new(KEY, message, hashlib.sha256).hexdigest() == seal_scope(
        MAC, "reader", ORG, ANNA, "customer-care", "clé", 1_800_000_000
    )


def test_an_absent_part_is_empty() -> None:
    expected = hmac.new(KEY, b"auditor\x1f\x1f\x1f\x1f\x1f7", hashlib.sha256).hexdigest()

    assert expected == seal_scope(MAC, "auditor", None, None, None, None, 7)


def _sealed(**changed: object) -> str:
    whole = {"principal": "reader", "organization": ORG, "customer": ANNA, "purpose": "a", "client": "b", "until": 7}
    return seal_scope(MAC, **(whole | changed))  # type: ignore[arg-type]  # parts by name, to change one at a time


def test_every_part_counts() -> None:
    seals = [
        _sealed(),
        _sealed(principal="readers"),
        _sealed(organization=ANNA),
        _sealed(organization=None),
        _sealed(customer=ORG),
        _sealed(customer=None),
        _sealed(organization=ANNA, customer=ORG),
        _sealed(purpose="b"),
        _sealed(purpose="ab", client=None),
        _sealed(purpose="", client="ab"),
        _sealed(client="b7"),
        _sealed(until=8),
        _sealed(until=-7),
    ]

    assert len(seals) == len(set(seals))


@given(words, st.none() | st.uuids(), words, words)
def test_no_two_scopes_share_a_seal(principal: str, customer: UUID | None, purpose: str, client: str) -> None:
    seals = {seal_scope(MAC, principal, ORG, customer, purpose, client, until) for until in (1, 11)}

    assert 2 == len(seals)
    assert all(64 == len(seal) and seal == seal.lower() for seal in seals)


@pytest.mark.parametrize("part", ["principal", "purpose", "client"])
@pytest.mark.parametrize("bad", ["a\x1fb", "\x1f", "a\0", "\ud800"])
def test_a_part_that_could_shift_the_others_is_refused(part: str, bad: str) -> None:
    with pytest.raises(ValueError, match=r"control character|surrogates"):
        _sealed(**{part: bad})


def test_another_key_gives_another_seal() -> None:
    other = Mac(uuid4().bytes * 2)

    assert _sealed() != seal_scope(other, "reader", ORG, ANNA, "a", "b", 7)
    assert "Mac(hidden)" == repr(other)
