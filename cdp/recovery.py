"""When a log cannot go on as it is: after a restore of an older backup.

A restored database lacks leaves that were signed. Nobody may sign another log under the same name: so the old logs end
as they were restored, and stay readable; new ones, with names and keys of their own, begin with all acts told again, in
their order, and with the hash of the last checkpoint of the old ones. Accesses before that are told by the old log, but
for those that still waited. Who was erased since the backup is told of by none: see `cdp.replaying`.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock, replaying
from cdp.database import sql
from cdp.keys.errors import KeyFailure
from cdp.log import aside, founding, standing, store
from cdp.log.signer import Forked
from cdp.log.store import Log
from cdp.platform import Platform
from cdp.scope import SEQUENCER
from consent import merkle, tiles
from consent.errors import Conflict, Malformed

_END: Final = text("update log set ended_at = :at where log_id = :log")
_DELETE_TOLD: Final = text("delete from consent_outbox where fact in ('act', 'reply', 'demand')")
_TELL_AGAIN: Final = text(sql("log_tell_again"))
_TELL_SAID_AGAIN: Final = text("select tell_said_again()")


class NothingToRecover(Conflict):
    """Both logs go on from what was signed: there is nothing to recover."""

    code = "nothing-to-recover"


@dataclass(frozen=True, slots=True)
class Recovered:
    """The logs that ended, the ones that go on, and how many acts were told again."""

    ended: tuple[str, ...]
    begun: tuple[str, ...]
    vkeys: tuple[str, ...]
    acts: int


def why_it_stands_still(platform: Platform) -> str | None:
    """Return why the database's logs are not what was signed, or None when they are."""
    try:
        with platform.database.scoped(SEQUENCER) as session:
            here = standing.look(session)
            for kind, log in here.logs.items():
                _check_extends(platform, session, log, here.growths[kind].size)
    except (KeyFailure, Malformed) as error:
        return str(error)
    return None


def recover(platform: Platform) -> Recovered:
    """End both logs and begin new ones, which tell of what still waits too. Stop the worker before.

    Raises NothingToRecover where they can go on, and ErasedCameBack while people are here who were erased.
    """
    if why_it_stands_still(platform) is None:
        raise NothingToRecover
    replaying.check(platform)
    with platform.database.scoped(SEQUENCER) as session:
        old = [store.current(session, kind) for kind in (store.CONSENT, store.ACCESS)]
        every = store.logs(session)
        session.execute(_DELETE_TOLD)  # all of them are told again
        aside.forget(session)
        for log in old:
            session.execute(_END, {"log": log.log_id, "at": clock.now()})
        names = [f"{log.kind}-{1 + sum(each.kind == log.kind for each in every)}" for log in old]
        signers = [
            founding.begin(platform, session, len(every) + number, log.kind, name)
            for number, (log, name) in enumerate(zip(old, names, strict=True), start=1)
        ]
        for log in old:
            newest = store.newest(session, log)
            if newest is not None:
                founding.tell(session, "policy-changed", sha256(newest.note).hexdigest())
        acts = int(session.execute(_TELL_AGAIN).scalar_one())
        session.execute(_TELL_SAID_AGAIN)
    return Recovered(
        ended=tuple(log.origin for log in old),
        begun=tuple(signer.key.name for signer in signers),
        vkeys=tuple(signer.key.to_vkey() for signer in signers),
        acts=acts,
    )


def _check_extends(platform: Platform, session: Session, log: Log, size: int) -> None:
    signer = founding.signer_of(platform, log.name)
    signer.check_accusation()
    last = signer.state()
    if last.size > size:
        raise Forked(f"{last.size} leaves of the {log.name} log were signed and the database holds {size}")
    if merkle.root(last.size, tiles.nodes(store.tile_reader(session, log), size)) != last.root:
        raise Forked(f"the {log.name} log in the database is not the one that was signed")
