"""After an erasure nothing readable of the person is left: not in a dump, a log, a file, an answer or an old backup."""

import base64
import hashlib
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from sqlmodel import select
from starlette.testclient import TestClient

from api.app import create_app
from cdp import clock
from cdp.contact import wishes
from cdp.embedded import postgres_binaries
from cdp.embedded.postgres import Cluster
from cdp.ingest.items import (
    Channel,
    Direction,
    Identifier,
    IdentifierType,
    Item,
    Kind,
    Outcome,
    Reference,
    ReferenceType,
)
from cdp.keys.ring import LocalKeyRing
from cdp.log import sequencer
from cdp.mailroom import receipt_letters
from cdp.messages import own
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.permissions import reviews
from cdp.platform import Platform
from cdp.settings import Settings
from cdp.tables import Organization, Permission
from consent.wishes import Speaker
from tests import make
from tests.api import apps
from tests.cdp.leaving import answer
from tests.cdp.offers import offering
from tests.cdp.signals import receiving

HASHES = ("sha256", "sha1", "md5")
NEVER = {
    "alert",
    "cannot_link",
    "passkey",
    "external_login",
    "proof_code",
    "question",
    "question_code",
    "question_try",
    "consent_outbox",
    "access_outbox",
}
"""Tables that a person who never unlinked or recognized anybody, logs in by a link and is in the logs has no row in."""


@dataclass(frozen=True)
class Canary:
    """What is said about one person and about nobody else."""

    name: str
    email: str
    second_email: str
    phone: str
    note: str
    contract: str
    message: str
    user: str
    device: str
    own_word: str
    number: str

    @classmethod
    def new(cls) -> "Canary":
        mark = make.name("").strip("-")
        return cls(
            name=f"Kanarievogel{mark}",
            email=f"kanarie.{mark}@example.org",
            second_email=f"piet.{mark}@example.net",
            phone=f"+3161{int(mark, 16) % 10**7:07d}",
            note=f"wil-geen-post-{mark}",
            contract=f"CONTRACT-{mark}",
            message=f"bericht-{mark}",
            user=f"klant-{mark}",
            device=f"toestel-{mark}",
            own_word=f"Eigenwoord{mark}",
            number=f"KN{mark}",
        )

    def forms(self) -> set[bytes]:
        """Return every value in every form in which it could be read or recognised, in lower case."""
        found = set[bytes]()
        for value in (*astuple(self), self.phone.removeprefix("+"), self.phone.replace("+31", "0")):
            plain = value.encode()
            found |= {plain, plain[::-1], plain.hex().encode()}
            found |= {hashlib.new(name, plain).hexdigest().encode() for name in HASHES}
            found |= {hashlib.new(name, plain).digest() for name in HASHES}
            for shift in range(3):  # inside a longer text, base64 begins at any of three places
                coded = base64.b64encode(b"\0" * shift + plain)
                found.add(coded[shift + 1 if shift else 0 : -4])
        return {each.lower() for each in found}

    def seen_in(self, *haystacks: bytes) -> list[bytes]:
        """Return the forms that stand in any of these."""
        lowered = [each.lower() for each in haystacks]
        return [form for form in self.forms() if any(form in haystack for haystack in lowered)]


@dataclass(frozen=True)
class House:
    """A running platform with two people in it, and the organizations that know them."""

    platform: Platform
    app: FastAPI
    api: TestClient
    shop: Organization
    bank: Organization


@pytest.fixture
def house(platform: Platform, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    caplog.set_level(logging.DEBUG)
    app = create_app(platform)
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50000)) as api:
        yield House(platform, app, api, make.organization(platform), make.organization(platform))


@pytest.fixture
def restored(cluster: Cluster) -> Iterator[str]:
    name = make.name("restored").replace("-", "_")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def run(program: str, *arguments: str) -> None:
    binaries = postgres_binaries.find(os.environ.get("CDP_TEST_POSTGRES", "wheel"))
    subprocess.run([binaries.path(program), *arguments], check=True, capture_output=True)


def dump(url: str, to: Path) -> bytes:
    run("pg_dump", f"--file={to}", url)
    return to.read_bytes()


def items(canary: Canary, user: str, email: str) -> list[Item]:
    """Return what a source says: attributes, a product, a fact, a conversation on a device, and flags."""
    known = (
        Identifier(IdentifierType.EMAIL, email, verified=True),
        Identifier(IdentifierType.PHONE, canary.phone),
        Identifier(IdentifierType.CUSTOMER_NUMBER, canary.number),
    )
    device = (Reference(ReferenceType.USER_ID, user), Reference(ReferenceType.ANONYMOUS_ID, canary.device))
    talk = {"properties": {"note": canary.note}, "subject": canary.name, "outcome": canary.contract}
    return [
        make.item(Kind.ATTRIBUTES, "first_name", canary.name, user=user, identifiers=known, delivery=canary.message),
        make.item(Kind.ATTRIBUTES, "email", email, user=user),
        make.item(Kind.ATTRIBUTES, "phone", canary.phone, user=user, evidence=canary.note.join('""').encode()),
        make.item(Kind.ATTRIBUTES, "unheard_of", {"as": canary.name}, user=user),
        make.item(Kind.PRODUCT, "energy-contract", {"on": canary.name}, user=user, key=canary.contract),
        make.item(Kind.EXTERNAL, "register", {"of": canary.name}, user=user, key=canary.number),
        Item(
            kind=Kind.INTERACTION,
            type="call",
            value=make.encoded(talk),
            subject=device,
            key=canary.message,
            channel=Channel.PHONE,
            speaker=Speaker.HUMAN,
            direction=Direction.INBOUND,
            delivery=canary.message,
        ),
        # One that is rejected, and one whose identifier cannot be used, for the reject log.
        make.item(Kind.ATTRIBUTES, "nul\0", canary.name, user=user, delivery=canary.message),
        make.item(
            Kind.ATTRIBUTES, "city", canary.name, user=user,
            identifiers=(Identifier(IdentifierType.PHONE, canary.name),), delivery=f"{canary.message}-2",
        ),
    ]  # fmt: skip


def plant(house: House, canary: Canary) -> make.Person:
    """Let the canary leave a trace wherever a person can: deliveries, a merge, logins, grants, reads and mistakes."""
    receiving.stream(house.platform, house.bank, "https://localhost:1/")  # nobody is there: what it is told waits
    for source, user in ((house.shop, canary.user), (house.bank, f"{canary.user}-bank")):
        assert Outcome.STORED in make.delivery(house.platform, source, *items(canary, user, canary.email))
    changed = make.item(Kind.ATTRIBUTES, "first_name", f"{canary.name}-vroeger", user=canary.user)
    make.delivery(house.platform, house.shop, changed)
    person = make.person(house.platform, address=canary.email)
    letter = make.letter(house.platform, house.shop, person, canary.note)
    with house.platform.database.scoped(person.scope) as session:
        own.report_speaker(session, letter, at=clock.now())
    _act(house, person, canary)
    answer(house.api, house.platform, house.shop, person, letter, (canary.user, canary.own_word, canary.note))
    _look(house, person, canary)
    _err(house, person, canary)
    receiving.turns(house.platform, at=clock.now() + timedelta(hours=1))
    sequencer.step(house.platform)
    return person


def _act(house: House, person: make.Person, canary: Canary) -> None:
    api, headers = house.api, person.headers
    wanted = {"organization": house.bank.slug, "purpose": "advice", "categories": ["contact", "products"]}
    assert 201 == api.post("/v1/me/grants", json=wanted, headers=headers).status_code
    assert 200 == api.put("/v1/me/attributes/nickname", json={"value": canary.own_word}, headers=headers).status_code
    record = api.get("/v1/me/records", params={"category": "products"}, headers=headers).json()["records"][0]
    assert 200 == api.post(f"/v1/me/records/{record['record_id']}/dispute", headers=headers).status_code
    assert 202 == api.post("/v1/login", json={"email": canary.email}).status_code
    assert 201 == api.post("/v1/me/presentations", headers=headers).status_code
    make.access_request(house.platform, house.bank, person.customer_id)
    counted = {"purpose": "customer-care", "categories": frozenset({"contact", "conversations"})}
    make.grant(house.platform, person, house.shop, **counted)
    program = make.service(house.platform, house.shop, "contacts:write")
    reached = {
        "profile_id": house.platform.profile_ids.profile_id(person.customer_id, house.shop.organization_id),
        "topic": "service",
        "sender": "human",
    }
    held = {"purpose": "customer-care", "channels": ["email"], "reservation": {"key": canary.message}}
    assert 200 == api.post("/v1/contact/decide", json=reached | held, headers=program).status_code
    said = {"contacts": [reached | {"channel": "email", "subject": canary.note, "key": canary.contract}]}
    assert 200 == api.post("/v1/contacts", json=said, headers=program).status_code
    asks = make.service(house.platform, house.shop, "surveys:ask")
    asked = api.post("/v1/surveys", json={"type": "call", "key": canary.message}, headers=asks).json()
    assert 200 == api.patch(f"/v1/me/surveys/{asked['survey_id']}", json={"heard": True}, headers=headers).status_code
    with house.platform.database.scoped(person.scope) as session:
        for standing in session.exec(select(Permission)):
            reviews.keep(session, standing, at=clock.now())
        receipt_letters.choose(session, person.customer_id, wanted=True, at=clock.now())
        named = {"name": canary.own_word, "pronunciation": canary.note, "greeting": "other", "first": "human"}
        wishes.choose(house.platform, session, named, at=clock.now())
    assert "refresh_token" in apps.tokens(
        api, apps.app(house.platform), person, state=canary.note, nonce=canary.own_word
    )
    apps.opened(api, apps.app(house.platform), state=canary.message, authorization_details=apps.details())
    offering.be_told_of(api, house.platform, house.shop, person, (canary.user, canary.name, canary.number))
    api.cookies.clear()
    house.app.state.outbox.settle()


def _look(house: House, person: make.Person, canary: Canary) -> None:
    service = make.service(house.platform, house.bank, "profiles:read", "grants:request")
    by = {"identifiers": [{"type": "email", "value": canary.email}], "purpose": "advice"}
    house.api.post("/v1/profiles/lookup", json=by, headers=service)
    house.api.get("/v1/profiles/export", params={"purpose": "advice"}, headers=service)
    for path in ("", "/records", "/interactions", "/evidence", "/sources", "/accesses", "/export", "/grants"):
        assert 200 == house.api.get(f"/v1/me{path}", headers=person.headers).status_code


def _err(house: House, person: make.Person, canary: Canary) -> None:
    """Make mistakes that a careless log would keep."""
    api, headers = house.api, person.headers
    api.get(f"/v1/{canary.email}", headers=headers | {"X-Request-ID": canary.message, "User-Agent": canary.name})
    api.get("/v1/me/records", params={"after": canary.name, canary.note: canary.phone}, headers=headers)
    api.put(f"/v1/me/attributes/{canary.name}", json={"value": canary.note}, headers=headers)
    api.patch("/v1/me", json={canary.name: canary.email, "language": canary.name}, headers=headers)
    api.post("/v1/login", content=f'{{"email": "{canary.email}"'.encode())
    api.post("/v1/login", json={"email": canary.name})
    api.get("/v1/me", headers={"Authorization": f"Bearer {canary.name}"})


def tables_of(url: str, person: make.Person) -> set[str]:
    """Return the customer-scoped tables that hold a row of this person, and those that hold none."""
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attname = 'customer_id'"
            " and c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            name
            for (name,) in named
            if not connection.execute(
                sql.SQL("select 1 from {} where customer_id = %s limit 1").format(sql.Identifier(name)),
                (person.customer_id,),
            ).fetchone()
        }


def everything_on_disk(cluster: Cluster, database_url: str, *homes: Path) -> Iterator[bytes]:
    """Yield every file of these homes, and of the server this database's own, the write-ahead log and the log."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("checkpoint")
        (oid,) = connection.execute("select oid from pg_database where datname = current_database()").fetchone() or (0,)
    place = cluster.log.parent
    yield cluster.log.read_bytes()
    for folder in (*homes, place / "data" / "base" / str(oid), place / "data" / "pg_wal"):
        yield from (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def server_log(caplog: pytest.LogCaptureFixture) -> list[bytes]:
    """Return what the server wrote; the test's own HTTP client speaks in the same process, and is left out."""
    lines = [each.getMessage().encode() for each in caplog.records if each.name.partition(".")[0] != "httpx"]
    assert any(b'"event":"request"' in each for each in lines)
    return lines


def read_through(settings: Settings, ring: LocalKeyRing, person: make.Person) -> list[Any]:
    """Return what the owner would read of their dossier in the database of `settings`, by the keys of `ring`."""
    opened = Platform.open(settings)
    try:
        with opened.database.scoped(person.scope) as session:
            keys, now = OwnKeys(session, ring), clock.now()
            stands = dossier.records(session, keys, until=now, limit=100)
            talks = dossier.interactions(session, keys, until=now, limit=100)
            names = [name for each in dossier.sources(session, keys) for name in each.names]
            told = dossier.evidence(session, keys, until=now, limit=100)
            said = [each.value for each in stands] + [each.value for each in talks] + [each.value for each in told]
            return [*said, *(each.value for each in names)]
    finally:
        opened.database.dispose()


def leave(house: House, person: make.Person) -> None:
    """Let a person leave, and the logs hear of it."""
    assert 200 == house.api.delete("/v1/me", headers=person.headers).status_code
    sequencer.step(house.platform)


@pytest.mark.postgres
def test_after_an_erasure_nothing_readable_is_left(
    house: House,
    cluster: Cluster,
    database_url: str,
    restored: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform, api = house.platform, house.api
    canary, other = Canary.new(), Canary.new()
    person, stays = plant(house, canary), plant(house, other)
    assert tables_of(database_url, person) <= NEVER
    backup = dump(database_url, tmp_path / "backup.sql")
    shutil.copytree(platform.settings.keys, tmp_path / "old-keys")

    leave(house, person)

    # The database, its files, the key ring, the logs and what the door still says.
    service = make.service(platform, house.bank, "profiles:read", "grants:request")
    answers = [
        api.get("/v1/me/export", headers=person.headers),
        api.get("/v1/me/records", headers=person.headers),
        api.get("/v1/profiles/export", params={"purpose": "advice"}, headers=service),
        api.get("/v1/changes", headers=service),
        api.get("/metrics"),
    ]
    assert [401, 401] == [each.status_code for each in answers[:2]]
    assert [] == canary.seen_in(*(each.content for each in answers))
    assert [] == canary.seen_in(dump(database_url, tmp_path / "after.sql"))
    assert [] == canary.seen_in(*server_log(caplog))
    assert [] == canary.seen_in(*everything_on_disk(cluster, database_url, platform.settings.home))

    # An older backup, restored beside today's key ring: this person is waste, the other is not.
    run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={tmp_path / 'backup.sql'}", cluster.url(restored))
    environment = {"CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": cluster.url(restored, "cdp_login")}
    settings = Settings.read(environment | {"CDP_DEMO": "1"})
    assert [] == canary.seen_in(backup)
    gone = read_through(settings, platform.ring, person)
    assert gone
    assert {None} == {each if each is None else "readable" for each in gone}
    assert other.name in str(read_through(settings, platform.ring, stays))

    # The proof that it is the key ring that does it: with the ring of before, everything could be read.
    before = read_through(settings, LocalKeyRing.open(tmp_path / "old-keys", may_create=False), person)
    readable = str(before)
    assert [] == [
        value
        for value in (canary.name, canary.email, canary.phone, canary.note, canary.contract, canary.user, canary.device)
        if value not in readable
    ]


def test_the_search_finds_a_canary_in_every_form() -> None:
    canary = Canary.new()
    value = canary.note.encode()
    hidden = [
        value, value.upper(), value[::-1], value.hex().encode(), hashlib.sha256(value).hexdigest().encode(),
        *(hashlib.new(name, value).digest() for name in HASHES),
        base64.b64encode(value), base64.b64encode(b"x" + value + b"yz"), base64.b64encode(b"xy" + value),
    ]  # fmt: skip

    assert [] == [each for each in hidden if not canary.seen_in(b"--" + each + b"--")]
    assert [] == Canary.new().seen_in(*hidden)
