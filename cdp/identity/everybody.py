"""Everybody in memory, for comparing all with all: what is known of each, packed, and who shares a key with whom.

A person is a place in columns, about two hundred bytes, so that a million of them fit beside the processes that compare
them. What follows from it is kept only while everybody concerned is still kept as they were read (`mark`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cdp.identity import blocking, sharing, traits
from cdp.identity.blocking import KeyKind
from cdp.identity.candidates import Blocks
from cdp.identity.traits import MARK, Traits

_ID: Final = 16
_LONE: Final = 31
_OWN: Final = 32
_SIDES: Final = ("left", "right")
_FLAGS: Final = {kind: blocking.LONE.get(kind, 0) | _OWN * (kind in blocking.OWN) for kind in KeyKind}


class One(NamedTuple):
    """One person: the ids of subject and source, the beginning of the likeness, what is known, and the keys."""

    subject: bytes
    source: bytes
    mark: bytes
    known: Traits
    keys: Mapping[int, KeyKind]


class Some(NamedTuple):
    """Some people as columns: ids of subjects and sources, marks, traits one after another, and their lengths.

    Then what they know, their keys, what each says alone and whether it is of an address, and how many they have.
    """

    subjects: bytes
    sources: bytes
    marks: bytes
    plain: bytes
    lengths: bytes
    knows: bytes
    keys: bytes
    kinds: bytes
    counts: bytes

    @classmethod
    def of(cls, people: Iterable[One]) -> Some:
        """Pack people."""
        subjects, sources, marks, plain = bytearray(), bytearray(), bytearray(), bytearray()
        lengths, knows, keys, kinds, counts = array("H"), bytearray(), array("q"), bytearray(), bytearray()
        for each in people:
            written = each.known.to_bytes()
            subjects += each.subject
            sources += each.source
            marks += each.mark
            plain += written
            lengths.append(len(written))
            knows.append(blocking.knows(each.known))
            keys.extend(each.keys)
            kinds.extend(map(_FLAGS.__getitem__, each.keys.values()))
            counts.append(len(each.keys))
        columns = subjects, sources, marks, plain, lengths, knows, keys, kinds, counts
        return cls(*map(bytes, columns))

    @classmethod
    def joined(cls, parts: Iterable[Some]) -> Some:
        """Return those of all parts, one after another."""
        return cls(*(b"".join(each) for each in zip(cls.of(()), *parts, strict=True)))


class Everybody:
    """People by place, and by subject."""

    def __init__(self, parts: Sequence[Some]) -> None:
        """Put the parts together, and find out who shares a key with whom."""
        some = Some.joined(parts)
        self._subjects, self._sources, self._marks, self._plain = some[:4]
        ends = np.cumsum(np.frombuffer(some.lengths, np.uint16), dtype=np.int64)
        self._ends = np.concatenate((np.zeros(1, np.int64), ends))
        tails = np.frombuffer(self._subjects, np.int64)[1::2]
        self._by_tail = np.argsort(tails, kind="stable").astype(np.int32)
        self._tails = tails[self._by_tail]  # as they are searched: else each search would copy all of them
        keys, kinds = np.frombuffer(some.keys, np.int64), np.frombuffer(some.kinds, np.uint8)
        self.blocks: Final = Blocks(keys, (kinds & _LONE).tobytes(), some.counts, some.knows)
        self.crowds, self._crowded = _crowds(keys, kinds, np.frombuffer(some.counts, np.uint8))

    def __len__(self) -> int:
        """Count the people."""
        return len(self._subjects) // _ID

    def __repr__(self) -> str:
        """Show how many there are, and nobody."""
        return f"Everybody({len(self)})"

    def subject(self, place: int) -> bytes:
        """Return whose place this is."""
        return self._subjects[_ID * place : _ID * (place + 1)]

    def source(self, place: int) -> bytes:
        """Return who knows them."""
        return self._sources[_ID * place : _ID * (place + 1)]

    def changed(self, places: Iterable[int], marks: Mapping[bytes, bytes]) -> set[int]:
        """Return who of these is not kept any more as they were read; `marks` has the marks of now by subject."""
        read = self._marks
        return {each for each in places if marks.get(self.subject(each)) != read[MARK * each : MARK * (each + 1)]}

    def known(self, place: int) -> Traits:
        """Return what is known of whoever stands at a place."""
        return traits.from_bytes(self._plain[self._ends[place] : self._ends[place + 1]])

    def place(self, subject: bytes) -> int | None:
        """Return where somebody stands; None of who came later."""
        tail = np.frombuffer(subject, np.int64)[1]
        first, last = (np.searchsorted(self._tails, tail, side) for side in _SIDES)
        return next((each for each in self._by_tail[first:last].tolist() if self.subject(each) == subject), None)

    def crowded(self, places: range) -> list[int]:
        """Return who of these has an e-mail address or a number that more records have than people may share one."""
        return (np.flatnonzero(self._crowded[places.start : places.stop]) + places.start).tolist()


def _crowds(
    keys: NDArray[np.int64], kinds: NDArray[np.uint8], counts: NDArray[np.uint8]
) -> tuple[Mapping[int, int], NDArray[np.bool_]]:
    """Return how many have each key of an address that more than a few have, and who has one of these."""
    own = kinds & _OWN > 0
    named, sizes = np.unique(keys[own], return_counts=True)
    many = sizes > sharing.MOST
    found = dict(zip(named[many].tolist(), sizes[many].tolist(), strict=True))
    is_crowded = np.zeros(len(keys), np.bool_)
    is_crowded[own] = np.isin(keys[own], named[many])
    owners = np.repeat(np.arange(len(counts)), counts)
    return found, np.bincount(owners[is_crowded], minlength=len(counts)) > 0
