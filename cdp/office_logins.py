"""The login of an organization's administrator in a browser: begun with the id and the secret of its program.

Rules: (1) only a program that may administer (`org:admin`) and has a secret of its own comes in; one whose tokens are
bound to a key does not, since a secret alone proves too little there; (2) the login is a row beside the access tokens,
found by its keyed hash: it ends with the program, its secret or its organization, after an hour; (3) it is no access
token: its scope is one that no program has and no path of the API asks for; (4) what is grave needs a proof of the last
minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from cdp.administration import Office
from cdp.client_scopes import ADMIN_SCOPE
from cdp.keys import tokens
from cdp.keys.tokens import Prefix
from cdp.oauth import applicants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import AccessToken, Client, Organization
from consent.errors import Unauthenticated

SECONDS: Final = 3_600
_SCOPE: Final = "org:page"


class NotLetIn(Unauthenticated):
    """This is not the id and the secret of a program that may administer its organization here."""

    code = "administrator-unknown"


@dataclass(frozen=True, slots=True)
class OfficeLogin:
    """An administrator in a browser: for which organization, since which proof, and until when."""

    office: Office
    proven_at: datetime
    ends_at: datetime


def begin(platform: Platform, unverified_client: str, unverified_secret: str, *, at: datetime) -> str:
    """Return the word that a browser keeps; raises NotLetIn, alike for every reason."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        asking = applicants.applicant(session, unverified_client)
        is_proven = asking.proves(platform.fingerprints, unverified_secret)
        may_come = ADMIN_SCOPE in asking.scopes and asking.keys is None and not asking.is_bound
        if not (is_proven and may_come) or asking.organization is None:
            raise NotLetIn
        word = tokens.new(Prefix.OFFICE)
        session.add(
            AccessToken(
                token_hash=platform.fingerprints.fingerprint(word, Prefix.OFFICE),
                client_id=asking.client_id,
                scopes=[_SCOPE],
                key_hash=None,
                family_id=None,
                issued_at=at,
                expires_at=at + timedelta(seconds=SECONDS),
            )
        )
    return word


def known(platform: Platform, unverified_word: str, *, at: datetime) -> OfficeLogin:
    """Return whose login this is now; raises Unauthenticated."""
    hashed = platform.fingerprints.fingerprint(unverified_word, Prefix.OFFICE)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        found = session.exec(
            select(AccessToken, Client, Organization)
            .join(Client, col(Client.client_id) == AccessToken.client_id)
            .join(Organization, col(Organization.organization_id) == Client.organization_id)
            .where(col(AccessToken.token_hash) == hashed, col(AccessToken.revoked_at).is_(None))
            .where(col(AccessToken.expires_at) > at, col(Client.revoked_at).is_(None))
            .where(col(Organization.closed_at).is_(None))
        ).one_or_none()
        if found is None or ADMIN_SCOPE not in found[1].scopes or found[0].scopes != [_SCOPE]:
            raise NotLetIn
        token, client, organization = found
        office = Office(organization.organization_id, organization.slug, client.client_id)
        return OfficeLogin(office, token.issued_at, token.expires_at)


def end(platform: Platform, unverified_word: str, *, at: datetime) -> None:
    """End the login, if it is one."""
    try:
        hashed = platform.fingerprints.fingerprint(unverified_word, Prefix.OFFICE)
    except Unauthenticated:
        return
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        _end(session, hashed, at)


def _end(session: Session, hashed: bytes, at: datetime) -> None:
    living = update(AccessToken).where(col(AccessToken.token_hash) == hashed, col(AccessToken.revoked_at).is_(None))
    session.execute(living.values(revoked_at=at))
