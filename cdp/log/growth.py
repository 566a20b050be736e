"""A log as it grows: what its edge holds, and the nodes that new leaves complete."""

from typing import Final

from consent import merkle, tiles
from consent.tiles import HEIGHT, HIGHEST, WIDTH, ReadTile

Node = tuple[int, int, bytes]
"""Level (a power of 256), position and hash."""

_LEVELS: Final = HIGHEST + 1


class Growth:
    """The edge of one log: the hashes of its partial tiles, and all that its root follows from."""

    __slots__ = ("_tails", "_whole", "leaves", "nodes")

    def __init__(self, whole: merkle.Range, tails: list[list[bytes]]) -> None:
        """Continue from the subtrees over the full tiles of a log, and from the partial tiles."""
        self._whole = whole
        self._tails = tails
        self.leaves: list[bytes] = []
        self.nodes: list[Node] = []

    @classmethod
    def load(cls, size: int, read: ReadTile) -> "Growth":
        """Return the edge of the log of `size` leaves that `read` reads."""
        whole = size & -WIDTH
        edge = merkle.Range(whole, merkle.frontier(whole, tiles.nodes(read, size)))
        tails: list[list[bytes]] = []
        for level in range(_LEVELS):
            index = (size >> HEIGHT * level) // WIDTH
            width = tiles.width_of(level, index, size)
            tails.append(tiles.hashes(read(tiles.Tile(level, index, width))) if width else [])
        return cls(edge, tails)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._whole.size + len(self._tails[0])

    @property
    def root(self) -> bytes:
        """The root over all leaves, worked out from the full tiles and the last one."""
        edge = self._whole.copy()
        for hashed in self._tails[0]:
            edge.append(hashed)
        return edge.root()

    def append(self, leaf: bytes) -> bytes:
        """Add a leaf and return its hash."""
        self.leaves.append(leaf)
        hashed = merkle.leaf_hash(leaf)
        self._tails[0].append(hashed)
        if len(self._tails[0]) == WIDTH:
            self._fill()
        return hashed

    def _fill(self) -> None:
        """Go on to the next tile, and put the root of the full one where it belongs."""
        for level, tail in enumerate(self._tails):
            if len(tail) < WIDTH:
                return
            root = merkle.subtree_root(tail)
            self._tails[level] = []
            if level == 0:
                self._whole.append(root, HEIGHT)
            self.nodes.append((level + 1, (self._whole.size >> HEIGHT * (level + 1)) - 1, root))
            self._tails[level + 1].append(root)

    def branch(self) -> "Growth":
        """Return the same edge, to be grown in a transaction that may fail."""
        return Growth(self._whole.copy(), [list(tail) for tail in self._tails])
