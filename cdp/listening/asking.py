"""An organization asks how a conversation was: once, not too often, and only whom it may.

Rules: (1) the question is bound to a conversation that the organization itself recorded; (2) the customer has an
account and granted it their own conversations for customer care, for an answer that nobody may use is not asked for;
(3) the contact decision is asked, too; (4) nothing is asked twice of one conversation, nor within thirty days of the
same organization, nor within seven of any; (5) the database holds to 1, 2 and 4, and each question leaves a line in the
log.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from cdp import ids
from cdp.ingest import arrivals
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import NotFound

PURPOSE: Final = "customer-care"
"""What the question and the answers are for; the grant for it, of conversations, opens them."""
CATEGORY: Final = "conversations"
TOPIC: Final = "questions"
"""As what a survey counts for the contact decision."""
ASKED: Final = "asked"
"""The reason of a survey that was made now."""
_WHOSE: Final = text("select customer_id from interaction where record_id = :record")
_OPEN: Final = text("select standing, since, until, reason from open_survey(:record, :survey, :barrier, :at)")


class InteractionUnknown(NotFound):
    """You recorded no interaction of this type under this key."""

    code = "interaction-unknown"


class Talk(NamedTuple):
    """An interaction, and whose it is."""

    record: UUID
    customer: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """The survey that stands, or none; the reason says why."""

    survey_id: UUID | None
    asked_at: datetime | None
    closes_at: datetime | None
    reason: str


def whom(platform: Platform, scope: Scope, type: str, key: str) -> Talk:
    """Return an interaction that the organization in scope recorded itself; raises InteractionUnknown."""
    record = arrivals.interaction(platform.ring, scope.organization or ids.NIL, type, key)
    with platform.database.scoped(replace(scope, call=None)) as session:
        customer: UUID | None = session.execute(_WHOSE, {"record": record}).scalar_one_or_none()
    if customer is None:
        raise InteractionUnknown(field="/key")
    return Talk(record, customer)


def ask(platform: Platform, scope: Scope, talk: Talk, *, barrier: str | None, at: datetime) -> Asked:
    """Ask the customer of an interaction how it was, and return what stands.

    `scope` is the organization as a source; `barrier` is the contact decision: why this customer does not want to be
    asked now, or None. Asking again returns the survey that stands already.
    """
    facts = {"record": talk.record, "survey": ids.row(), "barrier": barrier, "at": at}
    with platform.database.scoped(scope) as session:
        return Asked(*session.execute(_OPEN, facts).one())
