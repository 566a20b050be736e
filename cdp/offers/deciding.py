"""Which few offers are relevant to these customers: over an ordinary read, enforced and logged as any other.

Rules: (1) only the categories are read that some offer asks about; (2) what was chosen stands for the customer to see
before the answer leaves; (3) whoever granted nothing is answered as by a read, and no offer is looked at; (4) what the
expressions of an organization take together is counted: who is left when that is over is told so, and asked for again.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import msgspec

from cdp import arrays, clock
from cdp.catalog.files import Catalog
from cdp.catalog.reading import MOST_REMEMBERED
from cdp.database import sql
from cdp.expressions import expression, values, vocabulary
from cdp.expressions.expression import Expression
from cdp.expressions.problems import ExpressionRefused
from cdp.expressions.spending import Allowances, ExpressionsBusy, Spending
from cdp.expressions.values import Profile
from cdp.offers import choosing
from cdp.offers.choosing import Candidate, Choice, NotSent
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker, Path
from cdp.scope import Principal
from consent import wish_form
from consent.errors import NotFound, Refused
from consent.wishes import Offers

_STANDING: Final = sql("standing_offers").encode()
_WISHES: Final = b"select customer_id, wishes, is_signalled from offer_wishes(%(customers)s::uuid[])"
_NOTE: Final = b"select note_offers(%(customers)s::uuid[], %(offers)s::uuid[], %(uses)s::text[])"
DEFERRED: Final = "deferred"
_ANYTHING: Final = Offers()
_AT_A_TIME: Final = 0.005
"""After how many seconds of expressions others have their turn."""


class NeedsHuman(Refused):
    """This decides about somebody by law or as gravely: a human has to, and no computer does it here."""

    code = "needs-human"


class OfferNotStanding(NotFound):
    """One of these offers does not stand now for this purpose."""

    code = "offer-not-standing"


class _Answer(msgspec.Struct):
    profile_id: str
    status: str
    reason: str | None = None
    profile: Profile | None = None


class _Batch(msgspec.Struct):
    profiles: list[_Answer]


_DECODE: Final = msgspec.json.Decoder(_Batch).decode


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom offers are wanted, of all that stand or of some, and how many at most for each."""

    profile_ids: tuple[str, ...]
    most: int
    offers: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What is relevant to one customer; None with the reason when the read was refused or there was no time."""

    profile_id: str
    status: str
    reason: str | None
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is relevant to each, in the order in which they were asked for, and how often each reason kept one back."""

    considered: int
    customers: tuple[Decided, ...]

    @property
    def not_sent(self) -> dict[NotSent, int]:
        """How many offers were not sent, by why, over all customers."""
        total: Counter[NotSent] = Counter()
        for each in self.customers:
            total.update(each.choice.not_sent if each.choice else {})
        return dict(sorted(total.items()))


class Deciding:
    """Decides for the organizations that ask one process; it remembers what it compiled."""

    def __init__(self, platform: Platform, profiles: Profiles) -> None:
        """Begin with nothing compiled."""
        self._platform = platform
        self._profiles = profiles
        self._compiled: dict[UUID, tuple[Catalog, dict[str, Expression | None]]] = {}
        self._allowances = Allowances()

    async def decide(self, asker: Asker, wanted: Wanted) -> Decision:
        """Return which offers of the asker's organization are relevant to these customers for its purpose.

        Whoever there was no time of the processor for is `deferred`. Raises NeedsHuman for an offer by name that a
        human has to decide, OfferNotStanding for one that does not stand, and ExpressionsBusy where no time is left.
        """
        await self._profiles.check(asker, is_body=True)
        spending = self._allowances.of(asker.organization)
        candidates = await self._standing(asker, wanted.offers)
        reader = Asker(asker.organization, asker.client, asker.purpose, _categories(candidates))
        batch = _DECODE(await self._profiles.batch(reader, wanted.profile_ids, path=Path.OFFERS))
        customers = [self._customer(asker, each) for each in batch.profiles]
        wishes = await self._wishes(asker, [each for each in customers if each is not None])
        decided = list[Decided]()
        for answer, customer in zip(batch.profiles, customers, strict=True):
            wish = wishes.get(customer, _ANYTHING)
            decided.append(await _decided(answer, candidates, wish, wanted.most, spending))
            await asyncio.sleep(0)  # others have their turn
        kept = await self._kept(asker, zip(customers, decided, strict=True))
        lost = [each.profile_id for each, is_kept in zip(decided, kept, strict=True) if not is_kept]
        again = iter(await self._again(reader, lost))
        answers = tuple(each if is_kept else next(again) for each, is_kept in zip(decided, kept, strict=True))
        return Decision(len(candidates), answers)

    async def _standing(self, asker: Asker, offers: Sequence[UUID] | None) -> list[Candidate]:
        asked = None if offers is None else arrays.uuids(offers)
        async with self._platform.database.hot(asker.scope(Principal.SOURCE)) as connection:
            catalog = await self._platform.catalogs.hot_hold(connection, asker.organization)
            cursor = await connection.execute(_STANDING, {"purpose": asker.purpose, "offers": asked})
            rows = await cursor.fetchall()
        if offers is not None and {row[0] for row in rows} != set(offers):
            raise OfferNotStanding(field="/offers")
        if offers is not None and any(row[2] for row in rows):
            raise NeedsHuman(field="/offers")
        return [
            Candidate(offer, kind, has_effect, until, self._expression(asker.organization, catalog, text))
            for offer, kind, has_effect, until, text in rows
        ]

    def _expression(self, organization: UUID, catalog: Catalog, text: str) -> Expression | None:
        """Return an expression by the catalog as it is now; None when the catalog has moved from under it."""
        known = self._compiled.get(organization)
        if known is None or known[0] is not catalog:
            if len(self._compiled) >= MOST_REMEMBERED:
                self._compiled = {}
            known = self._compiled[organization] = (catalog, {})
        if text not in known[1]:
            try:
                known[1][text] = expression.compiled(text, vocabulary.of_profiles(catalog))
            except ExpressionRefused:
                known[1][text] = None
        return known[1][text]

    def _customer(self, asker: Asker, answer: _Answer) -> UUID | None:
        """Return who a released profile is about: whoever was asked for may be somebody else by now."""
        if answer.profile is None:
            return None
        return self._platform.profile_ids.customer_of(answer.profile.profile_id, asker.organization)

    async def _wishes(self, asker: Asker, customers: Sequence[UUID]) -> dict[UUID | None, Offers]:
        if not customers:
            return {}
        scope, facts = asker.scope(Principal.EXPORTER), {"customers": arrays.uuids(customers)}
        rows = await self._platform.database.at_once(scope, _WISHES, facts)
        return {
            customer: replace(wish_form.read(wishes).offered(), is_signalled=is_signalled)
            for customer, wishes, is_signalled in rows
        }

    async def _kept(self, asker: Asker, decided: Iterable[tuple[UUID | None, Decided]]) -> list[bool]:
        """Keep what was chosen, committed before anybody is answered; tell of each customer whether all of it is kept.

        It is not of who stopped it while it was decided: they would not see what was chosen for them.
        """
        rows = [
            (customer, () if customer is None or each.choice is None else each.choice.chosen)
            for customer, each in decided
        ]
        chosen = [(customer, each) for customer, some in rows for each in some]
        if not chosen:
            return [True] * len(rows)
        facts = {
            "customers": arrays.uuids(customer for customer, _ in chosen if customer),
            "offers": arrays.uuids(each.offer.offer_id for _, each in chosen),
            "uses": arrays.texts(" ".join(each.uses) for _, each in chosen),
        }
        noted = await self._platform.database.at_once(asker.scope(Principal.EXPORTER), _NOTE, facts)
        known = {customer for (customer,) in noted}
        return [not some or customer in known for customer, some in rows]

    async def _again(self, reader: Asker, lost: Sequence[str]) -> list[Decided]:
        """Return why these are not decided, as a read of now says it; whoever permits it again is asked for again."""
        if not lost:
            return []
        batch = _DECODE(await self._profiles.batch(reader, lost, path=Path.OFFERS))
        return [
            Decided(each.profile_id, each.status, each.reason, None)
            if each.profile is None
            else Decided(each.profile_id, DEFERRED, ExpressionsBusy.code, None)
            for each in batch.profiles
        ]


def _categories(candidates: Sequence[Candidate]) -> tuple[str, ...] | None:
    """Return the categories to read; None, which is all, where outside facts are asked about, or nothing is."""
    asked = [each.asked for each in candidates if each.asked is not None and not each.has_legal_effect]
    if any("external" in each.uses for each in asked):
        return None
    return tuple(sorted({category for each in asked for category in each.categories})) or None


async def _decided(
    answer: _Answer, candidates: Sequence[Candidate], wishes: Offers, most: int, spending: Spending
) -> Decided:
    profile = answer.profile
    if profile is None:
        return Decided(answer.profile_id, answer.status, answer.reason, None)
    known = values.of_profile(profile, wishes.wanted, at=clock.now())
    reasons = choosing.before_asking(candidates, wishes, profile.granted, known)
    if not await _asked(candidates, reasons, known or {}, spending):
        return Decided(answer.profile_id, DEFERRED, ExpressionsBusy.code, None)
    return Decided(answer.profile_id, "decided", None, choosing.choose(candidates, reasons, wishes, most=most))


async def _asked(
    candidates: Sequence[Candidate], reasons: list[NotSent | None], known: Mapping[str, Any], spending: Spending
) -> bool:
    """Ask the offers that nothing speaks against and note which do not fit; False when there is no time for all."""
    before = spending.left
    for place, offer in enumerate(candidates):
        if reasons[place] is not None or offer.asked is None:
            continue
        if spending.is_over:
            return False
        if not spending.holds(offer.asked, known):
            reasons[place] = NotSent.NOT_RELEVANT
        if before - spending.left > _AT_A_TIME:
            await asyncio.sleep(0)
            before = spending.left
    return True
