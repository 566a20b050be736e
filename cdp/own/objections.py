"""What a customer's browser says about advertising (Global Privacy Control), and the objection that it is offered as.

Rules: (1) the signal is kept with the moment when it was first heard; (2) it is no act and changes no permission: many
browsers send it for people who never chose it, and a permission was chosen after reading; (3) one click makes it the
act that it could be, an objection (GDPR art. 21) for each organization and purpose that is open.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from cdp.own import dossier
from cdp.own.addressing import Addressing
from cdp.permissions import grants
from cdp.scope import Scope
from cdp.tables import Permission
from consent import acts as law

PURPOSES: Final = frozenset({"direct-marketing", "personalisation"})
"""What the signal is about: advertising, and offers made to measure."""


def noted(session: Session, known: Addressing, *, is_said: bool, at: datetime) -> Addressing:
    """Return how the customer in scope is known, with the signal kept if it came for the first time."""
    if not is_said or known.gpc_since is not None:
        return known
    dossier.adapt(session, {"gpc": at.isoformat()})
    return replace(known, gpc_since=at)


def still_open(session: Session, *, at: datetime) -> list[Permission]:
    """Return what is open for advertising or personal offers, against what the browser says."""
    standing = (each for each in grants.standing(session) if each.purpose in PURPOSES)
    return [each for each in standing if grants.lawful(each).open_at(at)]


def object_everywhere(session: Session, scope: Scope, customer: UUID, *, at: datetime) -> int:
    """Object wherever advertising or personal offers are open, each an act of its own, and return how many."""
    found = still_open(session, at=at)
    for each in found:
        act = law.Object(recipient=each.recipient_id, purpose=each.purpose, at=at)
        grants.record(session, scope, customer, act)
    return len(found)
