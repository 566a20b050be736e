"""Telling receivers: the stream that is due longest gets its turn, several streams side by side.

Rules: (1) nothing is held in the database while a receiver is asked; (2) a receiver that is away, slow or broken is
left alone for longer each time and keeps no other waiting; (3) one that refuses a single signal still gets the others;
(4) of an answer a known code is kept, and no word of the receiver's.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp import directory, outside
from cdp.ingest import pull_pages
from cdp.outside import Answer
from cdp.platform import Platform
from cdp.scope import OPERATOR, Principal, Scope
from cdp.signals import queue, sets, streams, webhooks
from cdp.signals.queue import Signal
from cdp.signals.streams import Kind, Stream
from consent.errors import Problem

AT_ONCE: Final = 4
"""How many receivers one worker tells at the same time."""
TIMEOUT: Final = 10
ANSWER_BYTES: Final = 64 * 1024
SECONDS: Final = 20.0
"""How long one turn of a stream goes on."""
SIGNALS: Final = 100
LEASE: Final = timedelta(minutes=2)
QUIET: Final = timedelta(seconds=0.5)
"""How long a stream is left alone that had nothing to tell: all that waits for it waits behind what was refused."""
ERRORS: Final = (
    "invalid_request",
    "invalid_key",
    "invalid_issuer",
    "invalid_audience",
    "authentication_failed",
    "access_denied",
)
"""What a receiver may say of a SET (RFC 8935 §2.4)."""
_TAKE: Final = text("select organization_id, stream_id from take_signal_stream(:at, :lease)")
_NOTE: Final = text(
    "update signal_stream set failures = :failures, failure = :failure, next_at = :next,"
    " failing_since = case when :failures = 0 then null else coalesce(failing_since, :at) end where stream_id = :stream"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one signal; `failure` is a code, `ends_turn` tells that the receiver itself is not well."""

    failure: str | None = None
    ends_turn: bool = False
    later: float | None = None


def run_next(platform: Platform, at: datetime) -> int:
    """Give the stream that is due longest its turn, unless another hand has it, and return how many signals it took.

    Several may call it side by side, on one machine or many.
    """
    with platform.database.scoped(OPERATOR) as session:
        due = session.execute(_TAKE, {"at": at, "lease": at + LEASE}).one_or_none()
    return 0 if due is None else run(platform, due.organization_id, due.stream_id, at=at)


def run(platform: Platform, organization: UUID, stream_id: UUID, *, at: datetime) -> int:
    """Tell a stream what waits for it and return how many signals its receiver took."""
    scope = Scope(Principal.SOURCE, organization)
    with platform.database.scoped(scope) as session:
        stream = streams.read(session, stream_id)
        slug = directory.names(session).by_id[organization].slug
        came_to = queue.fill(session, stream, at=at)
        waiting = queue.heads(session, stream, at=at, limit=SIGNALS)
    turn = _Turn(platform, scope, stream, slug, at)
    try:
        return turn.tell(waiting, came_to)
    finally:
        turn.close()


class _Turn:
    """One turn of one stream."""

    def __init__(self, platform: Platform, scope: Scope, stream: Stream, slug: str, at: datetime) -> None:
        self._platform = platform
        self._scope = scope
        self._stream = stream
        self._at = at
        self._until = time.monotonic() + SECONDS
        self._kept = streams.kept(platform, stream)
        self._issuer = sets.issuer(platform, stream, slug, at=at) if stream.kind is Kind.PUSH else None
        self._failures, self._failure = stream.failures, stream.failure
        self._later = QUIET

    def tell(self, waiting: Iterable[Signal], came_to: int) -> int:
        """Tell what waits; `came_to` is how many changes it came to, wanted or not."""
        told = 0
        for signal in waiting:
            reply = self._ask(signal)
            self._note(signal, reply)
            told += reply.failure is None
            if reply.ends_turn or time.monotonic() > self._until:
                break
        if (told or came_to) and not self._failures:
            self._later = timedelta(0)  # perhaps there is more
        return told

    def close(self) -> None:
        """Note how the stream stands and when it is due again."""
        facts = {"failures": self._failures, "failure": self._failure, "next": self._at + self._later, "at": self._at}
        with self._platform.database.scoped(self._scope) as session:
            session.execute(_NOTE, facts | {"stream": self._stream.stream_id})
            if self._failures:
                queue.give_up(session, self._stream, at=self._at)

    def _note(self, signal: Signal, reply: Reply) -> None:
        with self._platform.database.scoped(self._scope) as session:
            if reply.failure is None:
                queue.taken(session, self._stream, [signal.signal_id], at=self._at)
            else:
                queue.failed(session, self._stream, signal, reply.failure, at=self._at)
        if reply.ends_turn:
            self._failures, self._failure = self._failures + 1, reply.failure
            self._later = timedelta(seconds=queue.BACKOFF.wait(self._failures, asked=reply.later))
        else:
            self._failures, self._failure = 0, None

    def _ask(self, signal: Signal) -> Reply:
        headers, body = self._request(signal)
        try:
            answer = outside.post(
                self._stream.url or "",
                headers | {"User-Agent": "cdp-signals/1"},
                body,
                allow_private=self._platform.settings.allow_private_addresses,
                limit=ANSWER_BYTES,
                seconds=TIMEOUT,
            )
        except Problem as problem:
            return Reply(problem.code, ends_turn=True)
        return _reply(answer, at=self._at)

    def _request(self, signal: Signal) -> tuple[dict[str, str], bytes]:
        if self._issuer is not None:
            headers = {"Content-Type": "application/secevent+jwt", "Accept": "application/json"}
            if self._kept.authorization is not None:
                headers["Authorization"] = self._kept.authorization
            return headers, self._issuer.token(signal, at=self._at).encode()
        body = webhooks.body(
            signal, self._platform.profile_ids.profile_id(signal.customer_id, self._stream.organization)
        )
        signed = webhooks.headers(signal, body, self._kept.signing(at=self._at), at=self._at)
        return {"Content-Type": "application/json"} | signed, body


def _reply(answer: Answer, *, at: datetime) -> Reply:
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Reply()
    if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return Reply(_error(answer.body))
    later = pull_pages.wait_asked(answer, at=at) if answer.status in {429, 503} else None
    return Reply(f"status-{answer.status}", ends_turn=True, later=later)


def _error(body: bytes) -> str:
    """Return what the receiver says is wrong with the signal, if it is a word that we know."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ERRORS[0]
    found = said.get("err") if isinstance(said, dict) else None
    return found if found in ERRORS else ERRORS[0]
