"""A customer leaves: everything held about them goes, and no backup can bring it back.

Rules: (1) the rows go in one transaction, which also writes down which keys must go; (2) then the ring forgets those
keys, on the disk, and only then is the customer told; (3) a crash in between is made good by the worker
(`key_destruction.settle`), and until then nothing can be read either: the rows are gone; (4) what stays proves what was
decided and who looked, under an id that names nobody, and keyed hashes keep sources from bringing the person back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from cdp import key_destruction
from cdp.logins import claiming
from cdp.mailroom import mail
from cdp.platform import Platform
from cdp.scope import Scope

TRIES: Final = 5
_ERASE: Final = text("select erased_subject, wrapped_key from erase_customer(:erasure, :at)")


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that is complete: its id, which names nobody, and how many subjects went."""

    erasure_id: UUID
    at: datetime
    subjects: int


def erase(platform: Platform, scope: Scope, *, at: datetime) -> Erasure:
    """Erase the customer in scope and return when rows and keys are gone, on the disk.

    Raises NotFound when they have been erased already. Blocks on the disk: call it from a thread.
    """
    erasure = uuid4()
    with platform.database.scoped(scope) as session:
        known = [each.value for each in claiming.proven(session, platform)]
    given_up = _take_away(platform, scope, erasure, at=at)
    mail.forget(platform.settings, known)
    key_destruction.destroy(platform, given_up, at=at)
    return Erasure(erasure, at, len(given_up))


def _take_away(platform: Platform, scope: Scope, erasure: UUID, *, at: datetime) -> list[tuple[UUID, bytes]]:
    """Take the rows away and return the wrapped keys; a deadlock with a delivery or a merge is tried again."""
    for _ in range(TRIES - 1):
        try:
            return _once(platform, scope, erasure, at=at)
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.DeadlockDetected):
                raise
    return _once(platform, scope, erasure, at=at)


def _once(platform: Platform, scope: Scope, erasure: UUID, *, at: datetime) -> list[tuple[UUID, bytes]]:
    with platform.database.scoped(scope) as session:
        rows = session.execute(_ERASE, {"erasure": erasure, "at": at}).all()
    return [(row.erased_subject, bytes(row.wrapped_key)) for row in rows]
