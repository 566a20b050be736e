"""One batch of one log: events get their place in a chain and their index in memory; then they are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg

from cdp import arrays
from cdp.database import sql
from cdp.ids import NIL
from cdp.log.growth import Growth
from cdp.log.store import Log
from consent import event_bodies, events, merkle
from consent.commitments import Opening
from consent.events import Event, Place

Cursor = psycopg.Cursor[tuple[Any, ...]]
Relation = tuple[UUID, UUID]
"""A pseudonym and an organization; the nil id stands for neither."""

PLATFORM: Final = (NIL, NIL)
_ADD_LEAVES: Final = (
    "insert into leaf (log_id, position, leaf) select %(log)s, %(first)s + w.place - 1, w.leaf"
    " from unnest(%(leaves)s) with ordinality as w (leaf, place)"
)
_ADD_NODES: Final = (
    "insert into node (log_id, level, position, hash) select %(log)s, w.level, w.position, w.hash"
    " from unnest(%(levels)s, %(positions)s::bigint[], %(hashes)s) as w (level, position, hash)"
)
_GROW: Final = "update log set size = %(size)s where log_id = %(log)s"


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that is to be kept with what opens it."""

    position: int
    relation: Relation
    kind: int
    seq: int
    fact_id: UUID
    opening: Opening


class Batch:
    """What one transaction adds to one log."""

    __slots__ = ("_begun", "_chains", "_first", "_kept", "growth", "log")

    def __init__(self, log: Log, growth: Growth) -> None:
        """Begin where the log ends."""
        self.log = log
        self.growth = growth
        self._begun = self._first = growth.size
        self._chains: dict[Relation, Place] = {}
        self._kept: list[Kept] = []

    @property
    def count(self) -> int:
        """How many events there are."""
        return self.growth.size - self._begun

    def open_chains(self, cursor: Cursor, relations: Iterable[Relation]) -> None:
        """Look up where these chains end."""
        wanted = list({*relations, PLATFORM} - self._chains.keys())
        for pseudonym, organization in wanted:
            self._chains[pseudonym, organization] = _first_place(pseudonym, organization)
        pseudonyms, organizations = zip(*wanted, strict=True) if wanted else ((), ())
        facts = {
            "log": self.log.log_id,
            "pseudonyms": arrays.uuids(pseudonyms),
            "organizations": arrays.uuids(organizations),
        }
        for ordinal, seq, leaf in cursor.execute(sql("log_chain_ends").encode(), facts).fetchall():
            relation = wanted[ordinal - 1]
            self._follow(relation, seq, merkle.leaf_hash(bytes(leaf)))

    def place(self, relation: Relation) -> Place:
        """Return the place that the next event of this chain gets."""
        return self._chains[relation]

    def append(
        self, event: Event, relation: Relation, salt: bytes, *, fact_id: UUID = NIL, is_kept: bool = True
    ) -> bytes:
        """Add an event and return its leaf hash; what opens one that is not kept is forgotten at once."""
        kind = events.kind_of(event)
        opening = Opening(salt, event_bodies.to_body(event))
        position = self.growth.size
        hashed = self.growth.append(opening.leaf(kind))
        if is_kept:
            self._kept.append(Kept(position, relation, kind, event.place.seq, fact_id, opening))
        self._follow(relation, event.place.seq, hashed)
        return hashed

    def begin_apart(self, relation: Relation) -> None:
        """Open a chain that nobody goes on with."""
        self._chains[relation] = _first_place(*relation)

    def keep(self, cursor: Cursor) -> None:
        """Write leaves, nodes, openings and the size, as far as they are not written yet."""
        growth = self.growth
        log: dict[str, Any] = {"log": self.log.log_id}
        if growth.size == self._first:
            return
        cursor.execute(_ADD_LEAVES, log | {"first": self._first, "leaves": arrays.blobs(growth.leaves)})
        if growth.nodes:
            levels, positions, hashes = zip(*growth.nodes, strict=True)
            columns = {"levels": arrays.integers(levels), "positions": list(positions), "hashes": arrays.blobs(hashes)}
            cursor.execute(_ADD_NODES, log | columns)
        if self._kept:
            cursor.execute(sql("log_add_openings").encode(), log | _columns(self._kept))
        cursor.execute(_GROW, log | {"size": growth.size})
        self._first, self._kept, growth.leaves, growth.nodes = growth.size, [], [], []

    def _follow(self, relation: Relation, seq: int, hashed: bytes) -> None:
        before = self._chains[relation]
        self._chains[relation] = Place(seq + 1, hashed, before.customer, before.organization)


def _first_place(pseudonym: UUID, organization: UUID) -> Place:
    return Place(
        1,
        None,
        None if pseudonym == NIL else str(pseudonym),
        None if organization == NIL else organization,
    )


def _columns(kept: Sequence[Kept]) -> dict[str, Any]:
    return {
        "positions": [each.position for each in kept],
        "kinds": arrays.integers([each.kind for each in kept]),
        "pseudonyms": arrays.uuids([each.relation[0] for each in kept]),
        "organizations": arrays.uuids([each.relation[1] for each in kept]),
        "seqs": arrays.integers([each.seq for each in kept]),
        "facts": arrays.uuids([each.fact_id for each in kept]),
        "salts": arrays.blobs([each.opening.salt for each in kept]),
        "bodies": arrays.blobs([each.opening.body for each in kept]),
    }
