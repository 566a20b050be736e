"""What a transaction runs as: principal, organization, customer and purpose, minted after a credential check."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from sqlmodel import Session

from cdp import clock
from cdp.keys.mac import Mac
from cdp.keys.scope import seal_scope
from consent.fields import NAME

SECONDS = 60
"""How long a minted scope is believed; a stream mints a new one for each chunk."""


class Principal(StrEnum):
    """Who asks. Each has a database role of the same name, with rights of its own."""

    READER = "reader"
    EXPORTER = "exporter"
    SOURCE = "source"
    CUSTOMER = "customer"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    """An organization's own: its programs, write keys and details, and of others not even the name."""
    DOORMAN = "doorman"
    SEQUENCER = "sequencer"
    KEYMASTER = "keymaster"
    MATCHER = "matcher"
    """Who may be the same person: what identifies people, sealed, and nothing else that is said of them."""
    VISITOR = "visitor"
    """Anybody: what the logs publish, and nothing else."""


class Claim(Protocol):
    """What writes down, in the transaction of what a call does, that it was done: see `cdp.idempotency`."""

    def claim(self, session: Session, /) -> None:
        """Write it down, or raise Conflict when another call was first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, for which organization, customer and purpose."""

    principal: Principal
    organization: UUID | None = None
    customer: UUID | None = None
    purpose: str | None = None
    client: str | None = None
    call: Claim | None = field(default=None, compare=False, repr=False)
    """The call that may be made twice, if this is one."""
    is_stale: bool = field(default=False, compare=False)
    """Whether this is a customer's session whose proof of who they are is minutes old (`cdp.permissions.freshness`)."""


DOORMAN: Final = Scope(Principal.DOORMAN)
KEYMASTER: Final = Scope(Principal.KEYMASTER)
MATCHER: Final = Scope(Principal.MATCHER)
OPERATOR: Final = Scope(Principal.OPERATOR)
SEQUENCER: Final = Scope(Principal.SEQUENCER)
VISITOR: Final = Scope(Principal.VISITOR)
"""Scopes of the platform itself, that name nobody."""


class Held(NamedTuple):
    """Access tokens that have to stand for the program and the organization of a scope when it is entered."""

    fingerprints: Sequence[bytes]
    scope: str | None
    """What each token must have been given, such as `profiles:read`.

    None for what began when they were looked at and goes on: by now they may have expired, and not be revoked.
    """


@dataclass(frozen=True, slots=True)
class Mint:
    """Turns a scope into the sealed words that the database believes."""

    key: Mac = field(repr=False)

    def words(self, scope: Scope) -> tuple[str, ...]:
        """Return the seven arguments of the SQL function `enter_scope`.

        Raises ValueError for a client that no entry of the access log could name: it would stand still for everybody.
        """
        if scope.client and not NAME.fullmatch(scope.client):
            raise ValueError("the log cannot tell of such a client")
        until = int(clock.now().timestamp()) + SECONDS
        seal = seal_scope(
            self.key, scope.principal, scope.organization, scope.customer, scope.purpose, scope.client, until
        )
        return (
            scope.principal.value,
            str(scope.organization or ""),
            str(scope.customer or ""),
            scope.purpose or "",
            scope.client or "",
            str(until),
            seal,
        )


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the inner and the outer block of RFC 2104 for `key`, as the database keeps them."""
    block = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
