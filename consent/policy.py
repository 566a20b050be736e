"""Whose signatures a log needs: its own keys and its witnesses, as a C2SP tlog-policy.

Of that format this is the part that leaves no choice: all keys of one log, every witness is asked
for, and there is one way to write it down.
"""

from dataclasses import dataclass
from typing import Final

from consent import checkpoints
from consent.checkpoints import Verified
from consent.encoding import text_from_utf8
from consent.errors import Malformed, VerificationFailed
from consent.notes import Algorithm, Key, Note

MOST_KEYS: Final = 32


@dataclass(frozen=True, slots=True)
class Policy:
    """The keys of one log, the newest first, and its witnesses."""

    logs: tuple[Key, ...]
    witnesses: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy without a log, of two logs, or that names a key twice."""
        if not 1 <= len(self.logs) <= MOST_KEYS or len(self.witnesses) > MOST_KEYS:
            raise Malformed("a policy has a log and at most 32 witnesses")
        if len({key.name for key in self.logs}) != 1:
            raise Malformed("a policy is about one log")
        kinds = [key.algorithm for key in (*self.logs, *self.witnesses)]
        if kinds != [Algorithm.ED25519] * len(self.logs) + [Algorithm.COSIGNATURE] * len(self.witnesses):
            raise Malformed("a log signs and a witness cosigns")
        if len({key.public for key in (*self.logs, *self.witnesses)}) != len(kinds):
            raise Malformed("a policy names a key once")

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.logs[0].name

    def to_text(self) -> str:
        """Return the policy as tlog-policy."""
        lines = [f"log {key.to_vkey()}" for key in self.logs]
        names = [f"w{number}" for number in range(1, len(self.witnesses) + 1)]
        lines += [f"witness {name} {key.to_vkey()}" for name, key in zip(names, self.witnesses, strict=True)]
        lines += [f"group witnesses all {' '.join(names)}", "quorum witnesses"] if names else ["quorum none"]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Policy":
        """Return the policy in `content`, if this is how it is written."""
        text = text_from_utf8(content)
        lines = [line.split(" ") for line in text.split("\n")]
        policy = cls(
            tuple(Key.from_vkey(line[-1]) for line in lines if line[0] == "log"),
            tuple(Key.from_vkey(line[-1]) for line in lines if line[0] == "witness"),
        )
        if policy.to_text() != text:
            raise Malformed("a policy is written in another way")
        return policy

    def verified(self, content: bytes, *, with_witnesses: bool = True) -> Verified:
        """Return the checkpoint in `content`, signed as this asks and by nobody else."""
        signed = checkpoints.verified(content, self.logs, self.witnesses)
        keys = (*self.logs, *self.witnesses)
        signatures = Note.from_bytes(content).signatures
        if not all(any(key.is_key_of(each) for key in keys) for each in signatures):
            raise VerificationFailed("somebody signed whom the policy does not name")
        if len({(each.name, each.key_id) for each in signatures}) != len(signatures):
            raise VerificationFailed("somebody signed twice")
        if with_witnesses and len(signed.cosigned) != len(self.witnesses):
            raise VerificationFailed("a witness has not signed")
        return signed
