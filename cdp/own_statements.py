"""What customers say about themselves: records of their own subject, whose source is the customer."""

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import ids
from cdp.database import sql
from cdp.keys.mac import Mac
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.types import CUSTOMER_SOURCE

_EMAIL: Final = "email"
_CONTACT: Final = "contact"


def ensure_email(platform: Platform, customer: UUID, email: str, *, at: datetime) -> None:
    """Store the proven address as what the customer says, unless there is or was one; safe to repeat at every login."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        own = session.execute(text(sql("find_own_subject")), {"attribute": _EMAIL, "source": CUSTOMER_SOURCE}).first()
        if own is not None and not own.is_stated:
            key = platform.ring.unwrap(own.wrapped, subject=own.subject_id)
            _state(session, customer, own.subject_id, key, json.dumps(email).encode(), at=at)


def _state(session: Session, customer: UUID, subject: UUID, key: bytes, value: bytes, *, at: datetime) -> None:
    row = ids.row()
    words = {
        "customer": customer,
        "record": row,
        "subject": subject,
        "source": CUSTOMER_SOURCE,
        "category": _CONTACT,
        "attribute": _EMAIL,
        "digest": Mac(key).digest(value),
        "sealed": DataKey(key).seal(value, table="record", row=row, column="sealed"),
        "at": at,
    }
    session.execute(text(sql("state_attribute")), words)
