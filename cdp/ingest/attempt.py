"""One try at storing a batch, in one transaction.

The order is the same for all: the catalog is held, deliveries are noted, subjects are locked, missing ones made, links
drawn, and only then is compared and written: so that what is compared is what stands, whoever else is storing. An
interaction needs no note of its delivery: its id follows from its key, and its subject's lock makes senders take turns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cdp import arrays, ids
from cdp.catalog.files import Catalog
from cdp.catalog.reading import HOLD
from cdp.database import sql
from cdp.identity.attributes import IDENTIFYING
from cdp.ingest import rows, subjects, versions
from cdp.ingest.batch import Batch, Taken
from cdp.ingest.drafts import Draft, Places, Sheet
from cdp.ingest.filing import Files
from cdp.ingest.items import Kind, Outcome, Reason, Rejection
from cdp.ingest.naming import Book, Known, Mention
from cdp.ingest.subjects import Finder, Found, Subject
from cdp.ingest.versions import Current, Version
from cdp.keys.digests import own_id
from cdp.keys.mac import Mac
from cdp.keys.ring import KeyProvider
from cdp.lane import Asked
from cdp.transaction import Rows, Transaction
from consent.types import UNMAPPED

_HOLD: Final[Asked] = HOLD.encode(), {}
_NOTHING: Final[Rows] = []
_DUPLICATE: Final = Outcome.DUPLICATE
_IS_TRUSTED: Final = b"select verified_at is not null from organization where organization_id = %(source)s"
_SUPPRESSED: Final = b"select suppressed_identifiers(%(types)s, %(blinds)s)"

Prepared = tuple[Book, Sequence[Places]]
"""Who a batch is about, told before the transaction."""

_Thing = tuple[bytes, tuple[str, str, bytes]]


class CatalogMoved(Exception):
    """The catalog that is remembered is not the one that holds; nothing was stored."""


class Changes(NamedTuple):
    """What becomes of the versions that are stored: customer and id, and when one was said again."""

    past: list[tuple[bytes, bytes]]
    confirmed: list[tuple[bytes, bytes, datetime]]


class Attempt:
    """A batch on its way through one transaction."""

    def __init__(
        self,
        batch: Batch,
        prepared: Prepared,
        *,
        ring: KeyProvider,
        marks: Mac,
        transaction: Transaction,
    ) -> None:
        """Take what was prepared outside the transaction; `marks` is the key of arrivals."""
        self._batch = batch
        self._book, self._places = prepared
        self._marks = marks
        self._transaction = transaction
        self._finder = Finder(transaction, ring, self._book.names)
        self._source = batch.scope.organization or ids.NIL
        self._shared: dict[str, object] = {"source": self._source, "moment": batch.received_at}
        self._found: list[Found] = []
        self._barred: frozenset[int] = frozenset()
        self._is_trusted = False
        self._named: set[bytes] = set()
        self.changed: list[Subject] = []
        """The subjects of whom something is new that identifies them."""

    async def run(self, version: int, catalog: Catalog, *, without: frozenset[int]) -> Taken:
        """Do everything but commit and return what became of the batch; `without` are groups that are rejected.

        Raises CatalogMoved when the catalog is another version now.
        """
        self._catalog = catalog
        self._sheet = Sheet(self._batch, self._places, Files(catalog), without=without)
        if self._sheet.drafts:
            await self._arrive(version)
            await self._meet()
            self._write(await self._compare())
        else:
            _check(version, *await self._transaction.ask(_HOLD))
        taken = self._sheet.taken(newcomers=self._newcomers())
        self._log(taken)
        if self._batch.also is not None:
            await self._transaction.ask()
            await self._batch.also(self._transaction.connection, taken)
        return taken

    async def _arrive(self, version: int) -> None:
        """Note deliveries, find and lock the subjects, and sort out what came before or must not come back."""
        for draft in self._sheet.drafts:
            if draft.filed.identifier is not None:
                places = map(self._book.stated, rows.unnamed(draft))
                draft.held = tuple(place for place in places if place is not None)
        self._mark_arrivals()
        deliveries = [draft.arrival for draft in self._sheet.drafts if draft.arrival and not draft.row]
        asked: dict[str, Asked] = {"held": _HOLD}
        if deliveries:
            asked["fresh"] = self._told("store_arrivals", self._ids(deliveries))
        if self._book.known:
            asked["barred"] = _SUPPRESSED, _known_columns(self._book.known)
        if self._batch.may_verify:
            asked["trusted"] = _IS_TRUSTED, self._shared
        questions = self._questions(are_needed=True)
        answers = await self._transaction.ask(*asked.values(), *questions)
        told = dict(zip(asked, answers, strict=False))
        _check(version, told["held"])
        self._is_trusted = told.get("trusted") == [(True,)]
        self._barred = frozenset(row[0] - 1 for row in told.get("barred", ()))
        came_before = set(deliveries) - {row[0] for row in told.get("fresh", ())}
        if came_before:
            for draft in self._sheet.drafts:
                if draft.arrival in came_before:
                    draft.outcome = _DUPLICATE
        await self._see(*answers[len(asked) :])
        if self._barred:
            self._keep_out()

    def _mark_arrivals(self) -> None:
        """Give every draft its arrival; of several in the batch with the same, the first is meant.

        An arrival is an event's, or one interaction's.
        """
        digest = self._marks.after(self._source.bytes).digest
        owners: dict[bytes, tuple[int, int]] = {}
        for draft in self._sheet.drafts:
            item = draft.item
            if draft.is_interaction and item.key is not None:
                draft.arrival = draft.row = own_id(digest(f"{item.type}\0{item.key}".encode()))
            elif item.delivery is not None:
                draft.arrival = own_id(digest(f"\0{item.delivery}".encode()))
            else:
                continue
            owner = draft.group, draft.place if item.delivery is None else -1
            if owners.setdefault(draft.arrival, owner) != owner:
                draft.outcome = _DUPLICATE

    def _ids(self, marks: Iterable[bytes]) -> dict[str, object]:
        return {"ids": arrays.ids(marks)}

    def _questions(self, *, are_needed: bool) -> list[Asked]:
        """Ask who the names are, and, once they are locked, which interactions are stored."""
        primary = {draft.mention.primary for draft in self._sheet.open()} if are_needed else set()
        questions = [self._finder.question([place in primary for place in range(len(self._book.names))])]
        told = [draft.row for draft in self._sheet.drafts if draft.row]
        if told:
            questions.append(self._told("store_known_interactions", self._ids(told)))
        return questions

    async def _see(self, people: Rows, events: Rows = _NOTHING) -> None:
        """Take in what was asked: who is erased, and which interactions came before."""
        found = self._found = await self._finder.found(people)
        stored = {row[0] for row in events}
        for draft in self._sheet.drafts:
            if found[draft.mention.primary].is_suppressed:
                draft.outcome = Outcome.SUPPRESSED
            elif draft.row in stored and draft.outcome is None:
                draft.outcome = _DUPLICATE

    def _keep_out(self) -> None:
        """Keep the erased out: somebody unknown who has their identifier is not made, whatever else is said of them.

        One who is known is not the erased person: what is said of them is taken without that identifier.
        """
        concerned = [draft for draft in self._sheet.drafts if not self._barred.isdisjoint(draft.concerns())]
        unknown = {d.mention.primary for d in concerned if not self._found[d.mention.primary].is_known}
        for draft in self._sheet.drafts:
            if draft.mention.primary in unknown:
                draft.outcome = Outcome.SUPPRESSED
        for draft in concerned:
            if draft.outcome is not None:
                continue
            for place in self._barred.intersection(draft.concerns()):
                known = self._book.known[place]
                self._sheet.left_out[draft.group, Rejection(Reason.SUPPRESSED, f"identifiers.{known.type}")] = draft
                if rows.says(draft, known):
                    draft.outcome = Outcome.SUPPRESSED

    async def _meet(self) -> None:
        """Give every draft its subject; make those that nobody knew, and draw the links that were asked for."""
        drafts = self._sheet.open()
        found = self._found
        unmet = {d.mention.primary: None for d in drafts if found[d.mention.primary].subject is None}
        if unmet:  # new, or known and not locked because somebody in the batch was new
            names = [self._book.names[place] for place in unmet if not found[place].is_known]
            if names:
                self._finder.create(names, at=self._batch.received_at)
            await self._see(*await self._transaction.ask(*self._questions(are_needed=False)))
            drafts, found = self._sheet.open(), self._found
        for draft in drafts:
            subject = found[draft.mention.primary].subject
            if subject is None:
                draft.outcome = Outcome.SUPPRESSED
            else:
                draft.subject = subject
        await self._link([draft for draft in drafts if draft.outcome is None])

    async def _link(self, drafts: Sequence[Draft]) -> None:
        asked = subjects.wanted(self._book, (draft.mention for draft in drafts), self._found, self._barred)
        names, changed = set[bytes](), set[bytes]()
        if any(asked):
            categories = [self._category(known.type) for _, known in asked.identifiers]
            names, changed = await subjects.link(self._transaction, asked, categories, at=self._batch.received_at)
            self._named = changed
            if names or changed:
                await subjects.refresh(self._transaction, self._subjects())
        for draft in drafts:
            if draft.is_link:
                is_linked = draft.subject.is_new or draft.subject.id in changed or self._names(draft.mention) & names
                draft.outcome = Outcome.LINKED if is_linked else Outcome.UNCHANGED

    def _names(self, mention: Mention) -> set[bytes]:
        places = (*mention.others, *(place for pair in mention.earlier for place in pair))
        return {self._book.names[place].blind for place in places}

    def _category(self, identifier: str) -> str:
        """Return the category under which an identifier of this type may be looked up."""
        attribute = self._catalog.attributes.get(identifier)
        return UNMAPPED if attribute is None else attribute.category

    def _subjects(self) -> list[Subject]:
        return list({found.subject.id: found.subject for found in self._found if found.subject}.values())

    def _newcomers(self) -> list[bytes]:
        """Return a name of every subject that is new."""
        found = zip(self._book.names, self._found, strict=False)
        names = {each.subject.id: name.blind for name, each in found if each.subject and each.subject.is_new}
        return list(names.values())

    async def _compare(self) -> Changes:
        """Decide about every version, and return which of the stored ones are past now or were said again."""
        things: dict[_Thing, list[Draft]] = defaultdict(list)
        for draft in self._sheet.open():
            if not draft.is_interaction:
                _identify(draft)
                things[draft.subject.id, draft.thing].append(draft)
        older = [said for said in things.values() if not said[0].subject.is_new]
        present, stored = await self._stored(older)
        changes = Changes([], [])
        for said in things.values():
            current = present.get((said[0].subject.id, said[0].thing))
            if current is None and len(said) == 1 and said[0].row not in stored:
                continue  # said for the first time: it holds as it is
            fresh = _unheard(said, stored)
            plan = versions.settle(current, [Version(d.digest, d.at, d.item.occurred_at is not None) for d in fresh])
            _carry_out(plan, fresh)
            customer = said[0].subject.customer
            if current and plan.latest is not None:
                changes.past.append((customer, current.record_id))
            elif current and plan.confirmed_at:
                changes.confirmed.append((customer, current.record_id, plan.confirmed_at))
        return changes

    async def _stored(self, things: Sequence[Sequence[Draft]]) -> tuple[dict[_Thing, Current], set[bytes]]:
        """Return the present versions of things, and which of the versions that were said are stored already."""
        if not things:
            return {}, set()
        first = [said[0] for said in things]
        asked = rows.things(first)
        said = rows.versions((d.subject.customer, d.row) for each in things for d in each if d.row)
        present, stored = await self._transaction.ask(
            self._told("store_current", asked), self._told("store_known_versions", said)
        )
        current = {
            (first[ordinal - 1].subject.id, first[ordinal - 1].thing): Current(record_id, digest, at)
            for ordinal, record_id, digest, at in present
        }
        return current, {row[0] for row in stored}

    def _write(self, changes: Changes) -> None:
        """Write everything that is new."""
        fresh = self._sheet.open()
        told = [draft for draft in fresh if draft.is_interaction]
        said = [draft for draft in fresh if not draft.is_interaction]
        for draft in told:
            draft.row = draft.row or ids.row().bytes
        evidence = self._evidence()
        if changes.past:
            self._put("store_supersede", rows.versions(changes.past))
        if changes.confirmed:
            again = rows.versions((customer, row) for customer, row, _ in changes.confirmed)
            self._put("store_confirm", {**again, "ats": arrays.moments(at for *_, at in changes.confirmed)})
        self.changed = self._identified(said)
        if said:
            self._put("store_records", rows.records(said, is_trusted=self._is_trusted))
        if told:
            self._put("store_interactions", rows.interactions(told))
        if evidence:
            self._put("store_evidence", rows.evidence(evidence))
        if self._catalog.watched:
            self._watch(draft for draft in fresh if not draft.is_past)

    def _watch(self, drafts: Iterable[Draft]) -> None:
        """Note the arrival of what some rule asks about."""
        watched = self._catalog.watched
        arrived = [draft for draft in drafts if f"{draft.thing[0]}/{draft.thing[1]}" in watched]
        if arrived:
            self._put("store_watched", rows.watched(arrived))

    def _identified(self, said: Iterable[Draft]) -> list[Subject]:
        """Return the subjects of whom an attribute that identifies them, or an identifier, is new."""
        named = [each for each in self._subjects() if each.id in self._named] if self._named else []
        telling = (d.subject for d in said if d.thing[1] in IDENTIFYING and d.thing[0] == Kind.ATTRIBUTES)
        return list({subject.id: subject for subject in (*telling, *named)}.values())

    def _evidence(self) -> list[tuple[bytes, Subject, bytes]]:
        """Return the consent flags of whatever did not come before, under an id that follows from its arrival."""
        return [
            (draft.arrival or ids.row().bytes, draft.subject, draft.item.evidence)
            for draft in self._sheet.drafts
            if draft.item.evidence is not None and draft.outcome not in {Outcome.DUPLICATE, Outcome.SUPPRESSED}
        ]

    def _log(self, taken: Taken) -> None:
        if not taken.flaws:
            return
        columns = {
            "positions": arrays.integers(self._batch.position(flaw.group) for flaw in taken.flaws),
            "reasons": arrays.texts(flaw.rejection.reason.value for flaw in taken.flaws),
            "fields": arrays.texts(flaw.rejection.field or None for flaw in taken.flaws),
            "messages": arrays.texts(flaw.message_id for flaw in taken.flaws),
            "requests": arrays.texts(self._batch.request(flaw.group) for flaw in taken.flaws),
        }
        self._put("store_rejects", {**columns, "path": self._batch.path.value})

    def _put(self, name: str, facts: Mapping[str, object]) -> None:
        self._transaction.later(self._told(name, facts))

    def _told(self, name: str, facts: Mapping[str, object]) -> Asked:
        """Return a statement with what it is told, to which source and moment are added."""
        return sql(name).encode(), {**self._shared, **facts}


def _identify(draft: Draft) -> None:
    """Give a draft the key of its thing, the digest of its value and the id of its version."""
    digests, item = draft.subject.key.digests, draft.item
    kind, type_, _ = draft.thing
    if item.key is not None:
        draft.thing = kind, type_, digests.key(kind, type_, item.key)
    draft.digest = digests.value(draft.thing, item.value, category=item.category)
    draft.row = digests.version(draft.digest, draft.at)


def _unheard(said: Iterable[Draft], stored: set[bytes]) -> list[Draft]:
    """Return the drafts whose version is not stored yet, each version once; the others say nothing new."""
    fresh: dict[bytes, Draft] = {}
    for draft in said:
        if draft.row is None or draft.row in stored or draft.row in fresh:
            draft.outcome = Outcome.UNCHANGED
        else:
            fresh[draft.row] = draft
    return list(fresh.values())


def _carry_out(plan: versions.Plan, drafts: Sequence[Draft]) -> None:
    for place, draft in enumerate(drafts):
        if place == plan.latest:
            draft.at = plan.confirmed_at or draft.at
        elif place in plan.history:
            draft.is_past = True
        else:
            draft.outcome = Outcome.UNCHANGED


def _check(version: int, told: Rows) -> None:
    if told != [(version,)]:
        raise CatalogMoved


def _known_columns(known: Sequence[Known]) -> rows.Columns:
    return {"types": arrays.texts(each.type for each in known), "blinds": arrays.blobs(each.blind for each in known)}
