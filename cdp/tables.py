"""The tables that plain SQLModel code reads and writes; the hot paths speak SQL of their own.

Columns, no behaviour. The migrations make the tables; these classes only name what they hold.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Interval, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _moment() -> Any:  # noqa: ANN401  # what SQLModel's Field returns
    return Field(default=None, sa_type=DateTime(timezone=True))


def _texts() -> Any:  # noqa: ANN401  # what SQLModel's Field returns
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


def _document() -> Any:  # noqa: ANN401  # what SQLModel's Field returns
    return Field(sa_column=Column(JSONB))


class Organization(SQLModel, table=True):
    """A company that supplies records and asks to see them."""

    organization_id: UUID = Field(primary_key=True)
    slug: str
    name: str
    details: dict[str, Any] = _document()
    created_at: datetime = _moment()
    verified_at: datetime | None = _moment()
    closed_at: datetime | None = _moment()


class Act(SQLModel, table=True):
    """One thing that happened to a permission; append only."""

    customer_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    act_id: UUID
    kind: str
    recipient_id: UUID
    purpose: str
    categories: list[str] = _texts()
    sources: list[UUID] | None = Field(sa_column=Column(ARRAY(Uuid)))
    expires_at: datetime | None = _moment()
    at: datetime = _moment()
    by: str
    client_id: str | None
    request_id: UUID | None
    evidence: dict[str, Any] = _document()


class Permission(SQLModel, table=True):
    """What the acts add up to for one customer, recipient and purpose."""

    customer_id: UUID = Field(primary_key=True)
    recipient_id: UUID = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    categories: list[str] = _texts()
    sources: list[UUID] | None = Field(sa_column=Column(ARRAY(Uuid)))
    expires_at: datetime | None = _moment()
    attested_categories: list[str] = _texts()
    attested_expires_at: datetime | None = _moment()
    stopped_categories: list[str] = _texts()
    stopped: str | None
    chosen_at: datetime | None = _moment()
    act_id: UUID
    since: datetime = _moment()
    changed_at: datetime = _moment()
    epoch: int


class AccessRequest(SQLModel, table=True):
    """An organization asks a customer: these categories, this purpose, this long, because."""

    __tablename__ = "access_request"

    customer_id: UUID = Field(primary_key=True)
    request_id: UUID = Field(primary_key=True)
    organization_id: UUID
    purpose: str
    categories: list[str] = _texts()
    sources: list[UUID] | None = Field(sa_column=Column(ARRAY(Uuid)))
    days: int
    notice: dict[str, Any] = _document()
    consequences: dict[str, Any] = _document()
    used_by: str | None = None
    texts: bytes | None = None
    state: str
    asked_at: datetime = _moment()
    due_at: datetime = _moment()
    answered_at: datetime | None = _moment()
    told_at: datetime | None = _moment()


# --- the door: fingerprints only, never a secret --------------------------------------------


class Client(SQLModel, table=True):
    """A program of an organization; without one it is the platform's own auditor."""

    client_id: str = Field(primary_key=True)
    organization_id: UUID | None
    name: str
    secret_hash: bytes | None
    keys: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    algorithms: list[str] = _texts()
    scopes: list[str] = _texts()
    is_human: bool = False
    is_bound: bool = False
    grant_types: list[str] = _texts()
    redirect_uris: list[str] = _texts()
    logout_uris: list[str] = _texts()
    created_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class AccessToken(SQLModel, table=True):
    """What a client was given for a few minutes."""

    __tablename__ = "access_token"

    token_hash: bytes = Field(primary_key=True)
    client_id: str
    scopes: list[str] = _texts()
    key_hash: bytes | None = None
    family_id: UUID | None = None
    issued_at: datetime = _moment()
    expires_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class WriteKey(SQLModel, table=True):
    """What a source sends events with."""

    __tablename__ = "write_key"

    key_hash: bytes = Field(primary_key=True)
    organization_id: UUID
    name: str
    batch_bytes: int
    created_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class CustomerSession(SQLModel, table=True):
    """A customer who logged in."""

    __tablename__ = "session"

    session_hash: bytes = Field(primary_key=True)
    customer_id: UUID
    session_id: UUID
    way: str
    device: str
    started_at: datetime = _moment()
    idle: timedelta = Field(sa_type=Interval)
    expires_at: datetime = _moment()
    ends_at: datetime = _moment()
    proven_at: datetime = _moment()
    ended_at: datetime | None = _moment()
