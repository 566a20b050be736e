"""For whom a customer chooses: one organization, or everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import UUID

from cdp.directory import Names
from consent.wishes import Choices, Wishes

NOTHING: Final = Choices()


@dataclass(frozen=True, slots=True)
class Whose:
    """One organization, or everybody when it is empty."""

    slug: str = ""
    name: str = ""
    organization: UUID | None = None

    @classmethod
    def of(cls, names: Names, organization: UUID) -> Self:
        """Return one organization."""
        return cls(names.slug(organization), names.name(organization), organization)

    @classmethod
    def named(cls, names: Names, slug: str) -> Self:
        """Return for whom a form or an address says that it is; raises NotFound for who is not there."""
        return cls.of(names, names.organization(slug)) if slug else cls()

    def own(self, chosen: Wishes) -> Choices:
        """Return what was chosen for these alone; for everybody, in general."""
        return chosen.general if self.organization is None else chosen.exceptions.get(self.organization, NOTHING)

    def within(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a document of wishes says for these alone."""
        if self.organization is None:
            return document
        found: Mapping[str, Any] = document.get("exceptions", {}).get(str(self.organization), {})
        return found

    def patch(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return the change of preferences that chooses this for these."""
        return {"exceptions": {self.slug: dict(chosen)}} if self.slug else dict(chosen)

    def place(self, page: str, **asked: str) -> str:
        """Return where a page shows what is chosen for these."""
        said = {"voor": self.slug} | asked
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{page}?{query}" if query else page


EVERYBODY: Final = Whose()
