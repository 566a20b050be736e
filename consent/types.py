"""The shapes of the words that the law, the vault and the door share, each defined once."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

KEY_PATTERN: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
NAME_PATTERN: Final = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
HASH_PATTERN: Final = r"^[0-9a-f]{64}$"

LONGEST_KEY: Final = 64
LONGEST_REFERENCE: Final = 200
MOST_CATEGORIES: Final = 32
MOST_SOURCES: Final = 256

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)

UNMAPPED: Final = "unmapped"
"""The category of data that nobody has mapped yet: kept, shown to its owner, never granted."""

CUSTOMER_SOURCE: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The source under which the customer's own statements are kept."""


def _reckonable(moment: datetime) -> datetime:
    """Return `moment` in UTC; raises ValueError for one so far away that calendars and stores stumble over it."""
    if not EARLIEST <= moment < LATEST:
        raise ValueError("out of reach")
    return moment.astimezone(UTC)


CategoryKey = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="What kind of data.")]
PurposeKey = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="What data is used for.")]
Slug = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="A name in an address.")]
TypeKey = Annotated[
    str,
    Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="What a record is about."),
]
AttributeName = Annotated[
    str,
    Field(max_length=LONGEST_KEY, pattern=NAME_PATTERN, description="Which fact of a person."),
]
Reference = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_REFERENCE, description="A source's own name for it."),
]
DocumentHash = Annotated[str, Field(pattern=HASH_PATTERN, description="SHA-256 of a document, as lower-case hex.")]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_reckonable),
    Field(description="A moment, RFC 3339 with its offset, from 1900 to 2199."),
]
Categories = Annotated[
    frozenset[CategoryKey],
    Field(min_length=1, max_length=MOST_CATEGORIES, description="Kinds of data, each by name."),
]

_KEY: Final = re.compile(KEY_PATTERN)
_HASH: Final = re.compile(HASH_PATTERN)


def is_key(text: str) -> bool:
    """Tell whether `text` may name a category, a purpose or a record type."""
    return len(text) <= LONGEST_KEY and _KEY.fullmatch(text) is not None


def is_document_hash(text: str) -> bool:
    """Tell whether `text` is a SHA-256 as lower-case hex."""
    return _HASH.fullmatch(text) is not None
