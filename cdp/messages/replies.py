"""What customers say back to an organization: an answer, or that they want a human, with what was said before.

Rules: (1) it goes to who sent the message or had the conversation, and to nobody else; (2) it is sealed with the key of
a subject of the customer, and each reading stands in their log; (3) who takes over gets what was said before, so that
nobody has to repeat anything: what the customer said back to that organization; of its own conversations with them
when they were and about what; and the words of these while a permission opens them; (4) a human answers by the date
that the organization promises to everybody, fixed when it is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text as statement
from sqlmodel import Session

from cdp import directory, due_dates, ids, organization_details
from cdp.cursors import InTime
from cdp.keys.sealing import DataKey
from cdp.messages import earlier, inbox
from cdp.messages.earlier import TABLE, Said, Turn, Words
from cdp.own import dossier, own_subject
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.errors import Invalid, NotFound, Refused

MOST: Final = 20
"""How much a customer may say back in a day."""
LONGEST: Final = 2_000
MOST_BEFORE: Final = 10
WITHIN: Final = timedelta(days=90)
"""How far back it goes what is told of before."""
_SEND: Final = statement("select send_reply(:reply, :entry, :human, :due, :subject, :words, :most, :at)")
_READ: Final = statement("select * from read_replies(:at, :reply, :limit)")
_SETTLE: Final = statement("select settle_reply(:reply, :is_done, :at)")
_OWN: Final = statement(
    "select * from reply where cast(:entry as uuid) is null or entry_id = :entry order by at desc limit 200"
)


class TooManyReplies(Refused):
    """You said very much today; go on tomorrow."""

    code = "too-many-replies"


class NothingSaid(Invalid):
    """An answer says something, unless it asks for a human; at most 2,000 characters."""

    code = "nothing-said"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer said back, and what became of it; `by` is who wrote it down: they, or the organization."""

    reply_id: UUID
    organization: UUID
    entry_id: UUID
    by: str
    wants_human: bool
    at: datetime
    due_at: datetime
    taken_at: datetime | None
    done_at: datetime | None
    text: str | None = field(repr=False)
    before: Sequence[Turn] = field(repr=False)

    def is_late(self, *, at: datetime) -> bool:
        """Tell whether a human should have answered before `at`."""
        return self.wants_human and self.done_at is None and at >= self.due_at


class Received(NamedTuple):
    """A reply as it came to its organization: with the id by which that knows the customer."""

    reply: Reply
    profile_id: str

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.reply.at, self.reply.reply_id)


def send(
    platform: Platform,
    session: Session,
    keys: OwnKeys,
    entry: UUID,
    text: str | None,
    *,
    wants_human: bool,
    at: datetime,
) -> Reply:
    """Say something back, as the customer in scope, about a message or a conversation.

    Raises NotFound for one that is not theirs, NothingSaid and TooManyReplies.
    """
    said = checked(text, is_enough=wants_human)
    about = inbox.find(session, keys, entry)
    words = Words(said, _before(session, keys, about.organization, at=at) if wants_human else [])
    me, reply = own_subject.of_customer(session, platform.ring), ids.row()
    sealed = me.key.seal(msgspec.json.encode(words), table=TABLE, row=reply, column="sealed")
    due = promised(session, about.organization, at=at)
    facts: dict[str, Any] = {"reply": reply, "entry": entry, "human": wants_human, "due": due, "most": MOST, "at": at}
    session.execute(_SEND, facts | {"subject": me.subject_id, "words": sealed})
    return find(session, keys, reply)


def checked(text: str | None, *, is_enough: bool = True) -> str | None:
    """Return what was said, None for nothing; raises NothingSaid for what cannot be, also unless none `is_enough`."""
    said = (text or "").strip() or None
    if (said is None and not is_enough) or len(said or "") > LONGEST or not _is_plain(said or ""):
        raise NothingSaid(field="/text")
    return said


def promised(session: Session, organization: UUID, *, at: datetime) -> datetime:
    """Return by when a human of an organization answers who asks for one at `at`."""
    found = directory.names(session).by_id.get(organization)
    days = due_dates.USUAL_ANSWER_DAYS if found is None else organization_details.said(found).answer_days
    return due_dates.working_days_after(at, days)


def find(session: Session, keys: OwnKeys, reply: UUID) -> Reply:
    """Return what the customer in scope said once; raises NotFound."""
    for each in own(session, keys):
        if each.reply_id == reply:
            return each
    raise NotFound("there is no such reply")


def own(session: Session, keys: OwnKeys, *, entry: UUID | None = None) -> list[Reply]:
    """Return what the customer in scope said back, newest first, if wanted about one entry alone."""
    found = []
    for row in session.execute(_OWN, {"entry": entry}).mappings():
        opened = keys.open(row["subject_id"], row["sealed"], table=TABLE, row=row["reply_id"])
        found.append(_reply(row, row["organization_id"], row["done_at"], opened))
    return found


def listed(platform: Platform, session: Session, organization: UUID, *, after: InTime, limit: int) -> list[Received]:
    """Return what was said to `organization`, which is in scope, and is not done, the oldest first, behind `after`."""
    found = []
    for row in session.execute(_READ, {"at": after.at, "reply": after.row, "limit": limit}).mappings():
        key = DataKey(platform.ring.unwrap(bytes(row["wrapped"]), subject=row["subject_id"]))
        opened = key.unseal(bytes(row["sealed"]), table=TABLE, row=row["reply_id"], column="sealed")
        profile_id = platform.profile_ids.profile_id(row["customer_id"], organization)
        reply = _reply(row, organization, None, opened)
        found.append(Received(replace(reply, before=_known(platform, row, reply.before)), profile_id))
    return found


def settle(session: Session, reply: UUID, *, is_done: bool, at: datetime) -> None:
    """Say, as the organization in scope, that a human has taken this up, or has answered; raises NotFound."""
    if not session.execute(_SETTLE, {"reply": reply, "is_done": is_done, "at": at}).scalar_one():
        raise NotFound("there is no such reply")


def _before(session: Session, keys: OwnKeys, organization: UUID, *, at: datetime) -> list[Turn]:
    """Return what the organization recorded of its last conversations, the oldest first."""
    found = dossier.interactions(
        session, keys, category="conversations", source=organization, until=at, limit=MOST_BEFORE
    )
    return [
        Turn(each.occurred_at, each.type, each.speaker, each.direction, _subject(each.value))
        for each in reversed(found)
        if each.occurred_at > at - WITHIN
    ]


def _known(platform: Platform, row: Any, told: Sequence[Turn]) -> list[Turn]:  # noqa: ANN401  # a row of the list
    said = msgspec.convert(row["before"] or [], list[Said])
    return earlier.known(platform.ring, told, said, row["before_sealed"] or [], row["before_keys"] or [])


def _subject(value: object) -> str | None:
    subject = value.get("subject") if isinstance(value, dict) else None
    return subject if isinstance(subject, str) else None


def _is_plain(text: str) -> bool:
    return all(each.isprintable() or each in "\r\n\t" for each in text)


def _reply(row: Any, organization: UUID, done_at: datetime | None, opened: bytes | None) -> Reply:  # noqa: ANN401  # a row of either list
    words = Words(None, []) if opened is None else msgspec.json.decode(opened, type=Words)
    return Reply(
        reply_id=row["reply_id"],
        organization=organization,
        entry_id=row["entry_id"],
        by=row["by"],
        wants_human=row["wants_human"],
        at=row["at"],
        due_at=row["due_at"],
        taken_at=row["taken_at"],
        done_at=done_at,
        text=words.text,
        before=words.before,
    )
