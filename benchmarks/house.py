"""A house to measure in: a server of its own that commits to the disk, two sources, one recipient, and people."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy.engine import make_url

from cdp import bootstrap, clients, clock, organizations
from cdp.embedded.postgres import Cluster
from cdp.ingest.batch import Batch
from cdp.ingest.batch import Path as Way
from cdp.ingest.items import Channel, Identifier, IdentifierType, Item, Kind, Reference, ReferenceType
from cdp.ingest.store import Store
from cdp.oauth import access_tokens
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from consent.wishes import Speaker

PURPOSE: Final = "customer-care"
SHIPPED: Final = "wheel"
"""The PostgreSQL that comes with the product; CDP_POSTGRES_BIN names another."""
SCOPES: Final = ("profiles:read", "records:write", "grants:request", "contacts:write")
_FILL: Final = Path(__file__).with_name("fill.sql").read_text(encoding="utf-8")
_ATTRIBUTES: Final = ("first_name", "last_name", "phone", "street", "city")
_STEP: Final = 50_000
_HANDS: Final = 2
_BATCH: Final = 500
_encode: Final = msgspec.json.Encoder().encode


_NOTED: Final = "house.json"


class _Noted(msgspec.Struct, frozen=True):
    """What a house that is kept must not forget; the rest lies in its folders."""

    source: UUID
    other: UUID
    recipient: UUID
    write_key: str
    known: list[UUID]
    size: int
    likenesses: int
    opened: int


@dataclass(slots=True)
class House:
    """What every measurement needs."""

    home: Path
    cluster: Cluster
    platform: Platform
    admin_url: str
    source: UUID
    other: UUID
    recipient: UUID
    write_key: str
    known: list[UUID]
    size: int = 0
    likenesses: int = 0
    """How many people can be recognized, each with the records that tell of them."""
    opened: int = 1
    """How often it was opened: what is measured once leaves traces."""

    def note(self) -> None:
        """Write down what is here, for whoever opens it again."""
        noted = _Noted(
            self.source, self.other, self.recipient, self.write_key, self.known, self.size, self.likenesses, self.opened
        )
        file = os.open(self.home / _NOTED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(_encode(noted))

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process that serves this house; one address asks for the whole load."""
        url = self.platform.settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
        quotas = dict.fromkeys(("CDP_ADDRESS_REQUESTS", "CDP_CUSTOMER_REQUESTS", "CDP_CLIENT_REQUESTS"), "10000000")
        return {"CDP_HOME": str(self.home), "CDP_APP_DATABASE_URL": url, "CDP_DEMO": "1"} | quotas

    @property
    def postgres(self) -> str:
        """Which PostgreSQL serves, in words."""
        found = self.cluster.binaries
        if found is None:
            return "PostgreSQL"
        return f"PostgreSQL {found.major}" + (" of the wheel" if found.from_wheel else ", installed")

    def program(self, *scopes: str) -> str:
        """Add a program of the recipient with these scopes, and return its id."""
        with self.platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            return clients.create(
                session,
                self.platform.fingerprints,
                organization=self.recipient,
                name="benchmark",
                scopes=scopes,
                at=clock.now(),
            ).client_id

    def token(self) -> str:
        """Return a fresh access token of the recipient's program, good for ten minutes."""
        program, at = self.program(*SCOPES), clock.now()
        with self.platform.database.scoped(Scope(Principal.DOORMAN)) as session:
            return access_tokens.issue(session, self.platform, program, scopes=SCOPES, at=at, seconds=600)

    def profile_ids(self) -> list[str]:
        """Return the recipient's ids of the people whose values can be read."""
        return [self.platform.profile_ids.profile_id(customer, self.recipient) for customer in self.known]

    def fill(self, size: int) -> None:
        """Bring the number of customers to `size`, with a hand for each processor of the server."""
        parts = [(first, min(size, first + _STEP - 1)) for first in range(self.size + 1, size + 1, _STEP)]
        with ThreadPoolExecutor(_HANDS) as hands:
            list(hands.map(self._add, parts))
        self.size = max(self.size, size)
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def _add(self, numbers: tuple[int, int]) -> None:
        first, last = numbers
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(_FILL, {"first": first, "last": last, "source": self.source, "recipient": self.other})


@contextmanager
def open_house(people: int, keep: Path | None = None) -> Iterator[House]:
    """Build a house with `people` whose values can be read, through the real store, and take it down in the end.

    With `keep` it stands in that folder and stays there: whoever keeps it again finds it as it was left.
    """
    home = keep or Path(tempfile.mkdtemp(prefix="cdp-bench-"))
    try:
        programs = os.environ.get("CDP_POSTGRES_BIN") or SHIPPED
        with Cluster(home, binaries=programs, settings={"shared_buffers": "2GB", "max_wal_size": "8GB"}) as cluster:
            is_kept = (home / _NOTED).exists()
            house = _again(home, cluster) if is_kept else _built(home, cluster, people)
            if keep:
                house.note()
            yield house
            house.platform.database.dispose()
    finally:
        if not keep:
            shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(home, ignore_errors=True)


def _built(home: Path, cluster: Cluster, people: int) -> House:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create database bench")
    admin, settings = _prepared(home, cluster)
    house = _furnish(home, cluster, Platform.open(settings), admin)
    asyncio.run(_people(house, people))
    return house


def _again(home: Path, cluster: Cluster) -> House:
    noted = msgspec.json.decode((home / _NOTED).read_bytes(), type=_Noted)
    admin, settings = _prepared(home, cluster)
    facts = msgspec.structs.asdict(noted) | {"opened": noted.opened + 1}
    return House(home, cluster, Platform.open(settings), admin, **facts)


def _prepared(home: Path, cluster: Cluster) -> tuple[str, Settings]:
    """Return where the database is, brought to the present schema, and the settings of whoever works in it."""
    admin = cluster.url("bench")
    url = make_url(admin).set(drivername="postgresql+psycopg")
    bootstrap.prepare(url, home / "keys")
    app = bootstrap.app_url(url, home / "keys").render_as_string(hide_password=False)
    return admin, Settings.read({"CDP_HOME": str(home), "CDP_APP_DATABASE_URL": app, "CDP_DEMO": "1"})


def _furnish(home: Path, cluster: Cluster, platform: Platform, admin: str) -> House:
    at = clock.now()
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = []
        for slug in ("source", "other", "recipient"):
            added = organizations.add(session, slug=slug, name=slug.title(), at=at)
            organizations.verify(session, added.organization_id, at=at)
            made.append(added.organization_id)
        key = clients.create_write_key(
            session, platform.fingerprints, made[0], name="benchmark", at=at, batch_bytes=4_096_000
        )
    source, other, recipient = made
    return House(home, cluster, platform, admin, source, other, recipient, key.write_key, known=[])


async def _people(house: House, people: int) -> None:
    own = Platform.open(house.platform.settings)
    await own.database.open()
    store = Store(own)
    for start in range(0, people, _BATCH):
        numbers = range(start, min(people, start + _BATCH))
        for source, said in ((house.source, _first_half), (house.other, _second_half)):
            groups = [[item] for number in numbers for item in said(number)]
            await store.take(
                Batch(
                    scope=Scope(Principal.SOURCE, source),
                    groups=groups,
                    path=Way.RECORDS,
                    request_id="bench",
                    received_at=clock.now(),
                    may_verify=True,
                )
            )
    await own.database.close()
    await own.database.pool.close()
    with psycopg.connect(house.admin_url, autocommit=True) as connection:
        rows = connection.execute(
            "select customer_id from customer where merged_into is null order by customer_id"
        ).fetchall()
        house.known = [customer for (customer,) in rows]
        connection.execute(
            "insert into permission (customer_id, recipient_id, purpose, categories, expires_at, act_id, since,"
            " changed_at, epoch)"
            " select c.customer_id, %s, %s, '{address,contact,conversations,products,usage}',"
            " now() + interval '300 days', c.customer_id, now(), now(), 1 from customer c where c.merged_into is null",
            (house.recipient, PURPOSE),
        )
        connection.execute("vacuum analyze")
    house.size = people


def said(number: int, source: str, kind: Kind, name: str, value: object, **rest: Any) -> Item:  # noqa: ANN401  # what an item may say more
    """Return what a source ("a" or "b") says about the person of this number."""
    subject = (Reference(ReferenceType.USER_ID, f"{source}-{number}"),)
    return Item(kind=kind, type=name, value=_encode(value), subject=subject, occurred_at=clock.now(), **rest)


def _first_half(number: int) -> Sequence[Item]:
    verified = (Identifier(IdentifierType.EMAIL, f"person-{number}@example.org", verified=True),)
    facts = [said(number, "a", Kind.ATTRIBUTES, name, f"{name} of {number}") for name in _ATTRIBUTES]
    email = said(number, "a", Kind.ATTRIBUTES, "email", f"person-{number}@example.org", identifiers=verified)
    return [email, *facts]


def _second_half(number: int) -> Sequence[Item]:
    verified = (Identifier(IdentifierType.EMAIL, f"person-{number}@example.org", verified=True),)
    plan = {"plan": "basis", "price": 12.5, "note": secrets.token_hex(40)}
    product = said(number, "b", Kind.PRODUCT, "subscription", plan, key=f"p-{number}", identifiers=verified)
    language = said(number, "b", Kind.ATTRIBUTES, "language", "nl")
    calls = [
        said(
            number,
            "b",
            Kind.INTERACTION,
            "call",
            {"properties": {"minutes": 4}, "subject": "Een vraag over de rekening", "outcome": "opgelost"},
            key=f"i-{number}-{place}",
            channel=Channel.PHONE,
            speaker=Speaker.HUMAN,
        )
        for place in range(2)
    ]
    return [product, language, *calls]
