"""Who it is that identifiers name: the way from what an organization knows of a person to a profile id.

Rules: (1) an identifier is gated like a record: whoever may not see it cannot find anybody by it; (2) unknown and
ungranted are the same statement, the same work and the same answer; (3) each of those whom it names can see in their
log that they were looked up.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays
from cdp.database import sql
from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.errors import Invalid

MOST_IDENTIFIERS: Final = 10
_OWN: Final = frozenset({IdentifierType.USER_ID, IdentifierType.ANONYMOUS_ID})
_OF_ONE_SOURCE: Final = _OWN | {IdentifierType.CUSTOMER_NUMBER}
_LOOKUP: Final = sql("lookup_customer").encode()
Hashes = list[tuple[str, bytes]]
"""Types and blind indexes."""


class Identifier(NamedTuple):
    """One identifier as somebody wrote it."""

    type: IdentifierType
    value: str

    def __repr__(self) -> str:
        """Show the type, never the value."""
        return f"Identifier({self.type})"


async def find(platform: Platform, asker: Asker, identifiers: Sequence[Identifier]) -> UUID | None:
    """Return the one customer whom `asker` may know by these; None for nobody, and for more than one.

    Raises Invalid for an identifier that cannot be read.
    """
    shared, own = hashes(platform, asker.organization, identifiers)
    facts = {
        "types": arrays.texts(kind for kind, _ in shared),
        "blinds": arrays.blobs([hashed for _, hashed in shared]),
        "own_types": arrays.texts(kind for kind, _ in own),
        "own_blinds": arrays.blobs([hashed for _, hashed in own]),
    }
    ((customer,),) = await platform.database.at_once(asker.scope(Principal.EXPORTER), _LOOKUP, facts)
    found: UUID | None = customer
    return found


def hashes(platform: Platform, organization: UUID, identifiers: Sequence[Identifier]) -> tuple[Hashes, Hashes]:
    """Return what identifiers are found by: those that anybody may share, and the organization's own names of people.

    Raises Invalid for an identifier that cannot be read.
    """
    shared: Hashes = []
    own: Hashes = []
    for place, each in enumerate(identifiers):
        source = organization if each.type in _OF_ONE_SOURCE else None
        hashed = platform.blind.of(each.type, _normalised(each, place), source=source)
        (own if each.type in _OWN else shared).append((each.type.value, hashed))
    return shared, own


def _normalised(identifier: Identifier, place: int) -> str:
    try:
        return blind.normalise(identifier.type, identifier.value)
    except Invalid as error:
        raise Invalid(error.message, field=f"/identifiers/{place}/value") from None
