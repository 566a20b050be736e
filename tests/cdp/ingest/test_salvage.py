import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.ingest import salvage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON), st.sampled_from([True, False]))
def test_an_array_is_cut_into_its_elements(
    values: list[object],
    only_ascii: bool,  # noqa: FBT001  # drawn, never written out
) -> None:
    text = json.dumps(values, ensure_ascii=only_ascii, indent=1).encode()

    assert values == [json.loads(each) for each in salvage.elements(text)]


@given(st.lists(JSON), st.lists(st.integers(1, 9), min_size=1))
def test_an_array_is_cut_the_same_however_it_arrives(values: list[object], sizes: list[int]) -> None:
    text = b"  " + json.dumps(values, indent=1).encode() + b"\n"
    pieces: list[salvage.Piece] = []
    splitter, at = salvage.ArraySplitter(), 0

    while at < len(text):
        size = sizes[at % len(sizes)]
        pieces += splitter.feed(text[at : at + size])
        at += size
    splitter.close()

    assert values == [json.loads(piece.text) for piece in pieces]
    for number, piece in enumerate(pieces):
        rest = salvage.ArraySplitter(offset=piece.end, inside=True)
        assert values[number + 1 :] == [json.loads(each.text) for each in rest.feed(text[piece.end :])]
        rest.close()


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), JSON))
def test_an_object_is_cut_into_its_members(values: dict[str, object]) -> None:
    found = salvage.members(json.dumps(values).encode())

    assert values == {key.decode(): json.loads(text) for key, text in found.items()}


@given(st.binary() | st.text(alphabet='[]{},:"\\ a1').map(str.encode))
def test_anything_else_is_uncuttable_and_nothing_worse(text: bytes) -> None:
    for cut in (salvage.elements, salvage.members):
        try:
            cut(text)
        except salvage.UncuttableError:
            continue


@given(st.integers(0, 60), st.integers(0, 60))
def test_depth_is_held_against_a_limit(depth: int, limit: int) -> None:
    assert (depth > limit) == salvage.is_deeper(b'{"[":' * depth + b"1" + b"}" * depth, limit)


def test_more_brackets_than_can_be_cut_in_time_are_refused() -> None:
    with pytest.raises(salvage.UncuttableError):
        salvage.elements(b"[" + b"[]," * 200_000 + b"1]")


def test_an_element_without_end_does_not_fill_the_memory() -> None:
    splitter = salvage.ArraySplitter(longest=1_000)

    with pytest.raises(salvage.UncuttableError):
        list(splitter.feed(b'["' + b"x" * 2_000))
