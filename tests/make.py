"""People, organizations, grants and records for tests, made through the product's own functions.

`make.person(vault, facts={…}, grants=[…])` reads as what the test needs; everything not named is random
but valid, so that no two tests share a row. Add the makers beside the functions they call.
"""

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from cdp import clients, clock, ids, organizations
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.items import Identifier, Item, Kind, Outcome, Reference, ReferenceType
from cdp.ingest.items import IdentifierType as IdentifierKind
from cdp.ingest.store import Store
from cdp.keys.blind import IdentifierType
from cdp.keys.sealing import new_data_key
from cdp.log import sequencer
from cdp.logins import login
from cdp.messages import registering
from cdp.oauth import access_tokens
from cdp.permissions import access_requests, grants
from cdp.permissions.requesting import Named
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from consent.wishes import Speaker

_LASTS: Final = 7_200


def name(prefix: str = "test") -> str:
    """Return a name that nothing else in the run has."""
    return f"{prefix}-{secrets.token_hex(6)}"


def email() -> str:
    """Return an e-mail address that nobody else in the run has, under a domain that nobody can own."""
    return f"{name('person')}@example.org"


def phone() -> str:
    """Return a mobile number that nobody else in the run has, in the form of E.164 and of a series that is in use."""
    return f"+3161{secrets.randbelow(10**7):07d}"


def organization(
    platform: Platform, *, is_verified: bool = True, privacy: str | None = None, called: str = "Testbedrijf"
) -> Organization:
    """Return a fresh organization; `privacy` is where it wants letters about privacy."""
    details = {} if privacy is None else {"privacy": {"email": privacy}}
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        session.expire_on_commit = False
        made = organizations.add(session, slug=name("org"), name=called, at=clock.now(), details=details)
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
    return _token(platform, client.client_id, scopes)


def _token(platform: Platform, client: str, scopes: Sequence[str]) -> dict[str, str]:
    """Return the headers of a program, with a token that outlasts the tests of a module on the slowest machine."""
    with pytest.MonkeyPatch.context() as patch, platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        patch.setattr(access_tokens, "LONGEST_SECONDS", _LASTS)
        token = access_tokens.issue(session, platform, client, scopes=scopes, at=clock.now(), seconds=_LASTS)
    return {"Authorization": f"Bearer {token}"}


def program(platform: Platform, owner: Organization, *, is_human: bool = True) -> str:
    """Return a program of `owner` that may read profiles, through which people look."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name="Klantenservice",
            scopes=("profiles:read",),
            is_human=is_human,
            at=clock.now(),
        ).client_id


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
    at, asker = proven_at or clock.now(), str(IPv6Address(secrets.randbits(128)))
    link = login.ask(platform, email=address or email(), asker=asker, at=at)
    assert link is not None, "this mailbox was sent enough links"
    begun = login.consume(platform, link.token, at=at)
    return Person(begun.customer_id, {"Authorization": f"Bearer {begun.token}"})


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
                " :at)"
            ),
            {
                "blind": blind,
                "customer": customer_id,
                "subject": subject_id,
                "wrapped": wrapped,
                "at": clock.now(),
            },
        )
    return customer_id, subject_id


def item(kind: Kind, type: str, value: object, *, user: str, **rest: Any) -> Item:
    """Return one thing that a source says about the subject that it calls `user`."""
    subject = (Reference(ReferenceType.USER_ID, user),)
    return Item(kind=kind, type=type, value=msgspec.json.encode(value), subject=subject, **rest)


def delivery(platform: Platform, source: Organization, *items: Item) -> list[Outcome]:
    """Return what became of `items`, each a delivery of its own in one batch of `source`, through the real store."""
    batch = Batch(
        scope=Scope(Principal.SOURCE, source.organization_id),
        groups=[[each] for each in items],
        path=Path.RECORDS,
        request_id=name("request"),
        received_at=clock.now(),
        may_verify=True,
    )

    async def take() -> Taken:
        own = Platform.open(platform.settings)  # a pool of connections belongs to the loop that it was opened in
        await own.database.open()
        try:
            return await Store(own).take(batch)
        finally:
            await own.database.close()

    with ThreadPoolExecutor(1) as aside:  # in this thread the loop of a browser may be running
        taken = aside.submit(asyncio.run, take()).result()
    return [verdict.outcome for verdict in taken.first()]


def known_person(platform: Platform, source: Organization, address: str, *, user: str | None = None) -> None:
    """Let `source` know somebody by a verified address, with a name, a product, a conversation and a flag."""
    known = user or name("user")
    verified = (Identifier(IdentifierKind.EMAIL, address, verified=True),)
    delivery(
        platform,
        source,
        item(Kind.ATTRIBUTES, "first_name", "Noor", user=known, identifiers=verified, evidence=b'{"marketing":true}'),
        item(Kind.PRODUCT, "subscription", {"plan": "basis"}, user=known, key=name("contract")),
        item(Kind.INTERACTION, "call", {"properties": {"note": "belde"}}, user=known, key=name("call")),
    )


def encoded(value: object) -> bytes:
    """Return `value` as the JSON of an item."""
    return msgspec.json.encode(value)


def access_request(platform: Platform, asking: Organization, customer: UUID, *categories: str) -> UUID:
    """Return a request of `asking` to a customer, for contact data unless other kinds are named."""
    with platform.database.scoped(Scope(Principal.SOURCE, asking.organization_id)) as session:
        return access_requests.ask(
            session,
            customer=customer,
            organization=asking.organization_id,
            purpose="advice",
            categories=frozenset(categories or {"contact"}),
            days=30,
            notice={"nl": "Om u te helpen."},
            at=clock.now(),
        )


def write_key(platform: Platform, source: Organization, *, batch_bytes: int = 512_000) -> str:
    """Return a fresh write key of `source`."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = clients.create_write_key(
            session,
            platform.fingerprints,
            source.organization_id,
            name="test",
            at=clock.now(),
            batch_bytes=batch_bytes,
        )
    return made.write_key


def granted(platform: Platform, person: Person, *categories: str, purpose: str = "advice") -> Organization:
    """Return an organization that may see these categories of a customer from now on."""
    reader, at = organization(platform), clock.now()
    act = law.Grant(
        recipient=reader.organization_id,
        purpose=purpose,
        at=at,
        categories=frozenset(categories),
        sources=None,
        expires_at=at + timedelta(days=30),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)
    return reader


def grant(platform: Platform, giver: Person, recipient: Organization, **rest: Any) -> UUID:
    """Let `giver` grant `recipient` their contact data, by a real act, and return its id."""
    at = clock.now()
    extent = {"categories": frozenset({"contact"}), "expires_at": at + timedelta(days=30)}
    facts: dict[str, Any] = {"recipient": recipient.organization_id, "purpose": "customer-care", "at": at, **extent}
    act = law.Grant(**facts | rest)
    with platform.database.scoped(giver.scope) as session:
        return grants.record(session, giver.scope, giver.customer_id, act)


def revoke(platform: Platform, giver: Person, recipient: Organization, *, purpose: str = "customer-care") -> UUID:
    """Let `giver` take back what they granted `recipient`, and return the act's id."""
    act = law.Revoke(recipient=recipient.organization_id, purpose=purpose, at=clock.now())
    with platform.database.scoped(giver.scope) as session:
        return grants.record(session, giver.scope, giver.customer_id, act)


def logged(platform: Platform) -> None:
    """Bring everything that happened into the logs, and have it signed."""
    sequencer.step(platform)


def letter(platform: Platform, sender: Organization, person: Person, words: str) -> UUID:
    """Return the id of a letter that `sender` registered as sent to `person`, who may read it here."""
    said = registering.Wanted(
        channel="post",
        sender=None,
        speaker=Speaker.HUMAN,
        at=clock.now(),
        until=None,
        text_hash=None,
        text=words,
        topic="service",
    )
    scope = Scope(Principal.SOURCE, sender.organization_id, client="test")
    return registering.register(
        platform, scope, sender.slug, Named(person.customer_id), said, at=clock.now()
    ).message_id


def anchored(platform: Platform) -> None:
    """Bring everything that happened into the logs, anchored as if a minute had passed, and have it signed."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("round", "standing"):
            patch.setattr(f"cdp.log.{module}.ANCHOR_EVERY", timedelta())
        sequencer.step(platform)


def auditor(platform: Platform, organization: Organization | None = None) -> dict[str, str]:
    """Return the headers of an organization's auditor; without one, of the platform's own."""
    owner, scopes = None if organization is None else organization.organization_id, ["audit:read"]
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        client = clients.create(
            session, platform.fingerprints, organization=owner, name="auditor", scopes=scopes, at=clock.now()
        )
    return _token(platform, client.client_id, scopes)
