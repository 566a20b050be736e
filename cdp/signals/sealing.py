"""What a stream keeps to itself, sealed under the key ring: the header that a push shows, the secrets of a webhook."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.keys.sealing import DataKey

PREFIX: Final = "whsec_"
_BYTES: Final = 32
_TABLE, _COLUMN = "signal_stream", "sealed"


class Secret(msgspec.Struct, frozen=True):
    """A secret of a webhook, and until when it signs; the newest has no end."""

    text: str
    until: datetime | None = None

    def __repr__(self) -> str:
        """Give a text without the secret."""
        return "Secret(hidden)"


class Kept(msgspec.Struct, frozen=True):
    """What is sealed."""

    authorization: str | None = None
    secrets: tuple[Secret, ...] = ()

    def __repr__(self) -> str:
        """Give a text without any of it."""
        return "Kept(hidden)"

    def signing(self, *, at: datetime) -> list[str]:
        """Return the secrets that sign now."""
        return [each.text for each in self.secrets if each.until is None or each.until > at]

    def renewed(self, fresh: str, *, until: datetime) -> Kept:
        """Return the same with a new secret; the one before it signs beside it until then, and older ones no more."""
        ending = tuple(Secret(each.text, until) for each in self.secrets if each.until is None)
        return Kept(self.authorization, (Secret(fresh), *ending))


_DECODER: Final = msgspec.json.Decoder(Kept)


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(ring: LocalKeyRing, stream: UUID, kept: Kept) -> bytes:
    """Return `kept` sealed for one stream."""
    key = _derived(ring.single(Single.SYSTEM))
    return key.seal(msgspec.json.encode(kept), table=_TABLE, row=stream, column=_COLUMN)


def unseal(ring: LocalKeyRing, stream: UUID, sealed: bytes | None) -> Kept:
    """Return what was sealed for this stream; nothing for None."""
    if sealed is None:
        return Kept()
    key = _derived(ring.single(Single.SYSTEM))
    return _DECODER.decode(key.unseal(bytes(sealed), table=_TABLE, row=stream, column=_COLUMN))


@lru_cache(maxsize=8)
def _derived(system: bytes) -> DataKey:
    return DataKey(Mac(system).digest(b"seal of a signal stream"))
