"""One transaction of appending: what waits in the outboxes becomes events of both logs."""

import os
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
from sqlmodel import Session

from cdp import arrays, clock
from cdp.database import sql
from cdp.ids import NIL
from cdp.log import composing, erasing, outbox, store
from cdp.log.batch import PLATFORM, Batch, Chain, Cursor
from cdp.log.facts import ActFact, ErasureFact, LinkFact, PersonalFact, PolicyFact, StatementFact, WishFact
from cdp.log.outbox import Read
from cdp.log.pseudonyms import Pseudonyms
from cdp.log.standing import ANCHOR_EVERY, Standing
from consent import event_bodies, merkle
from consent.commitments import SALT_SIZE, Kind
from consent.events import AnchorEvent


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events each log got, and whether more waits."""

    consent: int = 0
    access: int = 0
    more: bool = False


class Round:
    """One transaction of appending, with its own copies of the logs' edges."""

    def __init__(self, session: Session, standing: Standing, at_most: int) -> None:
        """Begin where both logs stand."""
        lane = session.connection().connection.driver_connection
        self._cursor: Cursor = cast("psycopg.Connection[tuple[Any, ...]]", lane).cursor(binary=True)
        self._at_most = at_most
        self._pseudonyms = Pseudonyms()
        self._leaves: dict[UUID, bytes] = {}
        self.batches = {kind: Batch(standing.logs[kind], standing.growths[kind].branch()) for kind in standing.logs}
        self.anchored_at, self.anchored = standing.anchored_at, standing.anchored

    def take(self) -> Appended:
        """Move what waits from the outboxes into the logs; acts are looked at after the accesses that cite them."""
        reads = outbox.accesses(self._cursor, self.batches[store.ACCESS].log.log_id, self._at_most)
        waiting = outbox.consent(self._cursor, self._at_most)
        is_cut = len(waiting) == self._at_most
        if is_cut:
            reads = []
        has_more = is_cut or len(reads) == self._at_most
        erasures = self._take_consent(waiting)
        late = self._take_accesses(reads)
        self._keep()
        erasing.erase(self._cursor, self.batches, self._pseudonyms, erasures, late)
        if not has_more:
            self._anchor()
        self._keep()
        outbox.taken(self._cursor, [entry for entry, *_ in waiting], [read.entry for read in reads])
        counts = {kind: batch.count for kind, batch in self.batches.items()}
        return Appended(counts[store.CONSENT], counts[store.ACCESS], has_more)

    def _take_consent(self, waiting: list[outbox.Waiting]) -> list[ErasureFact]:
        """Append acts, links, wishes, statements and keys in their order, and return the erasures."""
        batch = self.batches[store.CONSENT]
        facts = [fact for _, _, fact in waiting if isinstance(fact, PersonalFact)]
        acts = [fact for fact in facts if isinstance(fact, ActFact)]
        others = {(fact.other_id, fact.recipient) for fact in acts if fact.other_id is not None}
        self._pseudonyms.look_up(self._cursor, {(fact.customer, _owner(fact)) for fact in facts} | others, ())
        batch.open_chains(self._cursor, [self._relation_of(fact) for fact in facts])
        for _, salt, fact in waiting:
            match fact:
                case ActFact():
                    relation = self._relation_of(fact)
                    other = None if fact.other_id is None else self._pseudonyms.of(fact.other_id, fact.recipient)
                    event = composing.act_event(
                        fact, batch.chain(relation).place, None if other is None else str(other)
                    )
                    self._leaves[fact.act_id] = batch.append(event, relation, salt, fact_id=fact.act_id)
                case LinkFact() | WishFact() | StatementFact():
                    relation = self._relation_of(fact)
                    stated = composing.stated_event(fact, batch.chain(relation).place)
                    self._leaves[fact.fact_id] = batch.append(stated, relation, salt, fact_id=fact.fact_id)
                case PolicyFact():
                    batch.append(composing.policy_event(fact, batch.chain(PLATFORM).place), PLATFORM, salt)
                case ErasureFact():
                    pass
        return [fact for _, _, fact in waiting if isinstance(fact, ErasureFact)]

    def _take_accesses(self, reads: list[Read]) -> list[int]:
        """Append accesses, and return the positions of those of somebody who was gone before they could be logged."""
        batch = self.batches[store.ACCESS]
        self._learn_leaves({read.fact.act_id for read in reads if read.fact.act_id is not None})
        chains, late = self._chains_of(reads), list[int]()
        for read, chain in zip(reads, chains, strict=True):
            if chain is None:
                late.append(batch.growth.size)
            fact, there = read.fact, chain or Chain((uuid4(), read.fact.organization or NIL))
            grant = None if fact.act_id is None else self._leaves.get(fact.act_id)
            body = event_bodies.access_to_body(composing.access_values(fact, there, grant))
            batch.append_body(body, Kind.ACCESS, there, read.salt, fact_id=fact.access_id, is_kept=chain is not None)
        return late

    def _chains_of(self, reads: list[Read]) -> list[Chain | None]:
        """Return the chain of each access; None for somebody who is gone."""
        batch = self.batches[store.ACCESS]
        pairs = {(read.fact.customer, read.fact.organization or NIL) for read in reads if read.name is None}
        self._pseudonyms.look_up(self._cursor, (), pairs)
        relations = self._pseudonyms.relations(pairs)
        batch.open_chains(self._cursor, relations.values())
        others = {pair: batch.chain(relation) for pair, relation in relations.items()}
        named: dict[str, Chain] = {}
        for read in reads:
            if read.name is not None and read.name not in named:
                named[read.name] = Chain.of(read.name, read.fact.organization, read.seq, read.leaf)
        return [
            others.get((read.fact.customer, read.fact.organization or NIL)) if read.name is None else named[read.name]
            for read in reads
        ]

    def _learn_leaves(self, acts: set[UUID]) -> None:
        wanted = acts - self._leaves.keys()
        if wanted:
            facts = {"log": self.batches[store.CONSENT].log.log_id, "acts": arrays.uuids(wanted)}
            rows = self._cursor.execute(sql("log_leaves_of_acts").encode(), facts).fetchall()
            self._leaves |= {act: merkle.leaf_hash(bytes(leaf)) for act, leaf in rows}

    def _relation_of(self, fact: PersonalFact) -> tuple[UUID, UUID]:
        owner = _owner(fact)
        return self._pseudonyms.of(fact.customer, owner) or NIL, owner

    def _anchor(self) -> None:
        """Put size and root of the access log into the consent log, once a minute while anything happens."""
        consent, access = self.batches[store.CONSENT], self.batches[store.ACCESS]
        now = clock.now()
        is_due = self.anchored_at is None or now >= self.anchored_at + ANCHOR_EVERY
        if not is_due or self.anchored == (consent.growth.size, access.growth.size):
            return
        consent.open_chains(self._cursor, [PLATFORM])
        event = AnchorEvent(
            place=consent.chain(PLATFORM).place,
            log=access.log.origin,
            size=access.growth.size,
            root=access.growth.root,
            at=now,
        )
        consent.append(event, PLATFORM, os.urandom(SALT_SIZE))
        self.anchored_at, self.anchored = now, (consent.growth.size, access.growth.size)

    def _keep(self) -> None:
        for batch in self.batches.values():
            batch.keep(self._cursor)


def _owner(fact: PersonalFact) -> UUID:
    """Return whose chain it stands in; which subjects are somebody's and what they wish concerns that one alone."""
    match fact:
        case ActFact():
            return fact.recipient
        case StatementFact():
            return fact.organization
        case _:
            return NIL
