"""Letters about looks: which organizations' looks a customer wants to hear of, at once or once a day.

Rules: (1) nothing is sent that was not asked for; (2) "at once" is at most one letter in fifteen minutes, which tells
of everything meanwhile; (3) a letter names organizations and numbers, and no data; (4) it is marked as told before it
leaves: a letter that is lost is not sent twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import directory
from cdp.database import sql
from cdp.mailroom import customer_letters, looks_letter
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.platform import Platform
from cdp.settings import Settings
from consent.errors import Invalid

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
    return customer_letters.send(platform, _DUE, partial(_letter, platform.settings, at), at=at)


def _letter(settings: Settings, at: datetime, session: Session, reader: Addressee) -> Draft | None:
    taken = [Looked(row.organization_id, row.seen, row.stopped) for row in session.execute(_TAKE, {"at": at})]
    looked = [each for each in taken if each.seen or each.stopped]
    if not looked:
        return None
    names = directory.names(session)
    lines = [looks_letter.Line(names.name(each.organization), each.seen, each.stopped) for each in looked]
    return Draft(looks_letter.write(reader.to, reader.known, lines, base_url=settings.base_url))
