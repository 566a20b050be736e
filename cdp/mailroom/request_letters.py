"""The letter that tells a customer that somebody asks something: who, whether they are verified, and where to answer.

Rules: (1) no data, no purpose and no word of the organization but its name: those stand on the page, behind the login;
(2) what is asked in the same minute comes in one letter; (3) a request is marked as told before the letter leaves, so
that two workers send one; what the mail server did not take is tried again.
"""

from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp import directory
from cdp.database import sql
from cdp.mailroom import customer_letters
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.mailroom.letters import Asked, Letters
from cdp.mailroom.looks_letter import plain
from cdp.platform import Platform
from cdp.settings import Settings

PLACE: Final = "/verzoeken"
_DUE: Final = text("select request_letters_due(:at, :at_most)")
_TAKE: Final = text(sql("take_request_letters"))
_AGAIN: Final = text("update access_request set told_at = null where told_at = :at and state = 'pending'")


def send_due(platform: Platform, at: datetime) -> int:
    """Send every letter that is due, and return how many were carried."""
    write = partial(_letter, platform.settings, at)
    return customer_letters.send(platform, _DUE, write, at=at, at_most=customer_letters.AT_ONCE)


def _letter(settings: Settings, at: datetime, session: Session, reader: Addressee) -> Draft | None:
    taken = [(row.request_id, row.organization_id) for row in session.execute(_TAKE, {"at": at})]
    if not taken:
        return None
    names, base = directory.names(session), settings.base_url + PLACE
    asked = [
        Asked(plain(names.name(organization)), names.is_verified(organization), f"{base}/{request}")
        for request, organization in sorted(taken)
    ]
    letter = Letters(settings.portal_name).requests(to=reader.to, voice=reader.voice, asked=asked)
    return Draft(letter, lambda later: later.execute(_AGAIN, {"at": at}))
