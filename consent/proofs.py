"""Proofs as files: `.tlog-proof` (C2SP tlog-proof) for one leaf, and the body of a witness's question.

Both carry a checkpoint as it was signed; what is read here is well formed and not yet verified.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from consent import checkpoints, merkle
from consent.checkpoints import Verified
from consent.encoding import from_base64, hash_from_base64, number, text_from_utf8, to_base64
from consent.errors import Malformed
from consent.notes import LONGEST_NOTE, Key

_FORMAT: Final = "c2sp.org/tlog-proof@v1"
LONGEST_EXTRA: Final = 100_000
LONGEST_FILE: Final = LONGEST_NOTE + 2 * LONGEST_EXTRA


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf stands at `index` of the log whose `checkpoint` follows."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the file."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        lines = [_FORMAT, *extra, f"index {self.index}", *(to_base64(each) for each in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def from_bytes(cls, content: bytes) -> "InclusionProof":
        """Return the proof in a file."""
        lines, checkpoint = _head(content)
        if lines[0] != _FORMAT:
            raise Malformed(f"a proof begins with {_FORMAT}")
        has_extra = len(lines) > 1 and lines[1].startswith("extra ")
        extra = from_base64(lines.pop(1).removeprefix("extra ")) if has_extra else None
        if len(lines) < 2 or not lines[1].startswith("index "):  # noqa: PLR2004 - the format and the index
            raise Malformed("a proof names the index of its leaf")
        return cls(number(lines[1].removeprefix("index ")), _hashes(lines[2:]), checkpoint, extra)

    def verify(self, leaf: bytes, logs: Iterable[Key], witnesses: Iterable[Key] = ()) -> Verified:
        """Return the verified checkpoint if `leaf` stands at the index in the log that it is of."""
        signed = checkpoints.verified(self.checkpoint, logs, witnesses)
        here = signed.checkpoint
        merkle.verify_inclusion(merkle.leaf_hash(leaf), self.index, here.size, self.hashes, here.root)
        return signed


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the log of `old` leaves is the beginning of the log whose `checkpoint` follows: `add-checkpoint`."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """Return the body."""
        lines = [f"old {self.old}", *(to_base64(each) for each in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def from_bytes(cls, content: bytes) -> "ConsistencyProof":
        """Return the proof in a body."""
        lines, checkpoint = _head(content)
        if not lines[0].startswith("old "):
            raise Malformed("the old size stands on the first line")
        return cls(number(lines[0].removeprefix("old ")), _hashes(lines[1:]), checkpoint)


def _head(content: bytes) -> tuple[list[str], bytes]:
    if len(content) > LONGEST_FILE:
        raise Malformed("a proof is shorter")
    head, separator, checkpoint = content.partition(b"\n\n")
    if not separator:
        raise Malformed("an empty line stands before the checkpoint")
    return text_from_utf8(head).split("\n"), checkpoint


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) >= merkle.LONGEST_PROOF:
        raise Malformed("the proof is longer than any tree is high")
    return tuple(hash_from_base64(line) for line in lines)
