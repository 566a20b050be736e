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
from cdp.authzen.questions import Caller, Decision, Evaluation, Named, Semantic, SubjectType, Wanted, refused
from cdp.gathering import Gathering
from cdp.ids import NIL
from cdp.known_keys import KnownKeys
from cdp.platform import Platform
from cdp.reading import AHEAD, Asker
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


class DecisionPoint:
    """Answers for one process; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._keys = KnownKeys(platform.database)
        self._together: dict[Asker, Gathering[Question, Decision]] = {}

    async def evaluate(self, caller: Caller, evaluation: Evaluation) -> Decision:
        """Return one decision; those that arrive together share a statement."""
        (asked,) = await self._prepared(caller, [evaluation])
        if asked.known is not None:
            return asked.known
        return await self._gathering(_asker(caller, asked.purpose)).ask(asked.question)

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

    async def resources(self, caller: Caller, asked: Evaluation, *, unverified_token: str | None, limit: int) -> Found:
        """Return the ids of profiles that may be read; `unverified_token` says where the last page ended.

        Raises BadCursor.
        """
        (ready,) = await self._prepared(caller, [asked], is_search=True)
        name = ("authzen resources", str(caller.organization), caller.client, ready.purpose, *ready.question.categories)
        listed = "\0".join((*name, f"of {ready.question.source}", *asked.subject))
        cursors, ids = self._platform.cursors, self._platform.profile_ids
        after = NIL
        if unverified_token:
            (last,) = cursors.open(unverified_token, tuple[bytes], caller=listed)
            after = UUID(bytes=last)
        if ready.known is not None:
            return Found([], None)
        asker = _asker(caller, ready.purpose)
        while True:
            page = await deciding.search(self._platform.database, asker, ready.question, after=after, limit=limit)
            if page.customers or page.last is None:
                break
            after = page.last
        token = None if page.last is None else cursors.seal((page.last.bytes,), caller=listed)
        return Found([ids.profile_id(each, caller.organization) for each in page.customers], token)

    async def subjects(self, caller: Caller, asked: Evaluation, *, unverified_token: str | None, limit: int) -> Found:
        """Return who of the caller's own house may read a profile; raises BadCursor."""
        listed = f"authzen subjects\0{caller.organization}\0{asked.subject.type}"
        after = ""
        if unverified_token:
            (after,) = self._platform.cursors.open(unverified_token, tuple[str], caller=listed)
        own = Named(SubjectType.ORGANIZATION, caller.slug)
        decision = await self.evaluate(caller, Evaluation(own, asked.action, asked.resource, asked.wanted))
        if not decision.is_open or asked.subject.type not in set(SubjectType):
            return Found([], None)
        if asked.subject.type == SubjectType.ORGANIZATION:
            return Found([] if after else [caller.slug], None)
        database = self._platform.database
        found = await deciding.readers(database, caller.organization, after=after, limit=limit + 1)
        page, has_more = found[:limit], len(found) > limit
        token = self._platform.cursors.seal((page[-1],), caller=listed) if has_more else None
        return Found(page, token)

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

    def _gathering(self, asker: Asker) -> Gathering[Question, Decision]:
        found = self._together.get(asker)
        if found is None:
            if len(self._together) > TOGETHER:
                self._together = {who: each for who, each in self._together.items() if not each.is_idle}
            together = partial(deciding.decide, self._platform.database, asker)
            found = self._together[asker] = Gathering(together, most=TOGETHER, at_once=AHEAD, enough=_ENOUGH)
        return found


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
