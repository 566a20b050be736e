"""The sequencer at work: five times a second it appends what waits, once a second it has checkpoints signed.

One process has the turn; when it dies, its connection ends, and with it the turn: another takes over. What goes wrong
is told and tried again with everything looked at anew; a log that is not the one that was signed stays as it is.
"""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Final

import psycopg

from cdp import clock
from cdp.log.sequencer import Sequencer
from cdp.platform import Platform
from cdp.turns import Turn, taken

TICK: Final = 0.2
SIGN_EVERY: Final = 1.0
EXPIRE_EVERY: Final = 1.0
_LOOK: Final = 1.0
_AFTER_FAILURE: Final = 2.0

Report = Callable[[Exception], None]


def work(platform: Platform, stop: Event, *, report: Report) -> None:
    """Write the logs until `stop` is set; waits while another process does. What waits in the end is still written."""
    while not stop.is_set():
        try:
            with taken(platform, Turn.SEQUENCER) as turn:
                if turn is not None:
                    _take_turns(Sequencer(platform), turn, stop)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next try looks at everything anew
            report(error)
            stop.wait(_AFTER_FAILURE)
        stop.wait(_LOOK)


def _take_turns(sequencer: Sequencer, turn: psycopg.Connection[tuple[Any, ...]], stop: Event) -> None:
    signed = expired = 0.0
    while True:
        is_last = stop.is_set()
        turn.execute("select 1")  # raises when the connection, and with it the turn, is gone
        if time.monotonic() - expired >= EXPIRE_EVERY:
            sequencer.expire(at=clock.now())
            expired = time.monotonic()
        more = sequencer.has_work and sequencer.step(sign=False).more
        if is_last or time.monotonic() - signed >= SIGN_EVERY:
            sequencer.sign()
            signed = time.monotonic()
        if is_last and not more:
            return
        if not more:
            stop.wait(TICK)
