"""One round: what came in is shown to the rules that ask about it, and where one says yes, its organization is told.

Rules: (1) an organization's rules see what its grants open at this instant, and the customers see that it looked; (2) a
firing is explained: the rule, its expression, what it names and the contact decision, with their digest in the consent
log, and no value; (3) a round that is broken off is done again, and what fired fires once; (4) where the rules
of an organization take longer than their share of a round, the rest waits for a later one, and keeps no other waiting.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import rfc8785

from cdp import arrays
from cdp.contact.approaching import Wanted
from cdp.contact.asking import Contacts
from cdp.contact.judging import Told
from cdp.expressions import expression, vocabulary
from cdp.expressions.expression import Expression
from cdp.expressions.problems import ExpressionRefused
from cdp.expressions.spending import Spending
from cdp.ids import NIL
from cdp.keys.digests import own_id
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.rules import arrivals, seeing
from cdp.rules.arrivals import Arrival, Due, Waiting
from cdp.rules.seeing import Seen
from cdp.scope import Principal
from consent.errors import Invalid
from consent.wishes import Speaker

_NOTE: Final = (
    b"select note_firings(%(customers)s::uuid[], %(firings)s::uuid[], %(rules)s::uuid[], %(records)s::uuid[],"
    b" %(told)s::text[], %(digests)s::bytea[])"
)

TOGETHER: Final = 250
"""How many records a statement reads, more or less: while the next is under way, rules are asked about these."""
SIDE_BY_SIDE: Final = 3
SECONDS: Final = 0.4
"""How long the rules of a round may keep the processor, all organizations together."""
LEAST: Final = 0.02
"""How long those of one program and purpose may, however many others there are."""

Left = dict[tuple[UUID, UUID], list[UUID]]
"""By whose it was and the id of a record, the rules that were not asked about it for want of time."""


class Hit(NamedTuple):
    """A rule that said yes to a record."""

    due: Due
    arrival: Arrival
    uses: tuple[str, ...]


class Case(NamedTuple):
    """One record that came in, and the rules that one program asks about it for one purpose."""

    arrival: Arrival
    rules: Sequence[Due]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: how many records it is done with, what fired, and how many wait for some rules still."""

    arrived: int
    fired: int
    left: int = 0


NOTHING: Final = Round(0, 0)
"""What a round comes to for which nothing waits."""


class Firing:
    """Asks rules; one for an event loop."""

    def __init__(self, platform: Platform) -> None:
        """Take a platform whose connections belong to this loop."""
        self._platform = platform
        self._contacts = Contacts(platform)

    async def round(self, *, at: datetime) -> Round:
        """Ask the rules about what waits, and return how much that was; 0 when nothing does."""
        database = self._platform.database
        waiting = await arrivals.waiting(database)
        if not waiting:
            return NOTHING
        present = [each for each in waiting if each.customer]
        by_asker = _by_asker(present, await arrivals.due(database, present) if present else [])
        left: Left = defaultdict(list)
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(asker: Asker, part: Sequence[Case], spending: Spending) -> int:
            async with turns:
                return await self._part(asker, part, spending, left, at=at)

        share = max(SECONDS / max(len(by_asker), 1), LEAST)
        asked = [(asker, cases, Spending(share)) for asker, cases in by_asker.items()]
        fired = await asyncio.gather(*(one(who, part, each) for who, cases, each in asked for part in _parts(cases)))
        await arrivals.finish(database, waiting, left)
        return Round(len(waiting) - len(left), sum(fired), len(left))

    async def _part(self, asker: Asker, cases: Sequence[Case], spending: Spending, left: Left, *, at: datetime) -> int:
        if spending.is_over:
            _leave(left, cases)
            return 0
        seen = await seeing.see(self._platform.database, self._platform.ring, asker, [each.arrival for each in cases])
        hits, rest = judged(cases, seen, spending, at=at)
        _leave(left, rest)
        return await self._note(asker, hits, await self._decided(asker, hits)) if hits else 0

    async def _decided(self, asker: Asker, hits: Sequence[Hit]) -> list[dict[str, Any] | None]:
        """Return for each hit how its organization may approach the customer now; None where its topic is gone."""
        decided: list[dict[str, Any] | None] = [None] * len(hits)
        by_rule: dict[UUID, list[int]] = defaultdict(list)
        for place, hit in enumerate(hits):
            by_rule[hit.due.rule].append(place)
        for places in by_rule.values():
            due = hits[places[0]].due
            approach = Wanted(due.topic, tuple(due.channels), Speaker(due.sender))
            ids = [self._profile_id(asker, hits[place]) for place in places]
            try:
                told = await self._contacts.decide(asker, approach, ids)
            except Invalid:
                continue
            for place, each in zip(places, told, strict=True):
                decided[place] = _contact(each)
        return decided

    async def _note(self, asker: Asker, hits: Sequence[Hit], decided: Sequence[dict[str, Any] | None]) -> int:
        facts = [_facts(hit, contact) for hit, contact in zip(hits, decided, strict=True)]
        columns = {
            "customers": arrays.uuids(hit.arrival.customer for hit in hits),
            "firings": arrays.uuids(_firing_id(hit) for hit in hits),
            "rules": arrays.uuids(hit.due.rule for hit in hits),
            "records": arrays.uuids(hit.arrival.record for hit in hits),
            "told": arrays.texts(msgspec.json.encode(each).decode() for each in facts),
            "digests": arrays.blobs(sha256(rfc8785.dumps(each)).digest() for each in facts),
        }
        ((fresh,),) = await self._platform.database.at_once(asker.scope(Principal.EXPORTER), _NOTE, columns)
        return int(fresh)

    def _profile_id(self, asker: Asker, hit: Hit) -> str:
        return self._platform.profile_ids.profile_id(hit.arrival.customer, asker.organization)


def judged(
    cases: Sequence[Case], seen: Sequence[Seen], spending: Spending, *, at: datetime
) -> tuple[list[Hit], list[Case]]:
    """Return which rules say yes to the records that were seen, and what is left when `spending` is over."""
    compiled = {due.rule: _compiled(due.expression) for each in cases for due in each.rules}
    hits: list[Hit] = []
    left: list[Case] = []
    for place, record in seen:
        arrival, rules = cases[place]
        values = {"record": record, "now": at}
        for number, due in enumerate(rules):
            if spending.is_over:
                left.append(Case(arrival, rules[number:]))
                break
            asked = compiled[due.rule]
            if asked is not None and spending.holds(asked, values):
                hits.append(Hit(due, arrival, tuple(each for each in asked.uses if each != "now")))
    return hits, left


def _by_asker(waiting: Sequence[Waiting], dues: Sequence[Due]) -> dict[Asker, list[Case]]:
    """Return for each program and purpose what its rules are still to be asked about."""
    rules: dict[Asker, dict[int, list[Due]]] = defaultdict(lambda: defaultdict(list))
    for due in dues:
        asker = Asker(due.organization, due.client, due.purpose)
        for place in due.places:
            left_to = waiting[place - 1].left_to
            if left_to is None or due.rule in left_to:
                rules[asker][place - 1].append(due)
    arrived = [Arrival(each.customer or NIL, each.record, each.what, each.at, each.noted) for each in waiting]
    return {asker: [Case(arrived[place], each) for place, each in found.items()] for asker, found in rules.items()}


def _parts(cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases in parts, those of a customer together: they are read, and logged, once."""
    parts: list[list[Case]] = [[] for _ in range(-(-len(cases) // TOGETHER))]
    for each in cases:
        parts[each.arrival.customer.int % len(parts)].append(each)
    return [part for part in parts if part]


def _leave(left: Left, cases: Sequence[Case]) -> None:
    for arrival, rules in cases:
        left[arrival.noted, arrival.record] += [due.rule for due in rules]


@lru_cache(maxsize=10_000)
def _compiled(text: str) -> Expression | None:
    """Return a rule's expression; None for one that this release refuses."""
    try:
        return expression.compiled(text, vocabulary.of_records())
    except ExpressionRefused:
        return None


def _facts(hit: Hit, contact: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "rule_id": str(hit.due.rule),
        "rule": hit.due.name,
        "record": hit.arrival.what,
        "expression": hit.due.expression,
        "uses": list(hit.uses),
        "contact": contact,
    }


def _contact(told: Told) -> dict[str, Any]:
    """Return the contact decision as it is told: without the salutation, which is a name."""
    answer = told.answer
    return {
        "allowed": answer.allowed,
        "reason": answer.reason.value,
        "channels": list(answer.channels),
        "not_before": None if answer.not_before is None else answer.not_before.isoformat().replace("+00:00", "Z"),
        "must_say": [each.value for each in answer.must_say],
    }


def _firing_id(hit: Hit) -> UUID:
    """Return the id that this rule's yes to this record has ever again."""
    return UUID(bytes=own_id(sha256(b"firing" + hit.due.rule.bytes + hit.arrival.record.bytes).digest()))
