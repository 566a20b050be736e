"""Signed notes (C2SP signed-note v1.0.0): a text, and under it the signatures of named Ed25519 keys.

Rules: (1) a signature by a key that nobody trusts is ignored; (2) a signature that names a trusted
key and does not verify rejects the whole note; (3) a note without a trusted signature is refused.
Cosignatures of witnesses (C2SP tlog-cosignature v1.0.1) are signatures of type 0x04 that carry a time.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.encoding import LARGEST, from_base64, text_from_utf8, to_base64
from consent.errors import Malformed, VerificationFailed

LONGEST_NOTE: Final = 1_000_000
LONGEST_NAME: Final = 255
MOST_SIGNATURES: Final = 64
_KEY_ID_SIZE: Final = 4
_KEY_SIZE: Final = 32
_PRIVATE: Final = "PRIVATE+KEY"
_LEAD: Final = "— "


class Algorithm(IntEnum):
    """What kind of signature it is: of the log itself, or of a witness with a time."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: whose key, which key, and what it signed."""

    name: str
    key_id: bytes
    content: bytes

    def to_line(self) -> str:
        """Return the line as it stands in a note."""
        return f"{_LEAD}{self.name} {to_base64(self.key_id + self.content)}\n"

    @classmethod
    def from_line(cls, line: str) -> "Signature":
        """Return the signature on `line`, which has no newline any more."""
        parts = line.removeprefix(_LEAD).split(" ")
        if not line.startswith(_LEAD) or len(parts) != 2:  # noqa: PLR2004 - a name and a signature
            raise Malformed("this is not a line with a signature")
        content = from_base64(parts[1])
        if len(content) <= _KEY_ID_SIZE:
            raise Malformed("a signature follows the key's id")
        return cls(_checked_name(parts[0]), content[:_KEY_ID_SIZE], content[_KEY_ID_SIZE:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures; nothing about it has been verified."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the note as it is published."""
        return (self.text + "\n" + "".join(each.to_line() for each in self.signatures)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Note":
        """Return the note that `content` holds, with at least one signature."""
        if len(content) > LONGEST_NOTE:
            raise Malformed("a note is shorter")
        whole = text_from_utf8(content)
        if any(character < " " and character != "\n" for character in whole):
            raise Malformed("a note has no control characters")
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise Malformed("a note ends in signatures after an empty line")
        signatures = lines[:-1].split("\n")
        if len(signatures) > MOST_SIGNATURES:
            raise Malformed("a note has fewer signatures")
        return cls(text + "\n", tuple(Signature.from_line(line) for line in signatures))

    def signed(self, *more: Signature) -> "Note":
        """Return the note with more signatures under it."""
        return replace(self, signatures=(*self.signatures, *more))


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name: what a `vkey` line says."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        """Refuse a name that cannot stand in a note, and a key of another size."""
        _checked_name(self.name)
        if len(self.public) != _KEY_SIZE:
            raise Malformed("an Ed25519 key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        return sha256(f"{self.name}\n".encode() + bytes([self.algorithm]) + self.public).digest()[:_KEY_ID_SIZE]

    def to_vkey(self) -> str:
        """Return the key as `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def from_vkey(cls, vkey: str) -> "Key":
        """Return the key that `vkey` names, if its id fits."""
        parts = vkey.split("+", 2)
        content = from_base64(parts[-1])
        if len(parts) != 3 or not content or content[0] not in set(Algorithm):  # noqa: PLR2004 - name, id and key
            raise Malformed("this is not an Ed25519 key in the form name+id+key")
        key = cls(parts[0], content[1:], Algorithm(content[0]))
        if key.key_id.hex() != parts[1]:
            raise Malformed("the key's id belongs to another name or key")
        return key

    def is_key_of(self, signature: Signature) -> bool:
        """Tell whether `signature` says that it was made with this key."""
        return (self.name, self.key_id) == (signature.name, signature.key_id)

    def verify(self, text: str, signature: Signature) -> None:
        """Check that the holder of this key signed `text`."""
        message, proof = text.encode(), signature.content
        if self.algorithm is Algorithm.COSIGNATURE:
            message, proof = _cosigned(cosigned_at(signature), text), proof[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(proof, message)
        except (InvalidSignature, ValueError) as error:
            raise VerificationFailed(f"the signature of {self.name} does not verify") from error


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs; its `repr` does not show the secret."""

    key: Key
    _secret: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: bytes, algorithm: Algorithm = Algorithm.ED25519) -> "Signer":
        """Return the signer whose private key is `seed` (32 random bytes)."""
        if len(seed) != _KEY_SIZE:
            raise Malformed("an Ed25519 seed has 32 bytes")
        secret = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(Key(name, secret.public_key().public_bytes_raw(), algorithm), secret)

    @classmethod
    def from_skey(cls, text: str) -> "Signer":
        """Return the signer that `to_skey` wrote down."""
        head, _, rest = text.partition("+")
        second, _, rest = rest.partition("+")
        parts = rest.split("+", 2)
        content = from_base64(parts[-1])
        if f"{head}+{second}" != _PRIVATE or len(parts) != 3 or content[:1] not in {b"\x01", b"\x04"}:  # noqa: PLR2004 - name, id and key
            raise Malformed("this is not a private key in the form PRIVATE+KEY+name+id+key")
        signer = cls.from_seed(parts[0], content[1:], Algorithm(content[0]))
        if signer.key.key_id.hex() != parts[1]:
            raise Malformed("the key's id belongs to another name or key")
        return signer

    def to_skey(self) -> str:
        """Return the private key as Go's `note` package writes it; a secret."""
        content = bytes([self.key.algorithm]) + self._secret.private_bytes_raw()
        return f"{_PRIVATE}+{self.key.name}+{self.key.key_id.hex()}+{to_base64(content)}"

    def sign(self, text: str) -> Signature:
        """Return the log's own signature on `text`."""
        if self.key.algorithm is not Algorithm.ED25519 or not text.endswith("\n"):
            raise ValueError("a log's key signs a text that ends in a newline")
        return Signature(self.key.name, self.key.key_id, self._secret.sign(text.encode()))

    def cosign(self, text: str, *, at: int) -> Signature:
        """Return a witness's signature on `text`, which says that it saw it at `at` (POSIX seconds)."""
        if self.key.algorithm is not Algorithm.COSIGNATURE or not 0 <= at <= LARGEST:
            raise ValueError("a witness's key signs with a time")
        return Signature(self.key.name, self.key.key_id, struct.pack(">Q", at) + self._secret.sign(_cosigned(at, text)))


def verified(note: Note, keys: Iterable[Key]) -> tuple[tuple[Key, Signature], ...]:
    """Return who of `keys` signed `note`, each once; refuse a false signature, and a note that none of them signed."""
    trusted = tuple(keys)
    found: dict[Key, Signature] = {}
    for signature in note.signatures:
        for key in trusted:
            if key.is_key_of(signature) and key not in found:
                key.verify(note.text, signature)
                found[key] = signature
    if not found:
        raise VerificationFailed("no key that is trusted has signed this")
    return tuple(found.items())


def cosigned_at(signature: Signature) -> int:
    """Return the time (POSIX seconds) that a cosignature carries; true only if the signature verifies."""
    if len(signature.content) != 8 + 64:
        raise VerificationFailed("a cosignature has a time and 64 bytes")
    at: int = struct.unpack(">Q", signature.content[:8])[0]
    if at > LARGEST:
        raise VerificationFailed("a cosignature has a time below 2⁶³")
    return at


def _cosigned(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _checked_name(name: str) -> str:
    if not name or len(name.encode()) > LONGEST_NAME or "+" in name or any(each.isspace() for each in name):
        raise Malformed("a key's name is not empty and has no spaces or plus signs")
    return name
