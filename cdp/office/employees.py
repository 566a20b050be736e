"""Employees of an organization: they log in with its own OpenID provider and look, in a role, through its programs.

Rules: (1) an organization names its provider, the claim that holds a person's roles, and for each role the program that
stands for it: one through which people look; (2) a login is that program's, so its rights bound what an employee sees,
customers read its name in their log, and ending it ends the employees; (3) who has no role comes nowhere; of the others
nothing is kept but the role; (4) the provider's secret is sealed.
"""

import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from cdp import outside
from cdp.clients import ClientUnknown
from cdp.keys import tokens
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.keys.sealing import DataKey
from cdp.keys.tokens import Prefix
from cdp.logins import ceremonies
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import ChallengeEnded, Kind
from cdp.logins.openid import Registration, RelyingParty
from cdp.logins.page_logins import PageLogins
from cdp.platform import Platform
from cdp.reads.profiles import NEEDED
from cdp.reads.reading import Asker as Reader
from cdp.scope import DOORMAN
from cdp.tables import Client, Organization
from consent.errors import Invalid, NotFound, Refused, Unauthenticated

PATH: Final = "/klantkaart/terug"
"""Where a provider sends the browser back to, with the organization's slug behind it."""
PURPOSE: Final = "customer-care"
SECONDS: Final = 4 * 3_600
MOST_ROLES: Final = 20
LONGEST: Final = 200
LOGINS: Final = PageLogins(Prefix.EMPLOYEE, "card:page", NEEDED, SECONDS)
"""The logins of employees in a browser."""
_ENTRY: Final = "employees"
_SCOPE: Final = "openid"


class NoEmployees(NotFound):
    """This organization has not said how its employees log in."""

    code = "no-employees"


class NoRole(Refused):
    """Your organization's provider gives you no role that may look here."""

    code = "no-role"


class UnfitProvider(Invalid):
    """A provider has an https address, an id for us, the claim that holds roles, and 1 to 20 roles."""

    code = "unfit-provider"


class UnfitRole(Invalid):
    """A role stands for a living program of the organization through which people look and that may read profiles."""

    code = "unfit-role"


@dataclass(frozen=True, slots=True)
class EmployeeProvider:
    """How employees log in: which program each word of the claim stands for, in order of preference."""

    issuer: str
    client_id: str
    claim: str
    roles: Mapping[str, str]
    has_secret: bool = False


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody of an organization who looks in the role of one of its programs."""

    organization: UUID
    slug: str
    name: str
    client_id: str
    role: str
    ends_at: datetime

    @property
    def reader(self) -> Reader:
        """Who asks for a profile."""
        return Reader(self.organization, self.client_id, PURPOSE)


def are_admitted(organization: Organization) -> bool:
    """Tell whether an organization has said how its employees log in."""
    return _ENTRY in organization.details


def shown(organization: Organization) -> EmployeeProvider:
    """Return how the employees of an organization log in; raises NoEmployees."""
    entry = organization.details.get(_ENTRY)
    if entry is None:
        raise NoEmployees
    return EmployeeProvider(
        entry["issuer"], entry["client_id"], entry["claim"], dict(entry["roles"]), entry["secret"] is not None
    )


def put(
    session: Session,
    platform: Platform,
    organization: Organization,
    provider: EmployeeProvider,
    *,
    unverified_secret: str | None,
) -> None:
    """Say how employees log in; without a secret the one that stands stays.

    Raises UnfitProvider, ClientUnknown, UnfitRole or BadAddress.
    """
    before = organization.details.get(_ENTRY) or {}
    _check(session, platform, organization.organization_id, provider)
    sealed = before.get("secret") if (before.get("issuer"), before.get("client_id")) == _us(provider) else None
    if unverified_secret is not None:
        if not 1 <= len(unverified_secret) <= LONGEST:
            raise UnfitProvider(field="/client_secret")
        sealed = _sealed(platform.ring, organization.organization_id, unverified_secret)
    entry: dict[str, Any] = {"issuer": provider.issuer, "client_id": provider.client_id, "claim": provider.claim}
    entry |= {"roles": list(provider.roles.items()), "secret": sealed}  # a list keeps its order in jsonb
    organization.details = {**organization.details, _ENTRY: entry}
    session.flush()


def remove(session: Session, organization: Organization) -> None:
    """Let no employee log in any more; raises NoEmployees. Who is in stays so until their program or login ends."""
    if not are_admitted(organization):
        raise NoEmployees
    organization.details = {name: value for name, value in organization.details.items() if name != _ENTRY}
    session.flush()


class Employees:
    """The providers of organizations, as far as this process has met them."""

    def __init__(self, platform: Platform) -> None:
        """Know none yet."""
        self._platform = platform
        self._lock = threading.Lock()
        self._parties = lru_cache(maxsize=256)(self._party)

    def host(self, slug: str) -> str:
        """Return the name of the host where the employees of an organization log in; raises NoEmployees."""
        return self._of(slug)[1].host

    def start(self, slug: str, asker: Asker, *, at: datetime) -> str:
        """Return where to send the browser of an employee; raises NoEmployees, TooManyRequests or ExternalFailed."""
        _, party = self._of(slug)
        state = tokens.new(Prefix.STATE)
        address = party.address(state=state, secret=asker.browser or "")
        with self._platform.database.scoped(DOORMAN) as session:
            ceremonies.ask(session, self._platform, Kind.EMPLOYEE, _challenge(slug, state), asker, at=at)
        return address

    def finish(self, slug: str, answer: Mapping[str, str], asker: Asker, *, at: datetime) -> str:
        """Return the word that the browser of an employee keeps.

        Raises NoEmployees, ChallengeEnded, ExternalFailed or NoRole.
        """
        provider, party = self._of(slug)
        state, secret = answer.get("state", ""), asker.browser
        with self._platform.database.scoped(DOORMAN) as session:
            challenge = _challenge(slug, state)
            is_good = ceremonies.use(session, self._platform, Kind.EMPLOYEE, challenge, secret, at=at)
        if not is_good or secret is None:
            raise ChallengeEnded
        claims = party.claims(answer, secret=secret, wanted=provider.claim)
        with self._platform.database.scoped(DOORMAN) as session:
            client = _program(session, slug, provider, claims.get(provider.claim))
            return LOGINS.begin(session, self._platform, client, at=at)

    def known(self, unverified_word: str, *, at: datetime) -> Employee:
        """Return whose login this is now; raises Unauthenticated."""
        with self._platform.database.scoped(DOORMAN) as session:
            found = LOGINS.found(session, self._platform, unverified_word, at=at)
            if found is None or not found[1].is_human:
                raise Unauthenticated("this page needs an employee's login")
            login, client, organization = found
            whose = organization.organization_id, organization.slug, organization.name
            return Employee(*whose, client.client_id, client.name, login.expires_at)

    def end(self, unverified_word: str, *, at: datetime) -> None:
        """End a login, if it is one."""
        LOGINS.end(self._platform, unverified_word, at=at)

    def _of(self, slug: str) -> tuple[EmployeeProvider, RelyingParty]:
        with self._platform.database.scoped(DOORMAN) as session:
            living = select(Organization).where(col(Organization.slug) == slug, col(Organization.closed_at).is_(None))
            found = session.exec(living).one_or_none()
            if found is None:
                raise NoEmployees
            provider = shown(found)
            whose, sealed = found.organization_id, found.details[_ENTRY]["secret"]
        secret = None if sealed is None else _unsealed(self._platform.ring, whose, sealed)
        with self._lock:
            return provider, self._parties(slug, Registration(*_us(provider), secret, _SCOPE))

    def _party(self, slug: str, registration: Registration) -> RelyingParty:
        settings = self._platform.settings
        place = f"{settings.base_url}{PATH}/{slug}"
        return RelyingParty(registration, redirect_uri=place, allow_private=settings.allow_private_addresses)


def _us(provider: EmployeeProvider) -> tuple[str, str]:
    return provider.issuer, provider.client_id


def _challenge(slug: str, state: str) -> bytes:
    return f"{slug} {state}".encode()


def _check(session: Session, platform: Platform, organization: UUID, provider: EmployeeProvider) -> None:
    outside.Target.of(provider.issuer, allow_private=platform.settings.allow_private_addresses)
    for name, word in (("issuer", provider.issuer), ("client_id", provider.client_id), ("claim", provider.claim)):
        if not 1 <= len(word) <= LONGEST or not word.isprintable():
            raise UnfitProvider(field=f"/{name}")
    if not 1 <= len(provider.roles) <= MOST_ROLES:
        raise UnfitProvider(field="/roles")
    for role, client_id in provider.roles.items():
        client = session.get(Client, client_id)
        if client is None or client.organization_id != organization:
            raise ClientUnknown(field="/roles")
        if not _is_role(client) or not 1 <= len(role) <= LONGEST or not role.isprintable():
            raise UnfitRole(field="/roles")


def _is_role(client: Client) -> bool:
    return client.revoked_at is None and client.is_human and NEEDED in client.scopes


def _program(session: Session, slug: str, provider: EmployeeProvider, claimed: object) -> str:
    """Return the program that stands for the first of the roles that somebody has; raises NoRole."""
    has = {claimed} if isinstance(claimed, str) else {each for each in _listed(claimed) if isinstance(each, str)}
    wanted = [client_id for role, client_id in provider.roles.items() if role in has]
    own = select(Client).join(Organization, col(Organization.organization_id) == Client.organization_id)
    living = {
        each.client_id
        for each in session.exec(own.where(col(Client.client_id).in_(wanted), col(Organization.slug) == slug))
        if _is_role(each)
    }
    for client_id in wanted:
        if client_id in living:
            return client_id
    raise NoRole


def _listed(claimed: object) -> Sequence[Any]:
    return claimed if isinstance(claimed, list) else ()


def _sealed(ring: LocalKeyRing, organization: UUID, secret: str) -> str:
    key = _key(ring.single(Single.SYSTEM))
    return b64encode(key.seal(secret.encode(), table="organization", row=organization, column=_ENTRY)).decode()


def _unsealed(ring: LocalKeyRing, organization: UUID, sealed: str) -> str:
    key = _key(ring.single(Single.SYSTEM))
    return key.unseal(b64decode(sealed), table="organization", row=organization, column=_ENTRY).decode()


@lru_cache(maxsize=8)
def _key(system: bytes) -> DataKey:
    return DataKey(Mac(system).digest(b"seal of what employees log in with"))
