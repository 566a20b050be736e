"""The outboxes, as the sequencer empties them."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from cdp.database import sql
from cdp.log.batch import Cursor
from cdp.log.facts import (
    AccessFact,
    ActFact,
    ConsentFact,
    ErasureFact,
    LinkFact,
    PolicyFact,
    StatementFact,
    UnreadableFact,
    WishFact,
)

_DELETE_CONSENT: Final = "delete from consent_outbox where entry_id = any(%s)"
_DELETE_ACCESSES: Final = "delete from access_outbox where entry_id = any(%s)"


class Waiting(NamedTuple):
    """A fact that waits for the consent log."""

    entry: int
    salt: bytes
    fact: ConsentFact
    was_held: bool
    """Whether the log says that it is set aside: this is another turn."""


def consent(cursor: Cursor, limit: int) -> list[Waiting]:
    """Return what waits for the consent log, the oldest first."""
    rows = cursor.execute(sql("log_take_consent").encode(), {"limit": limit}).fetchall()
    return [Waiting(entry, bytes(row[1]), _read(row), was_held) for entry, was_held, *row in rows]


class Read(NamedTuple):
    """An access that waits, with the end of the chain that it goes on with, as far as there is one."""

    entry: int
    salt: bytes
    fact: AccessFact
    name: str | None
    """The customer's pseudonym; None for one who has none yet, is nobody, or is gone."""
    seq: int | None
    leaf: bytes | None
    was_held: bool


def accesses(cursor: Cursor, log_id: int, limit: int) -> list[Read]:
    """Return what waits for the access log, the oldest first."""
    rows = cursor.execute(sql("log_take_accesses").encode(), {"log": log_id, "limit": limit}).fetchall()
    return [Read(row[0], row[1], AccessFact(*row[2:-4]), *row[-4:]) for row in rows]


def taken(cursor: Cursor, consent_entries: list[int], access_entries: list[int]) -> None:
    """Delete what now stands in the logs."""
    if consent_entries:
        cursor.execute(_DELETE_CONSENT, (consent_entries,))
    if access_entries:
        cursor.execute(_DELETE_ACCESSES, (access_entries,))


def _read(row: list[Any]) -> ConsentFact:
    """Return the fact that a row says: fact, salt, customer, id, moment, and what is particular to it."""
    try:
        return _consent_fact(row)
    except (ValueError, KeyError, TypeError) as error:
        return UnreadableFact(customer=row[2], said=f"the outbox says it in another form: {type(error).__name__}")


def _consent_fact(row: list[Any]) -> ConsentFact:
    fact, _, customer, fact_id, at, facts, *act = row
    match fact:
        case "act":
            gone = UnreadableFact(customer=customer, said="its act is gone")
            return gone if act[0] is None else ActFact(customer, fact_id, *act)
        case "link":
            return LinkFact(
                customer=customer,
                link_id=fact_id,
                kind=facts["kind"],
                reason=facts["reason"],
                subject=UUID(facts["subject"]),
                source=UUID(facts["source"]),
                at=at,
            )
        case "wish":
            return WishFact(customer=customer, fact_id=fact_id, said=facts, at=at)
        case "message" | "firing" | "reply" | "demand":
            return StatementFact(
                customer=customer,
                fact_id=fact_id,
                statement=fact,
                organization=UUID(facts["organization"]),
                digest=facts["digest"],
                at=at,
            )
        case "erasure":
            return ErasureFact(erasure_id=fact_id, customers=[UUID(each) for each in facts["customers"]])
        case _:
            return PolicyFact(change=facts["change"], subject=facts["subject"], at=at)
