"""Programs and write keys of organizations: made, rotated and revoked by the operator, who sees each secret once."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select, update

from cdp.client_scopes import SCOPES
from cdp.ingest.items import BATCH_BYTES
from cdp.keys import tokens
from cdp.keys.tokens import Fingerprints, Prefix
from cdp.oauth import client_keys
from cdp.oauth import redirects as addresses
from cdp.tables import AccessToken, Client, WriteKey
from consent.errors import Conflict, Invalid, NotFound

_END_FAMILIES: Final = text("update token_family set revoked_at = :at where client_id = :client and revoked_at is null")
_NAME: Final = re.compile(r"[\w .,&'()/+-]{1,100}")


class UnknownScope(Invalid):
    """There is no such OAuth scope."""

    code = "unknown-scope"


class ClientUnknown(NotFound):
    """There is no such client or write key."""

    code = "client-unknown"


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client and its secret, which nobody can see again."""

    client_id: str
    client_secret: str = field(repr=False)


class HasNoSecret(Conflict):
    """This client proves itself with a key of its own and has no secret."""

    code = "has-no-secret"


class HasASecret(Conflict):
    """This client proves itself with a secret and has no key of its own."""

    code = "has-a-secret"


class NoOrganizationOfApp(Conflict):
    """The platform's own auditor leads no customers anywhere."""

    code = "app-without-organization"


@dataclass(frozen=True, slots=True)
class NewWriteKey:
    """A write key, which nobody can see again; `key_id` names it from now on."""

    key_id: str
    write_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a write key without the key."""

    key_id: str
    name: str
    batch_bytes: int
    created_at: datetime
    revoked_at: datetime | None


def create(  # noqa: PLR0913  # what a client is, each by name
    session: Session,
    fingerprints: Fingerprints,
    *,
    organization: UUID | None,
    name: str,
    scopes: Sequence[str],
    is_human: bool = False,
    is_bound: bool = False,
    at: datetime,
) -> NewClient:
    """Make a client and return its secret, once; without an organization it is the platform's auditor.

    `is_human` says that people look through it: customers read so in their log. `is_bound` ties its tokens to a key.
    """
    fresh = NewClient(_new_id(), tokens.new(Prefix.CLIENT_SECRET))
    made = _made(fresh.client_id, organization, name, scopes, at)
    made.secret_hash = fingerprints.fingerprint(fresh.client_secret, Prefix.CLIENT_SECRET)
    made.is_human, made.is_bound = is_human, is_bound
    session.add(made)
    session.flush()  # so that an unknown organization is found here
    return fresh


def create_with_keys(  # noqa: PLR0913  # what a client is, each by name
    session: Session,
    *,
    organization: UUID,
    name: str,
    scopes: Sequence[str],
    keys: Mapping[str, Any],
    algorithms: Sequence[str] = (),
    is_human: bool = False,
    is_bound: bool = False,
    at: datetime,
) -> str:
    """Make a client that proves itself by signing with one of its `keys` (private_key_jwt), and return its id.

    Raises UnfitKeys or UnfitAlgorithm.
    """
    made = _made(_new_id(), organization, name, scopes, at)
    made.keys, made.algorithms = client_keys.checked(keys), client_keys.checked_algorithms(algorithms)
    made.is_human, made.is_bound = is_human, is_bound
    session.add(made)
    session.flush()
    return made.client_id


def _new_id() -> str:
    return f"c-{secrets.token_hex(10)}"


def _made(client_id: str, organization: UUID | None, name: str, scopes: Sequence[str], at: datetime) -> Client:
    if not scopes or not SCOPES.keys() >= set(scopes):
        raise UnknownScope(field="/scopes")
    if organization is None and set(scopes) != {"audit:read"}:
        raise UnknownScope("a client without an organization may only audit", field="/scopes")
    return Client(
        client_id=client_id,
        organization_id=organization,
        name=_checked(name),
        secret_hash=None,
        keys=None,
        algorithms=[],
        scopes=sorted(set(scopes)),
        grant_types=["client_credentials"],
        redirect_uris=[],
        logout_uris=[],
        created_at=at,
    )


def lead_back(
    session: Session,
    client_id: str,
    *,
    redirects: Sequence[str],
    logouts: Sequence[str] = (),
    is_app_only: bool = False,
) -> None:
    """Say where an app may have its customers led back to, in place of what was said before; without any, nowhere.

    `is_app_only` means that it acts with customers and never by itself. Raises UnfitAddress.
    """
    found = _living(session, client_id)
    if found.organization_id is None:
        raise NoOrganizationOfApp
    found.redirect_uris = addresses.checked(redirects, field="/redirect_uris")
    found.logout_uris = addresses.checked(logouts, field="/logout_uris")
    alone = [] if is_app_only else ["client_credentials"]
    found.grant_types = [*alone, *(("authorization_code", "refresh_token") if found.redirect_uris else ())]


def of_organization(session: Session, organization: UUID | None) -> list[Client]:
    """Return the clients of an organization, oldest first; of the platform for None."""
    mine = select(Client).where(col(Client.organization_id).is_not_distinct_from(organization))
    return list(session.exec(mine.order_by(col(Client.created_at), Client.client_id)))


def rotate(session: Session, fingerprints: Fingerprints, client_id: str, *, at: datetime) -> NewClient:
    """Give the client a new secret and return it, once; the old one ends at once, with every token given for it."""
    fresh = NewClient(client_id, tokens.new(Prefix.CLIENT_SECRET))
    found = _living(session, client_id)
    if found.secret_hash is None:
        raise HasNoSecret
    found.secret_hash = fingerprints.fingerprint(fresh.client_secret, Prefix.CLIENT_SECRET)
    _end_tokens(session, client_id, at)
    return fresh


def change_keys(
    session: Session, client_id: str, *, keys: Mapping[str, Any], algorithms: Sequence[str] = (), at: datetime
) -> None:
    """Let the client sign with one of these keys from now on; the others end at once, with every token given for it.

    Raises HasASecret, UnfitKeys or UnfitAlgorithm.
    """
    found = _living(session, client_id)
    if found.keys is None:
        raise HasASecret
    found.keys, found.algorithms = client_keys.checked(keys), client_keys.checked_algorithms(algorithms)
    _end_tokens(session, client_id, at)


def revoke(session: Session, client_id: str, *, at: datetime) -> None:
    """End the client and with it every token that it holds."""
    _living(session, client_id).revoked_at = at
    _end_tokens(session, client_id, at)


def enable(session: Session, fingerprints: Fingerprints, client_id: str) -> str | None:
    """Let an ended client log in again and return its new secret, once; None where it signs with its own keys.

    What it held before stays ended: the old secret and every token.
    """
    found = session.get(Client, client_id)
    if found is None or found.revoked_at is None:
        raise ClientUnknown
    found.revoked_at = None
    if found.secret_hash is None:
        return None
    secret = tokens.new(Prefix.CLIENT_SECRET)
    found.secret_hash = fingerprints.fingerprint(secret, Prefix.CLIENT_SECRET)
    return secret


def end_all(session: Session, organization: UUID, *, at: datetime) -> tuple[int, int]:
    """End every client and every write key of an organization, and return how many of each."""
    programs = [each for each in of_organization(session, organization) if each.revoked_at is None]
    for each in programs:
        revoke(session, each.client_id, at=at)
    living = select(WriteKey).where(WriteKey.organization_id == organization, col(WriteKey.revoked_at).is_(None))
    keys = session.exec(living).all()
    for key in keys:
        key.revoked_at = at
    return len(programs), len(keys)


def _end_tokens(session: Session, client_id: str, at: datetime) -> None:
    given = update(AccessToken).where(col(AccessToken.client_id) == client_id, col(AccessToken.revoked_at).is_(None))
    session.execute(given.values(revoked_at=at))
    session.execute(_END_FAMILIES, {"client": client_id, "at": at})


def create_write_key(
    session: Session,
    fingerprints: Fingerprints,
    organization: UUID,
    *,
    name: str,
    at: datetime,
    batch_bytes: int = BATCH_BYTES,
) -> NewWriteKey:
    """Make a write key and return it, once."""
    write_key = tokens.new(Prefix.WRITE_KEY)
    hashed = fingerprints.fingerprint(write_key, Prefix.WRITE_KEY)
    session.add(
        WriteKey(
            key_hash=hashed, organization_id=organization, name=_checked(name), batch_bytes=batch_bytes, created_at=at
        )
    )
    session.flush()  # so that an unknown organization is found here
    return NewWriteKey(_key_id(hashed), write_key)


def write_keys_of(session: Session, organization: UUID) -> list[KeyFacts]:
    """Return the write keys of an organization, oldest first."""
    mine = select(WriteKey).where(WriteKey.organization_id == organization).order_by(col(WriteKey.created_at))
    return [
        KeyFacts(_key_id(each.key_hash), each.name, each.batch_bytes, each.created_at, each.revoked_at)
        for each in session.exec(mine)
    ]


def revoke_write_key(session: Session, organization: UUID, key_id: str, *, at: datetime) -> None:
    """End a write key of the organization."""
    _living_key(session, organization, key_id).revoked_at = at


def rotate_write_key(
    session: Session, fingerprints: Fingerprints, organization: UUID, key_id: str, *, at: datetime
) -> NewWriteKey:
    """Put a new write key in the place of one and return it, once; the old one ends at once."""
    old = _living_key(session, organization, key_id)
    old.revoked_at = at
    return create_write_key(session, fingerprints, organization, name=old.name, at=at, batch_bytes=old.batch_bytes)


def _living_key(session: Session, organization: UUID, key_id: str) -> WriteKey:
    mine = select(WriteKey).where(WriteKey.organization_id == organization, col(WriteKey.revoked_at).is_(None))
    found = next((each for each in session.exec(mine) if _key_id(each.key_hash) == key_id), None)
    if found is None:
        raise ClientUnknown
    return found


def _living(session: Session, client_id: str) -> Client:
    found = session.get(Client, client_id)
    if found is None or found.revoked_at is not None:
        raise ClientUnknown
    return found


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("a name is at most 100 letters, digits and ordinary signs", field="/name")
    return name


def _key_id(hashed: bytes) -> str:
    return f"k-{hashed[:10].hex()}"
