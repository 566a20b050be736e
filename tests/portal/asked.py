"""Somebody who is asked whether a record is theirs."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from starlette.testclient import TestClient

from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make


@dataclass(frozen=True)
class Asked:
    """Somebody, and a record of an organization that has their address without having verified it."""

    person: make.Person
    subject: UUID
    source: Organization
    user: str
    address: str


def asked_about(platform: Platform, behind: str, *, kind: str = "first_name") -> Asked:
    """Return somebody who is asked whether a record is theirs."""
    source, address, user = make.organization(platform), make.email(), make.name("user")
    subject = record(platform, behind, source, address, user=user, kind=kind)
    return Asked(make.person(platform, address=address), subject, source, user, address)


def alike(platform: Platform, behind: str, *, tier: str = "possible") -> Asked:
    """Return somebody who is like a person with another address, whom an organization knows: not more than alike."""
    source, address, user = make.organization(platform), make.email(), make.name("user")
    subject = record(platform, behind, source, address, user=user, says_address=True)
    person = make.person(platform)
    bound(behind, person, subject, tier=tier)
    return Asked(person, subject, source, user, address)


def record(
    platform: Platform,
    behind: str,
    source: Organization,
    address: str,
    *,
    user: str,
    kind: str = "first_name",
    says_address: bool = False,
) -> UUID:
    """Let a source say something of somebody with this address, and return the subject."""
    stated = (Identifier(IdentifierType.EMAIL, address, verified=False),)
    value: object = "Geheimnaam" if kind == "first_name" else {"code": "GEHEIM"}
    items = [make.item(Kind.ATTRIBUTES, kind, value, user=user, identifiers=stated)]
    items += [make.item(Kind.ATTRIBUTES, "email", address, user=user)] if says_address else []
    assert {"stored"} == set(make.delivery(platform, source, *items))
    with psycopg.connect(behind) as connection:
        row = connection.execute(
            "select subject_id from subject where source_id = %s order by created_at desc limit 1",
            (source.organization_id,),
        ).fetchone()
    assert row is not None
    subject = UUID(str(row[0]))
    older(behind, subject)
    return subject


def older(behind: str, subject: UUID) -> None:
    """Let a record and all that is in it be two days older than it is."""
    with psycopg.connect(behind) as connection:
        connection.execute(
            "update subject set created_at = created_at - interval '2 days' where subject_id = %s", (subject,)
        )
        connection.execute("update identifier set since = since - interval '2 days' where subject_id = %s", (subject,))


def bound(behind: str, person: make.Person, subject: UUID, *, tier: str = "possible") -> None:
    """Keep that somebody's own subject is like another one."""
    with psycopg.connect(behind) as connection:
        connection.execute(
            "insert into bond (bond_id, subject_id, other_id, why, tier, weight, at)"
            " select %(id)s, least(s.subject_id, %(other)s), greatest(s.subject_id, %(other)s), 'match', %(tier)s, 9,"
            " now()"
            " from subject s where s.customer_id = %(me)s order by s.created_at limit 1",
            {"id": uuid4(), "other": subject, "tier": tier, "me": person.customer_id},
        )


def owner(behind: str, subject: UUID) -> UUID:
    """Return whose a subject is now."""
    with psycopg.connect(behind) as connection:
        row = connection.execute("select customer_id from subject where subject_id = %s", (subject,)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def beside(behind: str, subject: UUID) -> set[UUID]:
    """Return all subjects of whoever a subject is of."""
    with psycopg.connect(behind) as connection:
        rows = connection.execute("select subject_id from subject where customer_id = %s", (owner(behind, subject),))
        return {UUID(str(each)) for (each,) in rows}


def code_to(portal: TestClient, address: str) -> str:
    """Return the code in the newest letter to an address."""
    found = portal.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    code = re.search(r"\b\d{4} \d{4}\b", next(each["text"] for each in found if each["to"] == address))
    assert code is not None
    return code[0]


def letters_to(portal: TestClient, address: str) -> int:
    """Return how many letters an address was sent."""
    found = portal.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return sum(each["to"] == address for each in found)
