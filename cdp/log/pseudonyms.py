"""Customers' names in the logs: random, one for each, known only to a row that an erasure deletes."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from cdp import arrays
from cdp.ids import NIL
from cdp.log.batch import Cursor

_KNOWN: Final = (
    "select w.customer_id, p.pseudonym from unnest(%(customers)s) as w (customer_id)"
    " cross join lateral (select x.pseudonym from pseudonym x where x.customer_id = w.customer_id limit 1) p"
)
_THERE: Final = (
    "select w.customer_id from unnest(%(customers)s) as w (customer_id)"
    " cross join lateral (select true from customer x where x.customer_id = w.customer_id limit 1) c"
)
_ADD: Final = (
    "insert into pseudonym (customer_id, pseudonym)"
    " select * from unnest(%(customers)s, %(pseudonyms)s) as w (customer_id, pseudonym)"
)
_FORGET: Final = "delete from pseudonym where customer_id = any(%(customers)s) returning pseudonym"


class Pseudonyms:
    """The pseudonyms that one batch needs; nobody's is the nil id."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[UUID, UUID] = {NIL: NIL}

    def look_up(self, cursor: Cursor, acting: Iterable[UUID], read: Iterable[UUID]) -> None:
        """Learn the names of these customers; new ones for all who acted, and for those who were read and are there."""
        acting = set(acting)
        wanted = (acting | set(read)) - self._known.keys()
        if not wanted:
            return
        self._known |= cursor.execute(_KNOWN, {"customers": arrays.uuids(wanted)}).fetchall()
        missing = wanted - self._known.keys()
        if missing - acting:
            there = cursor.execute(_THERE, {"customers": arrays.uuids(missing - acting)}).fetchall()
            missing = (missing & acting) | {customer for (customer,) in there}
        fresh = {customer: uuid4() for customer in missing}
        if fresh:
            cursor.execute(_ADD, {"customers": arrays.uuids(fresh), "pseudonyms": arrays.uuids(fresh.values())})
            self._known |= fresh

    def of(self, customer: UUID) -> UUID | None:
        """Return a customer's pseudonym; None for one who is gone."""
        return self._known.get(customer)

    def forget(self, cursor: Cursor, customers: list[UUID]) -> list[UUID]:
        """Forget these customers' pseudonyms, for ever, and return what they were."""
        for customer in customers:
            self._known.pop(customer, None)
        rows = cursor.execute(_FORGET, {"customers": arrays.uuids(customers)}).fetchall()
        return [pseudonym for (pseudonym,) in rows]
