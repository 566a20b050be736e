"""Two people, a key of theirs, and a ring: what the tests of the key ring share."""

from pathlib import Path
from uuid import UUID, uuid4

from cdp.keys.ring import LocalKeyRing

ANNA, BO = uuid4(), uuid4()
DATA_KEY = bytes(range(32))


def again(home: Path) -> LocalKeyRing:
    """Return the ring as another process opens it."""
    return LocalKeyRing.open(home, may_create=False)


def wrap(ring: LocalKeyRing, subject: UUID = ANNA, data_key: bytes = DATA_KEY) -> bytes:
    """Return a data key wrapped in a slot of its own."""
    return ring.wrap(ring.new_slot(), data_key, subject=subject)
