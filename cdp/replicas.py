"""Replicas must obey what was decided: which transactions wait for them, and what a wait that was cut short means.

Rules: (1) whoever can change a permission waits until the synchronous replicas have applied it; (2) PostgreSQL lets a
COMMIT succeed whose wait was cancelled, with no more than a warning: that is not an acknowledgement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import AsyncConnection, Connection
from psycopg.errors import Diagnostic
from sqlalchemy import text
from sqlmodel import Session

from cdp.scope import Principal
from consent.errors import Problem

WAITING: Final = frozenset({
    Principal.SOURCE, Principal.CUSTOMER, Principal.OPERATOR, Principal.DOORMAN, Principal.SEQUENCER
})  # fmt: skip
"""Who can change a permission: by an act, by a link that joins people, or by what ends all at once."""

_WARNING: Final = "01000"
_WAIT: Final = "SyncRepWaitForLSN"
_WORDS: Final = "canceling wait for synchronous replication"
_MARK: Final = text("select pg_logical_emit_message(true, 'cdp', '')")


class NotSettled(Problem):
    """This is kept, but not every replica obeys it yet; ask GET /v1/me/settled before you rely on it."""

    code = "not-settled"


@contextmanager
def settled(connection: Connection[Any] | AsyncConnection[Any]) -> Iterator[None]:
    """Raise NotSettled when a commit in this block did not wait until its replicas had it.

    The connection must be the caller's alone until the block has ended.
    """
    warned: list[bool] = []

    def hear(notice: Diagnostic) -> None:  # a notice can be read here only: what it stands on is freed behind it
        warned.append(_is_cut_short(notice))

    connection.add_notice_handler(hear)
    try:
        yield
    finally:
        connection.remove_notice_handler(hear)
    if any(warned):
        raise NotSettled


def ask(session: Session) -> None:
    """Let this transaction wait, when it commits, until the replicas have whatever was committed before it."""
    session.execute(_MARK)


def _is_cut_short(notice: Diagnostic) -> bool:
    """Tell a cancelled wait by the function that warns: its words depend on the server's language."""
    words = notice.message_primary or ""
    return notice.sqlstate == _WARNING and (notice.source_function == _WAIT or words.startswith(_WORDS))
