import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.ingest import decoding, segment
from cdp.ingest.items import Item, Rejection
from cdp.ingest.problems import TooLarge, UnreadableBody
from tests.cdp.ingest import wire

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
    st.sampled_from(["2026-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "identify", "\ud800", "\0", "x" * 400]),
)  # fmt: skip
VALUE = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
NAMES = [
    "type", "userId", "anonymousId", "previousId", "groupId", "messageId", "event", "name", "category", "channel",
    "timestamp", "originalTimestamp", "sentAt", "traits", "properties", "context",
    "kind", "key", "value", "subject", "identifiers", "occurred_at", "speaker",
]  # fmt: skip
EVENT = st.dictionaries(st.sampled_from(NAMES), VALUE) | VALUE
CALL = st.sampled_from(segment.Call)


def check(results: list[Any]) -> None:
    """Every item that was taken can be stored: its value is JSON of storable text."""
    for result in results:
        for each in result if isinstance(result, list) else [result]:
            assert isinstance(each, Item | Rejection)
            if isinstance(each, Item):
                assert "\0" not in json.dumps(json.loads(each.value), ensure_ascii=False, allow_nan=False)
                json.dumps(json.loads(each.value), ensure_ascii=False).encode()


@given(st.binary(), CALL)
def test_any_bytes_give_a_result_or_a_problem(body: bytes, call: segment.Call) -> None:
    for read in (lambda: wire.parse(body, call), lambda: wire.parse_records(body)):
        try:
            check(read())
        except UnreadableBody:
            continue


@given(st.lists(EVENT, max_size=4))
@settings(max_examples=300)
def test_any_events_give_one_result_each(events: list[Any]) -> None:
    good = wire.event()
    results = wire.parse(wire.batch(good, *events, good))

    check(results)
    assert len(events) + 2 == len(results)
    assert [list, list] == [type(results[0]), type(results[-1])]


@given(st.lists(EVENT, max_size=4))
def test_any_records_give_one_result_each(items: list[Any]) -> None:
    results = wire.parse_records(json.dumps({"items": [wire.record(), *items]}).encode())

    check(results)
    assert len(items) + 1 == len(results)
    assert isinstance(results[0], Item)


@given(st.data())
def test_a_body_cut_off_anywhere_is_a_problem(data: st.DataObject) -> None:
    body = wire.batch(wire.event(), wire.event(type="identify", traits={"a": [1, "]"]}), sentAt="x")
    cut = data.draw(st.integers(0, len(body) - 1))

    for broken in (body[:cut], b"[" + body[cut:]):
        with pytest.raises(UnreadableBody):
            wire.parse(broken)


@given(st.binary() | st.binary().map(gzip.compress), st.sampled_from([None, "gzip", "br"]), st.integers(0, 50))
def test_unpacking_gives_at_most_the_limit_or_a_problem(body: bytes, encoding: str | None, limit: int) -> None:
    try:
        assert len(decoding.unpack(body, encoding=encoding, limit=limit)) <= limit
    except (UnreadableBody, TooLarge):
        return
