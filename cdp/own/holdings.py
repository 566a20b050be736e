"""What a dossier holds, as its owner sees it: values in the clear, sources by id.

Of what is withheld (`cdp.permissions.freshness`) the value is None.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from pydantic import JsonValue

from cdp.cursors import InTime
from cdp.own.addressing import Address, Language
from cdp.permissions import access_requests, grants
from cdp.tables import AccessRequest, Permission
from consent.types import CUSTOMER_SOURCE


class RecordPlace(NamedTuple):
    """Where a page of records ended."""

    category: str
    kind: str
    type: str
    record_id: UUID


class InteractionPlace(NamedTuple):
    """Where a page of interactions ended."""

    at: datetime
    source: UUID
    record_id: UUID


@dataclass(frozen=True, slots=True)
class Summary:
    """Who the customer is to us, and how much there is."""

    emails: list[str]
    since: datetime | None
    language: Language
    address: Address
    categories: list[str]
    records: int
    interactions: int
    evidence: int
    sources: int


@dataclass(frozen=True, slots=True)
class Opening:
    """One live permission, and the words by which the gate lets a record through."""

    recipient: UUID
    purpose: str
    words: frozenset[str]

    def opens(self, source: UUID, category: str) -> bool:
        """Tell whether a record of this source in this category can be read."""
        return not self.words.isdisjoint((category, f"{source}/{category}"))


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a source said; `versions` counts what it said about the same before."""

    record_id: UUID
    subject_id: UUID
    source: UUID
    kind: str
    category: str
    type: str
    origin: str
    standing: str
    occurred_at: datetime
    received_at: datetime
    superseded_at: datetime | None
    disputed_at: datetime | None
    value: JsonValue
    versions: int
    is_withheld: bool = False

    @property
    def place(self) -> RecordPlace:
        """Where a page that ends here ended."""
        return RecordPlace(self.category, self.kind, self.type, self.record_id)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One contact."""

    record_id: UUID
    subject_id: UUID
    source: UUID
    category: str
    type: str
    channel: str | None
    speaker: str | None
    direction: str | None
    occurred_at: datetime
    received_at: datetime
    disputed_at: datetime | None
    value: JsonValue
    is_withheld: bool = False

    @property
    def place(self) -> InteractionPlace:
        """Where a page that ends here ended."""
        return InteractionPlace(self.occurred_at, self.source, self.record_id)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Consent flags as a source sent them."""

    evidence_id: UUID
    source: UUID
    received_at: datetime
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Name:
    """What a source calls the customer."""

    type: str
    value: str | None


@dataclass(frozen=True, slots=True)
class KnownBy:
    """An identifier that a source knows the customer by; without a value it is the customer's own, who proved it."""

    type: str
    value: str | None
    is_verified: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """The customer as one source knows them; without a reason the subject was here from the first day."""

    subject_id: UUID
    source: UUID
    since: datetime
    reason: str | None
    linked_at: datetime | None
    names: list[Name]
    identifiers: list[KnownBy]
    records: int
    interactions: int

    @property
    def is_own(self) -> bool:
        """Tell whether these are the customer's own statements."""
        return self.source == CUSTOMER_SOURCE


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `sources` is None where every source was meant."""

    act_id: UUID
    kind: str
    organization: UUID
    purpose: str
    categories: list[str]
    sources: list[UUID] | None
    expires_at: datetime | None
    at: datetime
    by: str
    request_id: UUID | None
    evidence: JsonValue

    @property
    def place(self) -> InTime:
        """Where a page that ends here ended."""
        return InTime(self.at, self.act_id)


@dataclass(frozen=True, slots=True)
class Grant:
    """Where the customer stands with one organization for one purpose."""

    grant_id: UUID
    organization: UUID
    purpose: str
    is_live: bool
    stopped: str | None
    categories: list[str]
    sources: list[UUID] | None
    expires_at: datetime | None
    attested_categories: list[str]
    attested_expires_at: datetime | None
    since: datetime
    changed_at: datetime

    @classmethod
    def of(cls, permission: Permission, *, at: datetime) -> Self:
        """Return a permission as its owner sees it at `at`."""
        return cls(
            grant_id=grants.grant_id(permission.customer_id, permission.recipient_id, permission.purpose),
            organization=permission.recipient_id,
            purpose=permission.purpose,
            is_live=bool(grants.lawful(permission).open_at(at)),
            stopped=permission.stopped,
            categories=permission.categories,
            sources=permission.sources,
            expires_at=permission.expires_at,
            attested_categories=permission.attested_categories,
            attested_expires_at=permission.attested_expires_at,
            since=permission.since,
            changed_at=permission.changed_at,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What an organization asked, and what became of it; `sources` is None where every source was meant."""

    request_id: UUID
    organization: UUID
    purpose: str
    categories: list[str]
    sources: list[UUID] | None
    days: int
    notice: JsonValue
    consequences: JsonValue
    used_by: str | None
    state: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, request: AccessRequest, *, at: datetime) -> Self:
        """Return a request as its owner sees it at `at`."""
        return cls(
            request_id=request.request_id,
            organization=request.organization_id,
            purpose=request.purpose,
            categories=request.categories,
            sources=request.sources,
            days=request.days,
            notice=request.notice,
            consequences=request.consequences,
            used_by=request.used_by,
            state=access_requests.state(request, at=at),
            asked_at=request.asked_at,
            due_at=request.due_at,
            answered_at=request.answered_at,
        )
