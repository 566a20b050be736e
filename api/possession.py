"""How an access token was shown, and the proof that one needs which is bound to a key (RFC 6750 §2.1, RFC 9449 §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi.concurrency import run_in_threadpool
from starlette.types import Scope as Connection

from cdp import clock
from cdp.oauth import proofs_of_possession
from cdp.oauth.proofs_of_possession import ALGORITHMS, Asked, Proof, ProofFailed
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Problem, Unauthenticated

_PROOF: Final = b"dpop"
_SCHEMES: Final = frozenset({"bearer", "dpop"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that nobody has looked at yet, and whether it came as one that is bound."""

    unverified_token: str
    as_bound: bool


def shown(authorization: str | None) -> Shown:
    """Return the token in an Authorization header; raises Unauthenticated without one."""
    scheme, _, unverified_token = (authorization or "").partition(" ")
    if scheme.lower() not in _SCHEMES or not unverified_token.strip():
        raise Unauthenticated("this call needs a bearer token")
    return Shown(unverified_token.strip(), as_bound=scheme.lower() == "dpop")


async def prove(scope: Connection, platform: Platform, token: Shown, key_hash: bytes | None) -> None:
    """Check that who shows the token holds the key it is bound to; raises ProofFailed, also for a proof too many."""
    if token.as_bound != (key_hash is not None):
        raise ProofFailed
    if key_hash is None:
        return
    proofs = [value for name, value in scope["headers"] if name == _PROOF]
    if len(proofs) != 1:
        raise ProofFailed
    asked, at = Asked(scope["method"], scope["path"], token.unverified_token), clock.now()
    proof = proofs_of_possession.check(platform, proofs[0].decode("latin-1"), asked, at=at)
    if proof.key_hash != key_hash:
        raise ProofFailed
    await run_in_threadpool(_use, platform, proof)


def headers(scope: Connection, problem: Problem) -> Mapping[str, str]:
    """Return what a refusal tells a client that shows proofs: what was wrong, and the nonce for the next one."""
    if not isinstance(problem, ProofFailed):
        return {}
    platform: Platform = scope["app"].state.platform
    return {
        "WWW-Authenticate": f'DPoP realm="cdp", error="{problem.error}", algs="{" ".join(ALGORITHMS)}"',
        "DPoP-Nonce": proofs_of_possession.nonce(platform, at=clock.now()),
    }


def _use(platform: Platform, proof: Proof) -> None:
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        proof.use(session, platform, at=clock.now())
