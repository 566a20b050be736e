"""The second half of an erasure: the rows are gone, now the ring must forget their keys.

Rules: (1) an erasure commits the wrapped keys it took to `key_destruction`, so that a crash before the ring was
told is made good by the next call, whoever makes it; (2) a row is done only after the ring's answer, which is on
the disk; (3) a key under a generation that was retired is dead already: nothing ever wrapped it anew. So when
there are very many, a rotation is cheaper than as many punctures, and makes the ring smaller instead of larger.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp import rotation
from cdp.keys import wrapping
from cdp.platform import Platform
from cdp.scope import KEYMASTER

AT_MOST: Final = 500
MOST_PUNCTURES: Final = 2_000
"""Beyond this many keys at once the ring is rotated instead: 8 kB for each would make every later call slow."""

_WAITING: Final = text(
    "select subject_id, wrapped from key_destruction where done_at is null order by subject_id limit :n"
)
_COUNT: Final = text("select count(*) from key_destruction where done_at is null")
_DONE: Final = text("update key_destruction set done_at = day_of(:at) where subject_id = any(:subjects)")


def waiting(platform: Platform) -> int:
    """Return how many keys were given up but are not destroyed yet."""
    with platform.database.scoped(KEYMASTER) as session:
        return int(session.execute(_COUNT).scalar_one())


def settle(platform: Platform, *, at: datetime, most_punctures: int = MOST_PUNCTURES) -> int:
    """Destroy every key that an erasure or a removal gave up, and return how many; on the disk on return."""
    if waiting(platform) > most_punctures:
        with suppress(rotation.RotationRuns):  # another process is at it: then puncture, which works meanwhile too
            rotation.rotate(platform)
    destroyed = 0
    while given_up := _take(platform):
        destroyed += destroy(platform, given_up, at=at)
    return destroyed


def destroy(platform: Platform, given_up: Sequence[tuple[UUID, bytes]], *, at: datetime) -> int:
    """Destroy the wrapped keys of these subjects, then mark them done, and return how many; may be repeated."""
    for part in (given_up[start : start + AT_MOST] for start in range(0, len(given_up), AT_MOST)):
        alive = set(platform.ring.generations)
        platform.ring.destroy(blob for _, blob in part if wrapping.address(blob).generation in alive)
        with platform.database.scoped(KEYMASTER) as session:
            session.execute(_DONE, {"at": at, "subjects": [subject for subject, _ in part]})
    return len(given_up)


def _take(platform: Platform) -> list[tuple[UUID, bytes]]:
    with platform.database.scoped(KEYMASTER) as session:
        return [(row.subject_id, bytes(row.wrapped)) for row in session.execute(_WAITING, {"n": AT_MOST})]
