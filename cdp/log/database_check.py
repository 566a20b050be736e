"""Look whether the database still says what the logs tell: so nobody, its owner either, can change it unnoticed.

(1) Both logs are taken through the auditor's own check, and compared with what the signer remembers. (2) Every act and
access that can be opened stands in its table as it was told. (3) No act and no access is there that no log tells of.
(4) Every permission is what the acts add up to, by the law. (5) Who is whom is what the links add up to (`link_check`),
and what somebody wishes is what they chose (`wish_check`).
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from sqlmodel import Session

from cdp import arrays, progress
from cdp.database import sql
from cdp.ids import NIL
from cdp.keys.errors import KeyFailure
from cdp.log import composing, founding, link_check, store, wish_check
from cdp.log.batch import Cursor
from cdp.log.facts import AccessFact, ActFact
from cdp.log.store import Entry, Log
from cdp.permissions import notices
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import SEQUENCER
from consent import bundle, event_bodies, merkle, permission, tiles
from consent.commitments import Opening
from consent.errors import Problem
from consent.events import AccessEvent, ActEvent, LinkEvent, StatementEvent, WishEvent
from consent.permission import Permission
from consent.verify import Trust, verify_bundle

CHUNK: Final = 2_048
"""Called with how many entries are done, of how many."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not agree: in which log, at which index if it is an entry, and why."""

    log: str
    index: int | None
    said: str


@dataclass(slots=True)
class Report:
    """What was looked at, and every difference that was found."""

    differences: list[Difference] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    def blame(self, log: str, index: int | None, said: str) -> None:
        """Add a difference."""
        self.differences.append(Difference(log, index, said))


class Check:
    """One look at the whole database."""

    def __init__(self, platform: Platform, tell: Tell) -> None:
        """Look at `platform`, and say through `tell` how far it is."""
        self._platform = platform
        self._tell = tell
        self._report = Report()
        self._done = 0
        self._total: int | None = None
        self._leaves: dict[UUID, bytes] = {}
        self._links: dict[UUID, tuple[int, LinkEvent]] = {}
        self._wishes: dict[UUID, tuple[int, WishEvent]] = {}
        self._folded: dict[tuple[str, UUID, str], Permission] = {}

    def run(self) -> Report:
        """Return what was found; what waits in the outboxes is not looked at."""
        with self._platform.database.scoped(SEQUENCER) as session:
            consent, access = (store.current(session, kind) for kind in (store.CONSENT, store.ACCESS))
        self._total = 2 * (consent.size + access.size)
        self._check_logs(consent, access)
        for log, look in ((consent, self._acts), (access, self._accesses)):
            for begin in range(0, log.size, CHUNK):
                with self._platform.database.scoped(SEQUENCER) as session:
                    look(session, log, begin, min(begin + CHUNK, log.size))
                self._advance(min(CHUNK, log.size - begin))
        with self._platform.database.scoped(SEQUENCER) as session:
            self._unlogged(session, consent, access)
            self._held(session)
            self._report.checked["links_kept"] = link_check.check(
                _cursor(session), consent, self._links, partial(self._report.blame, store.CONSENT)
            )
            self._report.checked["wishes_kept"] = wish_check.check(
                _cursor(session), self._wishes, partial(self._report.blame, store.CONSENT)
            )
            self._permissions(session)
        return self._report

    def _advance(self, count: int) -> None:
        self._done += count
        self._tell(self._done, self._total)

    def _check_logs(self, consent: Log, access: Log) -> None:
        """Take both logs through the auditor's check, as far as they are signed."""
        parts = [self._part(log) for log in (consent, access)]
        if not all(parts):
            self._report.blame(store.CONSENT, None, "nothing is signed yet: is the worker running?")
            return
        with tempfile.TemporaryFile() as file:
            try:
                for piece in bundle.stream(*(part for part in parts if part is not None)):
                    file.write(piece)
            except Problem as problem:
                self._report.blame(store.CONSENT, None, f"the log cannot be read: {problem.message}")
                return
            file.seek(0)
            verdict = verify_bundle(file, Trust((*consent.keys, *access.keys), accepts_erased=True))
        for failure in verdict.failures:
            self._report.blame(failure.log, failure.index, failure.message)
        self._report.checked |= verdict.checked
        for log in (consent, access):
            self._check_signer(log)

    def _part(self, log: Log) -> bundle.Part | None:
        with self._platform.database.scoped(SEQUENCER) as session:
            newest = store.newest(session, log)
        if newest is None:
            return None

        def read(tile: tiles.Tile) -> bytes:
            with self._platform.database.scoped(SEQUENCER) as session:
                return store.tile_reader(session, log)(tile)

        def openings(begin: int, end: int) -> Iterable[tuple[int, Opening]]:
            self._advance(end - begin)
            with self._platform.database.scoped(SEQUENCER) as session:
                return store.openings(session, log, begin, end)

        return bundle.Part(log.policy, newest.note, read, openings)

    def _check_signer(self, log: Log) -> None:
        try:
            last = founding.signer_of(self._platform, log.name).state()
            with self._platform.database.scoped(SEQUENCER) as session:
                node = tiles.nodes(store.tile_reader(session, log), log.size)
                if last.size > log.size or merkle.root(last.size, node) != last.root:
                    self._report.blame(log.kind, None, "the signer signed another log: see cdp log recover")
        except (KeyFailure, Problem) as error:
            self._report.blame(log.kind, None, str(error))

    def _acts(self, session: Session, log: Log, begin: int, end: int) -> None:
        rows = _cursor(session).execute(
            sql("log_check_acts").encode(), {"log": log.log_id, "begin": begin, "stop": end}
        )
        facts = {row[0]: ActFact(*row[1:]) for row in rows.fetchall()}
        for entry, event in _events(store.entries(session, log, begin, end)):
            if isinstance(event, LinkEvent):
                self._links[entry.fact_id] = (entry.position, event)
            if isinstance(event, WishEvent):
                self._wishes[entry.fact_id] = (entry.position, event)
            if isinstance(event, StatementEvent):
                self._leaves[entry.fact_id] = entry.leaf_hash
            if not isinstance(event, ActEvent):
                continue
            fact = facts.get(entry.position)
            if fact is None:
                self._report.blame(log.kind, entry.position, "the act is gone from the database")
            elif _told(fact, event) != event or not notices.fits(fact.evidence):
                self._report.blame(log.kind, entry.position, "the act stands in the database otherwise")
            self._leaves[entry.fact_id] = entry.leaf_hash
            relation = (event.place.customer or "", event.act.recipient, event.act.purpose)
            self._folded[relation] = permission.apply(self._folded.get(relation, Permission()), event.act)

    def _accesses(self, session: Session, log: Log, begin: int, end: int) -> None:
        told = [each for each in _events(store.entries(session, log, begin, end)) if isinstance(each[1], AccessEvent)]
        columns = {
            "pseudonyms": arrays.uuids(
                UUID(event.place.customer) if event.place.customer else NIL for _, event in told
            ),
            "times": arrays.moments(event.at for _, event in told),
            "ids": arrays.uuids(entry.fact_id for entry, _ in told),
        }
        rows = _cursor(session).execute(sql("log_check_accesses").encode(), columns).fetchall()
        facts = {row[0]: AccessFact(*row[1:]) for row in rows}
        for place, (entry, event) in enumerate(told, start=1):
            fact = facts.get(place)
            if fact is None or not isinstance(event, AccessEvent):
                self._report.blame(log.kind, entry.position, "the access is gone from the database")
                continue
            grant = None if fact.act_id is None else self._leaves.get(fact.act_id)
            if composing.access_event(fact, event.place, grant) != event:
                self._report.blame(log.kind, entry.position, "the access stands in the database otherwise")

    def _unlogged(self, session: Session, consent: Log, access: Log) -> None:
        logs = {"consent": consent.log_id, "access": access.log_id}
        for log, fact_id in _cursor(session).execute(sql("log_check_unlogged").encode(), logs).fetchall():
            self._report.blame(log, None, f"{fact_id} is in the database and in no log")

    def _held(self, session: Session) -> None:
        """Blame what is set aside: it happened, and no log tells of it."""
        held = _cursor(session).execute(sql("log_held").encode()).fetchall()
        for log, entry, fact, since, reason in held:
            self._report.blame(
                log, None, f"{fact} {entry} has been set aside since {since:%Y-%m-%d %H:%M} UTC: {reason}"
            )
        self._report.checked["held_aside"] = len(held)

    def _permissions(self, session: Session) -> None:
        rows = _cursor(session).execute(sql("log_check_permissions").encode()).fetchall()
        stand = {(str(name), recipient, purpose): row for name, recipient, purpose, row in rows if row is not None}
        here = {str(name) for name, *_ in rows}
        for relation in stand.keys() | {each for each in self._folded if each[0] in here}:
            _, recipient, purpose = relation
            expected = self._folded.get(relation, Permission())
            if _substance(composing.permission_of(stand.get(relation, {}))) != _substance(expected):
                said = f"a permission of {recipient} for {purpose} is not what the acts add up to"
                self._report.blame(store.CONSENT, None, said)
        self._report.checked["permissions"] = len(stand)


def check(platform: Platform, tell: Tell = progress.unheard) -> Report:
    """Return where the database and the logs do not agree."""
    return Check(platform, tell).run()


def _told(fact: ActFact, event: ActEvent) -> ActEvent | None:
    """Return the event that `fact` would be told as, or None if it cannot be told at all."""
    try:
        return composing.act_event(fact, event.place, event.other_customer)
    except (Problem, ValueError, KeyError):
        return None


def _events(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Any]]:
    for entry in entries:
        try:
            yield entry, event_bodies.from_body(entry.opening.body)
        except Problem:  # the auditor's check has named it
            continue


def _substance(standing: Permission) -> Permission:
    return replace(standing, latest_at=None, epoch=0)


def _cursor(session: Session) -> Cursor:
    lane = session.connection().connection.driver_connection
    return cast("psycopg.Connection[tuple[Any, ...]]", lane).cursor(binary=True)
