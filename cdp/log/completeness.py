"""Up to when the customer's log is complete: what the signed access log holds of them, and what it does not hold yet.

Rules: (1) nothing is claimed beyond the newest signed checkpoint; (2) one line of this customer that it does not cover
ends the claim at that line; (3) without a signed checkpoint nothing is claimed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.log import store
from consent.errors import NotFound

_LOOK_BACK: Final = timedelta(days=1)
_UNLOGGED: Final = text(sql("own_unlogged"))


@dataclass(frozen=True, slots=True)
class Complete:
    """Every look up to `until` stands in the log named `origin`, whose checkpoint of `size` entries is signed."""

    until: datetime
    signed_at: datetime
    size: int
    origin: str


def of_customer(session: Session) -> Complete | None:
    """Return up to when the log of the customer in scope is complete; None when nothing was signed yet."""
    try:
        log = store.current(session, store.ACCESS)
    except NotFound:
        return None
    signed = store.newest(session, log)
    if signed is None or signed.size == 0:
        return None
    facts = {"since": signed.at - _LOOK_BACK, "until": signed.at, "log": log.log_id, "size": signed.size}
    first: datetime | None = session.execute(_UNLOGGED, facts).scalar_one()
    return Complete(min(first or signed.at, signed.at), signed.at, signed.size, log.origin)
