"""Bodies as senders make them, and what the tests of ingest share."""

import json
from datetime import UTC, datetime
from typing import Any

from cdp.ingest import records, segment
from cdp.ingest.items import Item, Rejection

RECEIVED_AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

HOSTILE_VALUES: dict[str, tuple[bytes, str]] = {
    "NUL": (rb'"a\u0000b"', "unstorable-text"),
    "NUL in a key": (rb'{"a\u0000b":1}', "unstorable-text"),
    "lone high surrogate": (rb'"\ud800"', "unstorable-text"),
    "lone low surrogate": (rb'"\udc00x"', "unstorable-text"),
    "1e999": (b"1e999", "number-out-of-range"),
    "-1E+999": (b"-1E+999", "number-out-of-range"),
    "spaced 1e999": (b" \n 1.5e0999", "number-out-of-range"),
    "huge integer": (b"9" * 400, "number-out-of-range"),
    "integer of 5,000 digits": (b"9" * 5_000, "number-out-of-range"),
    "NaN": (b"NaN", "malformed"),
    "Infinity": (b"-Infinity", "malformed"),
    "not UTF-8": (b'"\xff\xfe"', "wrong-encoding"),
    "CESU surrogate": (b'"\xed\xa0\x80"', "wrong-encoding"),
    "control character": (b'"\x01"', "malformed"),
    "leading zero": (b"01", "malformed"),
    "cut escape": (rb'"\u12"', "malformed"),
    "nesting 33": (b"[" * 33 + b"]" * 33, "too-deep"),
    "nesting 10,000": (b"[" * 10_000 + b"]" * 10_000, "too-deep"),
    "nesting 100,000": (b"[" * 100_000 + b"]" * 100_000, "too-large"),
    "two thousand fields": (json.dumps({f"f{n}": 1 for n in range(2_000)}).encode(), "too-many-fields"),
    "ten thousand fields": (json.dumps({f"f{n}": 1 for n in range(10_000)}).encode(), "too-large"),
    "a megabyte": (b'"' + b"x" * 1_000_000 + b'"', "too-large"),
}


def event(**members: Any) -> dict[str, Any]:
    """Return a track call, with `members` in place of its own."""
    return {"type": "track", "event": "Order Completed", "userId": "u-1", "messageId": "m-1"} | members


def batch(*events: Any, **members: Any) -> bytes:
    return json.dumps({"batch": events} | members).encode()


def raw_batch(*events: bytes) -> bytes:
    return b'{"batch":[' + b",".join(events) + b"]}"


def parse(body: bytes, call: segment.Call = segment.Call.BATCH) -> list[list[Item] | Rejection]:
    return segment.parse(call, body, received_at=RECEIVED_AT, attribute_name=str)


def items(**members: Any) -> list[Item]:
    """Return the items of one event, which must not be rejected."""
    (result,) = parse(batch(event(**members)))
    assert isinstance(result, list), result
    return result


def item(**members: Any) -> Item:
    (only,) = items(**members)
    return only


def rejection(**members: Any) -> tuple[str, str]:
    (result,) = parse(batch(event(**members)))
    assert isinstance(result, Rejection), result
    return result.reason, result.field


def record(**members: Any) -> dict[str, Any]:
    return {"kind": "product", "type": "book", "key": "k-1", "subject": {"user_id": "u-1"}} | members


def parse_records(body: bytes) -> list[Item | Rejection]:
    return records.parse(body, received_at=RECEIVED_AT, attribute_name=str)
