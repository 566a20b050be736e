"""How an interaction is known again: its id follows from its source, its type and the source's own key (ADR 14)."""

from uuid import UUID

from cdp.keys.digests import own_id
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single


def marks(ring: LocalKeyRing) -> Mac:
    """Return the key under which arrivals are marked."""
    return Mac(Mac(ring.single(Single.SYSTEM)).digest(b"arrivals"))


def interaction(ring: LocalKeyRing, source: UUID, type: str, key: str) -> UUID:
    """Return the id of the interaction that `source` sent under `type` and `key`, whether it is here or not."""
    return UUID(bytes=own_id(marks(ring).after(source.bytes).digest(f"{type}\0{key}".encode())))
