"""Undoing a stop: the act that gives back what stood before, as a new act that erases nothing.

Rules: (1) nothing comes back that the customer had not allowed; (2) an end that has passed meanwhile is not moved;
(3) what an organization attested comes back as the customer's own grant of that organization's own records.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from cdp.permissions import grants
from cdp.tables import Act, Permission
from consent import acts as law
from consent.errors import Conflict

_GIVING: Final = frozenset({"grant", "narrow", "extend"})
_STOPPING: Final = frozenset({"revoke", "refuse", "object"})


class NothingToUndo(Conflict):
    """There is nothing to give back here: it was never allowed, it still is, or its time is over."""

    code = "nothing-to-undo"


def resume(session: Session, permission: Permission, *, at: datetime) -> law.Grant:
    """Return the grant that gives back what the last stop took; raises NothingToUndo."""
    given = last_given(grants.history(session, permission), at=at)
    if permission.stopped is None or given is None or given.expires_at is None:
        raise NothingToUndo
    own = frozenset({given.recipient_id})
    named = None if given.sources is None else frozenset(given.sources)
    return law.Grant(
        recipient=permission.recipient_id,
        purpose=permission.purpose,
        at=at,
        categories=frozenset(given.categories),
        sources=own if given.kind == "attest" else named,
        expires_at=min(given.expires_at, law.latest_end(at)),
    )


def last_given(acts: list[Act], *, at: datetime) -> Act | None:
    """Return the act whose extent stood when the last stop came, if its time is not over at `at`."""
    before = acts[: next((place for place in range(len(acts), 0, -1) if acts[place - 1].kind in _STOPPING), 0)]
    own = [act for act in before if act.kind in _GIVING]
    attested = [act for act in before if act.kind == "attest"]
    given = (own or attested)[-1:]
    return next((act for act in given if act.expires_at is not None and act.expires_at > at and act.categories), None)
