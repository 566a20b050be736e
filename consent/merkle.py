"""The Merkle tree of RFC 6962 and RFC 9162 §2.1 with SHA-256: hashes, proofs, and their verification.

Rules: (1) every hash that comes in has 32 bytes; (2) a proof has exactly the hashes that it needs,
no more and no fewer; (3) size 0 is settled before the general algorithm. Makers ask for the nodes
of complete subtrees through `Node`, so the same code runs on tiles, on a table and in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from consent.encoding import HASH_SIZE
from consent.errors import Malformed, VerificationFailed

EMPTY_ROOT: Final = sha256(b"").digest()
LONGEST_PROOF: Final = 64
"""A proof in a tree of less than 2⁶³ leaves has at most this many hashes."""

Node = Callable[[int, int], bytes]
"""`node(level, index)`: the hash over the leaves from `index << level` up to `(index + 1) << level`."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above `left` and `right`."""
    return sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a number of hashes of one level that is a power of two."""
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes), 2)]
    return hashes[0]


class Range:
    """The hashes of the complete subtrees that cover the first `size` leaves: all that growing needs."""

    __slots__ = ("_nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        """Continue from the subtrees of the first `size` leaves, the largest first."""
        self.size = size
        self._nodes = [_checked(node) for node in nodes]
        if size < 0 or len(self._nodes) != size.bit_count():
            raise Malformed("these are not the subtrees of a tree of this size")

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, the largest first."""
        return tuple(self._nodes)

    def append(self, leaf: bytes, level: int = 0) -> None:
        """Add the hash of a leaf, or of a complete subtree of `level` where one fits."""
        if self.size & ((1 << level) - 1):
            raise ValueError("a subtree of this level does not fit here")
        node, size = _checked(leaf), self.size >> level
        while size & 1:
            node, size = node_hash(self._nodes.pop(), node), size >> 1
        self._nodes.append(node)
        self.size += 1 << level

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        return _folded(self._nodes) if self._nodes else EMPTY_ROOT

    def copy(self) -> "Range":
        """Return the same range, to be grown by itself."""
        return Range(self.size, self._nodes)


class Tree:
    """A whole tree in memory, for logs that fit there."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """Begin with the hashes of these leaves."""
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        node = _checked(leaf)
        for level in self._levels:
            level.append(node)
            if len(level) % 2:
                return
            node = node_hash(level[-2], level[-1])
        self._levels.append([node])

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, or over all."""
        return root(self.size if size is None else size, self.node)


def frontier(size: int, node: Node) -> list[bytes]:
    """Return the roots of the complete subtrees of the first `size` leaves, the largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [node(level, (size >> level) - 1) for level in levels]


def root(size: int, node: Node) -> bytes:
    """Return the root over the first `size` leaves."""
    return _folded(frontier(size, node)) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that the leaf at `index` is in the tree of `size`, its sibling first."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in the tree")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_hash(middle, end, node))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, node))
            begin = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162 §2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError("the old tree is not larger than the new one")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_hash(middle, end, node))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, node))
            begin = middle
    if begin:
        proof.append(_range_hash(begin, end, node))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with hash `leaf` stands at `index` in the tree of `size` (RFC 9162 §2.1.3.2)."""
    _check_shape(proof, leaf, root)
    if not 0 <= index < size:
        raise VerificationFailed("the index is not in the tree")
    node = leaf
    for sibling, is_left in _climb(index, size - 1, proof):
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    if node != root:
        raise VerificationFailed("the leaf does not lead to the root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162 §2.1.4.2)."""
    _check_shape(proof, old_root, new_root)
    if not 0 <= old <= new:
        raise VerificationFailed("the old tree is larger than the new one")
    if old in {0, new}:
        _verify_trivial(old, new, proof, old_root, new_root)
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise VerificationFailed("the proof is too short")
    complete = (old & -old).bit_length() - 1
    before = after = path[0]
    for sibling, is_left in _climb((old - 1) >> complete, (new - 1) >> complete, path[1:]):
        before = node_hash(sibling, before) if is_left else before
        after = node_hash(sibling, after) if is_left else node_hash(after, sibling)
    if before != old_root or after != new_root:
        raise VerificationFailed("the new tree does not begin with the old one")


def _climb(place: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each sibling on the way from `place` in a level that ends at `last`, and whether it stands left."""
    for sibling in proof:
        if last == 0:
            raise VerificationFailed("the proof is too long")
        is_left = bool(place & 1) or place == last
        yield sibling, is_left
        while is_left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise VerificationFailed("the proof is too short")


def _verify_trivial(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if proof:
        raise VerificationFailed("this proof has to be empty")
    if old == 0 and old_root != EMPTY_ROOT:
        raise VerificationFailed("the root of the empty tree is another")
    if old == new and old_root != new_root:
        raise VerificationFailed("two trees of one size have two roots")


def _check_shape(proof: Sequence[bytes], *hashes: bytes) -> None:
    if len(proof) > LONGEST_PROOF:
        raise Malformed("the proof is longer than any tree is high")
    for each in (*proof, *hashes):
        _checked(each)


def _checked(node: bytes) -> bytes:
    if len(node) != HASH_SIZE:
        raise Malformed("a hash has 32 bytes")
    return node


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _folded(nodes: Sequence[bytes]) -> bytes:
    node = nodes[-1]
    for left in reversed(nodes[:-1]):
        node = node_hash(left, node)
    return node


def _range_hash(begin: int, end: int, node: Node) -> bytes:
    """Return the hash over the leaves from `begin` to `end`, a range that a proof can ask for."""
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, begin >> level)
    middle = begin + _split(count)
    return node_hash(_range_hash(begin, middle, node), _range_hash(middle, end, node))
