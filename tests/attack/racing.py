"""Many processes that revoke and read at once: what each of them does, and what it saw too late.

The moment of an acknowledgement stands in memory that all processes share, on CLOCK_MONOTONIC, which they share too.
A read is stale when it began after the acknowledgement and yet returned data.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, MutableSequence, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext
from typing import Final, Protocol, TypeVar
from uuid import UUID

import psycopg

from cdp import clock
from cdp.database import conninfo
from cdp.keys.blind import IdentifierType
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.reads.lookup import Identifier
from cdp.reads.profiles import Profiles
from cdp.reads.reading import AHEAD, Asker
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from consent import acts as law

PURPOSE: Final = "customer-care"
RARE: Final = 30
_REVOKE: Final = (
    "select record_act(%s, gen_random_uuid(), 'revoke', %s, %s, '{}', null, null, %s, 'customer', '', null, '{}')"
)
BETWEEN_CHUNKS: Final = 25
"""How many single reads the exporting process makes before it takes the next chunk."""
Read = Callable[[int], Awaitable[bool]]
Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True, slots=True)
class Race:
    """Who is there: the customers, the one recipient, and what the processes tell each other."""

    settings: Settings
    recipient: UUID
    people: list[UUID]
    addresses: list[str]
    acknowledged: MutableSequence[int]
    cursors: MutableSequence[int]
    processes: int


@dataclass(slots=True)
class Seen:
    """What one process came to."""

    races: int = 0
    reads: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    stale: list[tuple[str, int]] = field(default_factory=list)


class Racer:
    """One process: it revokes its share of the grants, and reads everybody's."""

    def __init__(self, race: Race, number: int) -> None:
        self.race, self.number, self.seen = race, number, Seen()
        self.platform = Platform.open(race.settings)
        self.profiles = Profiles(self.platform)
        self.asker = Asker(race.recipient, "racer", PURPOSE)

    def _id(self, place: int) -> str:
        return self.platform.profile_ids.profile_id(self.race.people[place], self.race.recipient)

    async def profile(self, place: int) -> bool:
        return (await self.profiles.read(self.asker, self._id(place))).document is not None

    async def timeline(self, place: int) -> bool:
        reading = await self.profiles.interactions(self.asker, self._id(place), unverified_cursor=None, limit=10)
        return reading.document is not None

    async def lookup(self, place: int) -> bool:
        known = [Identifier(IdentifierType.EMAIL, self.race.addresses[place])]
        return (await self.profiles.lookup(self.asker, known)).document is not None

    async def batch(self, place: int) -> bool:
        others = [self._id((place + step) % len(self.race.people)) for step in range(1, 3)]
        answer = json.loads(await self.profiles.batch(self.asker, [self._id(place), *others]))
        return bool(answer["profiles"][0]["status"] == "released")

    async def fresh(self, place: int) -> bool:
        """Read on a connection that is made for this one read."""
        connection = await psycopg.AsyncConnection.connect(conninfo(self.race.settings.app_url))
        async with connection:
            scope = self.asker.scope(Principal.READER, self.race.people[place])
            await connection.execute(
                "select enter_scope(%s, %s, %s, %s, %s, %s, %s)", self.platform.database.words(scope)
            )
            row = await (await connection.execute("select count(*) from record")).fetchone()
        return row != (0,)

    async def revoke(self, place: int) -> None:
        """Revoke one grant, by the route's own function or by the database's, and say when it was acknowledged."""
        customer = self.race.people[place]
        scope = Scope(Principal.CUSTOMER, customer=customer)
        if place % RARE:
            async with self.platform.database.hot(scope) as connection:
                await connection.execute(_REVOKE, (customer, self.race.recipient, PURPOSE, clock.now()))
        else:
            await asyncio.to_thread(self._revoke, scope, customer)
        self.race.acknowledged[place] = time.monotonic_ns()

    def _revoke(self, scope: Scope, customer: UUID) -> None:
        with self.platform.database.scoped(scope) as session:
            act = law.Revoke(recipient=self.race.recipient, purpose=PURPOSE, at=clock.now())
            grants.record(session, scope, customer, act)

    async def look(self, name: str, read: Read, place: int) -> None:
        """Read once, and judge it."""
        began = time.monotonic_ns()
        has_data = await read(place)
        self.seen.reads[name] += 1
        acknowledged = self.race.acknowledged[place]
        if acknowledged and began > acknowledged:
            self.seen.late[name] += 1
            if has_data:
                self.seen.stale.append((name, place))

    async def follow(self) -> None:
        """Read what another process is revoking at this moment."""
        turn = random.randrange(RARE)  # noqa: S311 -- which way to try, no secret
        await self.look(*self.way(turn), self.race.cursors[random.randrange(self.race.processes)])  # noqa: S311 -- whose turn it is

    def way(self, turn: int) -> tuple[str, Read]:
        """Return one way to read a customer; the dear ones now and then."""
        match turn % RARE:
            case 0:
                return "fresh", self.fresh
            case 1 | 2:
                return "batch", self.batch
            case other:
                return (("profile", self.profile), ("timeline", self.timeline), ("lookup", self.lookup))[other % 3]

    async def run(self) -> Seen:
        """Revoke every grant of this process's share, each followed at once by a read, while others are read."""
        await self.platform.database.open()
        for turn, place in enumerate(range(self.number, len(self.race.people), self.race.processes)):
            self.race.cursors[self.number] = place
            revoking = asyncio.create_task(self.revoke(place))
            if turn % 2:
                await self.follow()
            await revoking
            self.seen.races += 1
            await self.look(*self.way(turn), place)
        await self.platform.database.close()
        return self.seen


class Exporter(Racer):
    """One process that exports everybody, over and over, while the others revoke."""

    async def run(self) -> Seen:
        """Judge every line by when the chunk `AHEAD` of its own was asked for: nothing of it is read before that."""
        places = {self._id(place): place for place in range(len(self.race.people))}
        await self.platform.database.open()
        while not all(self.race.acknowledged):
            await self.follow()
            began = deque([time.monotonic_ns()], maxlen=1 + AHEAD)
            async for chunk in self.profiles.export(self.asker):
                for line in chunk.splitlines():
                    place = places[json.loads(line)["profile_id"]]
                    acknowledged = self.race.acknowledged[place]
                    self.seen.reads["export"] += 1
                    if acknowledged and began[0] > acknowledged:
                        self.seen.stale.append(("export", place))
                for _ in range(BETWEEN_CHUNKS):
                    await self.follow()
                began.append(time.monotonic_ns())
        await self.platform.database.close()
        return self.seen


class Runner(Protocol[Result]):
    """What runs in one process."""

    def __init__(self, race: Race, number: int) -> None: ...

    async def run(self) -> Result:
        """Do its share, and return what it came to."""
        ...


def run_all(spawn: SpawnContext, kinds: Sequence[type[Runner[Result]]], shared: Race) -> list[Result]:
    """Run a process for each of `kinds` and return what each came to; fails when one fell."""
    ends = [spawn.Pipe(duplex=False) for _ in kinds]
    running = [
        spawn.Process(target=race, args=(kind, shared, number, end.send))
        for number, (kind, (_, end)) in enumerate(zip(kinds, ends, strict=True))
    ]
    for each in running:
        each.start()
    for _, end in ends:
        end.close()
    try:
        seen = [taken.recv() for taken, _ in ends]
    finally:
        for each in running:
            each.kill()
            each.join()
    assert [] == [fallen for fallen in seen if isinstance(fallen, str)]
    return seen


def race(kind: type[Runner[Result]], given: Race, number: int, send: Callable[[Result | str], None]) -> None:
    """Run one process of the race and send what it saw, or why it fell; nothing that it left open holds it up."""
    try:
        send(asyncio.run(kind(given, number).run()))
    except Exception as error:  # noqa: BLE001 -- whatever it was, it must not be waited for
        send(f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)
