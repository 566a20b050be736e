"""A file of a source into the store: in shards, resumable behind every chunk, idempotent, or only rehearsed.

Rules: (1) how far an import is stands in the transaction that stored it; (2) the same file with the same mapping goes
on where it stopped; once it is done, or broke off so long ago that what it rejected is kept no longer, it begins again
and changes nothing; (3) a row that cannot be taken costs itself, and its line and reason are told; (4) a rehearsal
stores nothing and tells the same; (5) the file is opened and held against the mapping before anything changes.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import text

from cdp import progress
from cdp.catalog import files as catalog
from cdp.ingest import import_standing, shard
from cdp.ingest.files import BadRow, Position, Reader, Row
from cdp.ingest.filing import Filed, Files
from cdp.ingest.import_standing import Reject, Standing
from cdp.ingest.items import Item, Kind, Outcome, Reason
from cdp.ingest.mapper import Mapper
from cdp.ingest.mapping import Mapping
from cdp.ingest.shard import Chunk, Stored, Task
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import OPERATOR, Principal, Scope
from consent import processors
from consent.types import UNMAPPED

ROWS: Final = 500
"""How many rows one transaction stores, for each shard."""
MOST_SHARDS: Final = 4
SMALL: Final = 1024 * 1024
"""A file of at most so many bytes is stored by this process itself."""
LARGE: Final = 10_000
"""After so many rows the database is told at once that its tables have grown."""
_AHEAD: Final = 3
_MEASURE: Final = text("select measure_tables()")


@dataclass(slots=True)
class Imported:
    """What an import came to; of what an earlier run had done, only the number of rows."""

    rows: int = 0
    before: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    new_subjects: int = 0
    rejects: int = 0
    unmapped: list[str] = field(default_factory=list)
    """Which attributes and types nobody can be granted as yet; told by a rehearsal."""
    _newcomers: set[bytes] = field(default_factory=set, repr=False)

    def add(self, stored: Stored) -> None:
        """Count one chunk; in a rehearsal nobody stays known, so that a person is counted once by their name."""
        self.rows += stored.rows
        self.outcomes.update(stored.counts)
        self._newcomers.update(stored.newcomers)
        self.new_subjects = len(self._newcomers)
        self.rejects += len(stored.rejects)


class _Hand(Protocol):
    """Where the chunks of a shard go."""

    def put(self, chunk: Chunk) -> None:
        """Take a chunk in."""

    def done(self, *, at_most: int) -> Iterator[Stored]:
        """Yield what has been stored, until at most so many chunks are under way."""

    def close(self) -> None:
        """Let everything go."""


class _Own:
    """Stores in this process."""

    def __init__(self, platform: Platform, task: Task) -> None:
        self._shard = shard.Shard(platform.settings, task)
        self._waiting: deque[Chunk] = deque()

    def put(self, chunk: Chunk) -> None:
        self._waiting.append(chunk)

    def done(self, *, at_most: int) -> Iterator[Stored]:  # noqa: ARG002  # nothing is ever under way here
        while self._waiting:
            yield self._shard.store(self._waiting.popleft())

    def close(self) -> None:
        self._shard.close()


class _Other:
    """Stores in a process of its own."""

    def __init__(self, platform: Platform, task: Task) -> None:
        self._task = task
        self._pool = ProcessPoolExecutor(
            1, mp_context=_context(), initializer=shard.begin, initargs=(platform.settings, task)
        )
        self._waiting: deque[Future[Stored]] = deque()

    def put(self, chunk: Chunk) -> None:
        self._waiting.append(self._pool.submit(shard.store, self._task.fingerprint, chunk))

    def done(self, *, at_most: int) -> Iterator[Stored]:
        while len(self._waiting) > at_most or (self._waiting and self._waiting[0].done()):
            yield self._waiting.popleft().result()

    def close(self) -> None:
        self._pool.submit(shard.end, self._task.fingerprint).result()
        self._pool.shutdown(cancel_futures=True)


@cache
def _context() -> BaseContext:
    """Return how processes begin: from one that has loaded the program once, and nothing else, where there is such."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([shard.__name__])
    return context


class Import:
    """One import of one file."""

    def __init__(
        self,
        platform: Platform,
        source: UUID,
        file: Path,
        mapping: Mapping,
        *,
        at: datetime,
        is_rehearsal: bool = False,
    ) -> None:
        """Take the file's measure; nothing is stored yet."""
        self._platform = platform
        self._source = source
        self._scope = Scope(Principal.SOURCE, source)
        self._file = file
        self._mapping = mapping
        self._at = at
        self._is_rehearsal = is_rehearsal
        self._shards = 1 if file.stat().st_size <= SMALL else min(MOST_SHARDS, processors.usable())
        self._mapper = Mapper(mapping, received_at=at, attribute_name=catalog.shipped().attribute_name)
        self._prints = _fingerprints(file, mapping, self._shards)
        self._sorts: set[tuple[Kind, str, str | None]] = set()

    @property
    def request_id(self) -> str:
        """How the reject log names this import."""
        return f"import-{self._prints[0].hex()[:16]}"

    def run(
        self,
        *,
        report: Tell = progress.unheard,
        reject: Callable[[int, Reason, str], None] = lambda *_: None,
        begin: Callable[[Iterator[Reject] | None], None] = lambda _: None,
    ) -> Imported:
        """Store the file, from where an earlier run stopped, and return what it came to; tell every rejected line.

        `begin` is told, before the first row, every line that an earlier run rejected that this one goes on with, or
        None. Raises UnreadableFile or BadMapping before anything changes.
        """
        self._check()
        done = Imported()
        here = import_standing.look(
            self._platform, self._scope, self._prints, at=self._at, is_rehearsal=self._is_rehearsal
        )
        self._begin(begin, here)
        first = min(here.starts, key=lambda start: start.number)
        done.before = sum(here.stored)
        with ExitStack() as stack, Reader(self._file, self._mapping.file, after=first) as reader:
            hands: list[_Hand] = []
            for fingerprint, stored in zip(self._prints, here.stored, strict=True):
                hands.append(self._hand(fingerprint, here, stored))
                stack.callback(hands[-1].close)
            known = done.before
            for chunks in _rounds(self._rows(reader, here.starts), self._shards):
                known += _put(hands, chunks)
                self._collect(hands, done, reject, at_most=_AHEAD)
                report(done.before + done.rows, _estimate(known, reader))
            self._collect(hands, done, reject, at_most=0)
        report(done.before + done.rows, done.before + done.rows)
        self._finish(done.rows)
        done.unmapped = self._unmapped()
        return done

    def _check(self) -> None:
        with Reader(self._file, self._mapping.file) as reader:
            columns = reader.columns()
        if columns is not None:
            self._mapping.check_columns(columns)

    def _begin(self, begin: Callable[[Iterator[Reject] | None], None], here: Standing) -> None:
        if not here.is_resumed:
            begin(None)
            return
        with closing(import_standing.rejects(self._platform, self._scope, self.request_id, since=here.since)) as told:
            begin(told)

    def _hand(self, fingerprint: bytes, here: Standing, stored: int) -> _Hand:
        task = Task(
            scope=self._scope,
            mapping=self._mapping,
            fingerprint=fingerprint,
            request_id=self.request_id,
            received_at=self._at,
            first_at=here.first_at,
            since=here.since,
            is_rehearsal=self._is_rehearsal,
            stored=stored,
        )
        return _Own(self._platform, task) if self._shards == 1 else _Other(self._platform, task)

    def _rows(self, reader: Reader, starts: Sequence[Position]) -> Iterator[tuple[int, Row | BadRow]]:
        """Yield every row that is still to be stored, with its shard: the same for everything about one subject."""
        for row in reader:
            if self._is_rehearsal:
                items = self._mapper.items(row)
                self._sorts.update((each.kind, each.type, each.category) for each in items if isinstance(each, Item))
            number = _shard_of(self._mapper.first_name(row), self._shards) if self._shards > 1 else 0
            if row.number > starts[number].number:
                yield number, row

    def _collect(
        self, hands: Sequence[_Hand], done: Imported, reject: Callable[[int, Reason, str], None], *, at_most: int
    ) -> None:
        for hand in hands:
            for stored in hand.done(at_most=at_most):
                done.add(stored)
                for line, reason, name in stored.rejects:
                    reject(line, reason, name)

    def _unmapped(self) -> list[str]:
        """Return what of a rehearsal's items the catalog files nowhere."""
        if not self._sorts:
            return []
        with self._platform.database.scoped(self._scope) as session:
            files = Files(self._platform.catalogs.hold(session, self._source))
        found = set()
        for kind, name, category in self._sorts:
            filed = files.file(Item(kind=kind, type=name, category=category, value=b"null", subject=()))
            if kind is not Kind.LINK and isinstance(filed, Filed) and filed.category == UNMAPPED:
                found.add(f"{kind} {filed.type}")
        return sorted(found)

    def _finish(self, rows: int) -> None:
        if self._is_rehearsal:
            return
        import_standing.finish(self._platform, self._scope, self._prints, at=self._at)
        if rows >= LARGE:
            with self._platform.database.scoped(OPERATOR) as session:
                session.execute(_MEASURE)


def _rounds(rows: Iterator[tuple[int, Row | BadRow]], shards: int) -> Iterator[list[Chunk]]:
    """Yield the rows in rounds, each with a chunk for every shard."""
    shares: list[list[Row | BadRow]] = [[] for _ in range(shards)]
    count, after = 0, Position()
    for number, row in rows:
        shares[number].append(row)
        count, after = count + 1, row.after
        if count == ROWS * shards:
            yield [Chunk(share, after) for share in shares]
            shares, count = [[] for _ in range(shards)], 0
    if count:
        yield [Chunk(share, after) for share in shares]


def _put(hands: Sequence[_Hand], chunks: Sequence[Chunk]) -> int:
    """Give every shard its chunk, and return how many rows those are."""
    for hand, chunk in zip(hands, chunks, strict=True):
        if chunk.rows:
            hand.put(chunk)
    return sum(len(chunk.rows) for chunk in chunks)


def _shard_of(person: str, shards: int) -> int:
    return zlib.crc32(person.encode()) % shards


def _fingerprints(file: Path, mapping: Mapping, shards: int) -> list[bytes]:
    """Return what names each shard of an import: the file's content, the mapping, and the shard."""
    with file.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256")
    content.update(mapping.model_dump_json().encode())
    return [hashlib.sha256(content.digest() + bytes((number, shards))).digest() for number in range(shards)]


def _estimate(known: int, reader: Reader) -> int | None:
    """Return how many rows there will be, judged by the `known` ones: stored ones are behind what has been read."""
    read = reader.done
    return int(known * reader.total / read) if read else None
