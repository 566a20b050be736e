"""Whose dossier a proven address or number opens: the customer behind it, with what nobody else can be meant by.

Rules: (1) whoever proves an address first owns it, until they give it up; (2) the dossiers that know it as verified,
that nobody claimed and that are one person's become the customer's own; (3) what was proven is kept sealed under their
own key.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import ids
from cdp.database import sql
from cdp.keys import sealing
from cdp.keys.blind import IdentifierType
from cdp.keys.sealing import DataKey
from cdp.own import corrections, own_subject
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Conflict
from consent.types import CUSTOMER_SOURCE

KINDS: Final = (IdentifierType.EMAIL, IdentifierType.PHONE)
_TABLE: Final = "reference"
_PROVE: Final = text("select prove_identifier(:customer, :type, :blind, :sealed, :at)")
_REMOVE: Final = text("select remove_way_in(:kind, null, :blind)")


class ProvenByAnother(Conflict):
    """This address or number belongs to another dossier; log in there and remove it first."""

    code = "proven-by-another"


class LastWayIn(Conflict):
    """This is the last way in; add another one first."""

    code = "last-way-in"


@dataclass(frozen=True, slots=True)
class Proven:
    """An address or number that the customer proved."""

    type: IdentifierType
    value: str = field(repr=False)
    since: datetime


def claim(session: Session, platform: Platform, email: str, *, at: datetime) -> tuple[UUID, bool]:
    """Return the customer whom this proven address belongs to, and whether they are new; doorman only."""
    subject, own_key = ids.row(), sealing.new_data_key()
    found = session.execute(
        text(sql("claim_customer")),
        {
            "type": IdentifierType.EMAIL.value,
            "blind": platform.blind.of(IdentifierType.EMAIL, email),
            "sealed": DataKey(own_key).seal(email.encode(), table=_TABLE, row=subject, column="sealed"),
            "customer": ids.row(),
            "subject": subject,
            "wrapped": platform.ring.wrap(platform.ring.new_slot(), own_key, subject=subject),
            "at": at,
        },
    ).one()
    return found.customer_id, found.is_new


def keep_address(platform: Platform, customer: UUID, email: str, *, at: datetime) -> None:
    """Keep a proven address as what the customer says, unless they ever said one: safe to repeat at every login."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        own = session.execute(text(sql("find_own_subject")), {"attribute": "email", "source": CUSTOMER_SOURCE}).first()
        if own is not None and not own.is_stated:
            corrections.state(platform, session, "email", email, at=at)


def seal(session: Session, platform: Platform, value: str) -> tuple[UUID, bytes]:
    """Return the subject as which the customer in scope speaks, and `value` sealed under its key."""
    own = own_subject.of_customer(session, platform.ring)
    return own.subject_id, own.key.seal(value.encode(), table=_TABLE, row=own.subject_id, column="sealed")


def prove(session: Session, platform: Platform, customer: UUID, proven: Proven, sealed: bytes) -> int:
    """Keep what the customer proved and return how many dossiers joined theirs; doorman only.

    Raises ProvenByAnother when it opens somebody else's dossier already.
    """
    blind = platform.blind.of(proven.type, proven.value)
    words = {"customer": customer, "type": proven.type.value, "blind": blind, "sealed": sealed, "at": proven.since}
    return int(session.execute(_PROVE, words).scalar_one())


def proven(session: Session, platform: Platform) -> list[Proven]:
    """Return every address and number that the customer in scope proved, addresses first."""
    keys = OwnKeys(session, platform.ring)
    rows = session.execute(text(sql("own_proven")), {"source": CUSTOMER_SOURCE})
    opened = [(row, keys.open(row.subject_id, row.sealed, table=_TABLE, row=row.subject_id)) for row in rows]
    return [Proven(IdentifierType(row.type), plain.decode(), row.since) for row, plain in opened if plain is not None]


def remove(session: Session, platform: Platform, kind: IdentifierType, value: str) -> None:
    """Give up an address or number of the customer in scope; raises NotFound, or LastWayIn for the last address."""
    session.execute(_REMOVE, {"kind": kind.value, "blind": platform.blind.of(kind, value)})
