"""Whatever a value is made of, the identifiers in it are found, and what is none of them costs nothing."""

import json

import pytest

from cdp.ingest import held_texts


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (b'"+31612345678"', {"+31612345678"}),
        (b"31612345678", {"31612345678"}),
        (b"31612345678.0", {"31612345678"}),
        (b"3.1612345678e10", {"31612345678"}),
        (b'{"home":{"number":31612345678.00},"at":["a@example.org"]}', {"31612345678", "a@example.org"}),
        (b'{"31612345678":true}', set()),
        (b"[null,true,false,0.5,-31612345678,1e999999,-1e999999,5e-999999]", set()),
        (b"1" * 400, set()),
    ],
    ids=lambda each: each[:30].decode() if isinstance(each, bytes) else "",
)
def test_every_text_and_every_whole_number_of_a_value_is_found(value: bytes, texts: set[str]) -> None:
    assert texts == set(held_texts.of(value))


def test_what_is_said_twice_is_found_once_and_not_without_end() -> None:
    assert ["a"] == held_texts.of(json.dumps(["a"] * 1000).encode())
    assert held_texts.MOST_TEXTS == len(held_texts.of(json.dumps([str(each) for each in range(1000)]).encode()))
