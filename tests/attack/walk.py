"""The walk: somebody full of canaries, and everybody who may not see them; what is asked is in `operations`."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from cdp import clients, clock
from cdp.ingest.items import Channel, Identifier, IdentifierType, Kind, conversation
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from tests import make
from tests.attack.canaries import Canaries

PURPOSE: Final = "customer-care"
EVERYTHING: Final = frozenset({"contact", "personal", "products", "conversations"})
SCOPES: Final = (
    "profiles:read",
    "decisions:read",
    "records:write",
    "grants:request",
    "catalog:write",
    "audit:read",
    "demands:answer",
    "signals:manage",
    "contacts:write",
    "surveys:ask",
    "messages:register",
    "metrics:read",
    "offers:manage",
    "rules:manage",
    "org:admin",
)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an operation is tried on: a profile, and the ids that only their owner knows."""

    canaries: Canaries
    profile_id: str
    grant_id: str
    record_id: str
    subject_id: str
    session_id: str
    receipt_id: str
    organization: str
    purpose: str = PURPOSE


@dataclass(frozen=True, slots=True)
class Intruder:
    """Somebody who may not see the canaries, with the credential that each scheme asks for."""

    name: str
    headers: Mapping[str, str]
    write_key: Mapping[str, str]
    target: Target


def _deliver(platform: Platform, source: Organization, canaries: Canaries) -> None:
    known = (
        Identifier(IdentifierType.EMAIL, canaries.email, verified=True),
        Identifier(IdentifierType.PHONE, canaries.phone, verified=True),
    )
    user = canaries.user_id
    spoken = conversation(msgspec.json.encode({"note": canaries.properties}), subject=canaries.subject)
    flags = msgspec.json.encode({"marketing": canaries.evidence})
    talk = make.item(Kind.INTERACTION, "phone", None, user=user, key=canaries.message_id, channel=Channel.PHONE)
    outcomes = make.delivery(
        platform,
        source,
        make.item(Kind.ATTRIBUTES, "first_name", canaries.first_name, user=user, identifiers=known, evidence=flags),
        make.item(Kind.ATTRIBUTES, "email", canaries.email, user=user),
        make.item(Kind.ATTRIBUTES, "phone", canaries.phone, user=user),
        make.item(Kind.ATTRIBUTES, "nickname", canaries.attribute, user=user),
        make.item(Kind.PRODUCT, "subscription", {"plan": canaries.product}, user=user, key=canaries.product_key),
        msgspec.structs.replace(talk, value=spoken, delivery=canaries.message_id),
    )
    assert {"stored"} == set(outcomes)


@dataclass(slots=True)
class World:
    """The person, their source, and the organizations around them."""

    platform: Platform
    behind: str
    source: Organization
    anna: make.Person
    bram: make.Person
    canaries: Canaries

    @classmethod
    def plant(cls, platform: Platform, behind: str) -> "World":
        """Return a world in which one person's canaries came in through the real store."""
        source, canaries, other = make.organization(platform), Canaries(), Canaries()
        _deliver(platform, source, canaries)
        _deliver(platform, source, other)
        anna = make.person(platform, address=canaries.email)
        return cls(platform, behind, source, anna, make.person(platform, address=other.email), canaries)

    def grant(self, person: make.Person, to: Organization, **rest: Any) -> None:
        """Let `person` grant something to `to`, by a real act."""
        facts = {"categories": EVERYTHING, "purpose": PURPOSE, "expires_at": clock.now() + timedelta(days=30)} | rest
        self.act(person, law.Grant, to, **facts)

    def act(self, person: make.Person, kind: Callable[..., law.Act], to: Organization, **rest: Any) -> None:
        """Record one act of `person`."""
        facts = {"purpose": PURPOSE, "recipient": to.organization_id, "at": clock.now()} | rest
        with self.platform.database.scoped(person.scope) as session:
            grants.record(session, person.scope, person.customer_id, kind(**facts))

    def intruder(self, name: str, organization: Organization, *, profile_of: Organization | None = None) -> Intruder:
        """Return a program of `organization`; with the profile id of another organization if it stole that."""
        with self.platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            key = clients.create_write_key(
                session, self.platform.fingerprints, organization.organization_id, name=name, at=clock.now()
            )
        return Intruder(
            name,
            make.service(self.platform, organization, *SCOPES),
            {"Authorization": f"Bearer {key.write_key}"},
            self.target(profile_of or organization),
        )

    def target(self, organization: Organization) -> Target:
        """Return the person as `organization` could ask for them, with ids that only the person should know."""
        customer = self.anna.customer_id
        with psycopg.connect(self.behind) as connection:
            row = connection.execute(
                "select (select record_id from record where customer_id = %(c)s limit 1),"
                " (select subject_id from subject where customer_id = %(c)s limit 1),"
                " (select session_id from session where customer_id = %(c)s limit 1),"
                " (select coalesce((select act_id from act where customer_id = %(c)s limit 1), %(none)s))",
                {"c": customer, "none": UUID(int=7)},
            ).fetchone()
        assert row is not None
        return Target(
            self.canaries,
            self.platform.profile_ids.profile_id(customer, organization.organization_id),
            str(grants.grant_id(customer, organization.organization_id, PURPOSE)),
            str(row[0]),
            str(row[1]),
            str(row[2]),
            str(row[3]),
            organization.slug,
        )


def intruders(world: World) -> list[Intruder]:
    """Return everybody who may not see anything of it, each for a reason of its own."""
    names = (
        "stranger",
        "category",
        "purpose",
        "source",
        "customer",
        "expired",
        "revoked",
        "narrowed",
        "thief",
        "granted",
    )
    made = {name: make.organization(world.platform) for name in names}
    world.grant(world.anna, made["category"], categories=frozenset({"usage"}))
    world.grant(world.anna, made["purpose"], purpose="advice")
    world.grant(world.anna, made["source"], sources=frozenset({made["stranger"].organization_id}))
    world.grant(world.bram, made["customer"])
    for name in ("expired", "revoked", "granted"):
        world.grant(world.anna, made[name])
    world.grant(world.anna, made["narrowed"], categories=EVERYTHING | {"usage"})
    world.act(world.anna, law.Revoke, made["revoked"])
    narrower = {"categories": frozenset({"usage"}), "expires_at": clock.now() + timedelta(days=20)}
    world.act(world.anna, law.Narrow, made["narrowed"], **narrower)
    with psycopg.connect(world.behind) as connection:  # time cannot be waited for
        connection.execute(
            "update permission set expires_at = now() - interval '1 second' where recipient_id = %s",
            (made["expired"].organization_id,),
        )
    found = [world.intruder(name, made[name]) for name in names if name not in {"thief", "granted"}]
    target = world.target(made["granted"])
    wrong = Intruder("wrong customer", world.bram.headers, world.bram.headers, target)
    nobody = Intruder("nobody", {}, {}, target)
    liar = {"Authorization": f"Bearer {secrets.token_urlsafe(40)}"}
    thief = world.intruder("thief", made["thief"], profile_of=made["granted"])
    auditing = make.auditor(world.platform)
    make.anchored(world.platform)  # so that the logs hold all of this
    auditor = Intruder("the platform's auditor", auditing, auditing, target)
    return [*found, wrong, nobody, Intruder("liar", liar, liar, target), thief, auditor]
