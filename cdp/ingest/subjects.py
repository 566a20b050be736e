"""The subjects of a batch: found and locked, made where nobody knew them, and linked.

Rules: (1) a subject's row is locked until the batch is stored, so that deliveries for one person take turns and an
erasure or a merge waits; (2) a new subject has a customer of its own: only the keeper's functions link; (3) what a
reference says is sealed with its subject's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays, ids
from cdp.ingest.naming import Book, Known, Mention, Name
from cdp.keys import sealing
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey, new_data_keys
from cdp.lane import Asked
from cdp.transaction import Rows, Transaction

_RESOLVE: Final = (
    b"select ordinal, uuid_send(customer_id), uuid_send(subject_id), wrapped, is_suppressed"
    b" from resolve_subjects(%(types)s, %(blinds)s, %(needed)s)"
)
_CREATE: Final = (
    b"select create_subjects(%(types)s, %(blinds)s, %(sealed)s, %(customers)s, %(subjects)s, %(wrapped)s, %(moment)s)"
)
_ADD_REFERENCES: Final = b"select add_references(%(types)s, %(blinds)s, %(sealed)s, %(subjects)s)"
_ADD_IDENTIFIERS: Final = (
    b"select uuid_send(add_identifiers(%(subjects)s, %(types)s, %(blinds)s, %(categories)s, %(verified)s, %(moment)s,"
    b" %(sealed)s))"
)
_LINK: Final = b"select link_references(%(types)s, %(blinds)s, %(users)s, %(moment)s)"
_CUSTOMERS: Final = b"select ordinal, uuid_send(customer_id) from customers_of(%(subjects)s)"


class Subject:
    """A person as the source knows them, with the key of their dossier, for as long as the batch takes."""

    __slots__ = ("customer", "id", "is_new", "key")

    def __init__(self, subject_id: bytes, customer: bytes, key: DataKey, *, is_new: bool = False) -> None:
        """Take the ids as their 16 bytes, and the data key ready for use."""
        self.id = subject_id
        self.customer = customer
        self.key = key
        self.is_new = is_new

    def seal_name(self, text: str) -> bytes:
        """Return a reference as it is stored."""
        return self.key.seal(text.encode(), table="reference", row=UUID(bytes=self.id), column="sealed")


class Found(NamedTuple):
    """What a reference stands for: a subject, somebody who was erased, or nobody yet.

    One who is known but has no subject here is not locked, because another has to be made first.
    """

    subject: Subject | None
    is_suppressed: bool
    is_known: bool


_ERASED: Final = Found(None, is_suppressed=True, is_known=True)


class Wanted(NamedTuple):
    """A link that a batch asks for."""

    references: list[tuple[Name, Subject]]
    """Further names of a subject."""

    pairs: list[tuple[Name, Name]]
    """An earlier name that already has a subject, and the user id."""

    identifiers: list[tuple[Subject, Known]]


class Finder:
    """Finds the subjects of one batch, and remembers whose key it has opened."""

    def __init__(self, transaction: Transaction, ring: KeyProvider, names: Sequence[Name]) -> None:
        self._transaction = transaction
        self._ring = ring
        self._names = names
        self._columns = _columns(names)
        self._subjects: dict[bytes, Subject] = {}

    def question(self, needed: Sequence[bool]) -> Asked:
        """Ask what each name stands for; every subject is locked, unless one that is needed is missing."""
        return _RESOLVE, {**self._columns, "needed": arrays.flags(needed)}

    async def found(self, rows: Rows) -> list[Found]:
        """Return what was answered to `question`."""
        if any(customer is not None and wrapped is None for _, customer, _, wrapped, _ in rows):
            (rows,) = await self._transaction.ask(self.question([False] * len(self._names)))
        found = [_ERASED] * len(self._names)
        opened = self._opened(rows)
        for ordinal, customer, subject_id, _, is_suppressed in rows:
            subject = opened.get(subject_id) if customer is not None else None
            if subject is not None:
                subject.customer = customer
            is_erased = is_suppressed or (subject is None and customer is not None)
            found[ordinal - 1] = Found(subject, is_erased, subject_id is not None)
        return found

    def _opened(self, rows: Rows) -> dict[bytes, Subject]:
        """Return every subject whose key could be opened: that of an erased one cannot."""
        subjects = self._subjects
        fresh = {row[2]: row for row in rows if row[3] is not None and row[2] not in subjects}
        keys = self._ring.open_many([(row[3], row[2]) for row in fresh.values()])
        for (subject_id, row), key in zip(fresh.items(), keys, strict=True):
            if key is not None:
                subjects[subject_id] = Subject(subject_id, row[1], key)
        return subjects

    def create(self, names: Sequence[Name], *, at: datetime) -> None:
        """Make a subject for each name that has none; another delivery may be first."""
        people, customers, data_keys = ids.rows(len(names)), ids.rows(len(names)), new_data_keys(len(names))
        wrapped = self._ring.wrap_new(list(zip(data_keys, people, strict=True)))
        keys = [DataKey(each) for each in data_keys]
        for subject, customer, key in zip(people, customers, keys, strict=True):
            self._subjects[subject] = Subject(subject, customer, key, is_new=True)
        told = [(key, subject, name.text.encode()) for key, subject, name in zip(keys, people, names, strict=True)]
        facts = {
            **_columns(names),
            "sealed": arrays.blobs(sealing.seal_all(told, table="reference", column="sealed")),
            "customers": arrays.ids(customers),
            "subjects": arrays.ids(people),
            "wrapped": arrays.blobs(wrapped),
            "moment": at,
        }
        self._transaction.later((_CREATE, facts))


def wanted(book: Book, mentions: Iterable[Mention], found: Sequence[Found], barred: AbstractSet[int]) -> Wanted:
    """Return which links the batch asks for, each once; `barred` are the identifiers of those who were erased."""
    references: dict[int, Subject] = {}
    pairs: dict[tuple[int, int], None] = {}
    identifiers: dict[tuple[bytes, int], tuple[Subject, Known]] = {}
    for mention in {each for each in mentions if each.others or each.earlier or each.identifiers}:
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
            if place not in barred:
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
    transaction: Transaction, asked: Wanted, categories: Sequence[str], *, at: datetime
) -> tuple[set[bytes], set[bytes]]:
    """Do what is wanted; return the hashes of names and the ids of subjects for which something changed.

    `categories` says under which category each identifier may be looked up.
    """
    names: set[bytes] = set()
    subjects: set[bytes] = set()
    if asked.references:
        sealed = arrays.blobs(subject.seal_name(name.text) for name, subject in asked.references)
        facts = {
            **_columns([name for name, _ in asked.references]),
            "sealed": sealed,
            "subjects": arrays.ids(subject.id for _, subject in asked.references),
        }
        (rows,) = await transaction.ask((_ADD_REFERENCES, facts))
        names |= {blind for (blind,) in rows}
    if asked.identifiers:
        facts = {
            "subjects": arrays.ids(subject.id for subject, _ in asked.identifiers),
            "types": arrays.texts(known.type for _, known in asked.identifiers),
            "blinds": arrays.blobs(known.blind for _, known in asked.identifiers),
            "categories": arrays.texts(categories),
            "verified": arrays.flags(known.is_verified for _, known in asked.identifiers),
            "sealed": arrays.blobs(_sealed(asked.identifiers)),
        }
        (rows,) = await transaction.ask((_ADD_IDENTIFIERS, {**facts, "moment": at}))
        subjects |= {subject_id for (subject_id,) in rows}
    if asked.pairs:
        facts = {
            **_columns([earlier for earlier, _ in asked.pairs]),
            "users": arrays.blobs(user.blind for _, user in asked.pairs),
        }
        (rows,) = await transaction.ask((_LINK, {**facts, "moment": at}))
        names |= {asked.pairs[ordinal - 1][0].blind for (ordinal,) in rows}
    return names, subjects


def _sealed(identifiers: Sequence[tuple[Subject, Known]]) -> list[bytes]:
    """Return each identifier as it is stored: sealed for the row that its own hash names."""
    told = [(subject.key, known.blind, known.text.encode()) for subject, known in identifiers]
    return sealing.seal_all(told, table="identifier", column="sealed")


def _columns(names: Sequence[Name]) -> dict[str, arrays.Column]:
    return {
        "types": arrays.texts([name.type for name in names]),
        "blinds": arrays.blobs([name.blind for name in names]),
    }


async def refresh(transaction: Transaction, subjects: Sequence[Subject]) -> None:
    """Bring the customers of `subjects` up to date after links."""
    (rows,) = await transaction.ask((_CUSTOMERS, {"subjects": arrays.ids(subject.id for subject in subjects)}))
    for ordinal, customer in rows:
        subjects[ordinal - 1].customer = customer
