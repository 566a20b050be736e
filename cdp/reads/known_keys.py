"""Which purposes and categories there are to ask for: a misspelt one is told, and never looked up or written down.

What is there is remembered, for no entry leaves the catalog while its organization is here; what is not there is asked
for every time, so that an entry that was just added is never refused.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import arrays
from cdp.database import Database, sql
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.errors import CategoryUnknown, PurposeUnknown

_KNOWN: Final = sql("known_keys").encode()
_CATEGORY: Final = text("select exists (select from category where category = :category)")


class KnownKeys:
    """The purposes and categories that this process has met; one for each event loop."""

    def __init__(self, database: Database) -> None:
        """Begin without any."""
        self._database = database
        self._purposes: dict[str, UUID | None] = {}
        self._categories: set[str] = set()

    async def check(self, asker: Asker, *, is_body: bool) -> None:
        """Raise PurposeUnknown or CategoryUnknown unless `asker` asks for what its organization can be granted."""
        if self.has(asker):
            return
        await self._learn(asker)
        if not self._has_purpose(asker):
            raise PurposeUnknown(field="/purpose")
        if not self._has_categories(asker):
            raise CategoryUnknown(field="/categories" if is_body else "/category")

    async def found(self, asker: Asker) -> tuple[bool, frozenset[str]]:
        """Return whether `asker` names a purpose that there is, and which of the categories it names there are."""
        if not self.has(asker):
            await self._learn(asker)
        return self._has_purpose(asker), frozenset(self._categories.intersection(asker.categories or ()))

    def has(self, asker: Asker) -> bool:
        """Tell whether this process knows by itself that there is what `asker` asks for."""
        return self._has_purpose(asker) and self._has_categories(asker)

    def _has_purpose(self, asker: Asker) -> bool:
        return asker.purpose in self._purposes and self._purposes[asker.purpose] in {None, asker.organization}

    def _has_categories(self, asker: Asker) -> bool:
        return asker.categories is None or self._categories.issuperset(asker.categories)

    async def _learn(self, asker: Asker) -> None:
        facts = {"purpose": asker.purpose, "categories": arrays.texts(asker.categories or ())}
        for kind, key, owner in await self._database.at_once(asker.scope(Principal.EXPORTER), _KNOWN, facts):
            if kind == "purpose":
                self._purposes[key] = owner
            else:
                self._categories.add(key)


def check_category(session: Session, category: str | None) -> None:
    """Raise CategoryUnknown for a category that nothing can be in; None means all."""
    if category is not None and not session.execute(_CATEGORY, {"category": category}).scalar_one():
        raise CategoryUnknown(field="/category")
