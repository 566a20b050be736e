"""The seal on a scope: what makes a database context that only the credential check can mint.

HMAC-SHA256 in lower-case hex over principal, organization, customer, purpose, client and until, joined by 0x1F (an
absent one is empty; until is whole seconds since 1970 in decimal). PostgreSQL computes the same bytes when it verifies;
because no part may hold 0x1F and all six are always there, no two scopes share an encoding.
"""

from typing import Final
from uuid import UUID

from cdp.keys.mac import Mac

_SEPARATOR: Final = "\x1f"
_PARTS: Final = 6


def seal_scope(
    key: Mac,
    principal: str,
    organization: UUID | None,
    customer: UUID | None,
    purpose: str | None,
    client: str | None,
    until: int,
) -> str:
    """Return the seal, 64 letters of hex; raises ValueError for a part that holds the separator or a NUL."""
    message = (
        f"{principal}\x1f{organization or ''}\x1f{customer or ''}\x1f{purpose or ''}\x1f{client or ''}\x1f{until:d}"
    )
    if message.count(_SEPARATOR) != _PARTS - 1 or "\0" in message:
        raise ValueError("a part of a scope holds a control character")
    return key.digest(message.encode()).hex()
