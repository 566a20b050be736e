r"""What stands in the log for an event: 34 bytes that say nothing about a person.

leaf = 0x01 ‖ kind ‖ SHA-256("cdp-commit/v1\0" ‖ salt ‖ body). The salt has 256 random bits; without
it the hash of a body that can be guessed is not anonymous. Whoever holds salt and body can open the
leaf; when both are deleted, nobody can.
"""

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from consent.canonical import LONGEST_BODY
from consent.errors import Malformed, VerificationFailed
from consent.merkle import leaf_hash

SALT_SIZE: Final = 32
LEAF_SIZE: Final = 34
_VERSION: Final = b"\x01"
_DOMAIN: Final = b"cdp-commit/v1\0"


class Kind(IntEnum):
    """What sort of event a leaf stands for; a number never changes its meaning."""

    CONSENT = 1
    """An act, a wish, a subject that was linked or unlinked, or what an organization stated."""
    ERASURE = 2
    """Openings that were deleted."""
    POLICY = 3
    """A key or a policy that changed."""
    ANCHOR = 4
    """A checkpoint of the access log."""
    ACCESS = 5
    """A read, or a refusal; in the access log only."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens one leaf: the salt and the body, as bytes."""

    salt: bytes
    body: bytes

    def __post_init__(self) -> None:
        """Refuse a salt of another size, and a body that no bundle could hold."""
        if len(self.salt) != SALT_SIZE:
            raise Malformed("a salt has 32 bytes")
        if not self.body or len(self.body) > LONGEST_BODY:
            raise Malformed("a body has 1 to 65535 bytes")

    def leaf(self, kind: Kind) -> bytes:
        """Return the leaf that stands for this event."""
        return _VERSION + bytes([kind]) + sha256(_DOMAIN + self.salt + self.body).digest()

    def leaf_hash(self, kind: Kind) -> bytes:
        """Return the hash by which later events name this one."""
        return leaf_hash(self.leaf(kind))

    def verify(self, leaf: bytes) -> Kind:
        """Return what `leaf` stands for if this opens it."""
        kind = kind_of(leaf)
        if leaf[2:] != sha256(_DOMAIN + self.salt + self.body).digest():
            raise VerificationFailed("this does not open the leaf")
        return kind

    def to_extra(self) -> bytes:
        """Return salt and body in one, as a receipt carries them."""
        return self.salt + self.body

    @classmethod
    def from_extra(cls, extra: bytes) -> "Opening":
        """Return the opening that a receipt carries."""
        return cls(extra[:SALT_SIZE], extra[SALT_SIZE:])


def kind_of(leaf: bytes) -> Kind:
    """Return what `leaf` stands for."""
    if len(leaf) != LEAF_SIZE or leaf[:1] != _VERSION:
        raise Malformed("a leaf has 34 bytes, of which the first is 1")
    kind = _KINDS.get(leaf[1])
    if kind is None:
        raise Malformed("a leaf is of a known kind")
    return kind


_KINDS: Final = {kind.value: kind for kind in Kind}
