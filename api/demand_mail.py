"""Letters about what a customer asked: written in its transaction, sent after it."""

from collections.abc import Sequence
from uuid import UUID

from starlette.requests import Request

from cdp import demands, directory
from cdp.database import Session
from cdp.mailroom import demand_letters
from cdp.mailroom.mail import Letter
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform


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
