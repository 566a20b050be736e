"""Log lines leave whole and in order: at the end of a turn of the event loop, and at once outside of one."""

import asyncio
import io
import logging
import threading

import pytest

from api.lines import Lines


class Counted(io.StringIO):
    """A stream that counts how often it is written to."""

    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


@pytest.fixture
def stream() -> Counted:
    return Counted()


@pytest.fixture
def log(stream: Counted) -> logging.Logger:
    made = logging.Logger("lines")  # noqa: LOG001 -- nobody else's: it is gone with the test
    made.addHandler(Lines(stream))
    return made


def test_lines_of_one_turn_leave_in_one_write(log: logging.Logger, stream: Counted) -> None:
    async def work() -> str:
        log.warning("%s", "first")
        log.warning("second")
        before = stream.getvalue()
        await asyncio.sleep(0)
        return before

    assert "" == asyncio.run(work())
    assert ("first\nsecond\n", 1) == (stream.getvalue(), stream.writes)


def test_a_line_outside_a_loop_leaves_at_once(log: logging.Logger, stream: Counted) -> None:
    log.warning("only")

    assert "only\n" == stream.getvalue()


def test_a_line_of_a_thread_comes_behind_what_was_logged_before(log: logging.Logger, stream: Counted) -> None:
    async def work() -> None:
        log.warning("of the loop")
        thread = threading.Thread(target=log.warning, args=("of the thread",))
        thread.start()
        thread.join()
        log.warning("of the loop again")

    asyncio.run(work())

    assert "of the loop\nof the thread\nof the loop again\n" == stream.getvalue()


def test_the_last_lines_of_a_loop_that_ends_are_written(log: logging.Logger, stream: Counted) -> None:
    async def work() -> None:
        log.warning("last")

    asyncio.run(work())
    log.handlers[0].close()
    log.handlers[0].flush()

    assert "last\n" == stream.getvalue()
