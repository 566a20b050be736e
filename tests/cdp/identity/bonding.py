"""People, bonds and separations made behind the wall, to look at what follows from them; all of it is rolled back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg

from cdp.identity.partition import Bond, BondTier, Pair, Subject
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.types import CUSTOMER_SOURCE

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHY = {
    BondTier.CUSTOMER: "customer-said",
    BondTier.VERIFIED: "verified-identifier",
    BondTier.DEVICE: "anonymous-to-user",
    BondTier.STRONG: "match",
    BondTier.POSSIBLE: "match",
}


@dataclass
class Ledger:
    """One transaction of the superuser in a database, that is taken back in the end."""

    connection: psycopg.Connection[tuple[Any, ...]]
    platform: Platform
    customers: dict[UUID, UUID] = field(default_factory=dict)
    """The customer that each subject began with."""

    @classmethod
    @contextmanager
    def open(cls, url: str, platform: Platform) -> Iterator[Self]:
        """Yield one that is empty."""
        with psycopg.connect(url) as connection:
            yield cls(connection, platform)
            connection.rollback()

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the superuser sees."""
        return self.connection.execute(question.encode(), values).fetchall()

    def as_customer(self, customer: UUID, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a customer is answered in their own scope."""
        words = self.platform.database.words(Scope(Principal.CUSTOMER, customer=customer))
        self.connection.execute("select enter_scope(%s, %s, %s, %s, %s, %s, %s)", words)
        try:
            return self.connection.execute(question.encode(), values).fetchall()
        finally:
            self.connection.execute("reset role")

    def add(self, subjects: Iterable[Subject]) -> None:
        """Make subjects, each with a customer of its own; their order is that of their making."""
        for number, each in enumerate(subjects):
            customer = self.customers[each.id] = uuid4()
            self.connection.execute(
                "insert into customer (customer_id, created_at, claimed_at) values (%s, %s, %s)",
                (customer, AT, AT if each.is_own else None),
            )
            self.connection.execute(
                "insert into subject (customer_id, subject_id, source_id, origin_id, created_at)"
                " values (%s, %s, %s, %s, %s + %s * interval '1 second')",
                (customer, each.id, each.source, customer, AT, number),
            )
            type = "customer" if each.source == CUSTOMER_SOURCE else "user_id" if each.has_number else "anonymous_id"
            self.connection.execute(
                "insert into reference (source_id, type, blind, customer_id, subject_id, sealed)"
                " values (%s, %s, uuid_send(%s), %s, %s, '')",
                (each.source, type, each.id, customer, each.id),
            )

    def bind(self, *bonds: Bond) -> None:
        """Write bonds, and nothing else."""
        for each in bonds:
            one, other = sorted(each.pair)
            self.connection.execute(
                "insert into bond (bond_id, subject_id, other_id, why, tier, weight, reaches, at)"
                " values (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
                (one, other, WHY[each.tier], each.tier, each.weight, each.reaches, AT),
            )

    def separate(self, *pairs: Pair) -> None:
        """Say that these are two people."""
        for pair in pairs:
            self.connection.execute(
                "insert into separation (subject_id, other_id, by, at) values (%s, %s, 'operator', %s)"
                " on conflict do nothing",
                (*sorted(pair), AT),
            )

    def settle(self, *seeds: UUID) -> int:
        """Bring customers in line with the bonds around these subjects."""
        ((moved,),) = self.ask("select settle_membership(%s, 'no-longer-alike', %s)", list(seeds), AT)
        assert isinstance(moved, int)
        return moved

    def groups(self) -> frozenset[frozenset[UUID]]:
        """Return who shares a customer now."""
        rows = self.ask(
            "select array_agg(subject_id) from subject where subject_id = any(%s) group by customer_id",
            list(self.customers),
        )
        return frozenset(frozenset(group) for (group,) in rows)

    def customer_of(self, subject: UUID) -> UUID:
        """Return whose a subject is now."""
        ((customer,),) = self.ask("select customer_id from subject where subject_id = %s", subject)
        assert isinstance(customer, UUID)
        return customer
