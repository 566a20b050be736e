"""Everything that one running process needs, opened once from its settings and passed down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from cdp.catalog.reading import Catalogs
from cdp.cursors import Cursors
from cdp.database import Database
from cdp.keys.blind import BlindIndex
from cdp.keys.mac import Mac
from cdp.keys.pairwise import ProfileIds
from cdp.keys.ring import LocalKeyRing, Single
from cdp.keys.tokens import Fingerprints
from cdp.scope import Mint
from cdp.settings import Settings


@dataclass(frozen=True, slots=True)
class Platform:
    """The vault with its keys: what the door, the commands and the jobs work on."""

    settings: Settings
    database: Database
    ring: LocalKeyRing
    blind: BlindIndex
    profile_ids: ProfileIds
    fingerprints: Fingerprints
    catalogs: Catalogs
    cursors: Cursors

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Return the platform that `settings` describe; raises RingBroken when its keys are not there."""
        ring = LocalKeyRing.open(settings.keys, may_create=False)
        return cls(
            settings=settings,
            database=Database(
                settings.app_url,
                Mint(Mac(ring.single(Single.SCOPE))),
                pool_size=settings.pool_size,
                remote_apply=settings.remote_apply,
            ),
            ring=ring,
            blind=BlindIndex(ring.single(Single.BLIND_INDEX)),
            profile_ids=ProfileIds(ring.single(Single.PAIRWISE)),
            fingerprints=Fingerprints(ring.single(Single.TOKEN)),
            catalogs=Catalogs(),
            cursors=Cursors(ring.single(Single.SYSTEM)),
        )

    @classmethod
    @asynccontextmanager
    async def in_loop(cls, settings: Settings) -> AsyncIterator[Self]:
        """Give a platform whose connections belong to the event loop that runs, and let them go in the end."""
        own = cls.open(settings)
        await own.database.open()
        try:
            yield own
        finally:
            await own.database.close()
