"""Dossiers made straight behind the wall, sealed as the store seals them, so that a test chooses every column."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import msgspec
import psycopg

from cdp import ids
from cdp.keys.sealing import DataKey, new_data_key
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker
from consent.fold import Record, RecordKind
from consent.permission import Permission

CARE = "customer-care"
GRANTABLE = ("address", "contact", "conversations", "financial", "health", "personal", "products", "usage")
Answer = TypeVar("Answer")


class Reads:
    """The reads of one platform, called from tests that are not coroutines."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.profiles = Profiles(platform)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self.run(self.platform.database.open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self.platform.database.pool.close())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._runner.run(work)

    def profile_id(self, customer: UUID, asker: Asker) -> str:
        return self.platform.profile_ids.profile_id(customer, asker.organization)

    def read(self, asker: Asker, customer: UUID) -> bytes:
        return self.run(self.profiles.read(asker, self.profile_id(customer, asker))).answer()

    def profile(self, asker: Asker, customer: UUID) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.read(asker, customer))
        return found

    def export(self, asker: Asker) -> list[dict[str, Any]]:
        async def whole() -> list[bytes]:
            return [chunk async for chunk in self.profiles.export(asker)]

        return [msgspec.json.decode(line) for line in b"".join(self.run(whole())).splitlines()]


@dataclass
class Behind:
    """A superuser's hand in a module's database."""

    platform: Platform
    connection: psycopg.Connection[tuple[Any, ...]]
    slugs: dict[UUID, str] = field(default_factory=dict)

    def catalog(self) -> None:
        """Make the categories and the purpose that grants name."""
        for category in (*GRANTABLE, "unmapped"):
            self.connection.execute(
                "insert into category values (%s, null, %s, false, '{}') on conflict do nothing",
                (category, category != "unmapped"),
            )
        self.connection.execute("insert into purpose values (%s, null, 366, '{}') on conflict do nothing", (CARE,))

    def organization(self, organization: UUID | None = None) -> UUID:
        made, slug = organization or uuid4(), f"org-{secrets.token_hex(6)}"
        self.connection.execute(
            "insert into organization (organization_id, slug, name) values (%s, %s, 'Testbedrijf')"
            " on conflict (organization_id) do nothing",
            (made, slug),
        )
        row = self.connection.execute("select slug from organization where organization_id = %s", (made,)).fetchone()
        assert row is not None
        self.slugs[made] = row[0]
        return made

    def customer(self) -> "Dossier":
        customer = ids.row()
        self.connection.execute("insert into customer (customer_id, created_at) values (%s, now())", (customer,))
        return Dossier(self, customer)

    def accesses(self, customer: UUID) -> list[tuple[str, str, str]]:
        """Return path, outcome and reason of what the log says of a customer, oldest first."""
        rows = self.connection.execute(
            "select path, outcome, reason from access where customer_id = %s order by at, access_id", (customer,)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def count(self) -> int:
        row = self.connection.execute("select count(*) from access").fetchone()
        assert row is not None
        return int(row[0])


@dataclass
class Dossier:
    """One customer, whose subjects are made as sources speak."""

    behind: Behind
    customer: UUID
    keys: dict[UUID, tuple[UUID, DataKey]] = field(default_factory=dict)

    def subject(self, source: UUID) -> tuple[UUID, DataKey]:
        if source not in self.keys:
            subject_id, key = ids.row(), new_data_key()
            ring = self.behind.platform.ring
            self.behind.connection.execute(
                "insert into subject values (%s, %s, %s, %s, now())", (self.customer, subject_id, source, self.customer)
            )
            self.behind.connection.execute(
                "insert into data_key values (%s, %s, %s, 1, now())",
                (self.customer, subject_id, ring.wrap(ring.new_slot(), key, subject=subject_id)),
            )
            self.keys[source] = subject_id, DataKey(key)
        return self.keys[source]

    def add(self, *records: Record) -> Self:
        for record in records:
            if record.kind is RecordKind.INTERACTION:
                self._say(record)
            else:
                self._state(record)
        return self

    def state(self, source: UUID, attribute: str, value: object, **rest: Any) -> UUID:
        """Let `source` say one attribute; return the record's id."""
        facts: dict[str, Any] = {"category": "contact", "observed_at": datetime.now(UTC) - timedelta(days=1)} | rest
        record = Record(
            record_id=ids.row(), source=source, kind=RecordKind.ATTRIBUTES, type=attribute, value=value, **facts
        )
        self.add(record)
        return record.record_id

    def talk(self, source: UUID, *, at: datetime, value: object = "hello", category: str = "conversations") -> None:
        """Let `source` hear something from the customer."""
        kind = RecordKind.INTERACTION
        self.add(
            Record(
                record_id=ids.row(),
                source=source,
                kind=kind,
                category=category,
                type="call",
                value=value,
                observed_at=at,
            )
        )

    def change(self, record: Record, column: str) -> None:
        """Change one column of a record that is there; its value becomes another, unreadable one."""
        table = "interaction" if record.kind is RecordKind.INTERACTION else "record"
        value: object = b"changed" if column == "sealed" else datetime.now(UTC)
        self.behind.connection.execute(
            f"update {table} set {column} = %s where customer_id = %s and record_id = %s".encode(),
            (value, self.customer, record.record_id),
        )

    def supersede(self, record: UUID) -> None:
        self.behind.connection.execute("update record set superseded_at = now() where record_id = %s", (record,))

    def identify(self, source: UUID, kind: str, blind: bytes, category: str = "contact") -> None:
        subject_id, _ = self.subject(source)
        self.behind.connection.execute(
            "insert into identifier values (%s, %s, %s, %s, %s, %s, true, now())",
            (self.customer, subject_id, source, category, kind, blind),
        )

    def permit(self, recipient: UUID, permission: Permission, *, purpose: str = CARE) -> Self:
        """Put the permission as it stands after some acts."""
        sources = None if permission.sources is None else list(permission.sources)
        self.behind.connection.execute(
            "insert into permission (customer_id, recipient_id, purpose, categories, sources, expires_at,"
            " attested_categories, attested_expires_at, stopped_categories, stopped, chosen_at, act_id, since,"
            " changed_at, epoch) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now(), now(), %s)"
            " on conflict (customer_id, recipient_id, purpose) do update set (categories, sources, expires_at,"
            " attested_categories, attested_expires_at, stopped_categories, stopped) = (excluded.categories,"
            " excluded.sources, excluded.expires_at, excluded.attested_categories, excluded.attested_expires_at,"
            " excluded.stopped_categories, excluded.stopped)",
            (
                self.customer, recipient, purpose, sorted(permission.categories), sources, permission.expires_at,
                sorted(permission.attested_categories), permission.attested_expires_at,
                sorted(permission.stopped_categories), permission.stopped, permission.chosen_at, uuid4(),
                permission.epoch,
            ),
        )  # fmt: skip
        return self

    def grant(self, recipient: UUID, *categories: str, sources: Iterable[UUID] | None = None, days: float = 30) -> Self:
        """Let the customer's own grant stand."""
        ends = datetime.now(UTC) + timedelta(days=days)
        named = None if sources is None else frozenset(sources)
        return self.permit(
            recipient, Permission(categories=frozenset(categories), sources=named, expires_at=ends, epoch=1)
        )

    def _state(self, record: Record) -> None:
        subject_id, key = self.subject(record.source)
        value = record.value if record.kind is RecordKind.ATTRIBUTES else thing(record)
        sealed = key.seal(msgspec.json.encode(value), table="record", row=record.record_id, column="sealed")
        self.behind.connection.execute(
            "insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, key, origin,"
            " standing, occurred_at, received_at, disputed_at, digest, sealed)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, 'given', %s, %s, now(), %s, '', %s)",
            (
                self.customer, record.record_id, subject_id, record.source, record.kind.value, record.category,
                record.type, record.key.encode(), record.standing.value, record.observed_at,
                datetime.now(UTC) if record.disputed else None, sealed,
            ),
        )  # fmt: skip

    def _say(self, record: Record) -> None:
        subject_id, key = self.subject(record.source)
        value = msgspec.json.encode({"properties": {"said": record.value}})
        sealed = key.seal(value, table="interaction", row=record.record_id, column="sealed")
        self.behind.connection.execute(
            "insert into interaction (customer_id, record_id, subject_id, source_id, category, type, channel,"
            " occurred_at, received_at, disputed_at, sealed)"
            " values (%s, %s, %s, %s, %s, %s, 'phone', %s, now(), %s, %s)",
            (
                self.customer, record.record_id, subject_id, record.source, record.category, record.type,
                record.observed_at, datetime.now(UTC) if record.disputed else None, sealed,
            ),
        )  # fmt: skip


def thing(record: Record) -> dict[str, object]:
    """Return what the store seals of a product or a fact."""
    return {"key": record.key, "properties": {"worth": record.value}}
