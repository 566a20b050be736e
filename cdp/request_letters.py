"""The letter that tells a customer that somebody asks something: who, whether they are verified, and where to answer.

Rules: (1) no data, no purpose and no word of the organization but its name: those stand on the page, behind the login;
(2) what is asked in the same minute comes in one letter; (3) a request is marked as told before the letter leaves, so
that two workers send one; what the mail server did not take is tried again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp import addressing, directory, dossier, mail
from cdp.database import sql
from cdp.letters import Asked, Letters
from cdp.looks_letter import plain
from cdp.mail import Letter
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.unsealing import OwnKeys
from cdp.ways_in import voice_of
from consent.errors import NotFound

PLACE: Final = "/verzoeken"
AT_ONCE: Final = 500
_DUE: Final = text("select request_letters_due(:at, :at_most)")
_TAKE: Final = text(sql("take_request_letters"))
_AGAIN: Final = text("update access_request set told_at = null where told_at = :at and state = 'pending'")


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
        """Let the letter that was written last be tried again in the next round."""
        with self._platform.database.scoped(self._scope) as session:
            session.execute(_AGAIN, {"at": self._at})


def _letters(platform: Platform, scope: Scope, *, at: datetime) -> list[Letter]:
    with platform.database.scoped(scope) as session:
        keys = OwnKeys(session, platform.ring)
        try:
            addresses, known = dossier.summary(session, keys).emails, addressing.read(session, keys)
        except NotFound:  # left between the question and now
            return []
        taken = [(row.request_id, row.organization_id) for row in session.execute(_TAKE, {"at": at})]
        names = directory.names(session)
    if not taken or not addresses:
        return []
    base = platform.settings.base_url + PLACE
    asked = [
        Asked(plain(names.name(organization)), names.is_verified(organization), f"{base}/{request}")
        for request, organization in sorted(taken)
    ]
    words = Letters(platform.settings.portal_name)
    return [words.requests(to=addresses[0], voice=voice_of(known.language, known.address), asked=asked)]
