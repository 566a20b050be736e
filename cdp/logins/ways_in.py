"""Every way by which a customer comes in, in one view; removing one, and telling about each change by letter."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.keys.blind import IdentifierType
from cdp.logins import claiming, external, passkeys, sessions
from cdp.logins.claiming import Proven
from cdp.logins.external import Linked
from cdp.logins.passkeys import Passkey
from cdp.logins.sessions import SessionFacts
from cdp.mailroom.letters import Change, Letters
from cdp.mailroom.mail import Outbox
from cdp.own import addressing
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform

SIGN_IN = "/veilig-inloggen"
_REMOVE = text("select remove_way_in(:kind, :id, null)")


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Passkeys, addresses and numbers, the other service, and the open sessions."""

    passkeys: tuple[Passkey, ...]
    proven: tuple[Proven, ...]
    linked: tuple[Linked, ...]
    sessions: tuple[SessionFacts, ...]

    def of(self, kind: IdentifierType) -> tuple[Proven, ...]:
        """Return what was proven of one kind."""
        return tuple(each for each in self.proven if each.type is kind)


def read(session: Session, platform: Platform, *, at: datetime) -> WaysIn:
    """Return every way in of the customer in scope, and who is in."""
    return WaysIn(
        tuple(passkeys.known(session, OwnKeys(session, platform.ring))),
        tuple(claiming.proven(session, platform)),
        tuple(external.known(session)),
        tuple(sessions.living(session, at=at)),
    )


def remove_passkey(session: Session, passkey: UUID) -> None:
    """Remove a passkey of the customer in scope; raises NotFound, or LastWayIn."""
    session.execute(_REMOVE, {"kind": "passkey", "id": passkey})


def remove_external(session: Session, linked: UUID) -> None:
    """Let the other service log the customer in scope in no more; raises NotFound, or LastWayIn."""
    session.execute(_REMOVE, {"kind": "external", "id": linked})


def tell(session: Session, platform: Platform, outbox: Outbox, change: Change, *, also: tuple[str, ...] = ()) -> None:
    """Write to every address of the customer in scope that something changed, and to `also`: one that just went."""
    known = addressing.read(session, OwnKeys(session, platform.ring))
    words = Letters(platform.settings.portal_name)
    mailboxes = [each.value for each in claiming.proven(session, platform) if each.type is IdentifierType.EMAIL]
    for each in dict.fromkeys((*mailboxes, *also)):
        link = platform.settings.base_url + SIGN_IN
        outbox.send(
            words.changed(to=each, voice=addressing.voice_of(known.language, known.address), change=change, link=link)
        )
