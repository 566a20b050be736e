"""The one shape that everything becomes on its way in, and the limits that hold for all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from consent.wishes import Speaker

AttributeNames = Callable[[str], str]
"""The catalog's name of an attribute, given the sender's."""

ITEM_BYTES: Final = 32 * 1024
ITEMS_A_CALL: Final = 1_000
EVENTS_A_BATCH: Final = 2_500
BATCH_BYTES: Final = 512_000
LARGEST_BATCH_BYTES: Final = 4_096_000
RECORDS_BYTES: Final = 8 * 1024 * 1024
NESTING: Final = 32
FIELDS: Final = 1_000
NAME_LENGTH: Final = 200
KEY_LENGTH: Final = 200
REFERENCE_LENGTH: Final = 255
IDENTIFIER_LENGTH: Final = 320
MESSAGE_ID_LENGTH: Final = 100
TEXT_LENGTH: Final = 2_000
REFERENCES: Final = 20


class _Word(StrEnum):
    """A word that is looked up by the thousand: it hashes as text does, for Enum's own hash is a call of Python."""

    __hash__ = str.__hash__


class Kind(_Word):
    """What an item says: four kinds of record, or only that two references are one subject."""

    ATTRIBUTES = "attributes"
    PRODUCT = "product"
    INTERACTION = "interaction"
    EXTERNAL = "external"
    LINK = "link"


class ReferenceType(_Word):
    """How a source names a subject.

    `previous_id` is what an alias leaves behind: an earlier anonymous id or an earlier user id;
    the sender does not say which, so the store looks for both.
    """

    USER_ID = "user_id"
    ANONYMOUS_ID = "anonymous_id"
    PREVIOUS_ID = "previous_id"


class IdentifierType(_Word):
    """What is unique to a person beyond one source."""

    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"


class Channel(_Word):
    """Where an interaction took place: the channels by which somebody is approached, and those that only they choose.

    Senders may write `letter` for `post` and `visit` for `in-person`.
    """

    EMAIL = "email"
    SMS = "sms"
    APP = "app"
    PHONE = "phone"
    CHAT = "chat"
    POST = "post"
    IN_PERSON = "in-person"
    VIRTUAL_REALITY = "virtual-reality"
    CHATBOT = "chatbot"
    VIDEO = "video"
    SOCIAL_MEDIA = "social-media"
    WEB = "web"

    @classmethod
    def _missing_(cls, value: object) -> Channel | None:
        return {"letter": cls.POST, "visit": cls.IN_PERSON}.get(value) if isinstance(value, str) else None


class Direction(StrEnum):
    """Who began: the customer (inbound) or the organization (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class TimeNote(StrEnum):
    """What was done to the time that the sender stated."""

    CLAMPED = "clamped"
    SKEWED = "skewed"
    ZONE_ASSUMED = "zone-assumed"


class Outcome(_Word):
    """What became of one item; `rejected` comes with a Rejection."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    LINKED = "linked"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why an item was rejected. Public; a code never changes its meaning and is never reused."""

    MALFORMED = "malformed"
    WRONG_ENCODING = "wrong-encoding"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_VALUE = "unknown-value"
    MISSING = "missing"
    TOO_LARGE = "too-large"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    TOO_MANY_FIELDS = "too-many-fields"
    TOO_DEEP = "too-deep"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    UNSTORABLE_TEXT = "unstorable-text"
    UNREADABLE_TIME = "unreadable-time"
    UNREADABLE_VALUE = "unreadable-value"
    PLACEHOLDER = "placeholder"
    UNKNOWN_CATEGORY = "unknown-category"
    CATEGORY_FIXED = "category-fixed"
    UNSTORABLE = "unstorable"
    SUPPRESSED = "suppressed"


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """Why one item was not taken: a reason code and the field, never the value.

    `field` holds names of ours only: a sender's own key could itself be personal data.
    """

    reason: Reason
    field: str = ""


class Reference(msgspec.Struct, frozen=True, gc=False):
    """One name by which the source knows the subject."""

    type: ReferenceType
    value: str

    def __repr__(self) -> str:
        """Show the type, never the value."""
        return f"Reference({self.type})"


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """One identifier of the person; `verified` is what the source states about it."""

    type: IdentifierType
    value: str
    verified: bool = False

    def __repr__(self) -> str:
        """Show the type, never the value."""
        return f"Identifier({self.type})"


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing a source said about one subject.

    - `type`: the attribute's name, the product or fact's type, the event's name.
    - `key`: the source's own id of the product or fact, or of the interaction; None for attributes.
    - `category`: None lets the catalog decide.
    - `value`: JSON in UTF-8, checked: finite numbers, storable text, bounded depth and width. The value of an
      attribute, the properties of a product or fact, and `{properties, subject, outcome, name, section}`
      of an interaction. Where an object repeats a key, the last one counts.
    - `delivery`: the message id, shared by all items of one event: the same one again is a repeat.
    - `evidence`: consent flags as they came, on the first item of an event; they create nothing.
    """

    kind: Kind
    type: str
    value: bytes
    subject: tuple[Reference, ...]
    key: str | None = None
    category: str | None = None
    occurred_at: datetime | None = None
    identifiers: tuple[Identifier, ...] = ()
    channel: Channel | None = None
    speaker: Speaker | None = None
    direction: Direction | None = None
    delivery: str | None = None
    evidence: bytes | None = None
    time_note: TimeNote | None = None

    def __repr__(self) -> str:
        """Show the kind, never the person."""
        return f"Item({self.kind})"


class _Conversation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The sealed part of an interaction."""

    properties: msgspec.Raw
    subject: str | None = None
    outcome: str | None = None
    name: str | None = None
    section: str | None = None


_ENCODER: Final = msgspec.json.Encoder()


def conversation(
    properties: bytes,
    *,
    subject: str | None = None,
    outcome: str | None = None,
    name: str | None = None,
    section: str | None = None,
) -> bytes:
    """Return the value of an interaction: its properties, what was talked about, which page or screen."""
    if subject is None and outcome is None and name is None and section is None:
        return b'{"properties":%b}' % (properties or b"{}")
    return _ENCODER.encode(_Conversation(msgspec.Raw(properties or b"{}"), subject, outcome, name, section))


_PLACEHOLDERS: Final = frozenset({
    "undefined", "null", "none", "nan", "nil", "unknown", "anonymous", "n/a", "-",
    "[object object]", "00000000-0000-0000-0000-000000000000",
})  # fmt: skip


def reference_flaw(value: str) -> Reason | None:
    """Return why `value` cannot name a subject.

    A placeholder that a broken client sends for everybody would join strangers into one dossier.
    """
    if len(value) > REFERENCE_LENGTH:
        return Reason.TOO_LONG
    if not value.strip():
        return Reason.MISSING
    if "\x00" in value:
        return Reason.UNSTORABLE_TEXT
    if value.lower() in _PLACEHOLDERS:
        return Reason.PLACEHOLDER
    return None
