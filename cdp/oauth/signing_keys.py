"""The keys that sign (ES256): kept in the database, their private half sealed under the key ring.

Tokens and messages have keys of their own. The newest key signs. One that was replaced is published for another day, of
messages for 400: longer than anything it signed is good for.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlmodel import Session

from cdp.ids import NIL
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.keys.sealing import DataKey

ALGORITHM: Final = "ES256"


class Use(StrEnum):
    """What a key signs, and nothing else."""

    TOKENS = "tokens"
    MESSAGES = "messages"


PUBLISHED: Final = {Use.TOKENS: timedelta(days=1), Use.MESSAGES: timedelta(days=400)}
"""How long a key that was replaced is still published."""
_TABLE, _COLUMN = "signing_key", "sealed"
_NEWEST: Final = text(
    "select key_id, sealed from signing_key where signs = :use and ended_at is null order by since desc limit 1"
)
_KNOWN: Final = text(
    "select key_id, public, since, ended_at from signing_key"
    " where signs = :use and (ended_at is null or ended_at > :after) order by since desc"
)
_END: Final = text(
    "update signing_key set ended_at = :at where signs = :use and ended_at is null and key_id <> :key_id"
)
_ADD: Final = text(
    "insert into signing_key (key_id, public, sealed, since, signs)"
    " values (:key_id, cast(:public as jsonb), :sealed, :at, :use)"
)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key as anybody may see it."""

    key_id: str
    public: dict[str, Any]
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now."""

    key_id: str
    _key: ECKey = field(repr=False)

    def sign(self, claims: dict[str, Any], *, kind: str) -> str:
        """Return the claims as a signed JSON Web Token of this `typ` (RFC 7519, RFC 8725 §3.11)."""
        header = {"typ": kind, "alg": ALGORITHM, "kid": self.key_id}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])


def newest(session: Session, ring: LocalKeyRing, *, at: datetime, use: Use = Use.TOKENS) -> Signer:
    """Return the key that signs now, as the doorman; the first is made when it is first needed."""
    found = session.execute(_NEWEST, {"use": use}).one_or_none()
    key_id, sealed = found if found is not None else _made(session, ring, at=at, use=use)
    return _opened(_seal(ring), key_id, sealed)


def published(session: Session, *, at: datetime, use: Use = Use.TOKENS) -> list[KeyFacts]:
    """Return the keys by which what was signed here can be checked, newest first."""
    return [KeyFacts(*row) for row in session.execute(_KNOWN, {"after": at - PUBLISHED[use], "use": use})]


def rotate(session: Session, ring: LocalKeyRing, *, at: datetime, use: Use = Use.TOKENS) -> str:
    """Make a new key that signs from now on, as the operator, and return its id; what the old one signed stays good."""
    key_id, _ = _made(session, ring, at=at, use=use)
    session.execute(_END, {"key_id": key_id, "at": at, "use": use})
    return key_id


def _made(session: Session, ring: LocalKeyRing, *, at: datetime, use: Use) -> tuple[str, bytes]:
    key = ECKey.generate_key("P-256", private=True)
    key_id = key.thumbprint()
    public = {**key.as_dict(private=False), "kid": key_id, "alg": ALGORITHM, "use": "sig"}
    sealed = _seal(ring).seal(key.as_pem(private=True), table=_TABLE, row=NIL, column=key_id)
    session.execute(_ADD, {"key_id": key_id, "public": json.dumps(public), "sealed": sealed, "at": at, "use": use})
    return key_id, sealed


def _seal(ring: LocalKeyRing) -> DataKey:
    return _derived(ring.single(Single.SYSTEM))


@lru_cache(maxsize=8)
def _derived(system: bytes) -> DataKey:
    return DataKey(Mac(system).digest(b"seal of a signing key"))


@lru_cache(maxsize=8)
def _opened(seal: DataKey, key_id: str, sealed: bytes) -> Signer:
    return Signer(key_id, ECKey.import_key(seal.unseal(sealed, table=_TABLE, row=NIL, column=key_id)))
