"""The answer to a call that was made twice: kept with what the first one did, in its transaction.

Rules: (1) a key belongs to one caller and one body: with another body it is refused; (2) of two calls at once one does
it, and both get its answer; (3) only hashes of key and body are kept, and answers hold no personal data.
"""

import hashlib
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from cdp.database import sql
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import Conflict

LONGEST_KEY: Final = 200
_FIND: Final = "select digest, answer from idempotency where caller = %s and key_hash = %s"


class KeyReused(Conflict):
    """This Idempotency-Key came before with another body."""

    code = "idempotency-key-reused"


class AlreadyDone(Conflict):
    """Another call with this Idempotency-Key was first; its answer stands."""

    code = "already-done"


class Once:
    """One call of an organization that may be made again under its key."""

    def __init__(self, scope: Scope, key: str, body: bytes) -> None:
        """Take the key as the caller gave it."""
        self._scope = scope
        self._caller = str(scope.organization)
        self._hash = hashlib.sha256(key.encode()).digest()
        self._digest = hashlib.sha256(body).digest()

    async def answer(self, platform: Platform) -> Any | None:  # noqa: ANN401  # whatever JSON the first call answered
        """Return what the first call answered, or None; raises KeyReused."""
        async with platform.database.hot(self._scope) as connection:
            cursor = await connection.execute(_FIND, (self._caller, self._hash))
            row = await cursor.fetchone()
        if row is None:
            return None
        if row[0] != self._digest:
            raise KeyReused
        return row[1]

    async def keep(self, connection: AsyncConnection[tuple[Any, ...]], answer: object, *, status: int = 200) -> None:
        """Keep `answer` in this transaction; raises AlreadyDone when another call was first."""
        text = msgspec.json.encode(answer).decode()
        cursor = await connection.execute(sql("keep_answer"), (self._caller, self._hash, self._digest, status, text))
        if not cursor.rowcount:
            raise AlreadyDone
