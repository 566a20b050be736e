"""What bearer tokens stand for at this moment, asked for all requests that arrive together; see `cdp.credentials`."""

from collections.abc import Sequence
from typing import Final

from cdp import arrays
from cdp.credentials import CredentialEnded, TokenHolder
from cdp.gathering import Gathering
from cdp.keys.tokens import Prefix
from cdp.platform import Platform

TOGETHER: Final = 256
_CHECK: Final = b"select place, client_id, organization_id, slug, scopes from check_tokens(%(hashes)s)"


class TokenChecks:
    """Checks tokens; one for each event loop. It remembers no answer."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._gathering = Gathering(self._check_all, most=TOGETHER)

    async def holder(self, unverified_token: str) -> TokenHolder:
        """Return who holds this access token; raises Unauthenticated."""
        fingerprint = self._platform.fingerprints.fingerprint(unverified_token, Prefix.ACCESS_TOKEN)
        holder = await self._gathering.ask(fingerprint)
        if holder is None:
            raise CredentialEnded
        return holder

    async def _check_all(self, fingerprints: list[bytes]) -> Sequence[TokenHolder | None]:
        holders: list[TokenHolder | None] = [None] * len(fingerprints)
        rows = await self._platform.database.ask(_CHECK, {"hashes": arrays.blobs(fingerprints)})
        for place, client_id, organization, slug, scopes in rows:
            holders[place - 1] = TokenHolder(client_id, organization, slug, frozenset(scopes))
        return holders
