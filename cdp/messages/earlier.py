"""What was said before somebody asks for a human: what they said back, and conversations as far as they may be seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text as statement
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey

TABLE: Final = "reply"
PURPOSE: Final = "customer-care"
CATEGORY: Final = "conversations"
"""What a permission is for, and what it opens, by which the words come along."""
_OPEN: Final = statement(sql("own_words_open"))


class Turn(msgspec.Struct, frozen=True):
    """Something said earlier: when, how, who spoke for the organization, who began, about what, and what came of it.

    `text` is what the customer said back (type `reply`), or what the organization wrote down for them when it
    handed the conversation over (type `handover`); `details` is what the organization recorded of a conversation.
    """

    at: datetime
    type: str
    speaker: str | None
    direction: str | None
    subject: str | None = None
    outcome: str | None = None
    text: str | None = None
    details: dict[str, Any] | None = None

    def __repr__(self) -> str:
        """Show the kind, never what was said."""
        return f"Turn({self.type})"


class Words(msgspec.Struct, frozen=True):
    """What is sealed with a reply: the customer's words, and what was told of before when they asked."""

    text: str | None
    before: list[Turn]


class Said(msgspec.Struct, frozen=True):
    """One thing said before, as `read_replies` tells of it: what it is, and on which subject it hangs."""

    what: str
    id: UUID
    at: datetime
    type: str
    speaker: str | None
    direction: str | None
    subject_id: UUID


class _Talk(msgspec.Struct, frozen=True):
    properties: dict[str, Any] | None = None
    subject: str | None = None
    outcome: str | None = None


def are_open(session: Session, organization: UUID) -> bool:
    """Tell whether the words come along, too, when the customer in scope asks an organization for a human now."""
    facts = {"organization": organization, "purpose": PURPOSE, "category": CATEGORY}
    is_open: bool = session.execute(_OPEN, facts).scalar_one()
    return is_open


def known(
    ring: KeyProvider, told: Sequence[Turn], said: Sequence[Said], sealed: Sequence[bytes], wrapped: Sequence[bytes]
) -> list[Turn]:
    """Return what may be known now, the oldest first: conversations that are open stand in place of what was `told`.

    `said` stands side by side with what is sealed of it and the wrapped keys; what a destroyed key sealed is left out.
    """
    keys = ring.unwrap_many((bytes(key), each.subject_id) for each, key in zip(said, wrapped, strict=True))
    turns = [
        _turn(each, DataKey(key).unseal(bytes(value), table=each.what, row=each.id, column="sealed"))
        for each, value, key in zip(said, sealed, keys, strict=True)
        if key is not None
    ]
    is_open = any(each.what != TABLE for each in said)
    return sorted([*([] if is_open else told), *turns], key=lambda each: each.at)


def _turn(said: Said, opened: bytes) -> Turn:
    if said.what == TABLE:
        return Turn(said.at, said.type, None, said.direction, text=msgspec.json.decode(opened, type=Words).text)
    talk = msgspec.json.decode(opened, type=_Talk)
    return Turn(
        said.at,
        said.type,
        said.speaker,
        said.direction,
        subject=talk.subject,
        outcome=talk.outcome,
        details=talk.properties or None,
    )
