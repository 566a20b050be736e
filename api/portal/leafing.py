"""A long list of a customer, some lines at a time: where a page begins, and where the next one does, if any does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from api.portal.visit import Visit
from cdp.cursors import NEWEST_FIRST, Cursors, InTime

Line = TypeVar("Line")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Leafing:
    """One list of one customer, `lines` on a page; whoever reads it asks for `enough`, to know if anything follows."""

    cursors: Cursors
    caller: str
    lines: int

    @classmethod
    def of(cls, visit: Visit, list_name: str, *more: str, lines: int) -> Self:
        """Return a list of the visitor; `more` says which part of it, for a place is good for that alone."""
        caller = " ".join((list_name, str(visit.person.customer_id), *more))
        return cls(visit.platform.cursors, caller, lines)

    @property
    def enough(self) -> int:
        """How many to read: one more than fits."""
        return self.lines + 1

    def place(self, unverified: str) -> InTime:
        """Return where a page of a list by time begins; raises BadCursor."""
        return self.place_as(InTime, unverified, NEWEST_FIRST)

    def place_as(self, kind: type[Place], unverified: str, otherwise: Place) -> Place:
        """Return where a page begins, as a `kind` of place; raises BadCursor."""
        return self.cursors.open(unverified, kind, caller=self.caller) if unverified else otherwise

    def cut(self, found: Sequence[Line], by: Callable[[Line], tuple[Any, ...]]) -> tuple[list[Line], str | None]:
        """Return what fits on the page, and where the next begins; None where nothing follows."""
        shown = list(found[: self.lines])
        return shown, self.cursors.seal(by(shown[-1]), caller=self.caller) if len(found) > self.lines else None
