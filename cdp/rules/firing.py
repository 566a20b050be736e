"""One round: what came in is shown to the rules that ask about it, and where one says yes, its organization is told.

Rules: (1) an organization's rules see what its grants open at this instant, and the customers see that it looked; (2) a
firing is explained: the rule, its expression, what it names and the contact decision, with their digest in the consent
log, and no value; (3) a round that is broken off is done again, and what fired fires once.
"""

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
from cdp.contact.asking import Contacts, Told
from cdp.expressions import expression, vocabulary
from cdp.expressions.expression import Expression
from cdp.expressions.problems import ExpressionRefused
from cdp.keys.digests import own_id
from cdp.platform import Platform
from cdp.reading import Asker
from cdp.rules import arrivals, seeing
from cdp.rules.arrivals import Arrival, Due
from cdp.rules.seeing import Seen
from cdp.scope import Principal
from consent.errors import Invalid
from consent.wishes import Speaker

_NOTE: Final = (
    b"select note_firings(%(customers)s::uuid[], %(firings)s::uuid[], %(rules)s::uuid[], %(records)s::uuid[],"
    b" %(told)s::text[], %(digests)s::bytea[])"
)


class Hit(NamedTuple):
    """A rule that said yes to a record."""

    due: Due
    arrival: Arrival
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to."""

    arrived: int
    fired: int


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
            return Round(0, 0)
        present = [Arrival(each.customer, each.record, each.what, each.at) for each in waiting if each.customer]
        by_asker: dict[Asker, list[Due]] = defaultdict(list)
        for due in await arrivals.due(database, present) if present else ():
            by_asker[Asker(due.organization, due.client, due.purpose)].append(due)
        fired = 0
        for asker, rules in by_asker.items():
            fired += await self._ask(asker, rules, present, at=at)
        await arrivals.finish(database, waiting)
        return Round(len(waiting), fired)

    async def _ask(self, asker: Asker, rules: Sequence[Due], present: Sequence[Arrival], *, at: datetime) -> int:
        places = sorted({place - 1 for due in rules for place in due.places})
        wanted = [present[place] for place in places]
        seen = await seeing.see(self._platform.database, self._platform.ring, asker, wanted)
        hits = [hit for due in rules for hit in judged(due, seen, at=at)]
        if not hits:
            return 0
        return await self._note(asker, hits, await self._decided(asker, hits))

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


def judged(due: Due, seen: Sequence[Seen], *, at: datetime) -> list[Hit]:
    """Return the records to which a rule says yes."""
    asked = _compiled(due.expression)
    if asked is None:
        return []
    uses = tuple(each for each in asked.uses if each != "now")
    return [
        Hit(due, arrival, uses)
        for arrival, record in seen
        if arrival.what in due.records and asked.holds({"record": record, "now": at})
    ]


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
