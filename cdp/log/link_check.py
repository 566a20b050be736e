"""Look whether who is whom is what the consent log tells: every link and un-link, and where each subject is now."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from cdp.database import sql
from cdp.log import composing
from cdp.log.batch import Cursor
from cdp.log.facts import LinkFact
from cdp.log.store import Log
from consent.events import LinkEvent

Told = Mapping[UUID, tuple[int, LinkEvent]]
"""What the log tells: the link's id to its index and event."""
Blame = Callable[[int | None, str], None]
_CLOSED: Final = b"select organization_id from organization where closed_at is not null"


def check(cursor: Cursor, log: Log, told: Told, blame: Blame) -> int:
    """Blame every link that is gone, that says something else or that no log tells of; return how many there are."""
    rows = cursor.execute(sql("log_check_links").encode(), {"log": log.log_id}).fetchall()
    here = set()
    for link_id, customer, kind, reason, subject, source, at, name, is_due in rows:
        here.add(link_id)
        index, event = told.get(link_id, (None, None))
        if event is None:
            if is_due:
                blame(None, f"{link_id} is in the database and in no log")
            continue
        fact = LinkFact(
            customer=customer,
            link_id=link_id,
            kind=kind,
            reason=reason,
            subject=subject,
            source=source or event.source,  # of a subject that is gone nobody says any more whose it was
            at=at,
        )
        place = event.place._replace(customer=None if name is None else str(name))
        if composing.link_event(fact, place) != event:
            blame(index, "the link stands in the database otherwise")
    closed = {organization for (organization,) in cursor.execute(_CLOSED).fetchall()}
    for link_id in told.keys() - here:
        index, event = told[link_id]
        if event.source not in closed:  # a removal takes the links of what was supplied along
            blame(index, "the link is gone from the database")
    for (subject,) in cursor.execute(sql("log_check_edges").encode()).fetchall():
        blame(None, f"the records of {subject} are with somebody else than the links say")
    return len(rows)
