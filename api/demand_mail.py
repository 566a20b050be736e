"""Letters about what a customer asked: written in its transaction, sent after it."""

from collections.abc import Sequence
from uuid import UUID

from starlette.requests import Request

from cdp import demand_letters, demands, directory
from cdp.database import Session
from cdp.mail import Letter
from cdp.platform import Platform
from cdp.unsealing import OwnKeys


def about(platform: Platform, session: Session, demand: UUID | None) -> list[Letter]:
    """Return the letters about a demand; none when nobody was asked."""
    if demand is None:
        return []
    found = demands.find(session, OwnKeys(session, platform.ring), demand)
    return demand_letters.opened(platform.settings, directory.names(session), found)


def send(request: Request, letters: Sequence[Letter]) -> None:
    """Let the letters go; nobody waits for them."""
    for letter in letters:
        request.app.state.outbox.send(letter)
