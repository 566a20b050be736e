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
from cdp.log import aside, composing, erasing, outbox, store
from cdp.log.aside import Aside
from cdp.log.batch import PLATFORM, Batch, Chain, Cursor
from cdp.log.facts import ActFact, ConsentFact, ErasureFact, PersonalFact, PolicyFact, StatementFact, UnreadableFact
from cdp.log.outbox import Read, Waiting
from cdp.log.pseudonyms import Pseudonyms
from cdp.log.standing import ANCHOR_EVERY, Standing
from consent import event_bodies, events, merkle
from consent.commitments import SALT_SIZE, Kind, Opening
from consent.errors import Malformed
from consent.events import AnchorEvent, Event


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
        self.batches[store.CONSENT].open_chains(self._cursor, [PLATFORM])
        self._aside = Aside(self._cursor, self.batches[store.CONSENT])

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
        self._aside.keep(self._cursor)
        told = {each.entry for each in waiting} - self._aside.entries(store.CONSENT)
        read = {each.entry for each in reads} - self._aside.entries(store.ACCESS)
        outbox.taken(self._cursor, [*told], [*read])
        erasing.erase(self._cursor, self.batches, self._pseudonyms, self._aside, erasures, late)
        if not has_more:
            self._anchor()
        self._keep()
        counts = {kind: batch.count for kind, batch in self.batches.items()}
        return Appended(counts[store.CONSENT], counts[store.ACCESS], has_more)

    def _take_consent(self, waiting: list[outbox.Waiting]) -> list[ErasureFact]:
        """Append acts, links, wishes, statements and keys in their order, and return the erasures."""
        batch = self.batches[store.CONSENT]
        facts = [each.fact for each in waiting if isinstance(each.fact, PersonalFact)]
        acts = [fact for fact in facts if isinstance(fact, ActFact)]
        others = {(fact.other_id, fact.recipient) for fact in acts if fact.other_id is not None}
        self._pseudonyms.look_up(self._cursor, {(fact.customer, _owner(fact)) for fact in facts} | others, ())
        batch.open_chains(self._cursor, [self._relation_of(fact) for fact in facts])
        for each in waiting:
            if isinstance(each.fact, ErasureFact):
                continue
            concerned = _concerned(each.fact)
            if self._aside.waits(*concerned):
                self._set_aside(each, aside.BEHIND, concerned)
                continue
            try:
                event = self._event_of(each.fact)
                body = event_bodies.to_body(event)
            except aside.UNTELLABLE as error:
                self._set_aside(each, aside.reason_of(error), concerned)
            else:
                self._tell(each, event, body)
        return [each.fact for each in waiting if isinstance(each.fact, ErasureFact)]

    def _event_of(self, fact: ConsentFact) -> Event:
        batch = self.batches[store.CONSENT]
        match fact:
            case ActFact():
                other = None if fact.other_id is None else self._pseudonyms.of(fact.other_id, fact.recipient)
                place = batch.chain(self._relation_of(fact)).place
                return composing.act_event(fact, place, None if other is None else str(other))
            case PolicyFact():
                return composing.policy_event(fact, batch.chain(PLATFORM).place)
            case UnreadableFact():
                raise Malformed(fact.said)
            case ErasureFact():
                raise Malformed("an erasure is told by what it erased")
            case _:
                return composing.stated_event(fact, batch.chain(self._relation_of(fact)).place)

    def _tell(self, each: Waiting, event: Event, body: bytes) -> None:
        """Append what a fact says, and learn its leaf, which a read may cite."""
        batch, fact, kind = self.batches[store.CONSENT], each.fact, events.kind_of(event)
        if each.was_held:
            self._aside.tell(store.CONSENT, each.entry, Opening(each.salt, body).leaf(kind))
        if isinstance(fact, PersonalFact):
            fact_id = fact.act_id if isinstance(fact, ActFact) else fact.fact_id
            chain = batch.chain(self._relation_of(fact))
            self._leaves[fact_id] = batch.append_body(body, kind, chain, each.salt, fact_id=fact_id)
        else:
            batch.append_body(body, kind, batch.chain(PLATFORM), each.salt, fact_id=NIL)

    def _set_aside(self, each: Waiting, reason: str, concerned: tuple[UUID | None, ...]) -> None:
        self._aside.put(store.CONSENT, each.entry, reason, was_held=each.was_held, then=concerned)

    def _take_accesses(self, reads: list[Read]) -> list[int]:
        """Append accesses, and return the positions of those of somebody who was gone before they could be logged."""
        batch = self.batches[store.ACCESS]
        self._learn_leaves({read.fact.act_id for read in reads if read.fact.act_id is not None})
        chains, late = self._chains_of(reads), list[int]()
        for read, chain in zip(reads, chains, strict=True):
            fact, there = read.fact, chain or Chain((uuid4(), read.fact.organization or NIL))
            if self._aside.waits(fact.customer):
                self._aside.put(store.ACCESS, read.entry, aside.BEHIND, was_held=read.was_held)
                continue
            grant = None if fact.act_id is None else self._leaves.get(fact.act_id)
            try:
                body = event_bodies.access_to_body(composing.access_values(fact, there, grant))
            except aside.UNTELLABLE as error:
                self._aside.put(store.ACCESS, read.entry, aside.reason_of(error), was_held=read.was_held)
                continue
            if read.was_held:
                self._aside.tell(store.ACCESS, read.entry, Opening(read.salt, body).leaf(Kind.ACCESS))
            if chain is None:
                late.append(batch.growth.size)
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


def _concerned(fact: ConsentFact) -> tuple[UUID | None, ...]:
    """Return whose later facts need this one before them."""
    match fact:
        case ActFact():
            return fact.customer, fact.other_id
        case PolicyFact() | ErasureFact():
            return ()
        case _:
            return (fact.customer,)


def _owner(fact: PersonalFact) -> UUID:
    """Return whose chain it stands in; which subjects are somebody's and what they wish concerns that one alone."""
    match fact:
        case ActFact():
            return fact.recipient
        case StatementFact():
            return fact.organization
        case _:
            return NIL
