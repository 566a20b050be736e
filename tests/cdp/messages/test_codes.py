"""The code of a message finds slips, and is found in whatever people paste."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.messages import codes
from cdp.reads.presentations import ALPHABET

CODE = "BS4H6HEZQX2T"
chosen = st.text(alphabet=ALPHABET, min_size=codes.LETTERS - 1, max_size=codes.LETTERS - 1)


def whole(letters: str) -> str:
    """Return the code that begins with these letters."""
    (found,) = (letters + each for each in ALPHABET if codes.is_whole(letters + each))
    return found


@given(letters=chosen, place=st.integers(0, codes.LETTERS - 1), other=st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_always_found(letters: str, place: int, other: str) -> None:
    code = whole(letters)

    slip = code[:place] + other + code[place + 1 :]

    assert (other == code[place]) == codes.is_whole(slip)


def test_every_fresh_code_is_whole_and_another_one() -> None:
    fresh = {codes.new() for _ in range(200)}

    assert 200 == len(fresh)
    assert all(codes.is_whole(each) for each in fresh)


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        "bs4h-6hez-qx2t",
        " BS4H 6HEZ QX2T ",
        "https://mijn.klant.example/echt/BS4H-6HEZ-QX2T",
        "http://localhost:8000/echt/bs4h6hezqx2t?bron=mail",
        "mijn.klant.example/echt/BS4H-6HEZ-QX2T.",
    ],
)
def test_a_code_is_taken_as_people_and_readers_write_it(written: str) -> None:
    assert CODE == codes.typed(written)


@pytest.mark.parametrize(
    "written",
    ["", " ", CODE[:-1], CODE + "2", "BS4H-6HEZ-QX2V", "SB4H-6HEZ-QX2T", "0" * 12, "\u0391" * 12, "A" * 5_000],
)
def test_what_is_no_code_is_none(written: str) -> None:
    assert codes.typed(written) is None


def test_codes_are_found_in_a_text_and_taken_out_of_it() -> None:
    link, typed = f"https://x.example/echt/{codes.shown(CODE)}", codes.shown(CODE).lower()
    text = f"Controleer op {link} of typ {typed}; niet 1234-5678-9999."

    assert [CODE] == codes.within(text)
    assert "Controleer op  of typ ; niet 1234-5678-9999." == codes.without(text)


def test_the_last_place_of_a_run_is_the_link_and_what_is_no_code_stays() -> None:
    other = whole("2" * 11)
    text = f"x.example/echt/{other}?/echt/{CODE}/meer x.example/echt/222222222222 y"

    assert [CODE] == codes.within(text)
    assert "/meer x.example/echt/222222222222 y" == codes.without(text)


@pytest.mark.parametrize("run", ["a", "/echt/", "https://a/echt/2222", "2222-", "a@"])
def test_no_text_takes_long_to_look_through(run: str) -> None:
    text, before = run * (100_000 // len(run)), thread_time()

    codes.without(text)
    codes.within(text)

    assert thread_time() - before < 10, "a hundredth of it is enough, unless each letter is a new beginning"
