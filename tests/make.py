"""People, organizations, grants and records for tests, made through the product's own functions.

`make.person(vault, facts={…}, grants=[…])` reads as what the test needs; everything not named is random
but valid, so that no two tests share a row. Add the makers beside the functions they call.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from cdp import access_tokens, clients, clock, ids, organizations
from cdp.keys import tokens
from cdp.keys.blind import IdentifierType
from cdp.keys.sealing import new_data_key
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization


def name(prefix: str = "test") -> str:
    """Return a name that nothing else in the run has."""
    return f"{prefix}-{secrets.token_hex(6)}"


def email() -> str:
    """Return an e-mail address that nobody else in the run has, under a domain that nobody can own."""
    return f"{name('person')}@example.org"


def organization(platform: Platform, *, is_verified: bool = True) -> Organization:
    """Return a fresh organization."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        session.expire_on_commit = False
        made = organizations.add(session, slug=name("org"), name="Testbedrijf", at=clock.now())
        if is_verified:
            organizations.verify(session, made.organization_id, at=clock.now())
    return made


def service(platform: Platform, recipient: Organization, *scopes: str) -> dict[str, str]:
    """Return the headers of a program of `recipient`, with a real token for `scopes`."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        client = clients.create(
            session,
            platform.fingerprints,
            organization=recipient.organization_id,
            name="test",
            scopes=scopes,
            at=clock.now(),
        )
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        token = access_tokens.issue(
            session, platform.fingerprints, client.client_id, scopes=scopes, at=clock.now(), seconds=600
        )
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with an open session."""

    customer_id: UUID
    headers: dict[str, str]

    @property
    def scope(self) -> Scope:
        """The customer's own scope."""
        return Scope(Principal.CUSTOMER, customer=self.customer_id)


def person(platform: Platform, *, address: str | None = None, proven_at: datetime | None = None) -> Person:
    """Return a customer who logged in by e-mail, at `proven_at` or now."""
    at = clock.now()
    blind = platform.blind.of(IdentifierType.EMAIL, address or email())
    subject_id = ids.row()
    token = tokens.new(Prefix.SESSION)
    facts = {
        "blind": blind,
        "customer": ids.row(),
        "subject": subject_id,
        "wrapped": platform.ring.wrap(platform.ring.new_slot(), new_data_key(), subject=subject_id),
        "generation": platform.ring.generation,
        "at": at,
        "hash": platform.fingerprints.fingerprint(token, Prefix.SESSION),
        "ends": at + timedelta(hours=1),
        "proven": proven_at or at,
    }
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        customer_id = session.execute(
            text(
                "select customer_id"
                " from claim_customer('email', :blind, '', :customer, :subject, :wrapped, :generation, :at)"
            ),
            facts,
        ).scalar_one()
        session.execute(
            text(
                "insert into session (session_hash, customer_id, session_id, started_at, expires_at, proven_at)"
                " values (:hash, :customer, gen_random_uuid(), :at, :ends, :proven)"
            ),
            facts | {"customer": customer_id},
        )
    return Person(customer_id, {"Authorization": f"Bearer {token}"})


def subject(platform: Platform, source: Organization, user_id: str | None = None) -> tuple[UUID, UUID]:
    """Return the customer and the subject that `source` comes to know by `user_id`."""
    subject_id, customer_id = ids.row(), ids.row()
    blind = platform.blind.of(IdentifierType.USER_ID, user_id or name("user"), source=source.organization_id)
    wrapped = platform.ring.wrap(platform.ring.new_slot(), new_data_key(), subject=subject_id)
    with platform.database.scoped(Scope(Principal.SOURCE, source.organization_id)) as session:
        session.execute(
            text(
                "select * from create_subjects("
                "array['user_id'], array[cast(:blind as bytea)], array[cast('' as bytea)],"
                " array[cast(:customer as uuid)], array[cast(:subject as uuid)], array[cast(:wrapped as bytea)],"
                " :generation, :at)"
            ),
            {
                "blind": blind,
                "customer": customer_id,
                "subject": subject_id,
                "wrapped": wrapped,
                "generation": platform.ring.generation,
                "at": clock.now(),
            },
        )
    return customer_id, subject_id
