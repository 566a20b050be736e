"""Receipts by letter, for who chose that: the proof of each choice, as a file, once a signed checkpoint covers it.

Rules: (1) off until somebody chooses it, and from then on only; (2) the letter says that there are receipts; of whom
and of what stands in the files alone; (3) choices of one moment come in one letter; (4) they are marked as sent before
they leave, so that two workers send one letter; what the mail server did not take is tried again for a day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.database import sql
from cdp.mailroom import customer_letters
from cdp.mailroom.customer_letters import Addressee, Draft
from cdp.mailroom.letters import Letters
from cdp.mailroom.mail import Attachment
from cdp.own import receipts
from cdp.platform import Platform
from cdp.settings import Settings
from consent.errors import NotFound

CHOICES: Final = frozenset({"grant", "narrow", "extend", "revoke", "refuse", "object"})
"""What customers choose; what organizations report, and what ends by itself, has a receipt on the pages."""
PLACE: Final = "/bewijzen"
CHOICE: Final = "/voorkeuren"
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
    write = partial(_letter, platform.settings, at)
    return customer_letters.send(platform, _DUE, write, at_most=customer_letters.AT_ONCE)


def _letter(settings: Settings, at: datetime, session: Session, reader: Addressee) -> Draft | None:
    taken = _whole(session.execute(_TAKE, {"most": _MOST}).all())
    if not taken:
        return None
    mark = {"before": taken[0].told_until, "until": taken[-1].at}
    session.execute(_TOLD, mark)
    proofs = tuple(_proof(session, each) for each in taken if each.kind in CHOICES)
    if not proofs:
        return None
    link, choice = settings.base_url + PLACE, settings.base_url + CHOICE
    words = Letters(settings.portal_name)
    letter = words.receipts(to=reader.to, voice=reader.voice, proofs=proofs, link=link, choice=choice)
    is_old = mark["until"] < at - _TRIED
    return Draft(letter, None if is_old else lambda later: later.execute(_LATER, mark))


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
