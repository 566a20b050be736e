"""The tables of the door: clients, tokens, write keys, login links and sessions. Fingerprints only, never a secret."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Text
from sqlmodel import Field, SQLModel


def _moment() -> Any:  # noqa: ANN401 -- what SQLModel's Field returns
    return Field(default=None, sa_type=DateTime(timezone=True))


def _texts() -> Any:  # noqa: ANN401 -- what SQLModel's Field returns
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


class Client(SQLModel, table=True):
    """A program of an organization; without one it is the platform's own auditor."""

    client_id: str = Field(primary_key=True)
    organization_id: UUID | None
    name: str
    secret_hash: bytes
    scopes: list[str] = _texts()
    created_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class AccessToken(SQLModel, table=True):
    """What a client was given for a few minutes."""

    __tablename__ = "access_token"

    token_hash: bytes = Field(primary_key=True)
    client_id: str
    scopes: list[str] = _texts()
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


class LoginLink(SQLModel, table=True):
    """A link that was sent; the address it went to opens with the link only."""

    __tablename__ = "login_link"

    link_hash: bytes = Field(primary_key=True)
    email_blind: bytes
    asker_blind: bytes
    sealed_email: bytes
    asked_at: datetime = _moment()
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment()


class CustomerSession(SQLModel, table=True):
    """A customer who logged in."""

    __tablename__ = "session"

    session_hash: bytes = Field(primary_key=True)
    customer_id: UUID
    session_id: UUID
    started_at: datetime = _moment()
    expires_at: datetime = _moment()
    proven_at: datetime = _moment()
    ended_at: datetime | None = _moment()
