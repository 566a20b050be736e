"""Which paths are special at the edge: how large a body they take and in which format they speak of errors."""

from types import MappingProxyType
from typing import Final

from cdp.ingest.items import LARGEST_BATCH_BYTES, RECORDS_BYTES

_SEGMENT: Final = ("batch", "identify", "track", "page", "screen", "group", "alias", *"bitpsga")
SEGMENT: Final = frozenset(f"/v1/{name}" for name in _SEGMENT)
"""The Segment wire: raw bodies of any content type; errors are `{"code", "message"}`."""

RECORDS: Final = "/v1/records"


def is_segment(path: str) -> bool:
    """Say whether `path` belongs to the Segment wire, also with a slash too many."""
    return path.rstrip("/") in SEGMENT


def is_authzen(path: str) -> bool:
    """Say whether `path` belongs to the decision point, whose errors are one sentence and whose no is no error."""
    return path.startswith("/access/v1/")


OAUTH: Final = frozenset({"/token", *(f"/oauth/{name}" for name in ("token", "revoke", "introspect", "par"))})
"""Where clients post forms; errors are `{"error", "error_description"}` (RFC 6749 §5.2)."""


def is_oauth(path: str) -> bool:
    """Say whether `path` speaks of errors as OAuth does, also with a slash too many."""
    return path.rstrip("/") in OAUTH


LARGEST_BODY: Final = 1024 * 1024
_LARGEST: Final = MappingProxyType({RECORDS: RECORDS_BYTES, **dict.fromkeys(SEGMENT, LARGEST_BATCH_BYTES)})

EVALUATIONS: Final = "/access/v1/evaluations"

RAW: Final = SEGMENT | {RECORDS, EVALUATIONS}
"""Paths whose route reads the body itself: one bad item harms no other, and many items may have many fields."""


def largest_body(path: str) -> int:
    """Return how many bytes a body sent to `path` may have."""
    return _LARGEST.get(path, LARGEST_BODY)
