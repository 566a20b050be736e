"""A passkey in software: it answers as a device does, and lies where a test wants it to."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40


def to_text(raw: bytes) -> str:
    """Return base64url as WebAuthn writes it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """Return the bytes behind base64url."""
    return urlsafe_b64decode(text + "===")


@dataclass
class Device:
    """One key pair for one account."""

    origin: str = "http://localhost:8000"
    domain: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        self.handle = to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential).to_bytes(2) + self.credential + cbor2.dumps(public)
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | ATTESTED) + attested}
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": to_text(said), "attestationObject": to_text(cbor2.dumps(made))})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        self.count += 1
        said, data = self._said("webauthn.get", options["challenge"]), self._data(self.flags)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer({
            "clientDataJSON": to_text(said),
            "authenticatorData": to_text(data),
            "signature": to_text(signature),
            "userHandle": to_text(self.handle),
        })  # fmt: skip

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        shown = to_text(self.credential)
        return {"id": shown, "rawId": shown, "type": "public-key", "response": response}
