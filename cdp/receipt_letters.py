"""Receipts by letter, for who chose that: the proof of each choice, as a file, once a signed checkpoint covers it.

Rules: (1) off until somebody chooses it, and from then on only; (2) the letter says that there are receipts; of whom
and of what stands in the files alone; (3) choices of one moment come in one letter; (4) they are marked as sent before
they leave, so that two workers send one letter; what the mail server did not take is tried again for a day.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import addressing, dossier, mail, receipts
from cdp.database import sql
from cdp.letters import Letters
from cdp.mail import Attachment, Letter
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.unsealing import OwnKeys
from cdp.ways_in import voice_of
from consent.errors import NotFound

CHOICES: Final = frozenset({"grant", "narrow", "extend", "revoke", "refuse", "object"})
"""What customers choose; what organizations report, and what ends by itself, has a receipt on the pages."""
PLACE: Final = "/bewijzen"
CHOICE: Final = "/voorkeuren"
AT_ONCE: Final = 500
_ENOUGH: Final = 20
_TRIED: Final = timedelta(days=1)
_MOST: Final = 500
_DUE: Final = text("select receipt_letters_due(:at_most)")
_TAKE: Final = text(sql("take_receipt_letter"))
_TOLD: Final = text("update receipt_letter set told_until = :until")
_LATER: Final = text("update receipt_letter set told_until = :before where told_until = :until")
_WANTED: Final = text("select from receipt_letter")
_BEGIN: Final = text("insert into receipt_letter values (:customer, :at) on conflict (customer_id) do nothing")
_END: Final = text("delete from receipt_letter")


def is_wanted(session: Session) -> bool:
    """Tell whether the customer in scope wants receipts by letter."""
    return session.execute(_WANTED).first() is not None


def choose(session: Session, customer: UUID, *, wanted: bool, at: datetime) -> None:
    """Keep whether the customer in scope wants receipts by letter, of what they choose from now on."""
    if wanted:
        session.execute(_BEGIN, {"customer": customer, "at": at})
    else:
        session.execute(_END)


def send_due(platform: Platform, at: datetime) -> int:
    """Send every letter that is due, and return how many were carried."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        due = list(session.execute(_DUE, {"at_most": AT_ONCE}).scalars())
    sent = _Sent(platform, at)
    return mail.carry_all(platform.settings, sent.letters(due), failed=sent.failed)


class _Sent:
    """The letters of one round, and how to take the last one back."""

    def __init__(self, platform: Platform, at: datetime) -> None:
        self._platform, self._at = platform, at
        self._scope = Scope(Principal.CUSTOMER)
        self._mark: dict[str, datetime] = {}

    def letters(self, due: Sequence[UUID]) -> Iterator[Letter]:
        """Yield the letter to each customer, in whose own transaction it was marked as sent."""
        for customer in due:
            self._scope = Scope(Principal.CUSTOMER, customer=customer)
            letter = self._letter()
            if letter is not None:
                yield letter

    def failed(self) -> None:
        """Let the letter that was written last be tried again, unless it is old."""
        if self._mark["until"] < self._at - _TRIED:
            return
        with self._platform.database.scoped(self._scope) as session:
            session.execute(_LATER, self._mark)

    def _letter(self) -> Letter | None:
        with self._platform.database.scoped(self._scope) as session:
            keys = OwnKeys(session, self._platform.ring)
            taken = _whole(session.execute(_TAKE, {"most": _MOST}).all())
            if not taken:
                return None
            self._mark = {"before": taken[0].told_until, "until": taken[-1].at}
            session.execute(_TOLD, self._mark)
            proofs = tuple(_proof(session, each) for each in taken if each.kind in CHOICES)
            try:
                addresses, known = dossier.summary(session, keys).emails, addressing.read(session, keys)
            except NotFound:  # left between the question and now
                return None
        if not proofs or not addresses:
            return None
        base, words = self._platform.settings.base_url, Letters(self._platform.settings.portal_name)
        voice = voice_of(known.language, known.address)
        return words.receipts(to=addresses[0], voice=voice, proofs=proofs, link=base + PLACE, choice=base + CHOICE)


def _whole(found: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the oldest choices that are all signed, those of one moment together."""
    taken: list[Row[Any]] = []
    for _, moment in groupby(found, key=lambda each: each.at):
        together = list(moment)
        if len(taken) >= _ENOUGH or not all(each.is_signed for each in together):
            break
        taken += together
    return taken


def _proof(session: Session, act: Row[Any]) -> Attachment:
    receipt = receipts.find(session, act.act_id)
    if receipt is None:
        raise NotFound("a signed act has a receipt")
    return Attachment(f"{act.at:%Y-%m-%d}-{act.kind}-{act.act_id.hex[:8]}.tlog-proof", receipt.to_bytes())
