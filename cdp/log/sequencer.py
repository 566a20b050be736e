"""The one that gives facts their index: takes them from the outboxes, appends them to the logs, has checkpoints signed.

Rules: (1) leaves, nodes, openings and sizes are one transaction with the emptying of the outboxes; (2) a checkpoint is
signed only over what is committed, so that no crash leaves the signer ahead of the database; (3) accesses are looked at
before acts, and appended after them: whatever an access cites is in the log; (4) the access log's checkpoint is signed
before the consent log's that anchors it, at the very size that was anchored: nothing is appended in between; (5) on
the way in the root is worked out again, and a log that is not the one that was signed stops everything.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock
from cdp.log import founding, key_rotation, standing, store, witnesses
from cdp.log.round import Round
from cdp.log.standing import Standing
from cdp.platform import Platform
from cdp.scope import SEQUENCER
from consent import merkle, tiles
from consent.checkpoints import Checkpoint

AT_MOST: Final = 2_000
"""How many facts of each log one transaction takes."""

_SIGN: Final = text("insert into checkpoint (log_id, size, root, note, at) values (:log, :size, :root, :note, :at)")
_WAITS: Final = text(
    "select exists (select from consent_outbox where held is null)"
    " or exists (select from access_outbox where held is null)"
)
_EXPIRE: Final = text("select record_expiries(:most, :at)")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step came to: events appended to each log, checkpoints signed, and whether more waits."""

    consent: int = 0
    access: int = 0
    expired: int = 0
    signed: int = 0
    more: bool = False


class Sequencer:
    """Appends and signs; one at a time does (`cdp.turns`), and two would wait for each other's rows."""

    def __init__(self, platform: Platform, *, at_most: int = AT_MOST) -> None:
        """Work for `platform`; what the logs hold is looked at in the first step."""
        self._platform = platform
        self._at_most = at_most
        self._standing: Standing | None = None
        self._has_asked = False

    def step(self, *, sign: bool = True) -> Step:
        """Append what waits, sign if wanted, and return what was done; after an error everything is looked at anew."""
        try:
            signed = self.sign() if self._look().is_anchor_unsigned else 0
            done = self._append()
            return replace(done, signed=signed + (self.sign() if sign else 0))
        except BaseException:
            self._standing = None
            raise

    def expire(self, *, at: datetime) -> int:
        """Record that permissions ended, each with its true time, and return how many."""
        with self._platform.database.scoped(SEQUENCER) as session:
            return int(session.execute(_EXPIRE, {"most": self._at_most, "at": at}).scalar_one())

    def sign(self) -> int:
        """Sign a checkpoint of each log that grew since its last one, and return how many."""
        here = self._look()
        key_rotation.settle(self._platform, here.logs.values())
        due = [kind for kind in (store.ACCESS, store.CONSENT) if here.growths[kind].size > here.signed[kind]]
        if not due:
            return 0
        if not self._has_asked:
            witnesses.ask_first(self._platform, here.logs.values())
            self._has_asked = True
        with self._platform.database.scoped(SEQUENCER) as session:
            for kind in due:
                self._sign(session, here, kind)
        here.signed |= {kind: here.growths[kind].size for kind in due}
        return len(due)

    def _sign(self, session: Session, here: Standing, kind: str) -> None:
        log, growth = here.logs[kind], here.growths[kind]
        node = tiles.nodes(store.tile_reader(session, log), growth.size)
        checkpoint = Checkpoint(log.origin, growth.size, growth.root)
        signer = founding.signer_of(self._platform, log.name)
        note = signer.sign(checkpoint, lambda size: merkle.consistency_proof(size, growth.size, node))
        row = {"log": log.log_id, "size": growth.size, "root": growth.root, "note": note.to_bytes(), "at": clock.now()}
        session.execute(_SIGN, row)

    def _look(self) -> Standing:
        if self._standing is None:
            founding.found(self._platform)
            with self._platform.database.scoped(SEQUENCER) as session:
                self._standing = standing.look(session)
        return self._standing

    @property
    def has_work(self) -> bool:
        """Whether anything waits, or the access log has to be anchored; costs next to nothing."""
        here = self._look()
        if here.is_anchor_due(clock.now()):
            return True
        with self._platform.database.scoped(SEQUENCER) as session:
            return bool(session.execute(_WAITS).scalar_one())

    def _append(self) -> Step:
        here = self._look()
        with self._platform.database.scoped(SEQUENCER) as session:
            standing.hold(session, here)
            turn = Round(session, here, self._at_most)
            done = turn.take()
        for kind, batch in turn.batches.items():
            here.growths[kind] = batch.growth
        here.anchored_at, here.anchored = turn.anchored_at, turn.anchored
        return Step(consent=done.consent, access=done.access, more=done.more)


def step(platform: Platform, *, at: datetime | None = None) -> Step:
    """Do one whole step now: record expiries, append all that waits, sign; for tests and commands."""
    sequencer = Sequencer(platform)
    total = Step(expired=sequencer.expire(at=at or clock.now()))
    while True:
        done = sequencer.step()
        total = replace(
            total,
            consent=total.consent + done.consent,
            access=total.access + done.access,
            signed=total.signed + done.signed,
        )
        if not done.more:
            return total
