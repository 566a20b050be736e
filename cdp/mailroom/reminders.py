"""Ninety days after a permission was given: is it still right? Asked on the pages, and by one letter for all of them.

Rules: (1) keeping changes nothing about the permission, so it is no act: it is noted beside it, and the ninety days
begin anew; stopping is the act that it always is; (2) a letter names no organization, asks about every permission that
is due and comes once a week at most; (3) it is marked as sent before it leaves, so that two workers send one; what the
mail server did not take is tried again the next day; (4) not answering changes nothing: it ends when it ends.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.mailroom import customer_letters
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.mailroom.letters import Letters
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.settings import Settings
from cdp.tables import Permission
from consent.errors import NothingGranted

AFTER: Final = timedelta(days=90)
"""How long after it was given or said to be right a permission is asked about."""
PLACE: Final = "/organisaties"
CHOICE: Final = "/voorkeuren"
_AGAIN: Final = timedelta(days=1)
_DUE: Final = text("select reminders_due(:at, :at_most)")
_REVIEWS: Final = text(sql("own_reviews"))
_KEEP: Final = text(sql("keep_permission"))
_TAKE: Final = text(sql("take_reminders"))
_LATER: Final = text("update reminder set told_at = :again where told_at = :at")

PerGrant = dict[tuple[UUID, str], datetime]


def to_review(session: Session, *, at: datetime) -> PerGrant:
    """Return the open permissions that the customer in scope gave or kept ninety days ago, and when that was."""
    return {(row.recipient_id, row.purpose): row.since for row in session.execute(_REVIEWS, {"at": at})}


def keep(session: Session, standing: Permission, *, at: datetime) -> None:
    """Note that a permission is still right; raises NothingGranted for one that opens nothing."""
    if not grants.lawful(standing).open_at(at):
        raise NothingGranted
    facts = {"customer": standing.customer_id, "recipient": standing.recipient_id, "purpose": standing.purpose}
    session.execute(_KEEP, facts | {"at": at})


def send_due(platform: Platform, at: datetime) -> int:
    """Send every letter that is due, and return how many were carried."""
    write = partial(_letter, platform.settings, at)
    return customer_letters.send(platform, _DUE, write, at=at, at_most=customer_letters.AT_ONCE)


def _letter(settings: Settings, at: datetime, session: Session, reader: Addressee) -> Draft | None:
    number = len({row.recipient_id for row in session.execute(_TAKE, {"at": at})})
    if not number:
        return None
    link, choice = settings.base_url + PLACE, settings.base_url + CHOICE
    words = Letters(settings.portal_name)
    letter = words.reminder(to=reader.to, voice=reader.voice, number=number, link=link, choice=choice)
    return Draft(letter, lambda later: later.execute(_LATER, {"at": at, "again": at - AFTER + _AGAIN}))
