"""Connections are dealt out evenly among processes that share a socket, and wait for none that takes none."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import pytest
import uvloop

from api.dealing import Counts, Dealer
from tests.waiting import PATIENCE


class Part:
    """What one process would be: its connections, and who takes them."""

    def __init__(self, listening: socket.socket, file: Path, place: int) -> None:
        self.connections = set[asyncio.BaseTransport]()
        self.listening = listening.dup()
        self.counts = Counts(file, place)
        self.dealer = Dealer(self.listening, self.counts, lambda: len(self.connections))

    def open(self, came: Callable[[], None]) -> None:
        self.dealer.open(lambda: Told(self, came))

    def close(self) -> None:
        self.dealer.close()
        for each in self.connections:
            each.close()
        self.listening.close()


class Told(asyncio.Protocol):
    def __init__(self, part: Part, came: Callable[[], None]) -> None:
        self.part = part
        self.came = came

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.part.connections.add(transport)
        self.transport = transport
        self.came()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.part.connections.discard(self.transport)
        self.part.dealer.tell()
        self.came()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Counts.prepare(tmp_path / "connections", 3)
    return tmp_path / "connections"


async def change(turns: asyncio.Queue[None], calls: int) -> None:
    async with asyncio.timeout(PATIENCE):
        for _ in range(calls):
            await turns.get()


async def opened(listening: socket.socket, turns: asyncio.Queue[None], calls: int) -> list[socket.socket]:
    """Open connections one after the other, each when the one before was taken."""
    found = []
    for _ in range(calls):
        found.append(socket.create_connection(cast("tuple[str, int]", listening.getsockname())))
        await change(turns, 1)
    return found


def close(asked: Sequence[socket.socket], *parts: Part) -> None:
    for connection in asked:
        connection.close()
    for part in parts:
        part.close()


def test_whoever_has_fewest_takes_the_next(listening: socket.socket, file: Path) -> None:
    async def run() -> list[int]:
        parts = [Part(listening, file, place) for place in range(3)]
        turns = asyncio.Queue[None]()
        for each in parts:
            each.open(lambda: turns.put_nowait(None))
        asked = await opened(listening, turns, 9)
        kept = [len(each.connections) for each in parts]
        close(asked, *parts)
        return kept

    assert [3, 3, 3] == uvloop.run(run())


def test_who_lost_connections_takes_the_next(listening: socket.socket, file: Path) -> None:
    async def run() -> list[int]:
        parts = [Part(listening, file, place) for place in range(2)]
        turns = asyncio.Queue[None]()
        for each in parts:
            each.open(lambda: turns.put_nowait(None))
        asked = await opened(listening, turns, 6)
        for lost in tuple(parts[1].connections):
            lost.close()
        await change(turns, 3)
        asked += await opened(listening, turns, 2)
        kept = [len(each.connections) for each in parts]
        close(asked, *parts)
        return kept

    assert [3, 2] == uvloop.run(run())


def test_no_connection_waits_for_a_process_that_takes_none(listening: socket.socket, file: Path) -> None:
    async def run() -> int:
        part, turns = Part(listening, file, 0), asyncio.Queue[None]()
        Counts(file, 1).tell(0)  # and it was stopped
        part.open(lambda: turns.put_nowait(None))
        asked = await opened(listening, turns, 3)
        kept = len(part.connections)
        close(asked, part)
        return kept

    assert uvloop.run(run()) == 3


def test_nobody_waits_for_a_place_that_nobody_has(file: Path) -> None:
    mine, other = Counts(file, 0), Counts(file, 1)
    mine.tell(5)
    found = [mine.is_ahead]
    for said in (partial(other.tell, 4), partial(other.tell, 5), partial(other.tell, 0), other.leave):
        said()
        found.append(mine.is_ahead)

    assert [False, True, False, True, False] == found


def test_who_closed_is_waited_for_by_nobody(listening: socket.socket, file: Path) -> None:
    async def run() -> bool:
        parts = [Part(listening, file, place) for place in range(2)]
        for each in parts:
            each.open(lambda: None)
        parts[0].counts.tell(1)
        was_ahead = parts[0].counts.is_ahead
        parts[1].close()
        is_ahead = parts[0].counts.is_ahead
        parts[0].close()
        return was_ahead and not is_ahead

    assert uvloop.run(run())


def test_who_closed_stays_so_while_its_connections_end(listening: socket.socket, file: Path) -> None:
    async def run() -> list[bool]:
        parts, turns = [Part(listening, file, place) for place in range(2)], asyncio.Queue[None]()
        for each in parts:
            each.open(lambda: turns.put_nowait(None))
        asked = await opened(listening, turns, 4)
        closing, other = parts
        closing.dealer.close()
        found = [other.counts.is_ahead]
        for lost in tuple(closing.connections):
            lost.close()
            await change(turns, 1)
            found.append(other.counts.is_ahead)
        close(asked, *parts)
        return found

    assert [False, False, False] == uvloop.run(run())


class Troubled(socket.socket):
    """A socket that gives what is in `troubles`, the last first, before any connection."""

    troubles: list[OSError]
    asked: Callable[[], None] = staticmethod(lambda: None)

    def accept(self) -> tuple[socket.socket, object]:
        self.asked()
        if self.troubles:
            raise self.troubles.pop()
        return super().accept()


@pytest.mark.parametrize("code", [errno.EPROTO, errno.EHOSTUNREACH, errno.ETIMEDOUT, errno.EPERM])
def test_what_ails_one_connection_keeps_no_other_waiting(listening: socket.socket, file: Path, code: int) -> None:
    async def run() -> int:
        connections, turns = set[asyncio.BaseTransport](), asyncio.Queue[None]()
        with Troubled(fileno=listening.dup().detach()) as troubled:
            troubled.troubles = [OSError(code, "of this connection")]
            dealer = Dealer(troubled, Counts(file, 0), lambda: len(connections))
            part = Part(listening, file, 0)
            dealer.open(lambda: Told(part, lambda: turns.put_nowait(None)))
            asked = await opened(listening, turns, 1)
            dealer.close()
            close(asked, part)
            return len(troubled.troubles)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.dealing._TROUBLE", 10 * PATIENCE)
        assert uvloop.run(run()) == 0


def test_nobody_waits_for_who_has_no_room(listening: socket.socket, file: Path) -> None:
    async def run() -> list[bool]:
        other, turns = Counts(file, 1), asyncio.Queue[None]()
        other.tell(5)
        with Troubled(fileno=listening.dup().detach()) as troubled:
            troubled.asked = lambda: turns.put_nowait(None)
            troubled.troubles = [OSError(errno.EMFILE, "Too many open files")]
            dealer = Dealer(troubled, Counts(file, 0), lambda: 0)
            dealer.open(asyncio.Protocol)
            found = [other.is_ahead]
            asked = socket.create_connection(cast("tuple[str, int]", listening.getsockname()))
            await change(turns, 1)
            dealer.tell()  # one of its connections is lost
            found.append(other.is_ahead)
            dealer.close()
            asked.close()
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.dealing._TROUBLE", 10 * PATIENCE)
        assert [True, False] == uvloop.run(run())


def test_it_goes_on_when_the_machine_has_room_again(
    listening: socket.socket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.dealing._TROUBLE", 0.01)

    async def run() -> int:
        full = Troubled(fileno=listening.dup().detach())
        full.troubles = [OSError(errno.EMFILE, "Too many open files"), ConnectionAbortedError()]
        connections, turns = set[asyncio.BaseTransport](), asyncio.Queue[None]()
        dealer = Dealer(full, Counts(file, 0), lambda: len(connections))
        part = Part(listening, file, 0)
        dealer.open(lambda: Told(part, lambda: turns.put_nowait(None)))
        asked = await opened(listening, turns, 1)
        dealer.close()
        close([*asked, full], part)
        return len(full.troubles)

    assert uvloop.run(run()) == 0
