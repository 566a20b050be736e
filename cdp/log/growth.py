"""A log as it grows: what its edge holds, and the nodes that new leaves complete."""

from typing import Final

from consent import merkle, tiles
from consent.tiles import HEIGHT, HIGHEST, WIDTH, ReadTile

Node = tuple[int, int, bytes]
"""Level (a power of 256), position and hash."""

_LEVELS: Final = HIGHEST + 1


class Growth:
    """The edge of one log: the hashes of its partial tiles, and all that its root follows from."""

    __slots__ = ("_range", "_tails", "leaves", "nodes")

    def __init__(self, edge: merkle.Range, tails: list[list[bytes]]) -> None:
        """Continue from the subtrees and the partial tiles of a log."""
        self._range = edge
        self._tails = tails
        self.leaves: list[bytes] = []
        self.nodes: list[Node] = []

    @classmethod
    def load(cls, size: int, read: ReadTile) -> "Growth":
        """Return the edge of the log of `size` leaves that `read` reads."""
        edge = merkle.Range(size, merkle.frontier(size, tiles.nodes(read, size)))
        tails: list[list[bytes]] = []
        for level in range(_LEVELS):
            index = (size >> HEIGHT * level) // WIDTH
            width = tiles.width_of(level, index, size)
            tails.append(tiles.hashes(read(tiles.Tile(level, index, width))) if width else [])
        return cls(edge, tails)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._range.size

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return self._range.root()

    def append(self, leaf: bytes) -> bytes:
        """Add a leaf and return its hash."""
        self.leaves.append(leaf)
        hashed = merkle.leaf_hash(leaf)
        self._range.append(hashed)
        self._fill(hashed)
        return hashed

    def _fill(self, hashed: bytes) -> None:
        for level in range(_LEVELS):
            tail = self._tails[level]
            tail.append(hashed)
            if len(tail) < WIDTH:
                return
            hashed = merkle.subtree_root(tail)
            self._tails[level] = []
            self.nodes.append((level + 1, (self.size >> HEIGHT * (level + 1)) - 1, hashed))

    def branch(self) -> "Growth":
        """Return the same edge, to be grown in a transaction that may fail."""
        return Growth(self._range.copy(), [list(tail) for tail in self._tails])
