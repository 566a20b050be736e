"""Checkpoints (C2SP tlog-checkpoint v1.0.0): which log, how many leaves, which root; signed as a note.

A checkpoint carries no time: only the cosignature of a witness does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from consent import notes
from consent.encoding import hash_from_base64, number, to_base64
from consent.errors import Malformed, VerificationFailed
from consent.merkle import EMPTY_ROOT
from consent.notes import Algorithm, Key, Note, Signer

_FEWEST_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state of a log in three lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Return the text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Return the checkpoint that `text` says."""
        lines = text.split("\n")
        if lines.pop() or len(lines) < _FEWEST_LINES or not all(lines):
            raise Malformed("a checkpoint has an origin, a size and a root, each on its line")
        origin, size, root, *extensions = lines
        checkpoint = cls(origin, number(size), hash_from_base64(root), tuple(extensions))
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise Malformed("the root of the empty tree is another")
        return checkpoint

    def signed(self, signer: Signer) -> Note:
        """Return the checkpoint as a note that the log's `signer` signed."""
        if signer.key.name != self.origin:
            raise ValueError("the key of a log is named after its origin")
        return Note(self.to_text()).signed(signer.sign(self.to_text()))


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint that a log signed, with the witnesses that saw it and when (POSIX seconds)."""

    checkpoint: Checkpoint
    cosigned: tuple[tuple[Key, int], ...]


def verified(content: bytes, logs: Iterable[Key], witnesses: Iterable[Key] = ()) -> Verified:
    """Return the checkpoint in `content` if one of `logs` signed it as its own, and who of `witnesses` saw it."""
    note = Note.from_bytes(content)
    checkpoint = Checkpoint.from_text(note.text)
    own = [key for key in logs if key.name == checkpoint.origin and key.algorithm is Algorithm.ED25519]
    if not own:
        raise VerificationFailed("this checkpoint is of another log")
    others = [key for key in witnesses if key.algorithm is Algorithm.COSIGNATURE]
    signers = notes.verified(note, [*own, *others])
    if not any(key in own for key, _ in signers):
        raise VerificationFailed("the log has not signed this checkpoint")
    cosigned = tuple((key, notes.cosigned_at(signature)) for key, signature in signers if key in others)
    return Verified(checkpoint, cosigned)
