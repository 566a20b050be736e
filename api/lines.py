"""Log lines of a process that serves: those of one turn of the event loop leave in one write.

A write for each line costs more than the line. Rules: (1) a line leaves at the end of the turn in which it was logged,
at the latest; (2) lines keep their order, whichever thread they come from.
"""

import asyncio
import logging
from typing import TextIO


class Lines(logging.StreamHandler[TextIO]):
    """Writes messages as they are, one in a line."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        super().__init__(stream)
        self._held: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Hold a line until the end of this turn; outside an event loop it leaves at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._held.append(record.getMessage())
            self.flush()
            return
        if not self._held:
            loop.call_soon(self.flush)
        self._held.append(record.getMessage())

    def flush(self) -> None:
        """Write what is held."""
        self.acquire()
        try:
            if self._held:
                self.stream.write("\n".join(self._held) + "\n")
                self._held.clear()
            super().flush()
        finally:
            self.release()
