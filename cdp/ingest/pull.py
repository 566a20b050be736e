"""Pulling from outside registers that speak JSON over HTTP: when it is due, page by page, and again after a failure.

Rules: (1) how far a pull is stands in the transaction that stored its page, so that it goes on where it stopped; (2) a
register that fails or asks for time is left alone for longer each time; (3) a secret stands in the environment of the
process and nowhere else; (4) what is asked is an address that `cdp.outside` allows.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from sqlalchemy import text
from sqlmodel import Session

from cdp import outside
from cdp.backoff import Backoff
from cdp.catalog import files as catalog
from cdp.database import rows_changed, sql
from cdp.ingest import pull_pages, pull_settings
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.items import Outcome
from cdp.ingest.mapper import Mapper
from cdp.ingest.pull_settings import PullSettings
from cdp.ingest.store import Store
from cdp.outside import Answer, Target
from cdp.platform import Platform
from cdp.scope import OPERATOR, Principal, Scope
from consent.errors import Conflict, Invalid, NotFound, Problem

PAGES: Final = 10_000
ROWS: Final = 1_000
BACKOFF: Final = Backoff(first=30.0, longest=86_400.0)
LEASE: Final = timedelta(minutes=30)
SECONDS: Final = 60.0
"""How long one run goes on with further pages; then others get their turn, and it goes on at the next."""
AT_ONCE: Final = 4
"""How many registers one worker asks at the same time; each run stores by itself."""
_FAILED: Final = "the register answered with an error"


class PullUnknown(NotFound):
    """This organization has no pull of that name."""

    code = "pull-unknown"


class PullExists(Conflict):
    """This organization has a pull of that name already."""

    code = "pull-exists"


class Later(Problem):
    """The register asks for time."""

    code = "register-busy"

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class PullFacts:
    """How a pull stands; `failure` is the code of what went wrong last."""

    name: str
    url: str
    every: int
    next_at: datetime
    last_at: datetime | None
    failures: int
    failure: str | None


@dataclass(slots=True)
class Pulled:
    """What one run came to."""

    pages: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failure: str | None = None
    why: str | None = None
    """The failure in words, for whoever runs the pull by hand."""
    is_done: bool = True


def add(session: Session, organization: UUID, name: str, stated: Mapping[str, Any], *, at: datetime) -> None:
    """Add a pull that is due at once; raises PullExists. `stated` is what `pull_settings.load` returned."""
    row = {"source": organization, "name": name, "settings": msgspec.json.encode(stated).decode(), "at": at}
    if not rows_changed(session, text(sql("pull_add")), row):
        raise PullExists(field="/name")


def remove(session: Session, organization: UUID, name: str) -> None:
    """Remove a pull; what it stored stays. Raises PullUnknown."""
    question = text("delete from pull where source_id = :source and name = :name returning name")
    if session.execute(question, {"source": organization, "name": name}).one_or_none() is None:
        raise PullUnknown(field="/name")


def listed(session: Session, organization: UUID) -> list[PullFacts]:
    """Return the pulls of an organization, by name."""
    question = text("select name, settings, state, next_at from pull where source_id = :source order by name")
    return [
        PullFacts(
            row.name,
            row.settings["url"],
            row.settings["every"],
            row.next_at,
            datetime.fromisoformat(row.state["last_at"]) if "last_at" in row.state else None,
            row.state.get("failures", 0),
            row.state.get("failure"),
        )
        for row in session.execute(question, {"source": organization})
    ]


def run_next(platform: Platform, at: datetime) -> int:
    """Run the pull that is due longest, unless another hand has it, and return how many ran: one or none.

    Several may call it side by side, on one machine or many: a register that is slow keeps no other waiting.
    """
    with platform.database.scoped(OPERATOR) as session:
        due = session.execute(text(sql("pull_take_due")), {"at": at, "lease": at + LEASE}).one_or_none()
    if due is None:
        return 0
    run(platform, due.source_id, due.name, at=at)
    return 1


def run(platform: Platform, organization: UUID, name: str, *, at: datetime) -> Pulled:
    """Run one pull now and return what it came to; a failure is noted and tried again later. Raises PullUnknown."""
    scope = Scope(Principal.SOURCE, organization)
    with platform.database.scoped(scope) as session:
        question = text("select settings, state from pull where source_id = :source and name = :name")
        row = session.execute(question, {"source": organization, "name": name}).one_or_none()
    if row is None:
        raise PullUnknown(field="/name")
    begun, pulled, state = time.monotonic(), Pulled(), dict(row.state)
    settings = pull_settings.parse(row.settings)
    try:
        asyncio.run(_Run(platform, scope, name, settings, state, at=at).pages(pulled))
        wait = settings.every if pulled.is_done else time.monotonic() - begun  # behind those who came meanwhile
        if pulled.is_done:
            state = {**_kept(state), "last_at": at.isoformat(), "failures": 0, "failure": None}
    except Problem as problem:
        failures = int(state.get("failures", 0)) + 1
        wait = BACKOFF.wait(failures, asked=problem.seconds if isinstance(problem, Later) else None)
        state |= {"failures": failures, "failure": problem.code}
        pulled.failure, pulled.why = problem.code, problem.message
    with platform.database.scoped(scope) as session:
        facts = {"source": organization, "name": name, "state": msgspec.json.encode(state).decode()}
        session.execute(text(sql("pull_note")), facts | {"next": at + timedelta(seconds=wait)})
    return pulled


class _Run:
    """One run of one pull, in an event loop of its own."""

    def __init__(
        self,
        platform: Platform,
        scope: Scope,
        name: str,
        settings: PullSettings,
        state: dict[str, Any],
        *,
        at: datetime,
    ) -> None:
        self._platform = platform
        self._scope = scope
        self._name = name
        self._settings = settings
        self._state = state
        self._at = at
        self._mapper = Mapper(settings.mapping, received_at=at, attribute_name=catalog.shipped().attribute_name)

    async def pages(self, pulled: Pulled) -> None:
        """Store page after page; `state` says after each where the next one is."""
        async with Platform.in_loop(self._platform.settings) as own:
            until = time.monotonic() + SECONDS
            for _ in range(PAGES):
                if time.monotonic() > until:
                    pulled.is_done = False
                    return
                place = self._state.get("place")
                answer = await asyncio.to_thread(self._ask, place)
                if answer.status == HTTPStatus.NOT_MODIFIED:
                    return
                if place is None:
                    self._state |= {"new": _conditions(answer)}
                page = pull_pages.Page(self._settings, answer)
                self._state |= {"place": page.next(place)}
                await self._store(Store(own), page, pulled)
                pulled.pages += 1
                if self._state["place"] is None:
                    self._state |= self._state.pop("new", {})
                    return
            raise pull_pages.OddAnswer("the register has too many pages")

    def _ask(self, place: str | None) -> Answer:
        allow = self._platform.settings.allow_private_addresses
        headers = pull_pages.headers(self._settings, self._state, is_first=place is None)
        answer = outside.get(pull_pages.url(self._settings, place), headers, allow_private=allow)
        if answer.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            return answer
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Later(pull_pages.wait_asked(answer, at=self._at))
        raise pull_pages.OddAnswer(_FAILED)

    async def _store(self, store: Store, page: pull_pages.Page, pulled: Pulled) -> None:
        """Store a page; its last transaction notes where the next page is."""
        chunks = [page.rows[start : start + ROWS] for start in range(0, len(page.rows), ROWS)] or [[]]
        for number, rows in enumerate(chunks, start=1):
            batch = Batch(
                scope=self._scope,
                groups=[self._mapper.items(row) for row in rows],
                path=Path.PULL,
                request_id=f"pull-{self._name}",
                received_at=self._at,
                may_verify=True,
                positions=[row.number for row in rows],
                also=self._note if number == len(chunks) else None,
            )
            taken = await store.take(batch)
            pulled.outcomes.update(verdict.outcome for group in taken.verdicts for verdict in group)

    async def _note(self, connection: AsyncConnection[tuple[Any, ...]], _: Taken) -> None:
        state = msgspec.json.encode(self._state).decode()
        question = "update pull set state = %s::jsonb where source_id = %s and name = %s"
        await connection.execute(question, (state, self._scope.organization, self._name))


def check(settings: PullSettings, *, allow_private: bool) -> None:
    """Raise Invalid or Refused if the address of a pull cannot be asked at all."""
    Target.of(settings.url, allow_private=allow_private)
    if settings.mapping.file != type(settings.mapping.file)():
        raise Invalid("a pull has no file", field="/mapping/file")


def _conditions(answer: Answer) -> dict[str, str | None]:
    return {"etag": answer.headers.get("etag"), "last_modified": answer.headers.get("last-modified")}


def _kept(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name in {"etag", "last_modified"}}
