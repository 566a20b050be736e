"""A tree of keys from which single leaves can be destroyed for ever: a puncturable GGM tree.

Goldreich, Goldwasser, Micali 1986 (the tree as a pseudorandom function); Boneh, Waters 2013 (puncturing it by
publishing the co-path); Green, Miers 2015 (puncturing as forward-secure deletion).

Rules:
(1) A slot is 56 bits: fourteen steps of four bits, so every slot has exactly one leaf, all at the same depth.
(2) A child is SHA-256(parent || label), where the label names this construction, the child's depth and its nibble;
    the last step has another label, so that a leaf is never also an inner node.
(3) The live nodes never lie above one another. Puncturing removes the one that covers the slot and adds the
    siblings along the path, so every other leaf stays what it was and this one needs a preimage.
(4) A slot without a live node above it is destroyed. That is looked up before any cache, and the caches
    die with a puncture.

Why a plain hash per step and not HMAC: the message is one block of fixed length that begins with 32 secret random
bytes, so there is nothing to extend, and what is assumed (the compression function is pseudorandom when keyed by
a part of its message) is what HMAC itself assumes of its key. It costs a fifth of HMAC.
"""

import os
import secrets
import struct
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final, Self

from cdp.keys.errors import KeyDestroyed

DEPTH: Final = 14
NIBBLE: Final = 4
SLOT_BITS: Final = DEPTH * NIBBLE
SLOTS: Final = 1 << SLOT_BITS
NODE_BYTES: Final = 32

_MASK: Final = 15
_SHALLOW: Final = 4  # with many slots all 65,536 nodes of this depth are in use, so it is worth keeping them
_DEEP: Final = DEPTH - 3  # above 4,096 neighbours: slots that are drawn together have it in common
_NEIGHBOURS: Final = 1 << NIBBLE * (DEPTH - _DEEP)
_CACHED: Final = 1 << 16
_CACHED_DEEP: Final = 1 << 16
_PACKED: Final = struct.Struct(">Q32s")


def _label(depth: int, nibble: int) -> bytes:
    kind = b"cdp ggm leaf" if depth == DEPTH else b"cdp ggm node"
    return kind + bytes((1, depth, nibble))  # 1 is the version of this construction


# For each step its shift and its sixteen labels: the step at index d leads from depth d to depth d + 1.
_STEPS: Final = tuple(
    (SLOT_BITS - NIBBLE * (depth + 1), tuple(_label(depth + 1, nibble) for nibble in range(16)))
    for depth in range(DEPTH)
)
_FROM_SHALLOW: Final = _STEPS[_SHALLOW:_DEEP]
_FROM_DEEP: Final = _STEPS[_DEEP:]


def node_id(depth: int, slot: int) -> int:
    """Return the number of the node at `depth` on the path to `slot`: its depth, then its prefix."""
    return (depth << SLOT_BITS) | (slot >> (SLOT_BITS - NIBBLE * depth))


def random_slot() -> int:
    """Return 56 random bits: with a million slots in use, one chance in 144,000 that any two are equal."""
    return int.from_bytes(os.urandom(SLOT_BITS // 8))


def random_slots(count: int) -> list[int]:
    """Return so many different slots, up to 4,096 of them neighbours: one way down the tree serves them all.

    Where they begin is as random as `random_slot`, and nothing is remembered from call to call, so that two processes
    draw alike as seldom as two people do.
    """
    slots: list[int] = []
    while len(slots) < count:
        first, many = random_slot(), min(_NEIGHBOURS, count - len(slots))
        block = first - first % _NEIGHBOURS
        slots += [block + (first + step) % _NEIGHBOURS for step in range(many)]
    return slots


class Tree:
    """All the leaf keys of one generation, but for those that were destroyed."""

    def __init__(self, live: Mapping[int, bytes]) -> None:
        """Stand on the given live nodes; `grow` makes a new tree."""
        self._live = dict(live)
        self._forget()

    @classmethod
    def grow(cls) -> Self:
        """Return a whole new tree from a random root."""
        return cls({0: secrets.token_bytes(NODE_BYTES)})

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Return the tree that `to_bytes` packed."""
        return cls(dict(_PACKED.iter_unpack(packed)))

    def to_bytes(self) -> bytes:
        """Return the live nodes, 40 bytes each."""
        return b"".join(number.to_bytes(8) + key for number, key in self._live.items())

    def __repr__(self) -> str:
        """Give a text without the keys."""
        return f"Tree({len(self)} live nodes)"

    def __len__(self) -> int:
        """Count the live nodes: 1, and at most 209 more for each destroyed slot."""
        return len(self._live)

    def copy(self) -> "Tree":
        """Return a tree that can be punctured apart from this one."""
        return Tree(self._live)

    def derive(self, slot: int) -> bytes:
        """Return the 32-byte leaf key of `slot`; raises KeyDestroyed for a punctured one."""
        live = self._live
        if slot >> SLOT_BITS:
            raise ValueError("a slot is 56 bits")
        depth = 0 if 0 in live else _cover(live, slot)  # nothing was destroyed yet: no need to look
        if depth is None:
            raise KeyDestroyed("this key was destroyed")
        if depth > _DEEP:
            return _descend(live, slot, DEPTH)  # neighbours of this one were destroyed
        return _steps(self._deep(slot >> NIBBLE * (DEPTH - _DEEP)), slot, _FROM_DEEP)

    def puncture(self, slot: int) -> bool:
        """Destroy the leaf of `slot` for ever; false if it was destroyed before."""
        return self.puncture_many((slot,)) == 1

    def puncture_many(self, slots: Iterable[int]) -> int:
        """Destroy the leaves of all `slots` and return how many were still alive."""
        live = dict(self._live)  # derive may run in another thread: it sees the old nodes or the new ones
        punctured = sum(_puncture(live, slot) for slot in slots)
        if punctured:
            self._live = live
            self._forget()  # after the nodes, so that nothing derived from the old ones enters the new caches
        return punctured

    def _forget(self) -> None:
        live = self._live

        @lru_cache(maxsize=_CACHED)
        def shallow(prefix: int) -> bytes:
            return _descend(live, prefix << (SLOT_BITS - NIBBLE * _SHALLOW), _SHALLOW)

        @lru_cache(maxsize=_CACHED_DEEP)
        def deep(prefix: int) -> bytes:
            slot = prefix << (SLOT_BITS - NIBBLE * _DEEP)
            if _cover(live, slot, _SHALLOW) is None:
                return _descend(live, slot, _DEEP)
            return _steps(shallow(slot >> (SLOT_BITS - NIBBLE * _SHALLOW)), slot, _FROM_SHALLOW)

        self._deep = deep


def _cover(live: Mapping[int, bytes], slot: int, deepest: int = DEPTH) -> int | None:
    """Return the depth of the live node above `slot`, or None."""
    if not 0 <= slot < SLOTS:
        raise ValueError("a slot is 56 bits")
    if 0 in live:
        return 0
    for depth in range(1, deepest + 1):
        if (depth << SLOT_BITS) | (slot >> (SLOT_BITS - NIBBLE * depth)) in live:
            return depth
    return None


def _descend(live: Mapping[int, bytes], slot: int, to: int) -> bytes:
    """Return the node at depth `to` on the path to `slot`."""
    depth = _cover(live, slot, to)
    if depth is None:
        raise KeyDestroyed("this key was destroyed")
    return _steps(live[node_id(depth, slot)], slot, _STEPS[depth:to])


def _steps(node: bytes, slot: int, steps: Iterable[tuple[int, tuple[bytes, ...]]]) -> bytes:
    """Return the node to which these steps lead on the path to `slot`."""
    for shift, labels in steps:
        node = sha256(node + labels[(slot >> shift) & _MASK]).digest()
    return node


def _puncture(live: dict[int, bytes], slot: int) -> bool:
    """Replace the live node above `slot` by the siblings of the path below it."""
    start = _cover(live, slot)
    if start is None:
        return False
    node = live.pop(node_id(start, slot))
    for depth, (shift, labels) in enumerate(_STEPS[start:], start + 1):
        on_path, first = (slot >> shift) & _MASK, node_id(depth, slot) & ~_MASK
        children = [sha256(node + label).digest() for label in labels]
        live.update((first | nibble, child) for nibble, child in enumerate(children) if nibble != on_path)
        node = children[on_path]
    return True
