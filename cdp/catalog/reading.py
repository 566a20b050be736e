"""The catalog as one organization sees it, out of the database, remembered for as long as nothing changes.

Permissions are never remembered; the catalog may be, because every use asks first for its version, in the same
transaction. Who stores anything by a mapping uses `hold`: until that transaction ends the organization's mapping
cannot change, so nothing is filed by what no longer holds.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from sqlalchemy import text
from sqlmodel import Session

from cdp.catalog import files
from cdp.catalog.files import Attribute, Catalog, Category, Channel, OfferKind, Purpose, RecordType, Topic
from cdp.database import sql
from consent.fold import RecordKind

MOST_REMEMBERED: Final = 1_000
_VERSION: Final = "select version from catalog_version"
HOLD: Final = "select hold_catalog()"
"""Keep the mapping of the organization in scope as it is until the transaction ends, and tell the catalog's version."""


class _Stored(msgspec.Struct, frozen=True):
    """What `catalog_load.sql` answers."""

    version: int
    categories: dict[str, Category]
    purposes: dict[str, Purpose]
    attributes: list[tuple[str, Attribute]]
    types: list[tuple[RecordKind, str, RecordType]]
    topics: dict[str, Topic]
    channels: dict[str, Channel]
    offer_kinds: dict[str, OfferKind]
    watched: frozenset[str]


_DECODE: Final = msgspec.json.Decoder(_Stored).decode


class Catalogs:
    """The catalogs of organizations; one for a process."""

    def __init__(self) -> None:
        """Begin with nothing remembered."""
        self._known: dict[UUID | None, tuple[int, Catalog]] = {}

    def of(self, session: Session, organization: UUID | None) -> Catalog:
        """Return the catalog of `organization` as it stands in this transaction; None means the platform's."""
        return self._catalog(session, organization, _VERSION)

    def hold(self, session: Session, organization: UUID) -> Catalog:
        """Return the catalog of the organization in scope, which stays as it is until this transaction ends."""
        return self._catalog(session, organization, HOLD)

    async def hot_of(self, connection: AsyncConnection[tuple[Any, ...]], organization: UUID) -> Catalog:
        """Do what `of` does in the hot lane."""
        return await self._hot(connection, organization, _VERSION)

    async def hot_hold(self, connection: AsyncConnection[tuple[Any, ...]], organization: UUID) -> Catalog:
        """Do what `hold` does in the hot lane."""
        return await self._hot(connection, organization, HOLD)

    async def _hot(
        self, connection: AsyncConnection[tuple[Any, ...]], organization: UUID, question: LiteralString
    ) -> Catalog:
        version = await (await connection.execute(question)).fetchone()
        known = self._known.get(organization)
        if known is not None and version == (known[0],):
            return known[1]
        load = sql("catalog_load").replace(":organization", "%(organization)s")
        stored = await (await connection.execute(load.encode(), {"organization": organization})).fetchone()
        return self._remember(organization, stored[0] if stored else "")

    def remembered(self, organization: UUID) -> tuple[int, Catalog] | None:
        """Return what `hold` or `hot_hold` saw last, with its version.

        It holds in a transaction in which `HOLD` tells the same version.
        """
        return self._known.get(organization)

    def _catalog(self, session: Session, organization: UUID | None, question: str) -> Catalog:
        version = session.execute(text(question)).scalar_one()
        known = self._known.get(organization)
        if known is not None and version == known[0]:
            return known[1]
        stored = session.execute(text(sql("catalog_load")), {"organization": organization}).scalar_one()
        return self._remember(organization, stored)

    def _remember(self, organization: UUID | None, document: str) -> Catalog:
        stored = _DECODE(document)
        catalog = _catalog_of(stored)
        if len(self._known) >= MOST_REMEMBERED:
            self._known = {}
        self._known[organization] = (stored.version, catalog)
        return catalog


def _catalog_of(stored: _Stored) -> Catalog:
    attributes = dict(stored.attributes)
    own = {name: name for name in attributes}
    return Catalog(
        categories=stored.categories,
        purposes=stored.purposes,
        attributes=attributes,
        record_types={(kind, key): entry for kind, key, entry in stored.types},
        interaction_words=files.shipped().interaction_words,
        topics=stored.topics,
        channels=stored.channels,
        offer_kinds=stored.offer_kinds,
        watched=stored.watched,
        names={alias: name for name, each in attributes.items() for alias in each.aliases} | own,
    )
