"""Facts that were set aside: how the consent log says so, and how late that lets them be told.

`fact-held` names the log and the number of a fact that waits, `fact-told` the same and the leaf hash of the entry that
it became. Whoever reads the log sees the gap, when it began, and what filled it. Such an entry may be dated as far back
as its fact could have been told when it was set aside, and not further.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from consent.errors import VerificationFailed
from consent.events import Change, PolicyEvent

_HELD: Final = re.compile(r"(?:consent|access):[1-9][0-9]{0,18}")
_TOLD: Final = re.compile(rf"({_HELD.pattern}):([0-9a-f]{{64}})")


def held_subject(log: str, entry: int) -> str:
    """Return what a `fact-held` event is about."""
    return f"{log}:{entry}"


def told_subject(log: str, entry: int, leaf_hash: bytes) -> str:
    """Return what a `fact-told` event is about."""
    return f"{held_subject(log, entry)}:{leaf_hash.hex()}"


class Held:
    """What one consent log says of facts that were set aside."""

    def __init__(self) -> None:
        """Know of none."""
        self.may_begin_later = False
        """Whether the log is not read from its beginning, so that what is told may have been set aside before."""
        self._since: dict[str, datetime | None] = {}
        self._late: dict[bytes, datetime | None] = {}

    @property
    def waiting(self) -> int:
        """How many are set aside and not told."""
        return len(self._since)

    @property
    def late(self) -> int:
        """How many were told after they had been set aside."""
        return len(self._late)

    def take(self, event: PolicyEvent, anchored: datetime | None) -> None:
        """Take an event of the consent log, whose last anchor before it is of the moment `anchored`."""
        if event.change is Change.FACT_HELD:
            if _HELD.fullmatch(event.subject) is None or event.subject in self._since:
                raise VerificationFailed("no such fact can be set aside, or it is already")
            self._since[event.subject] = anchored
        elif event.change is Change.FACT_TOLD:
            told = _TOLD.fullmatch(event.subject)
            if told is None or (told[1] not in self._since and not self.may_begin_later):
                raise VerificationFailed("it tells of a fact that was not set aside")
            self._late[bytes.fromhex(told[2])] = self._since.pop(told[1], None)

    def excuses(self, leaf_hash: bytes, at: datetime, delay: timedelta) -> bool:
        """Tell whether the entry with this hash may be dated `at`, however much was anchored since it was set aside."""
        if leaf_hash not in self._late:
            return False
        anchored = self._late[leaf_hash]
        return anchored is None or at >= anchored - delay
