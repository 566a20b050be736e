"""The search itself: it finds a canary in every form, and nothing where there is none."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256

import pytest

from tests.attack.canaries import Canaries, is_in

WORD = "canaryname0123456789abcdef"


@pytest.mark.parametrize(
    "said",
    [
        WORD.encode(),
        WORD.upper().encode(),
        WORD[::-1].encode(),
        WORD.encode().hex().encode(),
        sha256(WORD.encode()).hexdigest().encode(),
        *(b64encode(b"x" * shift + WORD.encode() + b"yz") for shift in range(5)),
        *(urlsafe_b64encode(b"?" * shift + WORD.encode() + b">>") for shift in range(5)),
        json.dumps({"a": WORD}).encode(),
    ],
)
def test_a_canary_is_found_in_every_form(said: bytes) -> None:
    assert is_in(WORD, b"before " + said + b" after")


def test_what_is_not_there_is_not_found() -> None:
    other = Canaries()

    assert set() == other.seen_in(str(Canaries().named()).encode())
