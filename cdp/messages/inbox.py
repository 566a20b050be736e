"""Everything that was said to the customer in scope, in one list: messages that were registered, and conversations.

Rules: (1) what an organization recorded as a contact is a conversation like any other, of every channel; (2) what it
was about is what the organization said of it, and nothing is guessed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Row
from sqlalchemy import text as statement
from sqlmodel import Session

from cdp.cursors import NEWEST_FIRST, InTime
from cdp.database import sql
from cdp.messages.registering import TABLE
from cdp.own.unsealing import OwnKeys
from consent.errors import NotFound

_INBOX: Final = statement(sql("own_inbox"))


class _Properties(msgspec.Struct, frozen=True):
    topic: Any = None


class _Conversation(msgspec.Struct, frozen=True):
    properties: _Properties = _Properties()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One message or conversation: from or with whom, when, how, who spoke, and about what."""

    kind: Literal["message", "conversation"]
    entry_id: UUID
    organization: UUID
    at: datetime
    until: datetime
    channel: str | None
    type: str | None
    speaker: str | None
    direction: str | None
    topic: str | None
    reported_at: datetime | None
    subject: str | None = field(repr=False)
    text: str | None = field(repr=False)

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.entry_id)


def entries(session: Session, keys: OwnKeys, *, after: InTime = NEWEST_FIRST, limit: int) -> list[Entry]:
    """Return what was said to the customer in scope, the newest first, behind `after`."""
    return _entries(session, keys, only=None, after=after, limit=limit)


def find(session: Session, keys: OwnKeys, entry: UUID) -> Entry:
    """Return one entry of the customer in scope; raises NotFound."""
    for each in _entries(session, keys, only=entry, after=NEWEST_FIRST, limit=1):
        return each
    raise NotFound("there is no such message")


def _entries(session: Session, keys: OwnKeys, *, only: UUID | None, after: InTime, limit: int) -> list[Entry]:
    facts = {"only": only, "after_at": after.at, "after_entry": after.row, "limit": limit}
    return [_entry(keys, row) for row in session.execute(_INBOX, facts)]


def _entry(keys: OwnKeys, row: Row[Any]) -> Entry:
    is_message = row.kind == "message"
    opened = None if row.sealed is None else _opened(keys, row, TABLE if is_message else "interaction")
    said = _Conversation() if is_message or opened is None else msgspec.json.decode(opened, type=_Conversation)
    topic = row.topic if is_message else said.properties.topic
    return Entry(
        kind=row.kind,
        entry_id=row.entry_id,
        organization=row.organization_id,
        at=row.at,
        until=row.until,
        channel=row.channel,
        type=row.type,
        speaker=row.speaker,
        direction=row.direction,
        topic=topic if isinstance(topic, str) else None,
        reported_at=row.reported_at,
        subject=said.subject,
        text=opened.decode() if is_message and opened is not None else None,
    )


def _opened(keys: OwnKeys, row: Row[Any], table: str) -> bytes | None:
    if row.category is not None and not keys.may_show(row.category):
        return None
    return keys.open(row.subject_id, row.sealed, table=table, row=row.entry_id)
