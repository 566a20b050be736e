"""A transaction of a source, in as few round trips as it has answers to wait for.

What needs no answer goes along with the next question, the beginning too, and the commit with the last of what is
written. Whoever opens it gives the connection back to its pool, which takes back what was not committed.
"""

from __future__ import annotations

from typing import Any, Final

from cdp.lane import Asked, Lane

Rows = list[tuple[Any, ...]]

_BEGIN: Final[Asked] = b"begin", {}
_COMMIT: Final[Asked] = b"commit", {}
# A plan is made once for a connection, perhaps when the tables are still empty: take indexes, whatever the size.
# What is acknowledged is on the disk, whatever the server's default; entering may ask for more.
_PLAN: Final = (
    b"select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    b" set_config('enable_seqscan', 'off', true), set_config('synchronous_commit', 'on', true)"
)
_ENTER: Final = b"select enter_scope(%(a)s, %(b)s, %(c)s, %(d)s, %(e)s, %(f)s, %(g)s)"
_LEAVE: Final = b"select set_config('role', 'none', true)"
_AND_WAIT: Final = b", set_config('synchronous_commit', 'remote_apply', true)"


class Transaction:
    """One transaction on a connection that is its own."""

    def __init__(self, lane: Lane, words: tuple[str, ...], *, remote_apply: bool) -> None:
        """Begin with the first trip; `words` are those of the scope."""
        enter = _ENTER + _AND_WAIT if remote_apply else _ENTER
        self.connection: Final = lane
        self._waiting: list[Asked] = [_BEGIN, (_PLAN, {}), (enter, dict(zip("abcdefg", words, strict=True)))]

    def become(self, words: tuple[str, ...]) -> None:
        """Go on in another scope, with the next trip: what the one of before could do ends there."""
        self.later((_LEAVE, {}), (_ENTER, dict(zip("abcdefg", words, strict=True))))

    def later(self, *asked: Asked) -> None:
        """Let these go with the next trip; their rows are not told."""
        self._waiting += asked

    async def ask(self, *asked: Asked) -> list[Rows]:
        """Run what waits, then these; return the rows of each of these."""
        sent, self._waiting = [*self._waiting, *asked], []
        return await self.connection.trip(*sent, last=len(asked)) if sent else []

    async def commit(self) -> None:
        """Run what waits, and commit."""
        await self.ask(_COMMIT)
