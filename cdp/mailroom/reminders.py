"""The letter that asks whether permissions of ninety days ago are still right: one for all of them.

Rules: (1) a letter names no organization, asks about every permission that is due and comes once a week at most; (2) it
is marked as sent before it leaves, so that two workers send one; what the mail server did not take is tried again the
next day.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.mailroom import customer_letters
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.mailroom.letters import Letters
from cdp.permissions import reviews
from cdp.platform import Platform
from cdp.settings import Settings

PLACE: Final = "/organisaties"
CHOICE: Final = "/voorkeuren"
_AGAIN: Final = timedelta(days=1)
_DUE: Final = text("select reminders_due(:at, :at_most)")
_TAKE: Final = text(sql("take_reminders"))
_LATER: Final = text("update reminder set told_at = :again where told_at = :at")


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
    return Draft(letter, lambda later: later.execute(_LATER, {"at": at, "again": at - reviews.AFTER + _AGAIN}))
