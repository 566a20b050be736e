"""What an organization's own administrators may do: their programs, write keys and details, and nobody else's.

Rules: (1) another organization's program or key is not there; (2) a program may be made, given a new secret, led
elsewhere or be a role of employees only when the operator allowed the organization everything that it may do (`cdp org
set --may`): whoever gets its secret or its role can do all of that; (3) ending is always allowed; (4) all three hold in
PostgreSQL as well, but for roles: its role for administrators sees one organization
(migrations/sql/0001_administrators.sql).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from cdp import clients, organization_details
from cdp.client_scopes import WIRE_SCOPE
from cdp.clients import ClientUnknown, KeyFacts, NewClient, NewWriteKey
from cdp.idempotency import Call
from cdp.keys.tokens import Fingerprints
from cdp.log_lines import line
from cdp.office import employees
from cdp.office.employees import EmployeeProvider
from cdp.organizations import OrganizationUnknown
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Client, Organization
from consent.errors import Refused

_LOG: Final = logging.getLogger("cdp.office.administration")


class ScopeNotAllowed(Refused):
    """The operator did not allow your organization to give this to its programs."""

    code = "scope-not-allowed"


@dataclass(frozen=True, slots=True)
class Office:
    """An organization, and the program of it that administers; `slug` is for the log."""

    organization: UUID
    slug: str
    client_id: str
    call: Call | None = None

    @property
    def scope(self) -> Scope:
        """The scope in which clients and keys are kept."""
        return Scope(Principal.ADMINISTRATOR, self.organization, client=self.client_id, call=self.call)

    def shown(self, session: Session) -> Organization:
        """Return the organization."""
        found = session.get(Organization, self.organization)
        if found is None:
            raise OrganizationUnknown
        return found

    def say(
        self, session: Session, *, language: str | None, privacy_mail: str | None, answer_days: int | None = None
    ) -> Organization:
        """Say in which language letters are, where those about privacy go, and how soon a human answers.

        None leaves what stood, and an empty word takes it back.
        """
        facts: dict[str, Any] = {"language": language, "privacy_mail": privacy_mail, "answer_days": answer_days}
        made = organization_details.put(session, self.organization, **facts)
        self._tell("details-changed", self.slug)
        return made

    def programs(self, session: Session) -> list[Client]:
        """Return its clients, oldest first."""
        return clients.of_organization(session, self.organization)

    def add_program(  # what a client is, each by name
        self,
        session: Session,
        fingerprints: Fingerprints,
        *,
        name: str,
        scopes: Sequence[str],
        is_human: bool,
        is_bound: bool = False,
        at: datetime,
    ) -> NewClient:
        """Make a client and return its secret, once; raises ScopeNotAllowed."""
        self._check(session, scopes)
        facts: dict[str, Any] = {"organization": self.organization, "name": name, "scopes": scopes, "at": at}
        made = clients.create(session, fingerprints, is_human=is_human, is_bound=is_bound, **facts)
        self._tell("client-added", made.client_id)
        return made

    def add_signing_program(  # noqa: PLR0913  # what a client is, each by name
        self,
        session: Session,
        *,
        name: str,
        scopes: Sequence[str],
        keys: Mapping[str, Any],
        algorithms: Sequence[str],
        is_human: bool,
        is_bound: bool,
        at: datetime,
    ) -> str:
        """Make a client that signs with a key of its own and return its id; raises ScopeNotAllowed or Invalid."""
        self._check(session, scopes)
        facts: dict[str, Any] = {"organization": self.organization, "name": name, "scopes": scopes, "at": at}
        how: dict[str, Any] = {"keys": keys, "algorithms": algorithms, "is_human": is_human, "is_bound": is_bound}
        made = clients.create_with_keys(session, **facts, **how)
        self._tell("client-added", made)
        return made

    def change_keys(
        self, session: Session, client_id: str, *, keys: Mapping[str, Any], algorithms: Sequence[str], at: datetime
    ) -> None:
        """Let one of its clients sign with other keys; raises ScopeNotAllowed, NotFound, Conflict or Invalid."""
        self._check(session, self._own(session, client_id).scopes)
        clients.change_keys(session, client_id, keys=keys, algorithms=algorithms, at=at)
        self._tell("client-keys-changed", client_id)

    def rotate_program(
        self, session: Session, fingerprints: Fingerprints, client_id: str, *, at: datetime
    ) -> NewClient:
        """Give one of its clients a new secret and return it, once; raises ScopeNotAllowed or NotFound."""
        self._check(session, self._own(session, client_id).scopes)
        made = clients.rotate(session, fingerprints, client_id, at=at)
        self._tell("client-rotated", client_id)
        return made

    def lead_back(self, session: Session, client_id: str, *, redirects: Sequence[str], logouts: Sequence[str]) -> None:
        """Say where one of its apps may have customers led back to; raises ScopeNotAllowed or NotFound."""
        found = self._own(session, client_id)
        self._check(session, found.scopes)
        alone = "client_credentials" in found.grant_types
        clients.lead_back(session, client_id, redirects=redirects, logouts=logouts, is_app_only=not alone)
        self._tell("client-led-back", client_id)

    def admit_employees(
        self,
        session: Session,
        platform: Platform,
        provider: EmployeeProvider,
        *,
        unverified_secret: str | None,
    ) -> EmployeeProvider:
        """Say how its employees log in, each as one of its programs.

        Raises ScopeNotAllowed, NotFound, Conflict or Invalid.
        """
        organization = self.shown(session)
        employees.put(session, platform, organization, provider, unverified_secret=unverified_secret)
        for client_id in provider.roles.values():
            self._check(session, self._own(session, client_id).scopes)
        self._tell("employees-changed", self.slug)
        return employees.shown(organization)

    def end_program(self, session: Session, client_id: str, *, at: datetime) -> None:
        """End one of its clients with all its tokens; raises NotFound."""
        self._own(session, client_id)
        clients.revoke(session, client_id, at=at)
        self._tell("client-ended", client_id)

    def write_keys(self, session: Session) -> list[KeyFacts]:
        """Return its write keys, oldest first."""
        return clients.write_keys_of(session, self.organization)

    def add_write_key(self, session: Session, fingerprints: Fingerprints, *, name: str, at: datetime) -> NewWriteKey:
        """Make a write key and return it, once; raises ScopeNotAllowed."""
        self._check(session, [WIRE_SCOPE])
        made = clients.create_write_key(session, fingerprints, self.organization, name=name, at=at)
        self._tell("write-key-added", made.key_id)
        return made

    def rotate_write_key(
        self, session: Session, fingerprints: Fingerprints, key_id: str, *, at: datetime
    ) -> NewWriteKey:
        """Put a new write key in the place of one and return it, once; raises ScopeNotAllowed or NotFound."""
        self._check(session, [WIRE_SCOPE])
        made = clients.rotate_write_key(session, fingerprints, self.organization, key_id, at=at)
        self._tell("write-key-rotated", key_id)
        return made

    def end_write_key(self, session: Session, key_id: str, *, at: datetime) -> None:
        """End one of its write keys; raises NotFound."""
        clients.revoke_write_key(session, self.organization, key_id, at=at)
        self._tell("write-key-ended", key_id)

    def _own(self, session: Session, client_id: str) -> Client:
        found = session.get(Client, client_id)
        if found is None or found.organization_id != self.organization or found.revoked_at is not None:
            raise ClientUnknown
        return found

    def _check(self, session: Session, scopes: Sequence[str]) -> None:
        if not set(organization_details.said(self.shown(session)).may) >= set(scopes):
            raise ScopeNotAllowed(field="/scopes")

    def _tell(self, change: str, subject: str) -> None:
        told = line("administration", organization=self.slug, by=self.client_id, change=change, subject=subject)
        _LOG.info("%s", told)
