"""The public keys by which a client proves itself (RFC 7517), and what it signs with them (RFC 7523 §2.2).

Rules: (1) only public keys of the kinds below are kept, no address to fetch some from; (2) an assertion names the
client twice, us as its audience, an end that is near and an id that was never seen; (3) whatever is wrong, the answer
is the same: this is not the client.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OKPKey, RSAKey

from consent.errors import Invalid

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "PS256")
"""With which a client may sign unless it says otherwise; RS256 only for one that asks for it by name."""
ALL_ALGORITHMS: Final = (*ALGORITHMS, "RS256")
LONGEST_LIFE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=30)
UNREADABLE: Final = (
    JoseError,
    SecurityWarning,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
)
"""What the library makes of tokens and keys that are none."""
_MOST_KEYS: Final = 10
_LONGEST: Final = 16_384
_LONGEST_ID: Final = 256
_RSA_BITS: Final = range(2048, 8193)
_CURVES: Final = frozenset({"P-256", "Ed25519"})


class UnfitKeys(Invalid):
    """A key set holds one to ten public keys: P-256, Ed25519, or RSA of 2,048 to 8,192 bits."""

    code = "unfit-keys"


class UnfitAlgorithm(Invalid):
    """A client signs with ES256, EdDSA (Ed25519) or PS256, and with RS256 where it says so."""

    code = "unfit-algorithm"


@dataclass(frozen=True, slots=True)
class Shown:
    """An assertion that was signed by the client: its id, and until when that must not come again."""

    word: str
    until: datetime


def checked(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return a key set as it is kept: what is public of keys that are fit; raises UnfitKeys."""
    if len(json.dumps(keys, default=str)) > _LONGEST:
        raise UnfitKeys(field="/jwks")
    try:
        known = KeySet.import_key_set(dict(keys)).keys  # type: ignore[arg-type]  # what is no key set is refused by it
        fit = [each.as_dict(private=False) for each in known if is_fit(each)]
    except UNREADABLE:
        raise UnfitKeys(field="/jwks") from None
    if not fit or len(fit) != len(known) or len(fit) > _MOST_KEYS:
        raise UnfitKeys(field="/jwks")
    return {"keys": fit}


def checked_algorithms(wanted: Sequence[str]) -> list[str]:
    """Return the algorithms that a client may sign with; raises UnfitAlgorithm."""
    if not set(wanted) <= set(ALL_ALGORITHMS):
        raise UnfitAlgorithm(field="/algorithms")
    return sorted(set(wanted)) or list(ALGORITHMS)


def named(unverified_assertion: str) -> str | None:
    """Return the client that an assertion says it is from, believed by nobody yet."""
    try:
        claims = json.loads(jws.extract_compact(unverified_assertion.encode()).payload)
    except UNREADABLE:
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None


def shown(  # what an assertion is checked against, each by name
    unverified_assertion: str,
    *,
    client_id: str,
    keys: Mapping[str, Any],
    algorithms: Sequence[str],
    audiences: frozenset[str],
    at: datetime,
) -> Shown | None:
    """Return the assertion if it is this client's, for us and for now; None for anything else."""
    try:
        known = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # as `checked` kept it
        claims = jwt.decode(unverified_assertion, known, algorithms=list(algorithms)).claims
    except UNREADABLE:
        return None
    audience, word, ends = claims.get("aud"), claims.get("jti"), _moment(claims.get("exp"))
    is_mine = claims.get("iss") == client_id == claims.get("sub") and not audiences.isdisjoint(_texts(audience))
    if not is_mine or not isinstance(word, str) or not 0 < len(word) <= _LONGEST_ID or ends is None:
        return None
    starts = [_moment(claims[name]) for name in ("nbf", "iat") if name in claims]
    is_now = at - LEEWAY < ends <= at + LONGEST_LIFE + LEEWAY and all(each and each <= at + LEEWAY for each in starts)
    return Shown(word, ends + LEEWAY) if is_now else None


def is_fit(key: object) -> bool:
    """Say whether a key is public, of a kind that is good enough, and long enough."""
    if getattr(key, "is_private", True):
        return False
    if isinstance(key, RSAKey):
        return key.raw_value.key_size in _RSA_BITS
    curve = getattr(key, "curve_name", None)
    return curve in _CURVES and (curve == "Ed25519") == isinstance(key, OKPKey)


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _texts(value: object) -> list[str]:
    """Return what an audience names: one text or a list of them (RFC 7519 §4.1.3)."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
