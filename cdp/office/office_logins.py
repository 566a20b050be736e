"""The login of an organization's administrator in a browser: begun with the id and the secret of its program.

Rules: (1) only a program that may administer (`org:admin`) and has a secret of its own comes in; one whose tokens are
bound to a key does not, since a secret alone proves too little there; (2) it lasts an hour (`cdp.logins.page_logins`);
for another it tells whose it was, and opens nothing; (3) what is grave needs a proof of the last minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cdp.client_scopes import ADMIN_SCOPE
from cdp.keys.tokens import Prefix
from cdp.logins.page_logins import PageLogins
from cdp.oauth import applicants
from cdp.office.administration import Office
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Unauthenticated

SECONDS: Final = 3_600
KNOWN_SECONDS: Final = 2 * SECONDS
"""So long it is known whose a login is or was; then its row may be gone."""
_LOGINS: Final = PageLogins(Prefix.OFFICE, "org:page", ADMIN_SCOPE, SECONDS)


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
        return _LOGINS.begin(session, platform, asking.client_id, at=at)


def known(platform: Platform, unverified_word: str, *, at: datetime) -> OfficeLogin:
    """Return whose login this is now; raises Unauthenticated."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        found = _LOGINS.found(session, platform, unverified_word, at=at)
        if found is None:
            raise NotLetIn
        token, client, organization = found
        office = Office(organization.organization_id, organization.slug, client.client_id)
        return OfficeLogin(office, token.issued_at, token.expires_at)


def is_live(platform: Platform, unverified_word: str, *, at: datetime) -> bool:
    """Tell whether this is a login now."""
    try:
        known(platform, unverified_word, at=at)
    except Unauthenticated:
        return False
    return True


def was(platform: Platform, unverified_word: str, *, at: datetime) -> str | None:
    """Return whose login this is, or was until it ran out: the id of the program; None when nobody knows."""
    since = at - timedelta(seconds=KNOWN_SECONDS - SECONDS)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        try:
            found = _LOGINS.found(session, platform, unverified_word, at=since)
        except Unauthenticated:
            return None
        return None if found is None else found[1].client_id


def end(platform: Platform, unverified_word: str, *, at: datetime) -> None:
    """End the login, if it is one."""
    _LOGINS.end(platform, unverified_word, at=at)
