"""Logins of an organization's people in a browser, for its own pages: a row beside the access tokens of a program.

Rules: (1) a login is found by its keyed hash, and ends with its program, that program's scope or its organization; (2)
it is no access token: its scope is one that no program has and no path of the API asks for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from cdp.keys import tokens
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import AccessToken, Client, Organization
from consent.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class PageLogins:
    """One kind of login: how its words begin, its own scope, what the program must be allowed, and for how long."""

    prefix: Prefix
    scope: str
    needed: str
    seconds: int

    def begin(self, session: Session, platform: Platform, client_id: str, *, at: datetime) -> str:
        """Return the word that a browser keeps; doorman only."""
        word = tokens.new(self.prefix)
        session.add(
            AccessToken(
                token_hash=platform.fingerprints.fingerprint(word, self.prefix),
                client_id=client_id,
                scopes=[self.scope],
                key_hash=None,
                family_id=None,
                issued_at=at,
                expires_at=at + timedelta(seconds=self.seconds),
            )
        )
        return word

    def found(
        self, session: Session, platform: Platform, unverified_word: str, *, at: datetime
    ) -> tuple[AccessToken, Client, Organization] | None:
        """Return the login behind a word as of `at`; doorman only. Raises Unauthenticated for what cannot be one."""
        hashed = platform.fingerprints.fingerprint(unverified_word, self.prefix)
        found = session.exec(
            select(AccessToken, Client, Organization)
            .join(Client, col(Client.client_id) == AccessToken.client_id)
            .join(Organization, col(Organization.organization_id) == Client.organization_id)
            .where(col(AccessToken.token_hash) == hashed, col(AccessToken.revoked_at).is_(None))
            .where(col(AccessToken.expires_at) > at, col(Client.revoked_at).is_(None))
            .where(col(Organization.closed_at).is_(None))
        ).one_or_none()
        if found is None or self.needed not in found[1].scopes or found[0].scopes != [self.scope]:
            return None
        return found[0], found[1], found[2]

    def end(self, platform: Platform, unverified_word: str, *, at: datetime) -> None:
        """End a login, if it is one."""
        try:
            hashed = platform.fingerprints.fingerprint(unverified_word, self.prefix)
        except Unauthenticated:
            return
        living = update(AccessToken).where(col(AccessToken.token_hash) == hashed, col(AccessToken.revoked_at).is_(None))
        with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
            session.execute(living.values(revoked_at=at))
