"""One log of a bundle: signatures, tiles, entries and openings, taken once from front to back.

Whatever is in the file is bound to the root that the log signed: the lowest tiles are the hashes of
the entries, higher tiles those of the tiles below, and what lies left of the old checkpoint is the
edge from which both roots are worked out again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from consent import bundle, event_bodies, events, merkle, opened, tiles
from consent.checkpoints import Checkpoint, Verified
from consent.commitments import LEAF_SIZE, Kind
from consent.encoding import HASH_SIZE
from consent.errors import Malformed, Problem, VerificationFailed
from consent.events import Event
from consent.opened import FRAMED
from consent.policy import Policy
from consent.proofs import LONGEST_FILE, ConsistencyProof
from consent.tar import Reader
from consent.tiles import HEIGHT, WIDTH, Tile

_LENGTH: Final = LEAF_SIZE.to_bytes(2, "big")

Take = Callable[[int, bytes, Kind, Event], None]
"""Gets index, leaf hash, kind and event of everything that is opened, in the order of the indices."""
Blame = Callable[[int, Problem], None]
"""Gets the index of an event that does not hold up, and why."""


@dataclass(slots=True)
class LogCheck:
    """What was found out about one log."""

    name: str
    policy: Policy
    since: int
    signed: Verified
    roots: dict[int, bytes] = field(default_factory=dict)
    """Roots that were worked out again, by size."""
    missing: list[int] = field(default_factory=list)
    """Indices of leaves, from the old checkpoint on, that nothing opens."""
    leaves: bytearray = field(default_factory=bytearray)
    """The bundles of entries one after the other, from the leaf `base` on."""
    base: int = 0

    @property
    def checkpoint(self) -> Checkpoint:
        """The new checkpoint."""
        return self.signed.checkpoint

    def leaf_hash(self, index: int) -> bytes:
        """Return the hash of a leaf that is in the file."""
        at = (index - self.base) * FRAMED
        return merkle.leaf_hash(bytes(self.leaves[at + 2 : at + FRAMED]))

    def has(self, index: int) -> bool:
        """Tell whether the leaf is in the file."""
        return self.base <= index < self.checkpoint.size


def begin(reader: Reader, name: str) -> LogCheck:
    """Take the policy and the checkpoints of the log `name`, and check what they say about each other."""
    policy = Policy.from_bytes(reader.take(f"{name}/policy", longest=bundle.LONGEST_POLICY))
    old = reader.maybe(f"{name}/old", longest=bundle.LONGEST_CHECKPOINT)
    proof = None if old is None else reader.take(f"{name}/consistency", longest=LONGEST_FILE)
    new = reader.take(f"{name}/new", longest=bundle.LONGEST_CHECKPOINT)
    signed = policy.verified(new)
    if signed.checkpoint.size > bundle.MOST_ENTRIES:
        raise Malformed("a log in a bundle is smaller")
    if old is None or proof is None:
        return LogCheck(name, policy, 0, signed)
    before = policy.verified(old, with_witnesses=False).checkpoint
    check = LogCheck(name, policy, before.size, signed, roots={before.size: before.root})
    consistency = ConsistencyProof.from_bytes(proof)
    if before.size == 0 or (consistency.old, consistency.checkpoint) != (before.size, new):
        raise VerificationFailed("the consistency proof is of other checkpoints")
    after = check.checkpoint
    merkle.verify_consistency(before.size, after.size, consistency.hashes, before.root, after.root)
    return check


def walk(reader: Reader, check: LogCheck, take: Take, blame: Blame, *, wanted: frozenset[int]) -> None:
    """Take the rest of the log, hand every event to `take`, and work out the roots at the sizes `wanted`."""
    expected = {check.since: check.roots.get(check.since), check.checkpoint.size: check.checkpoint.root}
    _earlier(reader, check, take, blame)
    upper = {
        (tile.level, tile.index): tiles.hashes(_exactly(reader, check, tile, tile.width * HASH_SIZE))
        for tile in tiles.of_log(check.checkpoint.size, since=check.since)
        if tile.level
    }
    check.base = check.since & ~(WIDTH - 1)
    grown = merkle.Range(check.base, merkle.frontier(check.base, _stored(upper)))
    sizes = sorted(size for size in wanted | set(expected) if check.base <= size <= check.checkpoint.size)
    full: dict[int, bytes] = {}
    check.roots = _roots_here(grown, [], sizes)
    with opened.reading(check.checkpoint.size - check.base) as (read, ahead):
        waiting: deque[tuple[Tile, list[bytes], opened.Result]] = deque()
        for tile in tiles.bundles_of_log(check.checkpoint.size, since=check.since):
            entries, hashes = _lowest(reader, check, tile)
            check.roots |= _roots_here(grown, hashes, sizes)
            if tile.width == WIDTH:
                full[tile.index] = merkle.subtree_root(hashes)
                grown.append(full[tile.index], HEIGHT)
            content = reader.maybe(f"{check.name}/{bundle.openings_path(tile.index)}")
            waiting.append((tile, hashes, list if content is None else read(content, entries, tile.index * WIDTH)))
            if len(waiting) > ahead:
                _opened(check, *waiting.popleft(), take, blame)
        while waiting:
            _opened(check, *waiting.popleft(), take, blame)
    for size, root in expected.items():
        if root is not None and check.roots[size] != root:
            raise VerificationFailed("the entries do not lead to the root that the log signed")
    _check_upper(upper, full, check.base)


def _earlier(reader: Reader, check: LogCheck, take: Take, blame: Blame) -> None:
    last = -1
    here = check.checkpoint
    for content in reader.series(f"{check.name}/earlier/{{}}"):
        for index, opening, proof in bundle.earlier_from_lines(content):
            if not last < index < check.since:
                raise Malformed("earlier openings stand in order, before the old checkpoint")
            last = index
            event = event_bodies.from_body(opening.body)
            kind = events.kind_of(event)
            hashed = opening.leaf_hash(kind)
            merkle.verify_inclusion(hashed, index, here.size, proof, here.root)
            _hand_over(index, hashed, kind, event, take, blame)


def _lowest(reader: Reader, check: LogCheck, tile: Tile) -> tuple[bytes, list[bytes]]:
    """Take 256 entries with their hashes, and return both."""
    stored = _exactly(reader, check, Tile(0, tile.index, tile.width), tile.width * HASH_SIZE)
    entries = _exactly(reader, check, tile, tile.width * FRAMED)
    hashes = []
    for at in range(0, len(entries), FRAMED):
        if entries[at : at + 2] != _LENGTH:
            raise Malformed("an entry has 34 bytes")
        hashes.append(sha256(b"\0" + entries[at + 2 : at + FRAMED]).digest())
    if b"".join(hashes) != stored:
        raise VerificationFailed(f"a tile holds other hashes than those of its entries: {check.name}/{tile.to_path()}")
    check.leaves += entries
    return entries, hashes


def _opened(check: LogCheck, tile: Tile, hashes: list[bytes], result: opened.Result, take: Take, blame: Blame) -> None:
    begin = tile.index * WIDTH
    last = max(begin, check.since) - 1
    for index, kind, said in result():
        if index <= last:
            raise Malformed("openings stand in order, each with its entry")
        check.missing.extend(range(last + 1, index))
        last = index
        if isinstance(said, Problem):
            blame(index, said)
        elif kind is not None:
            _hand_over(index, hashes[index - begin], kind, opened.event_of(said), take, blame)
    check.missing.extend(range(last + 1, begin + tile.width))


def _hand_over(index: int, hashed: bytes, kind: Kind, event: Event, take: Take, blame: Blame) -> None:
    try:
        if kind is not events.kind_of(event):
            raise VerificationFailed("the leaf says that this is another kind of event")
        take(index, hashed, kind, event)
    except Problem as problem:
        blame(index, problem)


def _roots_here(grown: merkle.Range, hashes: list[bytes], sizes: list[int]) -> dict[int, bytes]:
    """Return the roots at those of `sizes` that are reached with the next `hashes`; without any, here."""
    reached = [
        size for size in sizes if grown.size < size <= grown.size + len(hashes) or (not hashes and size == grown.size)
    ]
    roots: dict[int, bytes] = {}
    ahead, done = grown.copy() if reached else grown, 0
    for size in reached:
        for each in hashes[done : size - grown.size]:
            ahead.append(each)
        done = size - grown.size
        roots[size] = ahead.root()
    return roots


def _check_upper(upper: dict[tuple[int, int], list[bytes]], full: dict[int, bytes], base: int) -> None:
    """Check that every higher tile holds the hashes of the tiles below it, as far as these are new."""
    for (level, index), hashes in upper.items():
        for position, stored in enumerate(hashes, start=index * WIDTH):
            if position < base >> HEIGHT * level:
                continue
            below = full.get(position) if level == 1 else merkle.subtree_root(upper[level - 1, position])
            if below != stored:
                raise VerificationFailed("a higher tile holds other hashes than those of the tiles below it")


def _stored(upper: dict[tuple[int, int], list[bytes]]) -> merkle.Node:
    def node(level: int, index: int) -> bytes:
        row, height = divmod(level, HEIGHT)
        first = index << height
        found = upper.get((row, first >> HEIGHT), [])[first % WIDTH : first % WIDTH + (1 << height)]
        if len(found) != 1 << height:
            raise Malformed("a tile is missing")
        return merkle.subtree_root(found)

    return node


def _exactly(reader: Reader, check: LogCheck, tile: Tile, size: int) -> bytes:
    content = reader.take(f"{check.name}/{tile.to_path()}", longest=size)
    if len(content) != size:
        raise Malformed("a tile has another width than the log gives it")
    return content


def erased_hashes(check: LogCheck, erased: set[int]) -> Iterator[bytes]:
    """Yield the hashes of the erased leaves that are in the file."""
    return (check.leaf_hash(index) for index in erased if check.has(index))
