"""The subject as which the customer in scope speaks: what they say themselves is sealed with its key."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey
from consent.types import CUSTOMER_SOURCE

_FIND: Final = text(sql("find_own_subject"))


class OwnSubject(NamedTuple):
    """Which subject it is, and its key, ready for use."""

    subject_id: UUID
    key: DataKey


def of_customer(session: Session, ring: KeyProvider) -> OwnSubject:
    """Return the subject of the customer in scope; raises KeyDestroyed once they are erased."""
    own = session.execute(_FIND, {"attribute": "", "source": CUSTOMER_SOURCE}).one()
    return OwnSubject(own.subject_id, DataKey(ring.unwrap(bytes(own.wrapped), subject=own.subject_id)))
