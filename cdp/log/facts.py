"""What the outboxes hold: facts that a log is to tell of, as they stand in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ActFact:
    """An act, with its columns in the order in which `log_take_consent.sql` gives them."""

    customer: UUID
    act_id: UUID
    kind: str
    recipient: UUID
    purpose: str
    categories: list[str]
    sources: list[UUID] | None
    expires_at: datetime | None
    at: datetime
    by: str
    client: str | None
    request_id: UUID | None
    evidence: dict[str, Any]
    other_id: UUID | None
    other: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFact:
    """A subject that was linked or unlinked."""

    customer: UUID
    link_id: UUID
    kind: str
    reason: str
    subject: UUID
    source: UUID
    at: datetime

    @property
    def fact_id(self) -> UUID:
        """The link."""
        return self.link_id


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFact:
    """A customer's change of wishes: what it sets, and what it takes back."""

    customer: UUID
    fact_id: UUID
    said: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFact:
    """What an organization stated, to a customer or (the nil id) to nobody in particular."""

    customer: UUID
    fact_id: UUID
    statement: str
    organization: UUID
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureFact:
    """Customers who are gone."""

    erasure_id: UUID
    customers: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFact:
    """A key that came or went, or a policy that changed."""

    change: str
    subject: str
    at: datetime


class AccessFact(NamedTuple):
    """A read or a refusal, with its columns in the order in which `log_take_accesses.sql` gives them.

    There are millions of these, so they are made as cheaply as Python can.
    """

    customer: UUID
    at: datetime
    access_id: UUID
    organization: UUID | None
    client: str | None
    principal: str
    path: str
    purpose: str | None
    asked: list[str]
    released: list[str]
    records: int
    outcome: str
    reason: str
    act_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFact:
    """A row of the outbox that says nothing that could be told."""

    customer: UUID
    said: str


PersonalFact = ActFact | LinkFact | WishFact | StatementFact
"""What has a place in the chain of a customer."""
ConsentFact = PersonalFact | ErasureFact | PolicyFact | UnreadableFact
