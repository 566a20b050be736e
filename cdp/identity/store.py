"""What matching keeps: of every subject its likeness, sealed, and hashed keys by which others like it are found.

Rules: (1) a likeness follows from the records that stand, and from where somebody lived before; (2) it is sealed under
its subject's key, so that it ends with it; (3) a key is HMAC-SHA256 cut to 64 bits, with one secret for each kind, so
that keys of two kinds tell nothing about one another; (4) a source hands in and reads nothing of it: these statements
run as `cdp_matcher`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from cdp import arrays
from cdp.database import sql
from cdp.identity import blocking, sharing, traits
from cdp.identity.blocking import BlockingKey, KeyKind
from cdp.identity.traits import MARK, Traits
from cdp.keys import sealing
from cdp.keys.mac import Mac
from cdp.keys.ring import KeyProvider, LocalKeyRing, Single
from cdp.keys.sealing import DataKey
from cdp.lane import Asked
from cdp.transaction import Rows
from consent.errors import Invalid

_KEY_BYTES: Final = 8
_BEFORE: Final = b"likeness\0"
_AFTER: Final = b"\0sealed"
_FORMER: Final = 5
_KEY: Final = 6
_SIZE: Final = 7
_UNIQUE: Final = "="
"""In place of an attribute: a verified customer number, of which somebody has one at a source; its keyed hash."""
_NAMED: Final = {"@email": "email", "@phone": "phone"}
"""In place of an attribute: an address or number that a source names somebody by; sealed for the row of its hash."""
_FACTS: Final = sql("match_facts").encode()
_PUT: Final = sql("match_put").encode()
_CROWDS: Final = sql("match_crowds").encode()
_STORED: Final = sql("match_stored").encode()
_ANEW: Final = sql("match_anew").encode()
_CANDIDATES: Final = (
    b"select uuid_send(subject_id), uuid_send(other_id), uuid_send(other_customer), uuid_send(other_source),"
    b" sealed, wrapped, key, size"
    b" from who_may_be(%(subjects)s, %(key_subjects)s, %(keys)s, %(counted)s, %(says)s, %(hot)s, %(enough)s)"
)
_PAIRS: Final = (
    b"select uuid_send(subject_id), uuid_send(other_id), uuid_send(other_customer), uuid_send(other_source),"
    b" sealed, wrapped from who_are(%(subjects)s, %(ones)s, %(others)s)"
)
_HOLD: Final = sql("match_hold").encode()


class Person(NamedTuple):
    """A subject that is compared: its ids as their 16 bytes, and its key ready for use."""

    subject: bytes
    customer: bytes
    source: bytes
    key: DataKey


class Other(NamedTuple):
    """Somebody who may be the same person as `subject`."""

    of: bytes
    subject: bytes
    customer: bytes
    source: bytes
    traits: Traits


class Hashes:
    """Turns what people may have in common into keys."""

    __slots__ = ("_macs",)

    def __init__(self, ring: LocalKeyRing) -> None:
        """Derive a secret for each kind from the key ring."""
        system = Mac(ring.single(Single.SYSTEM))
        self._macs = {kind: Mac(system.digest(f"match key {kind}".encode())) for kind in KeyKind}

    def __repr__(self) -> str:
        """Give a text without the secrets."""
        return "Hashes(hidden)"

    def of(self, known: Traits) -> dict[int, KeyKind]:
        """Return the keys of one subject in order, each with its kind; none where too little is known to compare it."""
        if not known.is_enough:
            return {}
        return dict(sorted((self._hashed(key), key.kind) for key in blocking.keys(known)))

    def addresses(self, known: Traits) -> dict[str, int]:
        """Return the keys of somebody's mailboxes and mobile numbers, by what they stand for."""
        return {each: self._hashed(key) for each, key in blocking.addresses(known).items()}

    def _hashed(self, key: BlockingKey) -> int:
        return int.from_bytes(self._macs[key.kind].digest(key.text.encode())[:_KEY_BYTES], signed=True)


def asked_for(people: Sequence[Person]) -> Asked:
    """Return the question what stands of `people`."""
    return _FACTS, _who(people)


def likenesses(people: Sequence[Person], rows: Rows) -> dict[bytes, Traits]:
    """Return what is known of each subject, by the answer to `asked_for`."""
    facts: dict[bytes, dict[str, object]] = defaultdict(dict)
    unique: dict[bytes, list[str]] = defaultdict(list)
    named: dict[bytes, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    before: dict[bytes, Traits] = {}
    keys = {each.subject: each.key.opener for each in people}
    for subject, row, name, sealed in rows:
        if name == _UNIQUE:
            unique[subject].append(f"{row.hex()}:{sealed.hex()}")
            continue
        if name is None:
            if (stood := readable(keys[subject], sealed, subject)) is not None:
                before[subject] = stood
        elif name in _NAMED:
            if (plain := opened(keys[subject], sealed, table="identifier", row=row)) is not None:
                named[subject][_NAMED[name]].add(plain.decode())
        elif (plain := opened(keys[subject], sealed, table="record", row=row)) is not None:
            facts[subject][name] = msgspec.json.decode(plain)
    for subject, by in named.items():
        facts[subject] |= {name: [*_listed(facts[subject].get(name)), *sorted(said)] for name, said in by.items()}
    return {
        each.subject: _after(before.get(each.subject), facts[each.subject], unique[each.subject]) for each in people
    }


def _listed(stated: object) -> list[object]:
    return [] if stated is None else stated if isinstance(stated, list) else [stated]


def asked_for_kept(people: Sequence[Person]) -> Asked:
    """Return the question how the likenesses of `people` are kept."""
    return _STORED, _who(people)


def kept(people: Sequence[Person], rows: Rows) -> tuple[dict[bytes, Traits], dict[bytes, Sequence[int]]]:
    """Return what is kept of each subject, and its keys, by the answer to `asked_for_kept`."""
    openers = {each.subject: each.key.opener for each in people}
    known: dict[bytes, Traits] = {}
    keys: dict[bytes, Sequence[int]] = {}
    for subject, hashed, sealed in rows:
        if (stood := readable(openers[subject], sealed, subject)) is not None:
            known[subject], keys[subject] = stood, hashed
    return known, keys


def read(ring: KeyProvider, rows: Rows) -> Iterator[tuple[bytes, bytes, bytes, Traits]]:
    """Yield subject, source, sealed likeness and what is known of each row of `match_likenesses` that can be read."""
    keys = ring.unwrap_named(row[1] + row[4] for row in rows if row[4] is not None)
    for _, subject, source, sealed, _ in rows:
        if subject in keys and (known := readable(sealing.opener(keys[subject]), sealed, subject)) is not None:
            yield subject, source, sealed, known


def _after(before: Traits | None, facts: Mapping[str, object], unique: Iterable[str]) -> Traits:
    """Return the traits in `facts`, which remember where the person lived before."""
    found = traits.of(facts, unique=sorted(unique))
    if before is None:
        return found
    homes = (each for each in (before.home, *before.former, *found.former) if each and each != found.home)
    former = tuple(dict.fromkeys(homes))[:_FORMER]
    return found if former == found.former else msgspec.structs.replace(found, former=former)


def keep(
    people: Sequence[Person], known: Mapping[bytes, Traits], keys: Mapping[bytes, Iterable[int]], *, at: datetime
) -> Asked:
    """Return what keeps the likenesses of `people` and their keys."""
    told = [(each.key, each.subject, known[each.subject].to_bytes()) for each in people]
    return _PUT, {
        **_who(people),
        "sources": arrays.ids(each.source for each in people),
        "knows": arrays.integers(blocking.knows(known[each.subject]) for each in people),
        "sealed": arrays.blobs(sealing.seal_all(told, table="likeness", column="sealed")),
        "moment": at,
        **_columns(keys),
    }


def hold(keys: Mapping[bytes, Iterable[int]]) -> Asked:
    """Return what lets those who compare subjects like these take turns until the transaction ends."""
    every = sorted({key for each in keys.values() for key in each})
    return _HOLD, {"keys": arrays.longs(every), "subjects": arrays.ids(sorted(keys))}


def alike(known: Mapping[bytes, Traits], keys: Mapping[bytes, Mapping[int, KeyKind]]) -> Asked:
    """Return the question who else has one of these keys and is worth a look: what `blocking.is_worth` says.

    Its rows tell besides how many have each of these mailboxes and numbers: see `crowded`.
    """
    kinds = [kind for each in keys.values() for kind in each.values()]
    return _CANDIDATES, {
        "subjects": arrays.ids(keys),
        "counted": arrays.flags(kind in blocking.OWN for kind in kinds),
        "says": arrays.integers(
            (knows | blocking.WITH_INITIAL) & blocking.LONE.get(kind, 0)
            for subject, each in keys.items()
            for knows in (blocking.knows(known[subject]),)
            for kind in each.values()
        ),
        **_columns(keys),
        "hot": blocking.HOTTEST,
        "enough": blocking.ENOUGH,
    }


def crowds(keys: Iterable[int]) -> Asked:
    """Return the question how many subjects have each of these keys, of those that more than a few have."""
    return _CROWDS, {"keys": arrays.longs(sorted(set(keys))), "few": sharing.MOST, "most": blocking.ENOUGH + 1}


def who_are(subjects: Iterable[bytes], pairs: Sequence[tuple[bytes, bytes]]) -> Asked:
    """Return the question of `alike`, of pairs that are worth a look, and of whoever has a bond with these subjects."""
    ones, others = (arrays.ids(each[side] for each in pairs) for side in (0, 1))
    return _PAIRS, {"subjects": arrays.ids(subjects), "ones": ones, "others": others}


def others(ring: KeyProvider, rows: Rows) -> list[Other]:
    """Return whom `alike` found, with what is known of them; who was erased, or cannot be read, is left out."""
    sealed = {row[1]: (row[4], row[5]) for row in rows if row[1] is not None}
    keys = ring.unwrap_named(subject + wrapped for subject, (_, wrapped) in sealed.items())
    read: dict[bytes, Traits] = {}
    for subject, key in keys.items():
        if (known := readable(sealing.opener(key), sealed[subject][0], subject)) is not None:
            read[subject] = known
    return [Other(row[0], row[1], row[2], row[3], read[row[1]]) for row in rows if row[1] in read]


def crowded(rows: Rows) -> dict[int, int]:
    """Return how many have each of the mailboxes and numbers that more than a few have, by the answer to `alike`."""
    return {row[_KEY]: row[_SIZE] for row in rows if row[1] is None and row[_SIZE] > sharing.MOST}


def anew(rows: Rows, *, at: datetime) -> Asked:
    """Return what lets those whom `alike` found wait to be compared anew who are not kept as they were read any more.

    It goes last, along with the commit of what was found: see `cdp/sql/match_anew.sql`.
    """
    read = {row[1]: row for row in rows if row[1] is not None}
    return _ANEW, {
        "subjects": arrays.ids(read),
        "sources": arrays.ids(row[3] for row in read.values()),
        "marks": arrays.blobs(row[4][:MARK] for row in read.values()),
        "moment": at,
    }


def opened(opener: sealing.Opener, sealed: bytes, *, table: str, row: bytes) -> bytes | None:
    """Return what was sealed for this row, or None for anything else."""
    try:
        return opener(
            sealed[: sealing.NONCE_BYTES], sealed[sealing.NONCE_BYTES :], table.encode() + b"\0" + row + _AFTER
        )
    except sealing.NOT_OPENED:
        return None


def readable(opener: sealing.Opener, sealed: bytes, subject: bytes) -> Traits | None:
    """Return what is kept of a subject; None for what was not sealed for it, or by another release.

    The one place where a likeness is opened. A re-link makes those of another release anew.
    """
    try:
        plain = opener(sealed[: sealing.NONCE_BYTES], sealed[sealing.NONCE_BYTES :], _BEFORE + subject + _AFTER)
        return traits.from_bytes(plain)
    except (*sealing.NOT_OPENED, Invalid):
        return None


def _who(people: Sequence[Person]) -> dict[str, arrays.Column]:
    return {
        "customers": arrays.ids(each.customer for each in people),
        "subjects": arrays.ids(each.subject for each in people),
    }


def _columns(keys: Mapping[bytes, Iterable[int]]) -> dict[str, arrays.Column]:
    pairs = [(subject, key) for subject, each in keys.items() for key in each]
    return {"key_subjects": arrays.ids(subject for subject, _ in pairs), "keys": arrays.longs(key for _, key in pairs)}
