"""Who says to be a client, and how it proves that: with a secret, or with a signature of its own key.

A stranger is made for every name that nobody has, so that an unknown client looks like one that proved nothing.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, select

from cdp.keys.tokens import Fingerprints, Prefix
from cdp.oauth import client_keys, used_once
from cdp.platform import Platform
from cdp.tables import Client
from consent.errors import Unauthenticated

_NOBODY: Final = bytes(32)
_CLIENT_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Applicant:
    """A client, or a stranger who can prove nothing."""

    client_id: str
    organization: UUID | None = None
    scopes: frozenset[str] = frozenset()
    secret_hash: bytes = field(default=_NOBODY, repr=False)
    keys: Mapping[str, Any] | None = field(default=None, repr=False)
    algorithms: tuple[str, ...] = ()
    is_bound: bool = False
    is_living: bool = False
    grant_types: frozenset[str] = frozenset()
    redirect_uris: frozenset[str] = frozenset()
    logout_uris: frozenset[str] = frozenset()

    def proves(self, fingerprints: Fingerprints, unverified_secret: str) -> bool:
        """Tell whether the secret is this client's, in the same time for every wrong one."""
        try:
            given = fingerprints.fingerprint(unverified_secret, Prefix.CLIENT_SECRET)
        except Unauthenticated:
            given = b""
        return hmac.compare_digest(given, self.secret_hash) and self.is_living

    def signed(
        self,
        session: Session,
        platform: Platform,
        unverified_assertion: str,
        *,
        audiences: frozenset[str],
        at: datetime,
    ) -> bool:
        """Tell whether this client signed the assertion, for us, for now and for the first time."""
        if self.keys is None or not self.is_living:
            return False
        found = client_keys.shown(
            unverified_assertion,
            client_id=self.client_id,
            keys=self.keys,
            algorithms=self.algorithms,
            audiences=audiences,
            at=at,
        )
        if found is None:
            return False
        owner = f"client {self.client_id}"
        return used_once.is_first(session, platform, owner=owner, word=found.word, until=found.until)


def applicant(session: Session, unverified_client_id: str) -> Applicant:
    """Return the client of this name, or a stranger who can prove nothing."""
    stranger = Applicant(unverified_client_id)
    if not _CLIENT_ID.fullmatch(unverified_client_id):
        return stranger
    found = session.exec(select(Client).where(Client.client_id == unverified_client_id)).one_or_none()
    if found is None:
        return stranger
    return Applicant(
        client_id=found.client_id,
        organization=found.organization_id,
        scopes=frozenset(found.scopes),
        secret_hash=found.secret_hash or _NOBODY,
        keys=found.keys,
        algorithms=tuple(found.algorithms),
        is_bound=found.is_bound,
        is_living=found.revoked_at is None,
        grant_types=frozenset(found.grant_types),
        redirect_uris=frozenset(found.redirect_uris),
        logout_uris=frozenset(found.logout_uris),
    )
