"""Letters about looks: which organizations' looks a customer wants to hear of, at once or once a day.

Rules: (1) nothing is sent that was not asked for; (2) "at once" is at most one letter in fifteen minutes, which tells
of everything meanwhile; (3) a letter names organizations and numbers, and no data; (4) it is marked as told before it
leaves: a letter that is lost is not sent twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import addressing, directory, dossier, looks_letter, mail
from cdp.database import sql
from cdp.mail import Letter
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.unsealing import OwnKeys
from consent.errors import Invalid, NotFound

Rhythm = Literal["never", "at-once", "daily"]
RHYTHMS: Final[Mapping[str, timedelta]] = {"at-once": timedelta(minutes=15), "daily": timedelta(days=1)}

_OWN: Final = text("select organization_id, rhythm from alert")
_CHOOSE: Final = text(sql("choose_alert"))
_END: Final = text("delete from alert where organization_id = :organization")
_DUE: Final = text("select alerts_due(:at)")
_TAKE: Final = text(sql("take_alerts"))


class UnknownRhythm(Invalid):
    """A letter comes at once, daily or never."""

    code = "unknown-rhythm"


@dataclass(frozen=True, slots=True)
class Looked:
    """How often one organization looked and was stopped since the last letter."""

    organization: UUID
    seen: int
    stopped: int


def chosen(session: Session) -> dict[UUID, str]:
    """Return of which organizations the customer in scope wants letters, and how often."""
    return {row.organization_id: row.rhythm for row in session.execute(_OWN)}


def choose(session: Session, customer: UUID, organization: UUID, rhythm: str, *, at: datetime) -> None:
    """Keep how often the customer in scope wants to hear of an organization's looks, from now on; raises Invalid."""
    if rhythm == "never":
        session.execute(_END, {"organization": organization})
    elif rhythm in RHYTHMS:
        facts = {"customer": customer, "organization": organization, "rhythm": rhythm, "at": at}
        session.execute(_CHOOSE, facts)
    else:
        raise UnknownRhythm(field="/rhythm")


def send_due(platform: Platform, at: datetime) -> int:
    """Send every letter that is due, and return how many were carried; stops when the mail server takes none."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        due = list(session.execute(_DUE, {"at": at}).scalars())
    return mail.carry_all(platform.settings, (each for who in due for each in _letters(platform, who, at=at)))


def _letters(platform: Platform, customer: UUID, *, at: datetime) -> list[Letter]:
    """Return the letter to one customer, in a transaction that has marked it as told; none when nobody looked."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        keys = OwnKeys(session, platform.ring)
        try:
            addresses = dossier.summary(session, keys).emails
            known = addressing.read(session, keys)
        except NotFound:  # left between the question and now
            return []
        taken = [Looked(row.organization_id, row.seen, row.stopped) for row in session.execute(_TAKE, {"at": at})]
        looked = [each for each in taken if each.seen or each.stopped]
        names = directory.names(session)
    if not looked or not addresses:
        return []
    lines = [looks_letter.Line(names.name(each.organization), each.seen, each.stopped) for each in looked]
    return [looks_letter.write(addresses[0], known, lines, base_url=platform.settings.base_url)]
