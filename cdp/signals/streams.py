"""The streams of an organization: where it is told, of what, and how that stands. For the organization in scope."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import ids
from cdp.database import rows_changed
from cdp.outside import Target
from cdp.platform import Platform
from cdp.signals import sealing
from cdp.signals.events import VERIFY
from cdp.signals.sealing import Kept
from consent.errors import Conflict, Invalid, NotFound

MOST: Final = 10
"""How many streams an organization may have."""
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before the newest signs, too."""
BETWEEN_VERIFICATIONS: Final = 60
_COLUMNS: Final = (
    "organization_id, stream_id, kind, url, sealed, description, wanted, status, reason,"
    " failures, failure, verified_at, created_at"
)
_READ: Final = text(f"select {_COLUMNS} from signal_stream where stream_id = :stream")  # noqa: S608 - names as above
_LIST: Final = text(f"select {_COLUMNS} from signal_stream order by stream_id")  # noqa: S608 - names as above
_ADD: Final = text(
    "insert into signal_stream"
    " (organization_id, stream_id, kind, url, sealed, description, wanted, next_at, created_at)"
    " values (:organization, :stream, :kind, :url, :sealed, :description, :wanted, :at, :at)"
)
_CHANGE: Final = text(
    "update signal_stream set url = :url, sealed = :sealed, description = :description, wanted = :wanted,"
    " next_at = :at, failures = 0, failing_since = null where stream_id = :stream"
)
_SEAL: Final = text("update signal_stream set sealed = :sealed where stream_id = :stream")
_REMOVE: Final = text("delete from signal_stream where stream_id = :stream")
_STATUS: Final = text(
    "update signal_stream set status = :status, reason = :reason, next_at = :at, failures = 0, failing_since = null"
    " where stream_id = :stream"
)
_SKIP: Final = text(
    "update signal_stream set transaction = pg_snapshot_xmin(pg_current_snapshot()), change_id = 0"
    " where stream_id = :stream"
)
_ASKED: Final = text(
    "update signal_stream set asked_at = :at where stream_id = :stream and (asked_at is null or asked_at <= :before)"
)
_FORGET: Final = text("delete from signal where stream_id = :stream and event = :event")
_ASK: Final = text(
    "insert into signal (organization_id, stream_id, customer_id, event, echo, at, queued_at, next_at)"
    " values (:organization, :stream, :nobody, :event, :echo, :at, :at, :at)"
)


class Kind(StrEnum):
    """How a stream tells."""

    PUSH = "push"
    POLL = "poll"
    WEBHOOK = "webhook"


class Status(StrEnum):
    """Whether it does: a paused stream keeps what it would tell, a disabled one does not."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class StreamUnknown(NotFound):
    """This organization has no such stream."""

    code = "stream-unknown"


class TooManyStreams(Conflict):
    """This organization has as many streams as it may have."""

    code = "too-many-streams"


class VerifiedTooSoon(Conflict):
    """A stream is verified once a minute at most."""

    code = "verified-too-soon"


class UnfitHeader(Invalid):
    """This is not a header that can be sent."""

    code = "unfit-header"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream."""

    organization: UUID
    stream_id: UUID
    kind: Kind
    url: str | None
    sealed: bytes | None = field(repr=False)
    description: str
    wanted: tuple[str, ...]
    status: Status
    reason: str
    failures: int
    failure: str | None
    verified_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stream is asked to be; `authorization` is the header that a push shows."""

    kind: Kind
    events: Sequence[str]
    url: str | None = None
    description: str = ""
    authorization: str | None = field(default=None, repr=False)


def listed(session: Session) -> list[Stream]:
    """Return the streams of the organization in scope."""
    return [_stream(row) for row in session.execute(_LIST)]


def read(session: Session, stream: UUID) -> Stream:
    """Return one stream of the organization in scope; raises StreamUnknown."""
    found = session.execute(_READ, {"stream": stream}).one_or_none()
    if found is None:
        raise StreamUnknown
    return _stream(found)


def create(platform: Platform, session: Session, organization: UUID, wanted: Wanted, *, at: datetime) -> Stream:
    """Make a stream that tells of what happens from now on; raises TooManyStreams, BadAddress or UnfitHeader."""
    _check(platform, wanted)
    if len(listed(session)) >= MOST:
        raise TooManyStreams
    stream = ids.row()
    secrets = (sealing.Secret(sealing.new_secret()),) if wanted.kind is Kind.WEBHOOK else ()
    kept = Kept(wanted.authorization, secrets)
    session.execute(_ADD, _facts(platform, stream, wanted, kept, at=at) | {"organization": organization})
    return read(session, stream)


def change(platform: Platform, session: Session, stream: UUID, wanted: Wanted, *, at: datetime) -> Stream:
    """Give a stream another address, header or choice of events; how far it has told stays. Raises as `create`."""
    _check(platform, wanted)
    secrets = kept(platform, read(session, stream)).secrets
    session.execute(_CHANGE, _facts(platform, stream, wanted, Kept(wanted.authorization, secrets), at=at))
    return read(session, stream)


def remove(session: Session, stream: UUID) -> None:
    """Remove a stream with everything that waits for it; raises StreamUnknown."""
    read(session, stream)
    session.execute(_REMOVE, {"stream": stream})


def set_status(session: Session, stream: UUID, status: Status, reason: str, *, at: datetime) -> Stream:
    """Pause, disable or enable a stream; one that was disabled goes on with what happens from now on."""
    before = read(session, stream)
    session.execute(_STATUS, {"stream": stream, "status": status, "reason": reason, "at": at})
    if before.status is Status.DISABLED and status is not Status.DISABLED:
        session.execute(_SKIP, {"stream": stream})
    return read(session, stream)


def verify(session: Session, stream: UUID, echo: str | None, *, at: datetime) -> None:
    """Have the stream tell `echo` back, once a minute at most; raises StreamUnknown or VerifiedTooSoon."""
    known = read(session, stream)
    before = at - timedelta(seconds=BETWEEN_VERIFICATIONS)
    if rows_changed(session, _ASKED, {"stream": stream, "at": at, "before": before}) != 1:
        raise VerifiedTooSoon
    facts = {"organization": known.organization, "stream": stream, "nobody": ids.NIL, "event": VERIFY}
    session.execute(_FORGET, {"stream": stream, "event": VERIFY})
    session.execute(_ASK, facts | {"echo": echo, "at": at})


def kept(platform: Platform, stream: Stream) -> Kept:
    """Return what a stream keeps to itself."""
    return sealing.unseal(platform.ring, stream.stream_id, stream.sealed)


def renew_secret(platform: Platform, session: Session, stream: UUID, *, at: datetime) -> str:
    """Give a webhook a new secret and return it; the one before signs beside it for a day."""
    known = read(session, stream)
    if known.kind is not Kind.WEBHOOK:
        raise StreamUnknown
    fresh = sealing.new_secret()
    renewed = kept(platform, known).renewed(fresh, until=at + OVERLAP)
    session.execute(_SEAL, {"stream": stream, "sealed": sealing.seal(platform.ring, stream, renewed)})
    return fresh


def _check(platform: Platform, wanted: Wanted) -> None:
    if wanted.kind is not Kind.POLL:
        Target.of(wanted.url or "", allow_private=platform.settings.allow_private_addresses)
    header = wanted.authorization
    if header is not None and not (header.isascii() and header.isprintable()):
        raise UnfitHeader(field="/delivery/authorization_header")


def _facts(platform: Platform, stream: UUID, wanted: Wanted, kept: Kept, *, at: datetime) -> dict[str, object]:
    sealed = None if kept == Kept() else sealing.seal(platform.ring, stream, kept)
    return {
        "stream": stream,
        "kind": wanted.kind,
        "url": wanted.url,
        "sealed": sealed,
        "description": wanted.description,
        "wanted": list(wanted.events),
        "at": at,
    }


def _stream(row: Row[Any]) -> Stream:
    facts = row._asdict()
    named = {"kind": Kind(facts["kind"]), "status": Status(facts["status"]), "wanted": tuple(facts["wanted"])}
    return Stream(organization=facts.pop("organization_id"), **(facts | named))
