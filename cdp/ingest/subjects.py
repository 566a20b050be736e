"""The subjects of a batch: found and locked, made where nobody knew them, and linked.

Rules: (1) a subject's row is locked until the batch is stored, so that deliveries for one person take turns and an
erasure or a merge waits; (2) a new subject has a customer of its own: only the keeper's functions link; (3) what a
reference says is sealed with its subject's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor

from cdp import arrays, ids
from cdp.ingest.naming import Book, Known, Mention, Name
from cdp.keys.digests import Digests
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey, new_data_key

Connection = AsyncConnection[tuple[Any, ...]]

_RESOLVE = (
    "select ordinal, customer_id, subject_id, wrapped, is_suppressed"
    " from resolve_subjects(%s::text[], %s::bytea[], %s::boolean[])"
)
_CREATE = "select create_subjects(%s::text[], %s::bytea[], %s::bytea[], %s::uuid[], %s::uuid[], %s::bytea[], %s)"
_ADD_REFERENCES = "select add_references(%s::text[], %s::bytea[], %s::bytea[], %s::uuid[])"
_ADD_IDENTIFIERS = "select add_identifiers(%s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::boolean[], %s)"
_LINK = "select link_references(%s::text[], %s::bytea[], %s::bytea[], %s)"
_CUSTOMERS = "select ordinal, customer_id from customers_of(%s::uuid[])"


class Subject:
    """A person as the source knows them, with the key of their dossier, for as long as the batch takes."""

    def __init__(self, subject_id: UUID, customer: UUID, data_key: bytes, *, is_new: bool = False) -> None:
        """Take the data key as the key provider returned it."""
        self.id = subject_id
        self.customer = customer
        self.key = DataKey(data_key)
        self.is_new = is_new
        self._data_key = data_key

    @cached_property
    def digests(self) -> Digests:
        """The keyed hashes of what is said about this subject."""
        return Digests(self._data_key)

    def seal_name(self, text: str) -> bytes:
        """Return a reference as it is stored."""
        return self.key.seal(text.encode(), table="reference", row=self.id, column="sealed")


class Found(NamedTuple):
    """What a reference stands for: a subject, somebody who was erased, or nobody yet."""

    subject: Subject | None
    is_suppressed: bool


class Wanted(NamedTuple):
    """A link that a batch asks for."""

    references: list[tuple[Name, Subject]]
    """Further names of a subject."""

    pairs: list[tuple[Name, Name]]
    """An earlier name that already has a subject, and the user id."""

    identifiers: list[tuple[Subject, Known]]


class Finder:
    """Finds the subjects of one batch, and remembers whose key it has opened."""

    def __init__(self, connection: Connection, ring: KeyProvider) -> None:
        self._connection = connection
        self._ring = ring
        self._subjects: dict[UUID, Subject] = {}

    async def ask(self, names: Sequence[Name], needed: Sequence[bool]) -> AsyncCursor[tuple[Any, ...]]:
        """Ask what each name stands for; every subject is locked, unless one that is needed is missing."""
        columns = (*_columns(names), arrays.flags(needed))
        return await self._connection.execute(_RESOLVE, columns, binary=True)

    def found(self, rows: Sequence[tuple[Any, ...]]) -> list[Found]:
        """Return what was answered to `ask`."""
        locked = {row[2]: (row[1], row[3]) for row in rows if row[3] is not None}
        unknown = [(locked[subject_id][1], subject_id) for subject_id in locked.keys() - self._subjects.keys()]
        for (_, subject_id), key in zip(unknown, self._ring.unwrap_many(unknown), strict=True):
            if key is not None:
                self._subjects[subject_id] = Subject(subject_id, locked[subject_id][0], key)
        found = []
        for _, customer, subject_id, _, is_suppressed in rows:
            subject = self._subjects.get(subject_id) if subject_id in locked else None
            if subject is not None:
                subject.customer = customer
            found.append(Found(subject, is_suppressed or (subject is None and subject_id is not None)))
        return found

    async def create(self, names: Sequence[Name], *, at: datetime) -> None:
        """Make a subject for each name that has none; another delivery may be first."""
        wrapped = []
        for _ in names:
            data_key, subject_id = new_data_key(), ids.row()
            self._subjects[subject_id] = Subject(subject_id, ids.row(), data_key, is_new=True)
            wrapped.append(self._ring.wrap(self._ring.new_slot(), data_key, subject=subject_id))
        offered = list(self._subjects.values())[-len(names) :]
        await self._connection.execute(
            _CREATE,
            (
                *_columns(names),
                arrays.blobs([subject.seal_name(name.text) for name, subject in zip(names, offered, strict=True)]),
                arrays.uuids(subject.customer for subject in offered),
                arrays.uuids(subject.id for subject in offered),
                arrays.blobs(wrapped),
                at,
            ),
        )


def wanted(book: Book, mentions: Iterable[Mention], found: Sequence[Found]) -> Wanted:
    """Return which links the batch asks for, each once."""
    references: dict[int, Subject] = {}
    pairs: dict[tuple[int, int], None] = {}
    identifiers: dict[tuple[UUID, int], tuple[Subject, Known]] = {}
    for mention in set(mentions):
        subject = found[mention.primary].subject
        if subject is None:
            continue
        for place in (*mention.others, *(_former(earlier, found) for earlier in mention.earlier)):
            other = found[place]
            if other.subject is None and not other.is_suppressed:
                references.setdefault(place, subject)
            elif other.subject is not None and mention.is_user and other.subject.customer != subject.customer:
                pairs[place, mention.primary] = None
        for place in mention.identifiers:
            identifiers[subject.id, place] = subject, book.known[place]
    return Wanted(
        [(book.names[place], subject) for place, subject in references.items()],
        [(book.names[earlier], book.names[user]) for earlier, user in pairs],
        list(identifiers.values()),
    )


def _former(earlier: tuple[int, int], found: Sequence[Found]) -> int:
    """Return which of the two readings of a previous id somebody is known by; the anonymous one if neither."""
    anonymous, user = earlier
    return user if found[anonymous].subject is None and found[user].subject is not None else anonymous


async def link(
    connection: Connection, asked: Wanted, categories: Sequence[str], *, at: datetime
) -> tuple[set[bytes], set[UUID]]:
    """Do what is wanted; return the hashes of names and the ids of subjects for which something changed.

    `categories` says under which category each identifier may be looked up.
    """
    names: set[bytes] = set()
    subjects: set[UUID] = set()
    if asked.references:
        sealed = [subject.seal_name(name.text) for name, subject in asked.references]
        columns = _columns([name for name, _ in asked.references])
        owners = [subject.id for _, subject in asked.references]
        cursor = await connection.execute(_ADD_REFERENCES, (*columns, sealed, owners))
        names |= {blind for (blind,) in await cursor.fetchall()}
    if asked.identifiers:
        cursor = await connection.execute(
            _ADD_IDENTIFIERS,
            (
                [subject.id for subject, _ in asked.identifiers],
                [known.type for _, known in asked.identifiers],
                [known.blind for _, known in asked.identifiers],
                list(categories),
                [known.is_verified for _, known in asked.identifiers],
                at,
            ),
        )
        subjects |= {subject_id for (subject_id,) in await cursor.fetchall()}
    if asked.pairs:
        columns = _columns([earlier for earlier, _ in asked.pairs])
        users = [user.blind for _, user in asked.pairs]
        cursor = await connection.execute(_LINK, (*columns, users, at))
        names |= {asked.pairs[ordinal - 1][0].blind for (ordinal,) in await cursor.fetchall()}
    return names, subjects


def _columns(names: Sequence[Name]) -> tuple[arrays.Texts, arrays.Blobs]:
    return arrays.texts(name.type for name in names), arrays.blobs([name.blind for name in names])


async def refresh(connection: Connection, subjects: Sequence[Subject]) -> None:
    """Bring the customers of `subjects` up to date after links."""
    cursor = await connection.execute(_CUSTOMERS, ([subject.id for subject in subjects],), binary=True)
    for ordinal, customer in await cursor.fetchall():
        subjects[ordinal - 1].customer = customer
