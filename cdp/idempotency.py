"""A call that may be made twice under its key: it is done once, and each time answered as the first time.

Rules: (1) a key belongs to one caller, one path and one body: with another it is refused; (2) what is done and the
claim to have done it are one transaction, so that of two calls at once one does it, and a crash leaves nothing half;
(3) the answer follows when the door has it: a call that comes in between, or after a crash in between, is told that it
was done, and never does it again; (4) a call that failed claims nothing and may be made again; (5) only keyed hashes of
key and body are kept, and the answer is sealed under a key that follows from the caller's own: neither the operator nor
a backup gives it away.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import Conflict

LONGEST_KEY: Final = 200
SESSION: Final = "session"
"""The caller of what ends the session that asks: nobody is left to be asked for, so the key names the session."""
_CLAIM: Final = text(sql("claim_call"))
_FIND: Final = "select digest, call_id, status, answer from idempotency where caller = %s and key_hash = %s"
_RELEASE: Final = "delete from idempotency where caller = %s and key_hash = %s and call_id = %s"


class KeyReused(Conflict):
    """This Idempotency-Key came before with another call."""

    code = "idempotency-key-reused"


class AlreadyDone(Conflict):
    """Another call with this Idempotency-Key was first, and its answer is not there: look at what stands now."""

    code = "already-done"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first call was answered."""

    status: int
    body: bytes


class Call:
    """One call of a customer or an organization under its key."""

    def __init__(self, platform: Platform, scope: Scope, *, key: str, about: bytes) -> None:
        """Take the key as the caller gave it, and the method, the address and the body that it is `about`.

        A customer's key holds in every session, a program's in every token of its client.
        """
        self._database, self._scope, self._id = platform.database, scope, uuid4()
        self._caller = str(scope.customer or scope.organization or SESSION)
        mac = Mac(platform.ring.single(Single.SYSTEM))
        name = b"\0".join(
            (self._caller.encode(), b"" if scope.customer else (scope.client or "").encode(), key.encode())
        )
        self._hash, self._digest = mac.digest(b"name of a call\0" + name), mac.digest(b"body of a call\0" + about)
        self._seal = DataKey(mac.digest(b"seal of an answer\0" + name))
        self.is_claimed = False

    async def earlier(self) -> Answer | None:
        """Return what the first call was answered, or None if this is the first; raises KeyReused or AlreadyDone."""
        async with self._database.hot(self._scope) as connection:
            row = await (await connection.execute(_FIND, (self._caller, self._hash))).fetchone()
        if row is None:
            return None
        digest, call_id, status, sealed = row
        if digest != self._digest:
            raise KeyReused
        if sealed is None:
            raise AlreadyDone
        return Answer(status, self._seal.unseal(sealed, **self._place(call_id)))

    def claim(self, session: Session) -> None:
        """Write down in this transaction that the call is done; raises AlreadyDone when another was first."""
        self.is_claimed = True
        facts = {"caller": self._caller, "hash": self._hash, "digest": self._digest, "id": self._id}
        if session.execute(_CLAIM, facts).scalar() is None:
            raise AlreadyDone

    async def keep(self, answer: Answer) -> None:
        """Keep the answer to a call that was claimed."""
        async with self._database.hot(self._scope) as connection:
            await self.keep_in(connection, answer)

    async def keep_in(self, connection: AsyncConnection[tuple[Any, ...]], answer: Answer) -> bool:
        """Claim the call and keep its answer in this transaction; say whether no other call was first."""
        sealed = self._seal.seal(answer.body, **self._place(self._id))
        facts = {"caller": self._caller, "hash": self._hash, "digest": self._digest, "id": self._id}
        cursor = await connection.execute(sql("keep_answer"), facts | {"status": answer.status, "answer": sealed})
        return cursor.rowcount == 1

    async def release(self) -> None:
        """Give up the claim of a call that failed after all."""
        async with self._database.hot(self._scope) as connection:
            await connection.execute(_RELEASE, (self._caller, self._hash, self._id))

    @staticmethod
    def _place(call_id: UUID) -> Any:  # noqa: ANN401  # the keywords of `seal`
        return {"table": "idempotency", "row": call_id, "column": "answer"}
