"""Ninety days after a permission was given: is it still right? Asked on the pages, and by one letter for all of them.

Rules: (1) keeping changes nothing about the permission, so it is no act: it is noted beside it, and the ninety days
begin anew; stopping is the act that it always is; (2) a letter names no organization, asks about every permission that
is due and comes once a week at most; (3) it is marked as sent before it leaves, so that two workers send one; what the
mail server did not take is tried again the next day; (4) not answering changes nothing: it ends when it ends.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import addressing, dossier, grants, mail
from cdp.database import sql
from cdp.letters import Letters
from cdp.mail import Letter
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Permission
from cdp.unsealing import OwnKeys
from cdp.ways_in import voice_of
from consent.errors import NotFound, NothingGranted

AFTER: Final = timedelta(days=90)
"""How long after it was given or said to be right a permission is asked about."""
PLACE: Final = "/organisaties"
CHOICE: Final = "/voorkeuren"
AT_ONCE: Final = 500
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
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        due = list(session.execute(_DUE, {"at": at, "at_most": AT_ONCE}).scalars())
    sent = _Sent(platform, at)
    return mail.carry_all(platform.settings, sent.letters(due), failed=sent.failed)


class _Sent:
    """The letters of one round, and whose was written last."""

    def __init__(self, platform: Platform, at: datetime) -> None:
        self._platform, self._at = platform, at
        self._scope = Scope(Principal.CUSTOMER)

    def letters(self, due: list[UUID]) -> Iterator[Letter]:
        """Yield the letter to each customer, in whose own transaction it was marked as sent."""
        for customer in due:
            self._scope = Scope(Principal.CUSTOMER, customer=customer)
            yield from _letters(self._platform, self._scope, at=self._at)

    def failed(self) -> None:
        """Let the letter that was written last be tried again tomorrow."""
        with self._platform.database.scoped(self._scope) as session:
            session.execute(_LATER, {"at": self._at, "again": self._at - AFTER + _AGAIN})


def _letters(platform: Platform, scope: Scope, *, at: datetime) -> list[Letter]:
    with platform.database.scoped(scope) as session:
        keys = OwnKeys(session, platform.ring)
        try:
            addresses, known = dossier.summary(session, keys).emails, addressing.read(session, keys)
        except NotFound:  # left between the question and now
            return []
        number = len({row.recipient_id for row in session.execute(_TAKE, {"at": at})})
    if not number or not addresses:
        return []
    base, words = platform.settings.base_url, Letters(platform.settings.portal_name)
    voice = voice_of(known.language, known.address)
    return [words.reminder(to=addresses[0], voice=voice, number=number, link=base + PLACE, choice=base + CHOICE)]
