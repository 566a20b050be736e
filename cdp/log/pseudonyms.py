"""Customers' names in the logs: random, another for each organization, known only to rows that an erasure deletes.

The nil organization stands for what is the customer's alone: what they read of themselves, and which subjects are
theirs. So nobody can tell from names that two organizations know the same person.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID, uuid4

from cdp import arrays
from cdp.ids import NIL
from cdp.log.batch import Cursor

Pair = tuple[UUID, UUID]
"""A customer and an organization."""

_KNOWN: Final = (
    "select w.customer_id, w.organization_id, p.pseudonym"
    " from unnest(%(customers)s, %(organizations)s) as w (customer_id, organization_id)"
    " cross join lateral (select x.pseudonym from pseudonym x"
    " where x.customer_id = w.customer_id and x.organization_id = w.organization_id limit 1) p"
)
_THERE: Final = (
    "select w.customer_id from unnest(%(customers)s) as w (customer_id)"
    " cross join lateral (select true from customer x where x.customer_id = w.customer_id limit 1) c"
)
_ADD: Final = (
    "insert into pseudonym (customer_id, organization_id, pseudonym)"
    " select * from unnest(%(customers)s, %(organizations)s, %(pseudonyms)s)"
)
_FORGET: Final = "delete from pseudonym where customer_id = any(%(customers)s) returning pseudonym"


class Pseudonyms:
    """The pseudonyms that one batch needs; nobody's is the nil id."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[Pair, UUID] = {}

    def look_up(self, cursor: Cursor, acting: Iterable[Pair], read: Iterable[Pair]) -> None:
        """Learn these names; new ones for all who acted, and for those who were read and are there."""
        acting = set(acting)
        wanted = {pair for pair in acting | set(read) if pair[0] != NIL} - self._known.keys()
        if not wanted:
            return
        found = cursor.execute(_KNOWN, _columns(wanted)).fetchall()
        self._known |= {(customer, owner): name for customer, owner, name in found}
        missing = wanted - self._known.keys()
        doubtful = {customer for customer, _ in missing - acting}
        if doubtful:
            rows = cursor.execute(_THERE, {"customers": arrays.uuids(doubtful)}).fetchall()
            there = {customer for (customer,) in rows}
            missing = {pair for pair in missing if pair in acting or pair[0] in there}
        fresh = {pair: uuid4() for pair in missing}
        if fresh:
            cursor.execute(_ADD, _columns(fresh) | {"pseudonyms": arrays.uuids(fresh.values())})
            self._known |= fresh

    def of(self, customer: UUID, organization: UUID) -> UUID | None:
        """Return a customer's name with an organization; None for one who is gone."""
        return NIL if customer == NIL else self._known.get((customer, organization))

    def relations(self, pairs: Iterable[Pair]) -> dict[Pair, Pair]:
        """Return the name and the organization for each of these pairs whose customer is not gone."""
        found = {pair: self.of(*pair) for pair in pairs}
        return {pair: (name, pair[1]) for pair, name in found.items() if name is not None}

    def forget(self, cursor: Cursor, customers: list[UUID]) -> list[UUID]:
        """Forget all names of these customers, for ever, and return what they were."""
        gone = set(customers)
        self._known = {pair: name for pair, name in self._known.items() if pair[0] not in gone}
        rows = cursor.execute(_FORGET, {"customers": arrays.uuids(customers)}).fetchall()
        return [pseudonym for (pseudonym,) in rows]


def _columns(pairs: Iterable[Pair]) -> dict[str, Any]:
    customers, organizations = zip(*pairs, strict=True)
    return {"customers": arrays.uuids(customers), "organizations": arrays.uuids(organizations)}
