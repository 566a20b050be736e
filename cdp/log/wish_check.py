"""Look whether wishes are what the consent log tells: every change of them, and what they add up to."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from cdp.database import sql
from cdp.log import composing
from cdp.log.batch import Cursor
from cdp.log.facts import WishFact
from consent import wish_changes
from consent.errors import Problem
from consent.events import WishEvent
from consent.wish_changes import Change

Told = Mapping[UUID, tuple[int, WishEvent]]
"""What the log tells: the id of a change to its index and event."""
Blame = Callable[[int | None, str], None]
_OTHERWISE: Final = "the wish stands in the database otherwise"


def check(cursor: Cursor, told: Told, blame: Blame) -> int:
    """Blame every change that is gone, that says something else or that no log tells of; return how many there are."""
    rows = cursor.execute(sql("log_check_wishes").encode()).fetchall()
    here = {row[1] for row in rows if row[1] is not None}
    for _, every in groupby(rows, key=lambda row: row[0]):
        _check_one([*every], told, blame)
    for wish in told.keys() - here:
        blame(told[wish][0], "the wish is gone from the database")
    return len(here)


def _check_one(rows: list[tuple[Any, ...]], told: Told, blame: Blame) -> None:
    """Check the changes of one customer, in their order, and what they add up to."""
    document: dict[str, Any] = {}
    for customer, wish, said, at, name, is_due, _ in rows:
        if wish is None:
            continue
        index, event = told.get(wish, (None, None))
        try:
            document = wish_changes.after(document, Change(said["set"], tuple(said["clear"])))
            fact = WishFact(customer=customer, fact_id=wish, said=said, at=at)
            is_so = event is None or composing.wish_event(fact, event.place._replace(customer=str(name))) == event
        except (Problem, KeyError, TypeError):
            is_so = False
        if event is None and is_due:
            blame(None, f"{wish} is in the database and in no log")
        if not is_so:
            blame(index, _OTHERWISE)
    if rows[0][-1] is None or document != rows[0][-1]:
        blame(None, "somebody's wishes are not what their acts add up to")
