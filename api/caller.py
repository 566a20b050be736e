"""What the door notes about one request while it runs, for the one line that it logs at the end."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.types import Scope

if TYPE_CHECKING:
    from api.rates import Meter

_KEY: Final = "cdp.note"


@dataclass(slots=True)
class Note:
    """Who asked and what became of it; names and codes only, never a person."""

    request_id: str
    principal: str = "anyone"
    organization: str | None = None
    outcome: str | None = None
    rate: tuple["Meter", float] | None = None


def begin(scope: Scope, request_id: str) -> Note:
    """Put a fresh note into an ASGI scope and return it."""
    note = Note(request_id)
    scope[_KEY] = note
    return note


def note_of(scope: Scope) -> Note:
    """Return the note of this request; an empty one where no log is kept."""
    note = scope.get(_KEY)
    return note if isinstance(note, Note) else begin(scope, "-")
