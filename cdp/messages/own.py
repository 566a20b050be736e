"""What was sent to the customer in scope, as they read it themselves, and what they report of it.

Rules: (1) a text is read with the customer's own keys, and nobody else has them; (2) a report that somebody poses as an
organization reaches it without a name; (3) that a declared human was a computer is reported once for each message and
conversation, by whose it is, and stands in the consent log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import text as statement
from sqlmodel import Session

from cdp import directory, ids
from cdp.cursors import NEWEST_FIRST, InTime
from cdp.messages import reading
from cdp.messages.registering import TABLE
from cdp.own.unsealing import OwnKeys
from consent.errors import Conflict, Invalid, Refused
from consent.wishes import Speaker

MOST_REPORTS: Final = 20
"""How much a customer may report in a day."""
_LIST: Final = statement(
    "select m.*, r.at as reported_at from message m"
    " left join message_report r on r.customer_id = m.customer_id and r.message_id = m.message_id"
    " where (m.is_listed or :whole) and (m.at, m.message_id) < (:at, :message)"
    " order by m.at desc, m.message_id desc limit :limit"
)
_ONE: Final = statement(
    "select m.*, r.at as reported_at from message m left join message_report r using (customer_id, message_id)"
    " where m.message_id = :message"
)
FACES: Final = frozenset({"in-person", "visit"})
"""Channels and types of conversations in which people see who speaks."""
_FACED: Final = statement(
    "select from interaction where record_id = :entry and (channel = any (:faces) or type = any (:faces))"
    " union all select from message where message_id = :entry and channel = any (:faces)"
)
_REPORT: Final = statement("select report_message(:report, :about, :message, :channel, :kind, :value, :most, :at)")


class TooManyMessageReports(Refused):
    """You reported very much today; go on tomorrow."""

    code = "too-many-message-reports"


class ReportedBefore(Conflict):
    """You reported this message or conversation before."""

    code = "reported-before"


class NotDeclaredHuman(Conflict):
    """Of this message or conversation nobody said that a human speaks."""

    code = "not-declared-human"


class FaceToFace(Conflict):
    """You saw who spoke to you, so no computer can have been taken for a human."""

    code = "face-to-face"


class NothingReported(Invalid):
    """Name the sender: an address, a number, a link or a name."""

    code = "nothing-reported"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to the customer in scope."""

    message_id: UUID
    organization: UUID
    channel: str
    sender: str | None
    speaker: Speaker
    topic: str | None
    at: datetime
    until: datetime
    registered_at: datetime
    reported_at: datetime | None
    text: str | None = field(repr=False)

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.message_id)


def messages_of(
    session: Session, keys: OwnKeys, *, after: InTime = NEWEST_FIRST, limit: int = 50, is_whole: bool = False
) -> list[Message]:
    """Return what was sent to the customer in scope, the newest first, behind `after`.

    What may not be written to them is left out, unless `is_whole`: that it was registered is theirs to know.
    """
    facts = {"at": after.at, "message": after.row, "limit": limit, "whole": is_whole}
    return [_message(keys, row) for row in session.execute(_LIST, facts).mappings()]


def find(session: Session, keys: OwnKeys, message: UUID) -> Message | None:
    """Return one message to the customer in scope; None for any other."""
    row = session.execute(_ONE, {"message": message}).mappings().one_or_none()
    return None if row is None else _message(keys, row)


def report_forgery(
    session: Session, *, organization: str, channel: str | None, unverified_sender: str | None, at: datetime
) -> UUID:
    """Report that somebody poses as an organization (a slug), and return the report's id; raises NotFound."""
    about = directory.names(session).organization(organization)
    found = reading.sender(unverified_sender) if unverified_sender is not None else None
    if unverified_sender is not None and found is None:
        raise NothingReported(field="/sender")
    kind, value = found if found is not None else (None, None)
    facts = {"about": about, "message": None, "channel": channel, "kind": kind, "value": value}
    return _reported(session, facts, at=at)


def report_speaker(session: Session, entry: UUID, *, at: datetime) -> UUID:
    """Report that in a message or a conversation a declared human was a computer, and return the report's id.

    Raises NotFound for one that is not theirs, FaceToFace, NotDeclaredHuman and ReportedBefore.
    """
    if session.execute(_FACED, {"entry": entry, "faces": sorted(FACES)}).first() is not None:
        raise FaceToFace
    facts = {"about": None, "message": entry, "channel": None, "kind": None, "value": None}
    return _reported(session, facts, at=at)


def _reported(session: Session, facts: Mapping[str, object], *, at: datetime) -> UUID:
    report = ids.row()
    session.execute(_REPORT, {**facts, "report": report, "most": MOST_REPORTS, "at": at})
    return report


def _message(keys: OwnKeys, row: RowMapping) -> Message:
    sealed, subject = row["sealed"], row["subject_id"]
    opened = None if sealed is None else keys.open(subject, sealed, table=TABLE, row=row["message_id"])
    return Message(
        message_id=row["message_id"],
        organization=row["organization_id"],
        channel=row["channel"],
        sender=row["sender"],
        speaker=Speaker(row["speaker"]),
        topic=row["topic"],
        at=row["at"],
        until=row["until"],
        registered_at=row["registered_at"],
        reported_at=row["reported_at"],
        text=None if opened is None else opened.decode(),
    )
