"""Work that only one process may do at a time, whichever machine it runs on: a session lock in the database."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import Any

import psycopg

from cdp.database import connect
from cdp.platform import Platform

_SPACE = 4012


class Turn(IntEnum):
    """The kinds of such work; the numbers are keys of advisory locks."""

    WORKER = 1
    ROTATION = 2
    SEQUENCER = 3
    WITNESSES = 4
    RULES = 5


@contextmanager
def taken(platform: Platform, turn: Turn) -> Iterator[psycopg.Connection[tuple[Any, ...]] | None]:
    """Hold the turn while the block runs and yield the connection that holds it, or None: another process has it.

    The turn is free when the block has ended. It also ends with the connection, so a process that dies gives it back.
    """
    lock = (_SPACE, int(turn))
    with connect(platform.settings.app_url) as connection:
        if connection.execute("select pg_try_advisory_lock(%s, %s)", lock).fetchone() != (True,):
            yield None
            return
        try:
            yield connection
        finally:
            with suppress(psycopg.OperationalError):  # a connection that was lost has given it back
                connection.execute("select pg_advisory_unlock(%s, %s)", lock)
