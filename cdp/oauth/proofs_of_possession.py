"""Proofs that who shows a token also holds the key that it is bound to: DPoP (RFC 9449).

Rules: (1) a proof is for one method, one address, one moment and, with a token, that token; (2) it repeats a nonce that
we gave out a short while ago, so that none can be made in advance; (3) it is taken once: of two requests with the same
proof one is refused, in whatever process it arrives; (4) a token that is bound is worth nothing without one, and one
that is not bound is not made better by one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import SplitResult, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import JWKRegistry
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from sqlmodel import Session

from cdp.cursors import BadCursor
from cdp.oauth import used_once
from cdp.oauth.client_keys import ALL_ALGORITHMS, UNREADABLE, is_fit
from cdp.platform import Platform
from consent.errors import Unauthenticated

ALGORITHMS: Final = ALL_ALGORITHMS
NONCE_SECONDS: Final = 300
MOST: Final = 8_192
_LEEWAY: Final = timedelta(seconds=60)
_KIND: Final = "dpop+jwt"
_LONGEST_ID: Final = 256
_CALLER: Final = "dpop nonce"
_SECRET: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_HEADER: Final = frozenset({"typ", "alg", "jwk", "kid"})


class ProofFailed(Unauthenticated):
    """The proof that you hold the key of this token does not hold."""

    code = "proof-failed"
    error: ClassVar[str] = "invalid_dpop_proof"


class NonceNeeded(ProofFailed):
    """Make the proof again with the nonce of this answer."""

    code = "nonce-needed"
    error = "use_dpop_nonce"


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a proof has to be made for; `token` where one is shown."""

    method: str
    path: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds, but for whether it came before."""

    key_hash: bytes
    word: str

    def use(self, session: Session, platform: Platform, *, at: datetime) -> None:
        """Mark it as used, as the doorman; raises ProofFailed for one that came before."""
        until = at + _LEEWAY + timedelta(seconds=NONCE_SECONDS)
        if not used_once.is_first(session, platform, owner=f"key {self.key_hash.hex()}", word=self.word, until=until):
            raise ProofFailed


def nonce(platform: Platform, *, at: datetime) -> str:
    """Return the nonce of this moment; any process of this house knows it again."""
    return platform.cursors.seal((int(at.timestamp()),), caller=_CALLER)


def check(platform: Platform, unverified_proof: str, asked: Asked, *, at: datetime) -> Proof:
    """Return the proof if it holds for what is asked (RFC 9449 §4.3); raises ProofFailed or NonceNeeded."""
    claims, key_hash = _signed(unverified_proof)
    word, made = claims.get("jti"), claims.get("iat")
    if not isinstance(word, str) or not 0 < len(word) <= _LONGEST_ID or claims.get("htm") != asked.method:
        raise ProofFailed
    if not _is_same(claims.get("htu"), platform.settings.base_url, asked.path) or not _is_now(made, at):
        raise ProofFailed
    if asked.token is not None and claims.get("ath") != _hash(asked.token):
        raise ProofFailed
    if not _is_ours(platform, claims.get("nonce"), at):
        raise NonceNeeded
    return Proof(key_hash, word)


def _signed(unverified_proof: str) -> tuple[Mapping[str, Any], bytes]:
    """Return what the holder of the key in the header said, and that key's thumbprint (RFC 7638)."""
    if len(unverified_proof) > MOST:
        raise ProofFailed
    try:
        header = jws.extract_compact(unverified_proof.encode()).headers()
        public = header["jwk"]
        if header.get("typ") != _KIND or not set(header) <= _HEADER or not _SECRET.isdisjoint(public):
            raise ProofFailed
        key = JWKRegistry.import_key(public)
        if not is_fit(key):
            raise ProofFailed
        claims = jwt.decode(unverified_proof, key, algorithms=list(ALGORITHMS)).claims
        return claims, urlsafe_b64decode(key.thumbprint().encode())
    except UNREADABLE:
        raise ProofFailed from None


def _is_same(said: object, base_url: str, path: str) -> bool:
    """Compare addresses without query and fragment (RFC 9449 §4.3), whatever the case of scheme and host.

    In the path that was asked for a `?` is a letter like others: it was written as %3F.
    """
    if not isinstance(said, str):
        return False
    try:
        theirs, ours = urlsplit(said), urlsplit(base_url)
        return (theirs.scheme, theirs.hostname, _port(theirs), theirs.path or "/") == (
            ours.scheme,
            ours.hostname,
            _port(ours),
            ours.path + path,
        )
    except ValueError:
        return False


def _port(address: SplitResult) -> int | None:
    return address.port or {"http": 80, "https": 443}.get(address.scheme)


def _is_now(made: object, at: datetime) -> bool:
    if isinstance(made, bool) or not isinstance(made, int | float):
        return False
    try:
        moment = datetime.fromtimestamp(made, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return False
    return at - timedelta(seconds=NONCE_SECONDS) - _LEEWAY <= moment <= at + _LEEWAY


def _is_ours(platform: Platform, unverified_nonce: object, at: datetime) -> bool:
    if not isinstance(unverified_nonce, str):
        return False
    try:
        (made,) = platform.cursors.open(unverified_nonce, tuple[int], caller=_CALLER)
    except BadCursor:
        return False
    return -_LEEWAY.total_seconds() <= at.timestamp() - made <= NONCE_SECONDS  # the clock of who gave it may be ahead


def _hash(token: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode()
