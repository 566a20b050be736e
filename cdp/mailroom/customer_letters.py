"""Letters to customers: whom one is for, and a round of them to everybody who is due.

Rules: (1) a letter is marked as sent in the transaction in which it is written, its customer's own, which commits
before it leaves: two workers send one; (2) who has no address is marked, too, and gets none; (3) what the mail server
did not take can be put back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause
from sqlmodel import Session

from cdp.keys.ring import KeyProvider
from cdp.mailroom import mail
from cdp.mailroom.mail import Letter
from cdp.own import addressing, dossier
from cdp.own.addressing import Addressing
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import NotFound

AT_ONCE: Final = 500
"""How many letters one round takes at the most; who is left is due in the next."""
_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is for, empty where they have no address, and how they want to be addressed."""

    to: str
    known: Addressing

    @property
    def voice(self) -> str:
        """The voice that they chose."""
        return addressing.voice_of(self.known.language, self.known.address)


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that is marked as sent, and how to mark that it was not."""

    letter: Letter
    put_back: Callable[[Session], object] | None = None


Write = Callable[[Session, Addressee], Draft | None]


def addressee(session: Session, ring: KeyProvider) -> Addressee | None:
    """Return whom a letter to the customer in scope is for; None when they have left."""
    keys = OwnKeys(session, ring)
    try:
        return Addressee(next(iter(dossier.summary(session, keys).emails), ""), addressing.read(session, keys))
    except NotFound:
        return None


def send(platform: Platform, due: TextClause, write: Write, **facts: object) -> int:
    """Send what `write` makes for each customer whom `due` names, and return how many letters were carried.

    Asks for no further one after three in a row were not: then it is the server, and who is left stays due.
    """
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        customers: list[UUID] = list(session.execute(due, facts).scalars())
    carried, in_a_row, out = 0, 0, None
    for scope in (Scope(Principal.CUSTOMER, customer=customer) for customer in customers):
        draft = _draft(platform, scope, write)
        if draft is None:
            continue
        out = out or mail.outbox(platform.settings)
        if out.carry(draft.letter):
            carried, in_a_row = carried + 1, 0
            continue
        if draft.put_back is not None:
            with platform.database.scoped(scope) as session:
                draft.put_back(session)
        in_a_row += 1
        if in_a_row == _ENOUGH:
            break
    return carried


def _draft(platform: Platform, scope: Scope, write: Write) -> Draft | None:
    with platform.database.scoped(scope) as session:
        reader = addressee(session, platform.ring)
        draft = None if reader is None else write(session, reader)
    return draft if reader is not None and reader.to else None
