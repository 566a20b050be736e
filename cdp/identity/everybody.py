"""Everybody in memory, for comparing all with all: what is known of each, packed, and who shares a key with whom.

A person is a place in columns, about two hundred bytes, so that a million of them fit beside the processes that compare
them. What is found here is only whom to look at: the look itself is at what is kept now (`cdp.identity.relinking`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

import numpy as np

from cdp.identity import blocking, traits
from cdp.identity.blocking import KeyKind
from cdp.identity.candidates import Blocks
from cdp.identity.store import Other
from cdp.identity.traits import Traits

_ID: Final = 16


class Some(NamedTuple):
    """Some people as columns: ids of subjects and sources, traits one after another, their lengths, what they know.

    Then their keys, whether each is weak, and how many they have.
    """

    subjects: bytes
    sources: bytes
    plain: bytes
    lengths: bytes
    knows: bytes
    keys: bytes
    weak: bytes
    counts: bytes

    @classmethod
    def of(cls, people: Iterable[tuple[bytes, bytes, Traits, Mapping[int, KeyKind]]]) -> Some:
        """Pack people: of each the ids of subject and source, what is known, and the keys."""
        subjects, sources, plain = bytearray(), bytearray(), bytearray()
        lengths, knows, keys, weak, counts = array("H"), bytearray(), array("q"), array("B"), array("B")
        for subject, source, known, hashed in people:
            written = known.to_bytes()
            subjects += subject
            sources += source
            plain += written
            lengths.append(len(written))
            knows.append(blocking.knows(known))
            keys.extend(hashed)
            weak.extend(kind in blocking.WEAK for kind in hashed.values())
            counts.append(len(hashed))
        columns = subjects, sources, plain, lengths, knows, keys, weak, counts
        return cls(*map(bytes, columns))


class Everybody:
    """People by place, and by subject."""

    def __init__(self, parts: Sequence[Some]) -> None:
        """Put the parts together, and find out who shares a key with whom."""
        joined = [b"".join(each) for each in zip(*parts, strict=True)]
        self._subjects, self._sources, self._plain, lengths, knows, keys, weak, counts = joined
        ends = np.cumsum(np.frombuffer(lengths, np.uint16), dtype=np.int64)
        self._ends = np.concatenate((np.zeros(1, np.int64), ends))
        self._blocks = Blocks(np.frombuffer(keys, np.int64), weak, counts, knows)

    def __len__(self) -> int:
        """Count the people."""
        return len(self._subjects) // _ID

    def __repr__(self) -> str:
        """Show how many there are, and nobody."""
        return f"Everybody({len(self)})"

    def subject(self, place: int) -> bytes:
        """Return whose place this is."""
        return self._subjects[_ID * place : _ID * (place + 1)]

    def known(self, place: int) -> Traits:
        """Return what is known of whoever stands at a place."""
        return traits.from_bytes(self._plain[self._ends[place] : self._ends[place + 1]])

    def like(self, place: int) -> Iterator[Other]:
        """Yield who is worth comparing with whoever stands at a place."""
        of, met = self.subject(place), sorted(self._blocks.of(place))
        for other in compress(met, self._blocks.worth(place, met)):
            source = self._sources[_ID * other : _ID * (other + 1)]
            yield Other(of, self.subject(other), b"", source, self.known(other))
