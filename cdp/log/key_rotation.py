"""Another key for a log: on the disk before the database knows it, and in place of the old one only after that.

Two things change that cannot change at once, the database and a file. Rules: (1) the new key is on the disk, under
another name, before the database hears of it; (2) the transaction decides: it names the new key and tells of both keys;
(3) only then the new key takes the old one's place; (4) a crash anywhere is made good before the next checkpoint is
signed, by what the database says: a key that it knows takes its place, one that it does not know is forgotten. All of
this holds the signer, so nothing is signed in between and no two rotations meet.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.log import founding, store
from cdp.log.signer import LogSigner
from cdp.log.store import Log
from cdp.platform import Platform
from cdp.scope import SEQUENCER

_HOLD: Final = text("select from log where log_id = :log for no key update")


def rotate(platform: Platform, kind: str) -> str:
    """Let a new key sign from the next checkpoint on, tell of it in the log, and return its vkey."""
    with platform.database.scoped(SEQUENCER) as session:
        name = store.current(session, kind).name
    signer = founding.signer_of(platform, name)
    with signer.held():
        _settle(platform, signer, name)
        with platform.database.scoped(SEQUENCER) as session:
            log = _held(session, name)
            fresh = signer.prepare(log.origin)
            founding.add_key(session, log.log_id, fresh)
            founding.tell(session, "key-retired", log.vkey)
        signer.adopt()
    return fresh.key.to_vkey()


def settle(platform: Platform, logs: Iterable[Log]) -> None:
    """Finish or undo the rotations that a crash ended; one look at a folder where there are none."""
    for log in logs:
        signer = founding.signer_of(platform, log.name)
        if signer.has_prepared:
            with signer.held():
                _settle(platform, signer, log.name)


def _settle(platform: Platform, signer: LogSigner, name: str) -> None:
    waiting = signer.prepared()
    if waiting is None:
        return
    with platform.database.scoped(SEQUENCER) as session:
        is_known = waiting.key in _held(session, name).keys
    if is_known:
        signer.adopt()
    else:
        signer.drop()


def _held(session: Session, name: str) -> Log:
    """Return the log after every rotation under way is decided: one whose process died may still be committing."""
    session.execute(_HOLD, {"log": store.named(session, name).log_id})
    return store.named(session, name)
