"""Who holds a passkey."""

from cdp import clock
from cdp.logins import passkeys, sessions
from cdp.logins.passkeys import Holder
from cdp.platform import Platform
from tests import make
from tests.cdp.authenticator import Device


def holder(platform: Platform, person: make.Person) -> Holder:
    """Return somebody as who answers a challenge in their newest session."""
    with platform.database.scoped(person.scope) as session:
        newest = sessions.living(session, at=clock.now())[0]
    return Holder(person.customer_id, newest.session_id, "192.0.2.9")


def register(platform: Platform, person: make.Person, device: Device, name: str = "Telefoon") -> None:
    """Keep a passkey of `device`."""
    who = holder(platform, person)
    options = passkeys.options_to_register(platform, who, label="mijn.klant", at=clock.now())
    passkeys.register(platform, who, device.create(options), name=name, at=clock.now())
