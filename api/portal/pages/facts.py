"""What the pages about organizations are made from: what the vault says, at one moment, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.portal.drawing import Key, Share, key
from api.portal.speech import Speech
from cdp.catalog.files import Catalog, Purpose
from cdp.directory import Names
from cdp.own.holdings import Grant, Request
from cdp.own.looks import NEVER, Looks
from cdp.signals.heard import Word


@dataclass(frozen=True, slots=True)
class Facts:
    """Every permission and request of a customer, and who looked in the last 30 days."""

    speech: Speech
    catalog: Catalog
    names: Names
    grants: tuple[Grant, ...]
    requests: tuple[Request, ...]
    looks: Mapping[tuple[UUID, str], Looks]
    reviews: Mapping[tuple[UUID, str], datetime] = field(default_factory=dict)
    """The permissions that were given or said to be right ninety days ago, and when that was."""
    heard: Mapping[Word, datetime | None] = field(default_factory=dict)
    """What one organization was told, and when it said that it has it."""

    def looked(self, grant: Grant) -> Looks:
        """Return who looked under a permission."""
        return self.looks.get((grant.organization, grant.purpose), NEVER)

    def purpose(self, purpose: str) -> Purpose | None:
        """Return what the catalog says of a purpose; None for one that it no longer has."""
        return self.catalog.purposes.get(purpose)

    def why(self, organization: UUID, purpose: str) -> str:
        """Return the purpose as a sentence with the organization's name in it."""
        known = self.purpose(purpose)
        name = self.names.name(organization)
        return purpose if known is None else self.speech.name(known.sentence).replace("{organization}", name)

    def category(self, category: str) -> str:
        """Return what a kind of data is called."""
        known = self.catalog.categories.get(category)
        return category if known is None else self.speech.name(known.name)

    def in_order(self, categories: frozenset[str]) -> list[str]:
        """Return categories in the order of their places in the bit of a key."""
        return sorted(categories, key=lambda each: self.slot(each) or 0)

    def slot(self, category: str) -> int | None:
        """Return the place of a category in the bit of a key."""
        known = self.catalog.categories.get(category)
        return None if known is None else known.slot

    def key(self, grant: Grant) -> Key:
        """Return the drawing of what a permission opens."""
        given = shares(grant) if grant.is_live else {}
        placed = {slot: share for each, share in given.items() if (slot := self.slot(each)) is not None}
        return key(grant.organization, placed)


def shares(grant: Grant) -> dict[str, Share]:
    """Return how much of each category a permission opens: all, or only what some sources say."""
    own = Share.ALL if grant.sources is None else Share.PART
    return dict.fromkeys(grant.attested_categories, Share.PART) | dict.fromkeys(grant.categories, own)
