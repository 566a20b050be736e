"""What bearer tokens stand for at this moment, asked for all requests that arrive together (`cdp.credentials`).

What a token stood for before is remembered as a belief: with it a request can be prepared, and nothing can be answered
before the database, in the very transaction that reads, found that it still holds (`cdp.scope.Held`).
"""

from collections.abc import Sequence
from typing import Final

from cdp import arrays
from cdp.credentials import CredentialEnded, TokenHolder
from cdp.gathering import Gathering
from cdp.keys.tokens import Prefix
from cdp.platform import Platform

TOGETHER: Final = 256
MOST_BELIEVED: Final = 10_000
_CHECK: Final = (
    b"select place, client_id, organization_id, slug, scopes, key_hash, customer_id, purpose"
    b" from check_tokens(%(hashes)s)"
)


class TokenChecks:
    """Checks tokens; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._gathering = Gathering(self._check_all, most=TOGETHER)
        self._believed: dict[bytes, TokenHolder] = {}

    def fingerprint(self, unverified_token: str) -> bytes:
        """Return by what this token is found; raises Unauthenticated for what cannot be an access token of ours."""
        fingerprints = self._platform.fingerprints
        found = fingerprints.of_any(unverified_token)
        # What was one before need not be read again: to look at each letter takes longer than to find it.
        return found if found in self._believed else fingerprints.fingerprint(unverified_token, Prefix.ACCESS_TOKEN)

    async def holder(self, fingerprint: bytes) -> TokenHolder:
        """Return who holds this access token now; raises Unauthenticated."""
        holder = await self._gathering.ask(fingerprint)
        if holder is None:
            self.disbelieve(fingerprint)
            raise CredentialEnded
        if len(self._believed) >= MOST_BELIEVED:
            self._believed.clear()
        self._believed[fingerprint] = holder
        return holder

    def believed(self, fingerprint: bytes) -> TokenHolder | None:
        """Return who held this access token when it was last asked for: nothing may be answered on that alone."""
        return self._believed.get(fingerprint)

    def disbelieve(self, fingerprint: bytes) -> None:
        """Ask for this token before the next request that comes with it is looked at."""
        self._believed.pop(fingerprint, None)

    async def _check_all(self, fingerprints: list[bytes]) -> Sequence[TokenHolder | None]:
        distinct = list(dict.fromkeys(fingerprints))
        rows = await self._platform.database.ask(_CHECK, {"hashes": arrays.blobs(distinct)})
        holders = {
            distinct[place - 1]: TokenHolder(client_id, organization, slug, frozenset(scopes), *rest)
            for place, client_id, organization, slug, scopes, *rest in rows
        }
        return [holders.get(each) for each in fingerprints]
