"""How a customer wants to be spoken to: language, u or je, by which name, in which colours, and by which letters.

Rules: (1) what identifies nobody stands in clear beside the customer; a name of their own choice is sealed with the key
of their own subject; (2) one thing is chosen at a time, and nothing else changes with it.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import corrections, dossier, receipt_letters
from cdp.database import sql
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from consent.errors import Invalid
from consent.types import CUSTOMER_SOURCE

LONGEST_NAME: Final = 60
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "language": frozenset({"nl", "en"}),
    "address": frozenset({"u", "je"}),
    "greeting": frozenset({"whole", "first", "other"}),
    "theme": frozenset({"auto", "light", "dark"}),
    "reminders": frozenset({"mail", "none"}),
    "receipts": frozenset({"mail", "none"}),
}
_OWN: Final = text(sql("find_own_subject"))


class UnknownChoice(Invalid):
    """There is nothing like this to choose."""

    code = "unknown-choice"


class UnfitName(Invalid):
    """A name is one line of at most sixty characters."""

    code = "unfit-name"


def choose(session: Session, customer: UUID, what: str, choice: str, *, at: datetime) -> None:
    """Keep one choice of the customer in scope, from now on; raises UnknownChoice."""
    if choice not in CHOICES.get(what, frozenset()):
        raise UnknownChoice(field=f"/{what}")
    if what == "receipts":
        receipt_letters.choose(session, customer, wanted=choice == "mail", at=at)
        return
    dossier.adapt(session, {what: choice})


def call_me(platform: Platform, session: Session, name: str) -> None:
    """Keep the name that the customer in scope wants to be called by, sealed; raises UnfitName."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise UnfitName(field="/name")
    customer = corrections.lock(session)
    own = session.execute(_OWN, {"attribute": "", "source": CUSTOMER_SOURCE}).one()
    key = DataKey(platform.ring.unwrap(bytes(own.wrapped), subject=own.subject_id))
    sealed = key.seal(plain.encode(), table="customer", row=customer, column="own_name")
    dossier.adapt(session, {"greeting": "other", "own_name": b64encode(sealed).decode()})
