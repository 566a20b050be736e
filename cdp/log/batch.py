"""One batch of one log: events get their place in a chain and their index in memory; then they are kept."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from cdp import arrays
from cdp.database import sql
from cdp.ids import NIL
from cdp.log.growth import Growth
from cdp.log.store import Log
from consent import event_bodies, events, merkle
from consent.commitments import Kind, Opening
from consent.events import Event, Place

Cursor = psycopg.Cursor[tuple[Any, ...]]
Relation = tuple[UUID, UUID]
"""A pseudonym and an organization; the nil id stands for neither."""

Kept = tuple[int, int, bytes, bytes, int, bytes, bytes, bytes]
"""An opening as a row: position, kind, pseudonym, organization, seq, fact, salt and body."""

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


class Chain:
    """The end of one chain: whose it is, the number of its next event and the leaf hash of its last."""

    __slots__ = ("_ids", "customer", "organization", "prev", "seq")

    def __init__(self, relation: Relation, seq: int = 1, prev: bytes | None = None) -> None:
        """Begin anew, or go on behind the leaf with the hash `prev`."""
        pseudonym, organization = relation
        self.customer = None if pseudonym == NIL else str(pseudonym)
        self.organization = None if organization == NIL else organization
        self.seq, self.prev = seq, prev
        self._ids = (pseudonym.bytes, organization.bytes)

    @classmethod
    def of(cls, name: str, organization: UUID | None, seq: int | None, leaf: bytes | None) -> "Chain":
        """Return the chain of this name, behind its last event if there is one, given by its number and its leaf."""
        if seq is None or leaf is None:
            return cls((UUID(name), organization or NIL))
        return cls((UUID(name), organization or NIL), seq + 1, merkle.leaf_hash(leaf))

    @property
    def ids(self) -> tuple[bytes, bytes]:
        """The pseudonym and the organization, as the database keeps them."""
        return self._ids

    @property
    def place(self) -> Place:
        """The place that the next event gets."""
        return Place(self.seq, self.prev, self.customer, self.organization)


class Batch:
    """What one transaction adds to one log."""

    __slots__ = ("_begun", "_chains", "_first", "_kept", "growth", "log")

    def __init__(self, log: Log, growth: Growth) -> None:
        """Begin where the log ends."""
        self.log = log
        self.growth = growth
        self._begun = self._first = growth.size
        self._chains: dict[Relation, Chain] = {}
        self._kept: list[Kept] = []

    @property
    def count(self) -> int:
        """How many events there are."""
        return self.growth.size - self._begun

    def open_chains(self, cursor: Cursor, relations: Iterable[Relation]) -> None:
        """Look up where these chains end."""
        wanted = list({*relations, PLATFORM} - self._chains.keys())
        pseudonyms, organizations = zip(*wanted, strict=True) if wanted else ((), ())
        facts = {
            "log": self.log.log_id,
            "pseudonyms": arrays.uuids(pseudonyms),
            "organizations": arrays.uuids(organizations),
        }
        ends = cursor.execute(sql("log_chain_ends").encode(), facts).fetchall()
        for relation in wanted:
            self._chains[relation] = Chain(relation)
        for ordinal, seq, leaf in ends:
            relation = wanted[ordinal - 1]
            self._chains[relation] = Chain(relation, seq + 1, merkle.leaf_hash(leaf))

    def chain(self, relation: Relation) -> Chain:
        """Return the chain that was looked up."""
        return self._chains[relation]

    def append(self, event: Event, relation: Relation, salt: bytes, *, fact_id: UUID = NIL) -> bytes:
        """Add the event that has the place of this chain, and return its leaf hash."""
        return self.append_body(
            event_bodies.to_body(event), events.kind_of(event), self._chains[relation], salt, fact_id=fact_id
        )

    def append_body(
        self, body: bytes, kind: Kind, chain: Chain, salt: bytes, *, fact_id: UUID, is_kept: bool = True
    ) -> bytes:
        """Add the event that `body` says and return its leaf hash; what opens one that is not kept is forgotten."""
        growth = self.growth
        if is_kept:
            self._kept.append((growth.size, kind, *chain.ids, chain.seq, fact_id.bytes, salt, body))
        hashed = growth.append(Opening(salt, body).leaf(kind))
        chain.seq += 1
        chain.prev = hashed
        return hashed

    def keep(self, cursor: Cursor) -> None:
        """Write leaves, nodes, openings and the size, as far as they are not written yet."""
        growth = self.growth
        log: dict[str, Any] = {"log": self.log.log_id}
        if growth.size == self._first:
            return
        cursor.execute(_ADD_LEAVES, log | {"first": self._first, "leaves": arrays.even_blobs(growth.leaves)})
        if growth.nodes:
            levels, positions, hashes = zip(*growth.nodes, strict=True)
            columns = {"levels": arrays.integers(levels), "positions": list(positions), "hashes": arrays.blobs(hashes)}
            cursor.execute(_ADD_NODES, log | columns)
        if self._kept:
            cursor.execute(sql("log_add_openings").encode(), log | _columns(self._kept, self._first))
        cursor.execute(_GROW, log | {"size": growth.size})
        self._first, self._kept, growth.leaves, growth.nodes = growth.size, [], [], []


def _columns(kept: Sequence[Kept], first: int) -> dict[str, Any]:
    positions, kinds, pseudonyms, organizations, seqs, facts, salts, bodies = zip(*kept, strict=True)
    return {
        "first": first,
        "places": arrays.integers([position - first for position in positions]),
        "kinds": arrays.integers(kinds),
        "pseudonyms": arrays.ids(pseudonyms),
        "organizations": arrays.ids(organizations),
        "seqs": arrays.integers(seqs),
        "facts": arrays.ids(facts),
        "salts": arrays.even_blobs(salts),
        "bodies": arrays.blobs(bodies),
    }
