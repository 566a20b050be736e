"""The walk: somebody full of canaries, everybody who may not see them, and an example of every operation."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from cdp import clients, clock, grants
from cdp.ingest.items import Channel, Identifier, IdentifierType, Kind, conversation
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


@dataclass(frozen=True, slots=True)
class Example:
    """What is sent to an operation beside its path."""

    query: Json = field(default_factory=dict)
    json: Json | None = None
    form: Json | None = None
    content: bytes | None = None


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


def examples(target: Target) -> Mapping[str, Example]:
    """Return what to send to each operation; those that need nothing but a path stand in PLAIN."""
    found = _of_readers(target) | _of_gateways(target) | _of_sources(target)
    return found | _of_administrators(target) | _of_people(target)


def _of_gateways(target: Target) -> dict[str, Example]:
    asked = {"action": {"name": "read"}, "context": {"purpose": target.purpose}}
    subject = {"subject": {"type": "organization", "id": target.organization}}
    resource = {"resource": {"type": "profile", "id": target.profile_id, "properties": {"category": "contact"}}}
    named = {"resource": {"type": "profile", "id": target.canaries.email}}
    return {
        "evaluate": Example(json=asked | subject | resource),
        "evaluate_many": Example(json=asked | subject | resource | {"evaluations": [{}, named]}),
        "search_subjects": Example(json=asked | {"subject": {"type": "client"}} | resource),
        "search_resources": Example(json=asked | subject | {"resource": {"type": "profile"}}),
        "search_actions": Example(json=asked | subject | resource),
    }


def _of_readers(target: Target) -> dict[str, Example]:
    asked = {"purpose": target.purpose}
    email = {"type": "email", "value": target.canaries.email}
    evidence = {"method": "paper", "at": (clock.now() - timedelta(days=1)).isoformat(), "document_hash": "0" * 64}
    attested = {
        "user_id": target.canaries.user_id,
        "categories": ["contact"],
        "expires_at": (clock.now() + timedelta(days=10)).isoformat(),
        "evidence": evidence,
    }
    client = {"grant_type": "client_credentials", "client_id": target.canaries.email, "client_secret": "x"}
    return {
        "lookup_profile": Example(json={"identifiers": [email], **asked}),
        "read_profile": Example(query=asked),
        "read_interactions": Example(query=asked),
        "read_profiles": Example(json={"profile_ids": [target.profile_id], **asked}),
        "export_profiles": Example(query=asked),
        "attest_grant": Example(json=attested | asked),
        "ask_for_access": Example(
            json=asked
            | {
                "identifiers": [email],
                "categories": ["contact"],
                "days": 30,
                "notice": {"nl": "Om u te helpen."},
                "consequences": {"nl": "Dan helpen wij u niet."},
                "by": "human",
            }
        ),
        "token": Example(form=client),
        "revoke_token": Example(form={"token": target.canaries.attribute}),
        "userinfo": Example(),
        "oauth_grant": Example(),
        "give_back_oauth_grant": Example(),
        "push_authorization_request": Example(
            form={"response_type": "code", "redirect_uri": target.canaries.attribute}
        ),
        "introspect_token": Example(form={"token": target.canaries.attribute}),
    }


def _of_sources(target: Target) -> dict[str, Example]:
    mapped = {"category": "personal", "label": {"nl": "Een gegeven", "en": "A fact"}}
    event = {"type": "track", "event": "x", "userId": target.canaries.user_id, "messageId": target.canaries.message_id}
    record = {
        "kind": "product",
        "type": "subscription",
        "key": target.canaries.product_key,
        "subject": {"user_id": target.canaries.user_id},
    }
    batch = Example(json={"batch": [event, {"type": target.canaries.subject}]})
    return {
        "map_attribute": Example(json=mapped),
        "map_type": Example(json=mapped),
        "send_records": Example(json={"items": [record, {"kind": target.canaries.attribute}]}),
        "segment_batch": batch,
        "segment_b": batch,
        **dict.fromkeys(SEGMENT, Example(json=event)),
    }


def _of_administrators(target: Target) -> dict[str, Example]:
    return {
        "change_organization": Example(json={"privacy_mail": "privacy@example.org"}),
        "add_client": Example(json={"name": "till", "scopes": ["profiles:read"]}),
        "lead_back": Example(json={"redirect_uris": [f"https://app.example.org/{target.organization}"]}),
        "add_write_key": Example(json={"name": "site"}),
    }


def _of_people(target: Target) -> dict[str, Example]:
    asked = {"purpose": target.purpose}
    return {
        "ask_login": Example(json={"email": target.canaries.email}),
        "consume_login": Example(json={"token": "cdp_ll_none"}),
        "change_me": Example(json={"language": "nl"}),
        "approve_request": Example(json={}),
        "give_grant": Example(json={"organization": target.organization, "categories": ["contact"], **asked}),
        "change_grant": Example(json={"categories": ["contact"]}),
        "object_to_purpose": Example(json={"organization": target.organization, **asked}),
        "state_attribute": Example(json={"value": "mine"}),
        "correct_record": Example(json={"value": "mine", "tell_source": True}),
        "erase_record": Example(json={}),
        "report_access": Example(json={}),
        "read_my_receipt": Example(query={"format": "html"}),
        "answer_demand": Example(json={"answer": "refused", "reason": "is-right"}),
    }


SEGMENT: Final = tuple(
    f"segment_{name}" for name in ("identify", "track", "page", "screen", "group", "alias", *"itpsga")
)
FOR_BROWSERS: Final = frozenset({"authorize"})
"""Whoever comes here without an app that is registered gets a page that says so."""
PLAIN: Final = frozenset(
    [
        "show_organization",
        "list_clients",
        "rotate_client",
        "end_client",
        "list_write_keys",
        "rotate_write_key",
        "end_write_key",
        "oauth_metadata",
        "openid_configuration",
        "authorize",
        "authzen_metadata",
        "oauth_keys",
        "health",
        "metrics",
        "readiness",
        "show_catalog",
        "unmap_attribute",
        "show_attribute",
        "unmap_type",
        "show_type",
        "list_changes",
        "list_recipient_grants",
        "list_asked",
        "read_asked",
        "withdraw_asked",
        "logout",
        "erase_me",
        "read_me",
        "list_access_requests",
        "refuse_request",
        "list_my_accesses",
        "take_back_attribute",
        "list_my_evidence",
        "export_me",
        "list_grants",
        "revoke_all_grants",
        "read_grant",
        "revoke_grant",
        "list_my_interactions",
        "list_my_records",
        "read_my_record",
        "dispute_record",
        "withdraw_dispute",
        "list_sessions",
        "end_all_sessions",
        "end_session",
        "list_my_sources",
        "unlink_source",
        "ask_if_settled",
        "list_rejects",
        "list_demands",
        "list_my_receipts",
        "list_acts",
        "list_accesses",
        "audit_bundle",
        "log_checkpoint",
        "log_vkey",
        "log_tile",
        "list_my_demands",
        "withdraw_demand",
    ]
)


def places(target: Target) -> Mapping[str, str]:
    """Return what stands in a path for each parameter."""
    return {
        "profile_id": target.profile_id,
        "client_id": target.canaries.user_id,
        "key_id": target.canaries.user_id,
        "grant_id": target.grant_id,
        "record_id": target.record_id,
        "subject_id": target.subject_id,
        "session_id": target.session_id,
        "receipt_id": target.receipt_id,
        "log": "consent",
        "path": "entries/000.p/9",
        "request_id": str(UUID(int=7)),
        "demand_id": str(UUID(int=7)),
        "access_id": str(UUID(int=7)),
        "name": "nickname",
        "kind": "product",
    }
