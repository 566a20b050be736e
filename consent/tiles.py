"""Tiles and entry bundles (C2SP tlog-tiles v0.1.0): a log as files that never change.

A full tile has 256 hashes. A narrower one is a beginning of it, so only full tiles need to be kept;
the hash of a larger subtree is worked out from the hashes of a tile.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from consent.encoding import HASH_SIZE
from consent.errors import Malformed
from consent.merkle import subtree_root

WIDTH: Final = 256
HEIGHT: Final = 8
HIGHEST: Final = 7
"""The highest level of tiles in a tree of less than 2⁶³ leaves."""
_PATH: Final = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Which tile it is; `level` None means the bundle with the entries themselves."""

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse a tile that no log has."""
        if self.index < 0 or not 1 <= self.width <= WIDTH:
            raise Malformed("there is no such tile")

    def to_path(self) -> str:
        """Return where the tile stands, below the log's address."""
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_grouped(self.index)}{partial}"

    @classmethod
    def from_path(cls, path: str) -> "Tile":
        """Return the tile at `path`, if that is the one way to write it."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise Malformed("this is not the path of a tile")
        level, index, width = match.groups()
        tile = cls(
            None if level == "entries" else int(level),
            int(index.replace("x", "").replace("/", "")),
            int(width) if width else WIDTH,
        )
        if tile.to_path() != path:
            raise Malformed("this tile has another path")
        return tile


ReadTile = Callable[[Tile], bytes]
"""Returns the bytes of a tile, full or of exactly the width asked for."""


def width_of(level: int | None, index: int, size: int) -> int:
    """Return how many hashes the tile has in a log of `size` leaves; 0 means that it is not there yet."""
    count = size >> HEIGHT * (level or 0)
    return max(0, min(WIDTH, count - index * WIDTH))


def of_log(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles of hashes of a log of `size` leaves that hold something newer than `since`, or its edge."""
    for level in range(HIGHEST + 1):
        shift = HEIGHT * (level + 1)
        for index in range(since >> shift, (size - 1 >> shift) + 1):
            if width := width_of(level, index, size):
                yield Tile(level, index, width)


def bundles_of_log(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Yield the bundles of entries of a log of `size` leaves from the one that entry `since` is in."""
    for index in range(since >> HEIGHT, (size + WIDTH - 1) >> HEIGHT):
        yield Tile(None, index, width_of(None, index, size))


def finished(old: int, new: int) -> Iterator[Tile]:
    """Yield the full tiles, entries too, that a log completes when it grows from `old` to `new` leaves."""
    for level in (None, *range(HIGHEST + 1)):
        shift = HEIGHT * ((level or 0) + 1)
        yield from (Tile(level, index) for index in range(old >> shift, new >> shift))


def hashes(content: bytes) -> list[bytes]:
    """Return the hashes in the bytes of a tile."""
    if not content or len(content) % HASH_SIZE or len(content) > WIDTH * HASH_SIZE:
        raise Malformed("a tile has 1 to 256 hashes of 32 bytes")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def nodes(read: ReadTile, size: int, *, remembered: int = 256) -> Callable[[int, int], bytes]:
    """Return the function by which `merkle` asks for nodes of a log of `size` leaves that is kept in tiles."""

    @lru_cache(remembered)
    def tile(level: int, index: int) -> list[bytes]:
        width = width_of(level, index, size)
        found = hashes(read(Tile(level, index, width))) if width else []
        if len(found) < width:
            raise Malformed("a tile is narrower than the log")
        return found[:width]

    def node(level: int, index: int) -> bytes:
        row, height = divmod(level, HEIGHT)
        first = index << height
        below = tile(row, first >> HEIGHT)[first % WIDTH : first % WIDTH + (1 << height)]
        if len(below) != 1 << height:
            raise Malformed("this part of the log is not complete")
        return subtree_root(below)

    return node


def entries_to_bytes(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: the length of each in two bytes, then the entry."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def _grouped(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
