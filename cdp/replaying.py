"""After a restore: who was erased since the backup is erased again, before anything tells of them anew.

The rows came back, their keys did not: the ring knows who is gone. Rules: (1) a customer is gone when the key of their
own statements is destroyed, or, where they never made any, every key; (2) a key under a retired generation says nothing
about a person: such a backup is refused as a whole; (3) every session and token of before ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from cdp import erasure, progress
from cdp.database import sql
from cdp.ids import NIL
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import DOORMAN, KEYMASTER, Principal, Scope
from consent.errors import Conflict, NotFound
from consent.types import CUSTOMER_SOURCE

CHUNK: Final = 2_000

_PAGE: Final = text(sql("replay_keys"))
_COUNT: Final = text("select count(*) from data_key")
_END_SESSIONS: Final = text("update session set ended_at = :at where ended_at is null and started_at < :at")
_END_TOKENS: Final = text("update access_token set revoked_at = :at where revoked_at is null and issued_at < :at")


class ErasedCameBack(Conflict):
    """People who were erased are back with a restored backup: run cdp erasures replay first."""

    code = "erased-came-back"


class BackupTooOld(Conflict):
    """The backup is from before a rotation of the keys: nobody in it can be read, and nobody told from the erased."""

    code = "backup-too-old"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many customers were erased again, and how many sessions and tokens ended."""

    erased: int
    sessions: int
    tokens: int


def replay(platform: Platform, *, at: datetime, tell: Tell = progress.unheard) -> Replayed:
    """Erase everybody again whose keys are gone, with suppression, and end what was open; may be repeated."""
    with platform.database.scoped(DOORMAN) as session:
        ended: tuple[Any, Any] = (session.execute(_END_SESSIONS, {"at": at}), session.execute(_END_TOKENS, {"at": at}))
        sessions, tokens = (each.rowcount for each in ended)
    erased = 0
    for customer in list(returned(platform, tell)):
        try:
            erasure.erase(platform, Scope(Principal.CUSTOMER, customer=customer), at=at)
            erased += 1
        except NotFound:
            continue  # somebody else was quicker
    return Replayed(erased, sessions, tokens)


def check(platform: Platform) -> None:
    """Raise ErasedCameBack when somebody is here whose keys are gone."""
    if next(returned(platform), None) is not None:
        raise ErasedCameBack


def returned(platform: Platform, tell: Tell = progress.unheard) -> Iterator[UUID]:
    """Yield the customers who are here and whose keys are gone; raises BackupTooOld."""
    with platform.database.scoped(KEYMASTER) as session:
        total = int(session.execute(_COUNT).scalar_one())
    looked = (row for part in _parts(platform, total, tell) for row in part)
    for customer, keys in groupby(looked, key=lambda row: row[0]):
        held = list(keys)
        own = [is_gone for _, source, is_gone in held if source == CUSTOMER_SOURCE]
        if all(own or [is_gone for _, _, is_gone in held]):
            yield customer


def _parts(platform: Platform, total: int, tell: Tell) -> Iterator[list[tuple[UUID, UUID, bool]]]:
    """Yield customer, source and whether the key is gone, in the order of customers, in short transactions."""
    place, done = (NIL, NIL), 0
    alive = set(platform.ring.generations)
    while True:
        with platform.database.scoped(KEYMASTER) as session:
            rows = session.execute(_PAGE, {"customer": place[0], "subject": place[1], "limit": CHUNK}).all()
        if any(row.generation not in alive for row in rows):
            raise BackupTooOld
        keys = platform.ring.unwrap_many((bytes(row.wrapped), row.subject_id) for row in rows)
        yield [(row.customer_id, row.source_id, key is None) for row, key in zip(rows, keys, strict=True)]
        done += len(rows)
        tell(done, max(total, done))
        if len(rows) < CHUNK:
            return
        place = (rows[-1].customer_id, rows[-1].subject_id)
