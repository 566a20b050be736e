"""The contact decision: may these customers be approached, how, and with which words; and what was allowed kept free.

Rules: (1) what is known of a customer is read by one statement, the law decides on that alone, and the same transaction
writes into the access log why; (2) what is allowed is reserved only in the turn in which it was decided, so that of two
campaigns at one moment one decides again; (3) a reservation ends before the hours do in which it may disturb; (4)
somebody who granted nothing and somebody who does not exist get the same answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from cdp import arrays, clock
from cdp.contact import approaching, looking
from cdp.contact.approaching import Wanted
from cdp.contact.judging import Judge, Told
from cdp.contact.looking import Asked, Known
from cdp.gathering import Gathering
from cdp.ids import NIL
from cdp.ingest.store import StoreBusy
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform
from cdp.reads import reading
from cdp.reads.known_keys import KnownKeys
from cdp.reads.reading import AHEAD, AT_A_TIME, Asker
from cdp.scope import Held, Principal
from consent.contact import Answer, Question
from consent.errors import Invalid

MOST_AT_ONCE: Final = 1_000
"""How many customers one call may ask about."""
HALF: Final = 500
"""How many customers a statement decides about of a batch that is alone: Python judges half while PostgreSQL reads."""
TOGETHER: Final = 128
"""How many calls about one customer share a statement at most."""
FURTHEST: Final = timedelta(days=31)
"""How far ahead something can be reserved."""
_BACK: Final = timedelta(minutes=5)
_ATTEMPTS: Final = 32
_ENOUGH: Final = 8
_RESERVE: Final = (
    b"select reserve_contacts(%(topic)s, %(root)s, %(sender)s, %(customers)s, %(turns)s, %(contacts)s, %(ats)s,"
    b" %(untils)s, %(words)s)"
)
_CANCEL: Final = b"select cancel_contact(%(customer)s, %(contact)s)"
NEEDED: Final = "contacts:write"
"""The scope that a token needs for any of it."""


class MomentOutOfReach(Invalid):
    """A reservation begins now or within 31 days."""

    code = "moment-out-of-reach"


class _AboutOne(NamedTuple):
    """A call about one customer."""

    unverified_profile_id: str
    unverified_token: bytes | None


class _Call(NamedTuple):
    """Who asks for what, when it is to be; and the tokens with which it is asked, if they are still to be looked at."""

    asker: Asker
    wanted: Wanted
    at: datetime
    held: Held | None = None


class _Case(NamedTuple):
    """One call: who asks for what, and what the law is asked."""

    asker: Asker
    wanted: Wanted
    question: Question
    version: int


@dataclass(slots=True)
class _Person:
    """Somebody who is asked about: under which id, and what came of it."""

    asked: Asked
    known: Known | None = None
    told: Told | None = None


class Contacts:
    """Decides about contact; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._keys = KnownKeys(platform.database)
        self._marks = Mac(platform.ring.single(Single.SYSTEM))
        self._together: dict[tuple[Asker, Wanted, bool], Gathering[_AboutOne, Told]] = {}
        self._many_in_turn = asyncio.Lock()
        self._batches = 0

    async def decide(self, asker: Asker, wanted: Wanted, unverified_profile_ids: Sequence[str]) -> list[Told]:
        """Return the answer for each id, in order; each stands in the access log.

        Raises Invalid for what the catalog does not have, and StoreBusy when others kept getting in the way.
        """
        await self.check(asker, wanted)
        if len(unverified_profile_ids) == 1:
            return [await self.decide_one(asker, wanted, unverified_profile_ids[0])]
        people = [self._person(asker, wanted, each) for each in unverified_profile_ids]
        await self._batch(_Call(asker, wanted, wanted.at or clock.now()), people)
        return [each.told for each in people if each.told is not None]

    def knows(self, asker: Asker, wanted: Wanted) -> bool:
        """Tell whether `check` let this very question pass, and would without asking the database."""
        return wanted.at is None and any((asker, wanted, each) in self._together for each in (False, True))

    async def decide_one(
        self, asker: Asker, wanted: Wanted, unverified_profile_id: str, *, unverified_token: bytes | None = None
    ) -> Told:
        """Return the answer for one id to a question that `check` let pass.

        With `unverified_token`, the fingerprint of one of which it is only believed that it stands for `asker`, the
        transaction that decides finds out first. Raises CredentialEnded when it does not, or one that shares it.
        """
        together = self._gathering(asker, wanted, is_verified=unverified_token is None)
        return await together.ask(_AboutOne(unverified_profile_id, unverified_token))

    async def check(self, asker: Asker, wanted: Wanted) -> None:
        """Raise Invalid for what the catalog does not have, or a reservation for a moment that cannot be had."""
        await self._keys.check(asker, is_body=True)
        now, scope = clock.now(), asker.scope(Principal.EXPORTER)
        _, catalog = await approaching.catalog_of(self._platform, scope)
        try:
            approaching.question_of(catalog, asker.organization, asker.purpose, wanted, at=wanted.at or now)
        except Invalid:
            _, catalog = await approaching.catalog_of(self._platform, scope, is_old=True)
            approaching.question_of(catalog, asker.organization, asker.purpose, wanted, at=wanted.at or now)
        if wanted.reservation and wanted.at and not now - _BACK <= wanted.at <= now + FURTHEST:
            raise MomentOutOfReach(field="/at")

    async def campaign(
        self, asker: Asker, wanted: Wanted, held: Held | None = None
    ) -> AsyncGenerator[list[tuple[str, Told]], None]:
        """Yield who granted `asker` something, some at a time, each with the answer. To be closed (`aclosing`).

        Nothing is decided before it is asked for: after a revocation at most the part that is under way still comes.
        Raises CredentialEnded when `held` ended.
        """
        profile_id, organization = self._platform.profile_ids.profile_id, asker.organization
        async with aclosing(reading.slices_of_granting(self._platform.database, asker)) as slices:
            async for slice_ in slices:
                ids = [profile_id(each, organization) for each in slice_]
                people = [self._person(asker, wanted, each) for each in ids]
                told = await self._slice(_Call(asker, wanted, wanted.at or clock.now(), held), people)
                yield list(zip(ids, told, strict=True))

    def _gathering(self, asker: Asker, wanted: Wanted, *, is_verified: bool) -> Gathering[_AboutOne, Told]:
        """Return those who ask the same of one customer each: what arrives together shares a statement."""
        found = self._together.get((asker, wanted, is_verified))
        if found is None:
            if len(self._together) > TOGETHER:
                self._together = {what: each for what, each in self._together.items() if not each.is_idle}
            ask = partial(self._decide_together, asker, wanted)
            found = Gathering(ask, most=TOGETHER, at_once=AHEAD, enough=_ENOUGH)
            self._together[asker, wanted, is_verified] = found
        return found

    async def _decide_together(self, asker: Asker, wanted: Wanted, asked: Sequence[_AboutOne]) -> list[Told]:
        tokens = {each.unverified_token for each in asked if each.unverified_token is not None}
        held = Held(tuple(tokens), NEEDED) if tokens else None
        people = [self._person(asker, wanted, each.unverified_profile_id) for each in asked]
        return await self._slice(_Call(asker, wanted, wanted.at or clock.now(), held), people)

    async def cancel(self, asker: Asker, unverified_profile_id: str, contact_id: UUID) -> bool:
        """Give up a reservation, and say whether there was one."""
        customer = self._platform.profile_ids.customer_of(unverified_profile_id, asker.organization) or NIL
        facts = {"customer": customer, "contact": contact_id}
        ((done,),) = await self._platform.database.at_once(asker.scope(Principal.EXPORTER), _CANCEL, facts)
        return bool(done)

    def _person(self, asker: Asker, wanted: Wanted, unverified_profile_id: str) -> _Person:
        customer = self._platform.profile_ids.customer_of(unverified_profile_id, asker.organization) or NIL
        if wanted.reservation is None:
            return _Person(Asked(customer))
        key = wanted.reservation.key
        mark = approaching.contact_id(self._marks, asker.organization, key, unverified_profile_id)
        return _Person(Asked(customer, mark))

    async def _batch(self, call: _Call, people: Sequence[_Person]) -> None:
        """Give each of `people` their answer, with one statement where other batches keep Python and PostgreSQL busy.

        What a statement costs by itself is shared by all whom it is about, and they lie closer together.
        """
        ordered = _by_place(people)
        self._batches += 1
        try:
            size = HALF if self._batches == 1 else len(ordered)
            slices = [ordered[start : start + size] for start in range(0, len(ordered), size)]
            await asyncio.gather(*(self._slice(call, each) for each in slices))
        finally:
            self._batches -= 1

    async def _slice(self, call: _Call, people: Sequence[_Person]) -> list[Told]:
        open_ones = _by_place(people)
        for _ in range(_ATTEMPTS):
            case = await self._decided(call, open_ones)
            open_ones = await self._reserve(case, open_ones)
            if not open_ones:
                return [each.told for each in people if each.told is not None]
        raise StoreBusy

    async def _decided(self, call: _Call, people: Sequence[_Person]) -> _Case:
        """Give each of `people` their answer, by the catalog as it stands, and write it down."""
        asker, wanted, at, held = call
        scope = asker.scope(Principal.EXPORTER)
        version, catalog = await approaching.catalog_of(self._platform, scope)
        for _ in range(_ATTEMPTS):
            question = approaching.question_of(catalog, asker.organization, asker.purpose, wanted, at=at)
            case, asked = _Case(asker, wanted, question, version), [each.asked for each in people]
            async with self._platform.database.in_steps(scope, held=held) as steps:
                found = await looking.look(steps, asked, root=question.topic.root, at=at)
                if found[0][1].version == version:
                    told = await self._judge(case, people, found)
                    await looking.note(steps, [(*one, each) for one, each in zip(found, told, strict=True)])
                    return case
            version, catalog = await approaching.catalog_of(self._platform, scope, is_old=True)
        raise StoreBusy

    async def _judge(self, case: _Case, people: Sequence[_Person], found: Sequence[tuple[UUID, Known]]) -> list[Answer]:
        """Give each of `people`, of whom this was found, their answer; others have their turn in between.

        Many are judged before others that are many: side by side all would be back with PostgreSQL late, and at once.
        """
        held = case.wanted.reservation
        judge, answers = Judge(case.question, None if held is None else held.seconds), list[Answer]()
        async with self._many_in_turn if len(people) > AT_A_TIME else nullcontext():
            for start in range(0, len(people), AT_A_TIME):
                some = slice(start, start + AT_A_TIME)
                answers += self._tell(judge, people[some], found[some])
                await asyncio.sleep(0)
        return answers

    def _tell(self, judge: Judge, people: Sequence[_Person], found: Sequence[tuple[UUID, Known]]) -> list[Answer]:
        answers = [judge.answer(known) for _, known in found]
        allowed = [known for (_, known), answer in zip(found, answers, strict=True) if answer.allowed]
        keys = looking.open_keys(self._platform.ring, allowed)
        for person, (customer, known), answer in zip(people, found, answers, strict=True):
            person.asked, person.known = Asked(customer, person.asked.contact), known
            person.told = judge.told(person.asked, known, answer, keys)
        return answers

    async def _reserve(self, case: _Case, people: Sequence[_Person]) -> list[_Person]:
        """Keep free what was allowed, and return those about whom something changed meanwhile."""
        wanted = [each for each in people if each.told and each.told.reserved and each.known and each.known.is_known]
        by_customer = {each.asked.customer: each for each in reversed(wanted)}  # who is named twice takes turns
        first = list(by_customer.values())
        if not first:
            return []
        facts = _columns(case.question, first)
        rows = await self._platform.database.at_once(case.asker.scope(Principal.EXPORTER), _RESERVE, facts)
        kept = {customer for (customer,) in rows}
        done = {id(each) for each in first if each.asked.customer in kept}
        return [each for each in wanted if id(each) not in done]


def _by_place(people: Sequence[_Person]) -> list[_Person]:
    """Return the same in the order of their customers: neighbours stand on the same pages."""
    return sorted(people, key=lambda each: each.asked.customer.int)


def _columns(question: Question, people: Sequence[_Person]) -> dict[str, object]:
    told = [each.told for each in people if each.told and each.told.reserved]
    return {
        "topic": question.topic.key,
        "root": question.topic.root,
        "sender": question.sender.value,
        "customers": arrays.uuids(each.asked.customer for each in people),
        "turns": arrays.longs(each.known.turn if each.known else 0 for each in people),
        "contacts": arrays.uuids(each.asked.contact for each in people),
        "ats": arrays.moments([question.at] * len(people)),
        "untils": arrays.moments(each.reserved.until for each in told if each.reserved),
        "words": arrays.texts(" ".join(each.answer.channels) for each in told),
    }
