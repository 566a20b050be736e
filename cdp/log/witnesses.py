"""Witnesses of the logs (C2SP tlog-witness): each newer checkpoint is sent to them, and their cosignatures are kept.

Rules: (1) a witness is asked apart from the sequencer, each in a thread of its own, so that one that is slow, wrong or
gone delays nothing; (2) what it answers is kept only if it is its signature on this very checkpoint; (3) it is asked
over `cdp.outside`, which reaches no private address unless that is allowed; (4) a witness that was shown more than is
here, or something else, knows what a snapshot of the whole host forgot: the log is signed no more. So it is asked
before the first signature after a start, for a little while: one that is down blocks nothing.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, Final

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cdp import clock, outside
from cdp.log import founding, store
from cdp.log.store import Log
from cdp.platform import Platform
from cdp.scope import SEQUENCER
from cdp.turns import Turn, taken
from cdp.witness_setting import WitnessSetting
from consent import merkle, notes, tiles
from consent.encoding import number, text_from_utf8
from consent.errors import Problem
from consent.notes import Key, Note, Signature
from consent.proofs import ConsistencyProof

LOOK: Final = 1.0
"""Seconds between two looks for a newer checkpoint."""
PATIENCE: Final = 60.0
"""Seconds after which a witness that failed again and again is asked again, at the latest."""
FIRST_WAIT: Final = 3.0
"""Seconds that the first signature after a start waits for the witnesses' answers, at most."""
LONGEST_ANSWER: Final = 4_096
MOST_AHEAD: Final = timedelta(days=1)
"""A witness whose clock is further ahead is kept as this much ahead."""
_OK: Final = 200
_LAST: Final = 253_402_300_799  # the last second of the year 9999
_CONFLICT: Final = 409
_NO_PROOF: Final = 422
_SEEN: Final = text("select max(size) from cosignature where log_id = :log and vkey = :vkey")
_KEEP: Final = text(
    "insert into cosignature (log_id, size, vkey, line, seen_at) values (:log, :size, :vkey, :line, :seen_at)"
    " on conflict do nothing"
)


Report = Callable[[str, str], None]


class WitnessRefused(Problem):
    """The witness did not sign this checkpoint."""

    code = "witness-refused"


class WitnessSawAnother(WitnessRefused):
    """The witness was shown a longer log under this name, or one with another root: this one is signed no more."""

    code = "witness-saw-another"


@dataclass(frozen=True, slots=True)
class Ask:
    """A checkpoint that a witness has not signed yet, and the size that it last saw."""

    log: Log
    size: int
    note: bytes
    since: int


def collect(platform: Platform, witness: WitnessSetting) -> int:
    """Have the witness sign the newest checkpoint of each log that it has not signed; return how many it signed.

    Raises Problem when it does not: it is out of reach, refuses, or answers with something else.
    """
    waiting = _waiting(platform, witness.key)
    for ask in waiting:
        _keep(platform, ask, witness.key, _cosigned(platform, witness, ask))
    return len(waiting)


def ask_first(platform: Platform, logs: Iterable[Log], *, wait: float = FIRST_WAIT) -> None:
    """Ask all witnesses at once what they saw of these logs; return when all answered, or after `wait` seconds.

    Whoever was shown another log is remembered as an accusation (`LogSigner.accuse`), however late the answer is.
    """
    wanted = {log.log_id for log in logs}
    threads = [
        Thread(target=_compare, args=(platform, each, wanted), name=f"first-{each.key.name}", daemon=True)
        for each in platform.settings.witnesses
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + wait
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def _compare(platform: Platform, witness: WitnessSetting, wanted: set[int]) -> None:
    with platform.database.scoped(SEQUENCER) as session:
        newest = [(log, store.newest(session, log)) for log in store.logs(session) if log.log_id in wanted]
    for log, signed in newest:
        if signed is not None and signed.size:
            with suppress(Problem, OSError, psycopg.Error, SQLAlchemyError):  # told when cosignatures are collected
                ask = Ask(log, signed.size, signed.note, signed.size)
                _judge(platform, witness, ask, ask.since, _sent(platform, witness, ask, ask.since))


def work(platform: Platform, stop: Event, *, report: Report) -> None:
    """Collect from every witness of the settings until `stop` is set; waits while another process does.

    `report` is told the name of a witness and the code of the problem, once until it works again.
    """
    while platform.settings.witnesses and not stop.is_set():
        try:
            with taken(platform, Turn.WITNESSES) as turn:
                if turn is not None:
                    _attend_all(platform, turn, stop, report)
        except (psycopg.Error, OSError) as error:
            report("database", type(error).__name__)
        stop.wait(LOOK)


def _attend_all(platform: Platform, turn: psycopg.Connection[Any], stop: Event, report: Report) -> None:
    over = Event()
    threads = [
        Thread(target=_attend, args=(platform, each, over, report), name=f"witness-{each.key.name}", daemon=True)
        for each in platform.settings.witnesses
    ]
    try:
        for thread in threads:
            thread.start()
        while not stop.wait(LOOK):
            turn.execute("select 1")  # raises when the connection, and with it the turn, is gone
    finally:
        over.set()
        for thread in threads:
            thread.join(outside.SECONDS)


def _attend(platform: Platform, witness: WitnessSetting, over: Event, report: Report) -> None:
    pause, failed = LOOK, ""
    while not over.wait(pause):
        try:
            collect(platform, witness)
        except Exception as error:  # noqa: BLE001 -- a witness must not stop the others; what went wrong is told by kind
            code = error.code if isinstance(error, Problem) else type(error).__name__
            if code != failed:
                report(witness.key.name, code)
            pause, failed = min(pause * 2, PATIENCE), code
        else:
            pause, failed = LOOK, ""


def _waiting(platform: Platform, key: Key) -> list[Ask]:
    found = []
    with platform.database.scoped(SEQUENCER) as session:
        for log in store.logs(session):
            newest = store.newest(session, log)
            since = session.execute(_SEEN, {"log": log.log_id, "vkey": key.to_vkey()}).scalar_one() or 0
            if newest is not None and newest.size > since and not log.has_ended:
                found.append(Ask(log, newest.size, newest.note, since))
    return found


def _cosigned(platform: Platform, witness: WitnessSetting, ask: Ask) -> Signature:
    answer = _sent(platform, witness, ask, ask.since)
    since = _judge(platform, witness, ask, ask.since, answer)
    if since is not None:  # it saw another size than we remember
        answer = _sent(platform, witness, ask, since)
        _judge(platform, witness, ask, since, answer)
    if answer.status != _OK:
        raise WitnessRefused(f"the witness answers with status {answer.status}")
    line = text_from_utf8(answer.body)
    if not line.endswith("\n") or line.count("\n") != 1:
        raise WitnessRefused("the witness answers with something else than one signature")
    signature = Signature.from_line(line[:-1])
    if not witness.key.is_key_of(signature):
        raise WitnessRefused("somebody else than the witness signed")
    witness.key.verify(Note.from_bytes(ask.note).text, signature)
    return signature


def _judge(platform: Platform, witness: WitnessSetting, ask: Ask, since: int, answer: outside.Answer) -> int | None:
    """Return the size that the witness saw if that is another than `since`, or None; raise WitnessSawAnother."""
    if answer.status == _NO_PROOF:
        raise _accused(platform, witness, ask, f"another root at {since} leaves")
    if answer.status != _CONFLICT:
        return None
    seen = number(text_from_utf8(answer.body).rstrip("\n"))
    if seen == since == ask.size:
        raise _accused(platform, witness, ask, f"another root at {since} leaves")
    if seen > ask.size and seen > _size_now(platform, ask.log):  # not merely newer than what was asked about
        raise _accused(platform, witness, ask, f"{seen} leaves, and {ask.size} are signed here")
    if seen > ask.size:
        raise WitnessRefused("the witness has signed a newer checkpoint meanwhile")
    return None if seen == since else seen


def _size_now(platform: Platform, log: Log) -> int:
    with platform.database.scoped(SEQUENCER) as session:
        newest = store.newest(session, log)
    return 0 if newest is None else newest.size


def _accused(platform: Platform, witness: WitnessSetting, ask: Ask, saw: str) -> WitnessSawAnother:
    said = f"the witness {witness.key.name} was shown another {ask.log.name} log: {saw}"
    founding.signer_of(platform, ask.log.name).accuse(said)
    return WitnessSawAnother(said)


def _sent(platform: Platform, witness: WitnessSetting, ask: Ask, since: int) -> outside.Answer:
    with platform.database.scoped(SEQUENCER) as session:
        node = tiles.nodes(store.tile_reader(session, ask.log), ask.size)
        proof = ConsistencyProof(since, tuple(merkle.consistency_proof(since, ask.size, node)), ask.note)
    return outside.post(
        f"{witness.url}/add-checkpoint",
        {"Content-Type": "text/plain; charset=utf-8"},
        proof.to_bytes(),
        allow_private=platform.settings.allow_private_addresses,
        limit=LONGEST_ANSWER,
    )


def _keep(platform: Platform, ask: Ask, key: Key, signature: Signature) -> None:
    seen_at = min(_moment(notes.cosigned_at(signature)), clock.now() + MOST_AHEAD)
    facts = {"log": ask.log.log_id, "size": ask.size, "vkey": key.to_vkey(), "line": signature.to_line()[:-1]}
    with platform.database.scoped(SEQUENCER) as session:
        session.execute(_KEEP, facts | {"seen_at": seen_at})


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, _LAST), UTC)
