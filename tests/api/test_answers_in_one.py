"""An answer's head leaves with its body, in order, and never stays behind."""

import asyncio
from typing import Any, cast

from api.answers_in_one import _Joining

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """A transport that notes what is done to it."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return False


def after(*acts: Any) -> list[bytes | str]:
    """Return what reached the wire after these acts in one turn of the loop, and the turn behind it."""
    wire = Wire()

    async def turn() -> None:
        joining = _Joining(cast("asyncio.Transport", wire), asyncio.get_running_loop())
        for act in acts:
            act(joining)
        await asyncio.sleep(0)

    asyncio.run(turn())
    return wire.done


def test_head_and_body_are_one_write() -> None:
    assert [HEAD + b"{}", b"more"] == after(
        lambda t: t.write(HEAD), lambda t: t.write(b"{}"), lambda t: t.write(b"more")
    )


def test_a_head_alone_leaves_at_the_end_of_the_turn() -> None:
    assert [HEAD] == after(lambda t: t.write(HEAD))


def test_a_head_that_is_held_leaves_before_the_end_of_the_connection() -> None:
    assert [HEAD, "close"] == after(lambda t: t.write(HEAD), lambda t: t.close())


def test_a_second_head_follows_the_first() -> None:
    assert [HEAD + HEAD] == after(lambda t: t.write(HEAD), lambda t: t.write(HEAD))


def test_everything_else_is_the_transports() -> None:
    assert [] == after(lambda t: t.is_closing())
