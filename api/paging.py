"""Lists by page: where the last page ended, and where the next one begins, as sealed cursors."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from fastapi import Query

from cdp import cursors
from cdp.platform import Platform

After = Annotated[str | None, Query(max_length=cursors.LONGEST, description="Where the last page ended.")]
Place = TypeVar("Place")


class Placed(Protocol):
    """Something of a list that knows its place in it."""

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands."""


def begin(platform: Platform, after: str | None, first: Place, *, caller: str) -> Place:
    """Return the place after which a page begins; `caller` names the list and who asks. Raises BadCursor."""
    return platform.cursors.open(after, type(first), caller=caller) if after else first


def next_after(platform: Platform, found: Sequence[Placed], limit: int, *, caller: str) -> str | None:
    """Return the cursor of the next page, or None when this one is not full."""
    return platform.cursors.seal(found[-1].place, caller=caller) if len(found) == limit else None
