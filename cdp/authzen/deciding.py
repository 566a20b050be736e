"""The statements by which decisions are made: on the rows that the gate reads, by the law in SQL, each written down."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays
from cdp.authzen.questions import Decision
from cdp.database import Database, sql
from cdp.ids import NIL
from cdp.reads.reading import MOST_MERGES, Asker
from cdp.scope import Held, Principal, Scope

LOOKED_AT: Final = 2_000
"""How many permissions one statement looks at for a page, so that none takes long."""
_DECIDE: Final = sql("decide").encode()
_SEARCH: Final = sql("search_open").encode()
_READERS: Final = sql("readers_of").encode()


class Question(NamedTuple):
    """Whose profile, and what of it; NIL for an id that names nobody."""

    customer: UUID
    categories: tuple[str, ...] = ()
    source: str | None = None


class Page(NamedTuple):
    """Who is open, and the last one that was looked at when others may follow."""

    customers: list[UUID]
    last: UUID | None


async def decide(
    database: Database,
    asker: Asker,
    questions: Sequence[Question],
    *,
    stop: bool | None = None,
    held: Held | None = None,
) -> list[Decision]:
    """Return the decisions on `questions` in order, up to the first that is `stop`; each stands in the access log.

    Raises CredentialEnded unless what is `held` still is, and then nothing is decided or written.
    """
    customers = [each.customer for each in questions]
    for turn in range(MOST_MERGES + 1):
        rows = await database.at_once(
            asker.scope(Principal.EXPORTER),
            _DECIDE,
            {
                "customers": arrays.uuids(customers),
                "words": arrays.texts(" ".join(each.categories) for each in questions),
                "slugs": arrays.texts(each.source or "" for each in questions),
                "accesses": arrays.random_ids(len(questions)),
                "stop": stop,
            },
            held=held,
        )
        if all(merged_into is None for *_, merged_into in rows):
            return [Decision(is_open, reason) for place, is_open, reason, _ in rows if place is not None]
        now = [merged_into for *_, merged_into in rows]
        nobody = turn + 1 >= MOST_MERGES
        customers = [was if host is None else NIL if nobody else host for was, host in zip(customers, now, strict=True)]
    return [Decision(is_open=False, reason="never-granted") for _ in questions]


async def search(database: Database, asker: Asker, question: Question, *, after: UUID, limit: int) -> Page:
    """Return a page of those of whom `question` is open now, from the one behind `after`; each stands in the log."""
    facts = {
        "words": " ".join(question.categories),
        "slug": question.source or "",
        "after": after,
        "page": limit,
        "most": LOOKED_AT,
        "accesses": arrays.random_ids(limit),
    }
    rows = await database.at_once(asker.scope(Principal.EXPORTER), _SEARCH, facts)
    found = [customer for customer, is_open, _ in rows if is_open]
    return Page(found, rows[-1][0] if len(found) == limit or len(rows) > len(found) else None)


async def readers(
    database: Database, organization: UUID, *, among: Sequence[str] | None = None, after: str = "", limit: int
) -> list[str]:
    """Return the organization's own living clients that may read profiles, in the order of their ids."""
    facts = {
        "organization": organization,
        "among": None if among is None else arrays.texts(among),
        "after": after,
        "limit": limit,
    }
    return [client for (client,) in await database.at_once(Scope(Principal.DOORMAN), _READERS, facts)]
