"""The auditor's file, made while it is sent: two logs up to a checkpoint, with what this auditor may open.

Rules: (1) everything is read in short transactions, some thousand leaves at a time, so that it costs little memory and
a slow client holds no connection; (2) of the access log the file shows what the consent log's last anchor covers, so
that every read in it is anchored and every grant that it cites is in it; (3) an opening that is erased while the file
is made is missing in it, and the verifier says so: the file is then asked for again; (4) no file begins or ends at an
anchor of a size at which the access log was never signed: the newest one then ends before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.log import published, store
from cdp.log.published import Published
from cdp.log.store import Log
from cdp.platform import Platform
from cdp.scope import Scope
from consent import bundle, event_bodies
from consent.bundle import Part
from consent.commitments import Opening
from consent.errors import Conflict, Invalid, NotFound
from consent.events import AnchorEvent
from consent.merkle import leaf_hash
from consent.notes import Note
from consent.policy import Policy
from consent.tiles import WIDTH, Tile, entries_to_bytes

AT_ONCE: Final = 16 * WIDTH
"""How many leaves are read in one transaction."""

_ANCHOR: Final = text(sql("last_anchor"))
_EARLIER: Final = text(sql("audit_earlier"))
_LEAVES: Final = text(
    "select leaf from leaf where log_id = :log and position >= :begin and position < :end order by position"
)


class NoSuchCheckpoint(Invalid):
    """The log has no signed checkpoint of this size."""

    code = "no-such-checkpoint"


class AnchorUnsigned(Conflict):
    """The access log was never signed at the size that this checkpoint anchors: take an earlier or a later one."""

    code = "anchor-unsigned"


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What the consent log tells of the access log, and where."""

    log: Log
    size: int
    position: int


@dataclass(frozen=True, slots=True)
class _Span:
    """What the file shows of one log: from a checkpoint, or from 0, up to a newer one."""

    log: Log
    old: Published | None
    new: Published

    @property
    def begin(self) -> int:
        return 0 if self.old is None else self.old.size


def stream(
    platform: Platform, scope: Scope, *, since: int, until: int | None, name: str | None = None
) -> Iterator[bytes]:
    """Return the file about a consent log from `since` (a size that the auditor knows, or 0) up to `until`, or now.

    It is the log of this name, or the one that grows. Raises NoSuchCheckpoint, AnchorUnsigned or NotFound before the
    first byte; what fails later breaks the file off.
    """
    with platform.database.scoped(scope) as session:
        consent, access = _both(session, _log(session, name), since, until)
        earlier = _positions(session, consent, access) if since else []
    shelf = _Shelf(platform, scope, consent.log)
    parts = [_part(platform, scope, consent, earlier=_opened(shelf, earlier))]
    if access is not None:
        parts.append(_part(platform, scope, access, earlier=iter(())))
    return bundle.stream(*parts, organization=scope.organization)


def _log(session: Session, name: str | None) -> Log:
    if name is None:
        return store.current(session, store.CONSENT)
    found = store.named(session, name)
    if found.kind != store.CONSENT:
        raise NotFound("the file begins with a consent log and brings the access log along")
    return found


def _consent(session: Session, log: Log, since: int, until: int | None) -> _Span:
    new = published.latest(session, log) if until is None else published.exactly(session, log, until)
    if new is None:
        if until is None:
            raise NotFound("nothing has been signed yet")
        raise NoSuchCheckpoint(field="/to")
    old = published.exactly(session, log, since) if since else None
    if since and (old is None or since > new.size):
        raise NoSuchCheckpoint(field="/from")
    return _Span(log, old, new)


def _both(session: Session, log: Log, since: int, until: int | None) -> tuple[_Span, _Span | None]:
    """Return what the file shows of both logs; without `until` it ends at the newest place where a file can end."""
    consent = _consent(session, log, since, until)
    while True:
        anchor = _anchored(session, consent, consent.new.size)
        if anchor is None:
            return consent, None
        new = published.exactly(session, anchor.log, anchor.size)
        if new is not None:
            return consent, _Span(anchor.log, _old(session, consent, anchor.log), new)
        earlier = None if until else store.newest(session, log, at_most=anchor.position)
        shorter = None if earlier is None else published.exactly(session, log, earlier.size)
        if shorter is None or shorter.size < max(since, 1):
            raise AnchorUnsigned(field="/to")
        consent = replace(consent, new=shorter)


def _old(session: Session, consent: _Span, log: Log) -> Published | None:
    """Return the checkpoint of the access log that the kept part of the consent log anchors; raises AnchorUnsigned."""
    before = _anchored(session, consent, consent.begin)
    if before is None or before.log.log_id != log.log_id or not before.size:
        return None
    found = published.exactly(session, log, before.size)
    if found is None:
        raise AnchorUnsigned(field="/from")
    return found


def _anchored(session: Session, consent: _Span, size: int) -> _Anchor | None:
    """Return the last anchor in the first `size` leaves; None before the first one."""
    found = session.execute(_ANCHOR, {"log": consent.log.log_id, "size": size}).one_or_none()
    if found is None:
        return None
    event = event_bodies.from_body(bytes(found.body))
    if not isinstance(event, AnchorEvent):
        raise TypeError("a leaf of this kind is an anchor")
    log = next(each for each in store.logs(session) if each.origin == event.log)
    return _Anchor(log, event.size, found.position)


def _positions(session: Session, consent: _Span, access: _Span | None) -> list[int]:
    facts = {
        "consent": consent.log.log_id,
        "begin": consent.begin,
        "end": consent.new.size,
        "access": -1 if access is None else access.log.log_id,
        "access_begin": 0 if access is None else access.begin,
        "access_end": 0 if access is None else access.new.size,
    }
    return list(session.execute(_EARLIER, facts).scalars())


def _part(platform: Platform, scope: Scope, span: _Span, *, earlier: Iterator[tuple[int, Opening]]) -> Part:
    shelf = _Shelf(platform, scope, span.log)
    policy = span.new.policy
    return Part(
        policy,
        span.new.note,
        shelf.tile,
        shelf.openings,
        old=None if span.old is None else _signed_by(span.old.note, policy),
        earlier=earlier,
    )


def _signed_by(note: bytes, policy: Policy) -> bytes:
    """Return the older checkpoint with those signatures that the file's policy names."""
    keys, signed = (*policy.logs, *policy.witnesses), Note.from_bytes(note)
    kept = [each for each in signed.signatures if any(key.is_key_of(each) for key in keys)]
    return Note(signed.text, tuple(kept)).to_bytes()


def _opened(shelf: "_Shelf", positions: list[int]) -> Iterator[tuple[int, Opening]]:
    for position in positions:
        yield from shelf.openings(position, position + 1)


class _Shelf:
    """One log as the bundle reads it, from front to back; it remembers the part that was read last."""

    def __init__(self, platform: Platform, scope: Scope, log: Log) -> None:
        self._platform = platform
        self._scope = scope
        self._log = log
        self._begin = -1
        self._leaves: list[bytes] = []
        self._openings: dict[int, Opening] = {}

    def tile(self, tile: Tile) -> bytes:
        """Return a tile or a bundle of entries."""
        if tile.level:
            with self._platform.database.scoped(self._scope) as session:
                return store.tile_reader(session, self._log)(tile)
        leaves = self._at(tile.index * WIDTH, tile.width)
        return entries_to_bytes(leaves) if tile.level is None else b"".join(map(leaf_hash, leaves))

    def openings(self, begin: int, end: int) -> list[tuple[int, Opening]]:
        """Return the openings in this range that may be seen, in order."""
        self._fetch(begin)
        return [(each, self._openings[each]) for each in range(begin, end) if each in self._openings]

    def _at(self, position: int, count: int) -> list[bytes]:
        self._fetch(position)
        begin = position - self._begin
        return self._leaves[begin : begin + count]

    def _fetch(self, position: int) -> None:
        begin = position - position % AT_ONCE
        if begin == self._begin:
            return
        facts = {"log": self._log.log_id, "begin": begin, "end": begin + AT_ONCE}
        with self._platform.database.scoped(self._scope) as session:
            self._leaves = [bytes(each) for each in session.execute(_LEAVES, facts).scalars()]
            self._openings = dict(store.openings(session, self._log, begin, begin + AT_ONCE))
        self._begin = begin
