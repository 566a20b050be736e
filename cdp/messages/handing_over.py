"""An organization writes down that a customer asks for a human in a conversation of its own, and by when one answers.

Rules: (1) the conversation is one that it recorded itself; (2) what it writes down is the customer's like any reply:
sealed, in their Berichten, in the consent log; (3) somebody who waits already waits as before; (4) a human answers by
the date that the organization promises to everybody, or earlier.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text as statement

from cdp import ids
from cdp.ingest import arrivals
from cdp.keys.sealing import DataKey
from cdp.listening.asking import InteractionUnknown
from cdp.messages import replies
from cdp.messages.earlier import TABLE, Words
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import Invalid

_KEY: Final = statement("select subject_id, wrapped from conversation_key(:conversation)")
_HAND: Final = statement(
    "select standing, since, until from hand_over(:reply, :conversation, :due, :subject, :words, :at)"
)


class DueTooLate(Invalid):
    """A human answers by the date that your organization promises, or earlier."""

    code = "due-too-late"


@dataclass(frozen=True, slots=True)
class Wanted:
    """In which conversation, by the type and key of its record, somebody asks for a human, and what they said."""

    type: str
    key: str
    text: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Who waits for a human: since when, and by when one answers."""

    reply_id: UUID
    at: datetime
    due_at: datetime


def hand_over(platform: Platform, scope: Scope, wanted: Wanted, *, at: datetime) -> HandedOver:
    """Write down, as the organization in scope, that a customer wants a human.

    Raises InteractionUnknown, replies.NothingSaid, and DueTooLate for a date behind the one that is promised.
    """
    said = replies.checked(wanted.text)
    organization = scope.organization or ids.NIL
    talk, reply = arrivals.interaction(platform.ring, organization, wanted.type, wanted.key), ids.row()
    with platform.database.scoped(scope) as session:
        due = replies.promised(session, organization, at=at)
        if wanted.due_at is not None and not at < wanted.due_at <= due:
            raise DueTooLate(field="/due_at")
        row = session.execute(_KEY, {"conversation": talk}).one_or_none()
        if row is None:
            raise InteractionUnknown(field="/key")
        key = DataKey(platform.ring.unwrap(bytes(row.wrapped), subject=row.subject_id))
        sealed = key.seal(msgspec.json.encode(Words(said, [])), table=TABLE, row=reply, column="sealed")
        facts = {"reply": reply, "conversation": talk, "due": wanted.due_at or due, "subject": row.subject_id, "at": at}
        return HandedOver(*session.execute(_HAND, facts | {"words": sealed}).one())
