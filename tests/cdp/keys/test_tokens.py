import hashlib
import hmac
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.keys import tokens
from cdp.keys.tokens import Fingerprints, Prefix
from consent.errors import Unauthenticated

KEY = bytes(range(32))
FINGERPRINTS = Fingerprints(KEY)
GOOD = tokens.new(Prefix.WRITE_KEY)


@pytest.mark.parametrize("prefix", [each for each in Prefix if each is not Prefix.ACCESS_TOKEN])
def test_a_new_token_is_well_formed_and_never_the_same(prefix: Prefix) -> None:
    made = [tokens.new(prefix) for _ in range(500)]

    assert 500 == len(set(made))
    assert {len(prefix) + 49} == {len(each) for each in made}
    assert all(tokens.is_well_formed(each, prefix) for each in made)


def test_what_is_stored_is_a_keyed_hash_of_the_whole_token() -> None:
    expected = hmac.digest(KEY, GOOD.encode(), hashlib.sha256)

    assert expected == FINGERPRINTS.fingerprint(GOOD, Prefix.WRITE_KEY)
    assert expected != Fingerprints(bytes(32)).fingerprint(GOOD, Prefix.WRITE_KEY)


def test_the_checksum_is_crc_32_in_base62() -> None:
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    checksum = 0
    for letter in GOOD[-6:]:
        checksum = checksum * 62 + digits.index(letter)

    assert zlib.crc32(GOOD[:-6].encode()) == checksum


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "cdp_wk_",
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD,
        GOOD.swapcase(),
        GOOD[:-6] + "000000",
        GOOD.replace("cdp_wk_", "cdp_cs_"),
        tokens.new(Prefix.CLIENT_SECRET),
        "cdp_wk_" + "é" * 49,
        "cdp_wk_" + "\ud800" * 49,
        "cdp_wk_" + "\0" * 49,
        GOOD * 10_000,
    ],
)
def test_what_cannot_be_ours_is_refused_before_any_lookup(odd: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        FINGERPRINTS.fingerprint(odd, Prefix.WRITE_KEY)

    assert not odd or odd not in str(caught.value)


@pytest.mark.parametrize("position", range(len(GOOD)))
def test_one_wrong_letter_is_noticed(position: int) -> None:
    wrong = GOOD[:position] + ("a" if GOOD[position] != "a" else "b") + GOOD[position + 1 :]

    assert not tokens.is_well_formed(wrong, Prefix.WRITE_KEY)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert not tokens.is_well_formed(text, Prefix.WRITE_KEY)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("eyJhbGciOiJFUzI1NiJ9.e30.c2ln", True),
        ("eyJhbGciOiJFUzI1NiJ9.e30.", False),
        ("eyJhbGciOiJFUzI1NiJ9.e30", False),
        ("eyJhbGciOiJFUzI1NiJ9.e30.c2ln.more", False),
        ("eyJhbGciOiJFUzI1NiJ9.e30.c2ln\n", False),
        ("eyJ\u00e9.e30.c2ln", False),
        ("e30.e30.c2ln", False),
        ("eyJ" + "a" * 501 + ".e30.c2ln", False),
    ],
)
def test_an_access_token_looks_like_a_signed_json_web_token(text: str, is_one: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert is_one is tokens.is_well_formed(text, Prefix.ACCESS_TOKEN)
