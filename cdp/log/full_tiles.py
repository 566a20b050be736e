"""Full tiles that were asked for, kept ready: they never change, so asking again costs the database nothing."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from consent.tiles import WIDTH, Tile

MOST: Final = 1_024
"""So many take nine megabytes at most."""


class FullTiles:
    """The bytes of the full tiles of every log that were asked for last."""

    def __init__(self, most: int = MOST) -> None:
        """Remember none yet, and never more than `most`."""
        self._most = most
        self._ready: OrderedDict[tuple[str, Tile], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, log: str, tile: Tile) -> bytes | None:
        """Return the tile of the log of this name if it is at hand."""
        with self._lock:
            content = self._ready.get((log, tile))
            if content is not None:
                self._ready.move_to_end((log, tile))
            return content

    def keep(self, log: str, tile: Tile, content: bytes) -> None:
        """Remember a tile that a signed checkpoint covers, if it is full, instead of the one nobody wanted longest."""
        if tile.width < WIDTH:
            return
        with self._lock:
            self._ready[log, tile] = content
            if len(self._ready) > self._most:
                self._ready.popitem(last=False)
