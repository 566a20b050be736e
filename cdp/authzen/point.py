"""The decision point of one process: AuthZEN's evaluations and searches, answered by the law on the rows of the gate.

Rules: (1) whoever asks learns of the reading of their own organization only; (2) an id that names nobody is answered
as somebody who granted nothing, by the same statement; (3) every answer about a person stands in the access log before
it leaves; (4) what is answered without looking at a permission is true of everybody, and is written nowhere.
"""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from cdp.authzen import deciding, questions
from cdp.authzen.deciding import Question
from cdp.authzen.questions import Caller, Decision, Evaluation, Named, Paging, Semantic, SubjectType, Wanted, refused
from cdp.gathering import Gathering
from cdp.ids import NIL
from cdp.platform import Platform
from cdp.reads.known_keys import KnownKeys
from cdp.reads.reading import AHEAD, Asker
from cdp.scope import Held
from consent.errors import Invalid
from consent.types import is_key

MOST: Final = 1_000
"""How many evaluations one call may hold, and how long a page may be."""
MOST_PURPOSES: Final = 16
TOGETHER: Final = 128
"""How many evaluations of different calls share a statement at most."""
_ENOUGH: Final = 8


class Found(NamedTuple):
    """A page of ids, and the cursor for the next one."""

    ids: list[str]
    next_token: str | None


class _Asked(NamedTuple):
    """An evaluation that is worth a look, or what it comes to without one."""

    purpose: str
    question: Question
    known: Decision | None = None


class Look(NamedTuple):
    """An evaluation for which a permission has to be looked at, and by whom it was asked."""

    asker: Asker
    question: Question


class _Shared(NamedTuple):
    question: Question
    unverified_token: bytes | None


class DecisionPoint:
    """Answers for one process; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._keys = KnownKeys(platform.database)
        self._together: dict[tuple[Asker, str], Gathering[_Shared, Decision]] = {}

    async def evaluate(self, caller: Caller, evaluation: Evaluation) -> Decision:
        """Return one decision; those that arrive together share a statement."""
        (asked,) = await self._prepared(caller, [evaluation])
        if asked.known is not None:
            return asked.known
        return await self._gathering(_asker(caller, asked.purpose), "").ask(_Shared(asked.question, None))

    async def look_of(self, caller: Caller, evaluation: Evaluation) -> Look | None:
        """Return what has to be looked at for one decision; None where the answer is the same for everybody."""
        (asked,) = await self._prepared(caller, [evaluation])
        return Look(_asker(caller, asked.purpose), asked.question) if asked.known is None else None

    async def look(self, look: Look, *, unverified_token: bytes, needed: str) -> Decision:
        """Return the decision, if the token of this fingerprint stands for who asks and has the scope `needed`.

        The transaction that decides finds out first; raises CredentialEnded when it does not, or one that shares it.
        """
        return await self._gathering(look.asker, needed).ask(_Shared(look.question, unverified_token))

    async def evaluate_all(
        self, caller: Caller, evaluations: Sequence[Evaluation], semantic: Semantic
    ) -> list[Decision]:
        """Return the decisions in order, as far as `semantic` goes; those of one purpose are one statement."""
        asked = await self._prepared(caller, evaluations)
        if semantic is Semantic.EXECUTE_ALL:
            return await self._all(caller, asked)
        told: list[Decision] = []
        for (purpose, is_known), run in groupby(asked, key=lambda each: (each.purpose, each.known is not None)):
            told += await self._run(caller, purpose, list(run), is_known=is_known, stop=semantic.stop)
            if told[-1].is_open is semantic.stop:
                break
        return told

    async def resources(self, caller: Caller, asked: Evaluation, page: Paging) -> Found:
        """Return the ids of profiles that may be read; raises BadCursor."""
        (ready,) = await self._prepared(caller, [asked], is_search=True)
        name = ("authzen resources", str(caller.organization), caller.client, ready.purpose, *ready.question.categories)
        listed = "\0".join((*name, f"of {ready.question.source}", *asked.subject))
        cursors, ids = self._platform.cursors, self._platform.profile_ids
        after = NIL
        if page.unverified_token:
            (last,) = cursors.open(page.unverified_token, tuple[bytes], caller=listed)
            after = UUID(bytes=last)
        if ready.known is not None:
            return Found([], None)
        asker = _asker(caller, ready.purpose)
        while True:
            found = await deciding.search(self._platform.database, asker, ready.question, after=after, limit=page.limit)
            if found.customers or found.last is None:
                break
            after = found.last
        token = None if found.last is None else cursors.seal((found.last.bytes,), caller=listed)
        return Found([ids.profile_id(each, caller.organization) for each in found.customers], token)

    async def subjects(self, caller: Caller, asked: Evaluation, page: Paging) -> Found:
        """Return who of the caller's own house may read a profile; raises BadCursor."""
        listed = f"authzen subjects\0{caller.organization}\0{asked.subject.type}"
        after = ""
        if page.unverified_token:
            (after,) = self._platform.cursors.open(page.unverified_token, tuple[str], caller=listed)
        own = Named(SubjectType.ORGANIZATION, caller.slug)
        decision = await self.evaluate(caller, Evaluation(own, asked.action, asked.resource, asked.wanted))
        if not decision.is_open or asked.subject.type not in set(SubjectType):
            return Found([], None)
        if asked.subject.type == SubjectType.ORGANIZATION:
            return Found([] if after else [caller.slug], None)
        database = self._platform.database
        found = await deciding.readers(database, caller.organization, after=after, limit=page.limit + 1)
        listed_here, has_more = found[: page.limit], len(found) > page.limit
        token = self._platform.cursors.seal((listed_here[-1],), caller=listed) if has_more else None
        return Found(listed_here, token)

    async def _all(self, caller: Caller, asked: Sequence[_Asked]) -> list[Decision]:
        told = [each.known or refused("") for each in asked]
        for purpose in dict.fromkeys(each.purpose for each in asked if each.known is None):
            places = [at for at, each in enumerate(asked) if each.known is None and each.purpose == purpose]
            wanted = [asked[at].question for at in places]
            found = await deciding.decide(self._platform.database, _asker(caller, purpose), wanted)
            for at, decision in zip(places, found, strict=True):
                told[at] = decision
        return told

    async def _run(
        self, caller: Caller, purpose: str, run: Sequence[_Asked], *, is_known: bool, stop: bool | None
    ) -> list[Decision]:
        if not is_known:
            wanted = [each.question for each in run]
            return await deciding.decide(self._platform.database, _asker(caller, purpose), wanted, stop=stop)
        known = [each.known for each in run if each.known is not None]
        return known[:1] if stop is False else known

    async def _prepared(
        self, caller: Caller, evaluations: Sequence[Evaluation], *, is_search: bool = False
    ) -> list[_Asked]:
        readers = await self._readers(caller, [each.subject for each in evaluations])
        catalog = await self._catalog(caller, [each.wanted for each in evaluations])
        return [self._prepare(caller, each, readers, catalog, is_search=is_search) for each in evaluations]

    def _prepare(
        self,
        caller: Caller,
        each: Evaluation,
        readers: frozenset[Named],
        catalog: dict[str, frozenset[str]],
        *,
        is_search: bool,
    ) -> _Asked:
        wanted = each.wanted
        purpose = wanted.purpose or ""
        why = _flaw(each, readers, catalog)
        if why is not None:
            return _Asked(purpose, Question(NIL), refused(why))
        customer = NIL if is_search else self._customer(caller, each.resource.id)
        return _Asked(purpose, Question(customer, tuple(dict.fromkeys(wanted.categories)), wanted.source))

    async def _readers(self, caller: Caller, subjects: Sequence[Named]) -> frozenset[Named]:
        """Return those of `subjects` that are of the caller's own house and may read."""
        asked = sorted({each.id for each in subjects if each.type == SubjectType.CLIENT and "\0" not in each.id})
        found = {Named(SubjectType.ORGANIZATION, name) for name in (caller.slug, str(caller.organization))}
        if asked:
            limit = len(asked)
            own = await deciding.readers(self._platform.database, caller.organization, among=asked, limit=limit)
            found |= {Named(SubjectType.CLIENT, each) for each in own}
        return frozenset(found)

    async def _catalog(self, caller: Caller, wanted: Sequence[Wanted]) -> dict[str, frozenset[str]]:
        """Return the purposes that there are, each with those of the categories it is asked with that there are."""
        named: dict[str, set[str]] = {}
        for each in wanted:
            if each.purpose is not None and is_key(each.purpose):
                named.setdefault(each.purpose, set()).update(filter(is_key, each.categories))
        if len(named) > MOST_PURPOSES:
            raise Invalid(f"one call has at most {MOST_PURPOSES} purposes")
        found = {}
        for purpose, categories in named.items():
            asker = Asker(caller.organization, caller.client, purpose, tuple(sorted(categories)))
            is_there, known = await self._keys.found(asker)
            if is_there:
                found[purpose] = known
        return found

    def _customer(self, caller: Caller, unverified_profile_id: str) -> UUID:
        return self._platform.profile_ids.customer_of(unverified_profile_id, caller.organization) or NIL

    def _gathering(self, asker: Asker, needed: str) -> Gathering[_Shared, Decision]:
        """Return those who ask alike; `needed` is the scope that their tokens are still to be found to have, if any."""
        found = self._together.get((asker, needed))
        if found is None:
            if len(self._together) > TOGETHER:
                self._together = {who: each for who, each in self._together.items() if not each.is_idle}
            together = partial(self._decide_together, asker, needed)
            found = Gathering(together, most=TOGETHER, at_once=AHEAD, enough=_ENOUGH)
            self._together[asker, needed] = found
        return found

    async def _decide_together(self, asker: Asker, needed: str, asked: Sequence[_Shared]) -> list[Decision]:
        tokens = {each.unverified_token for each in asked if each.unverified_token is not None}
        held = Held(tuple(tokens), needed) if tokens else None
        return await deciding.decide(self._platform.database, asker, [each.question for each in asked], held=held)


def _asker(caller: Caller, purpose: str) -> Asker:
    return Asker(caller.organization, caller.client, purpose)


def _flaw(each: Evaluation, readers: frozenset[Named], catalog: dict[str, frozenset[str]]) -> str | None:
    """Return why nobody's permission has to be looked at, or None."""
    wanted = each.wanted
    if each.subject not in readers:
        return questions.NO_SUCH_SUBJECT
    if each.action != questions.READ:
        return questions.NO_SUCH_ACTION
    if each.resource.type != questions.PROFILE:
        return questions.NO_SUCH_RESOURCE
    if wanted.purpose is None:
        return questions.NO_PURPOSE
    if wanted.purpose not in catalog:
        return questions.NO_SUCH_PURPOSE
    return None if catalog[wanted.purpose].issuperset(wanted.categories) else questions.NO_SUCH_CATEGORY
