"""Loads the demo into a platform through the product's own functions, once; what was interrupted is taken up again."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, Final
from uuid import UUID

from cdp import organization_details, organizations
from cdp.demo import behaviour, choices, credentials, holdings, looks, offers, opinions, post, stories, talk
from cdp.demo.people import Person, people
from cdp.demo.stories import VUURTOREN
from cdp.ingest import segment
from cdp.ingest.batch import Batch, Group, Path
from cdp.ingest.items import AttributeNames, Outcome, Rejection
from cdp.ingest.store import Store
from cdp.messages import senders
from cdp.messages.likeness import SenderKind
from cdp.platform import Platform
from cdp.progress import Tell
from cdp.scope import OPERATOR, Principal, Scope
from consent.errors import NotFound, Refused

TOGETHER: Final = 500
AT_ONCE: Final = 4
"""How many people decide side by side: most of their time is waiting for the disk."""

"""Told how much is done, and of how much."""


class NoDemo(Refused):
    """This platform is not a demo."""

    code = "no-demo"


def is_loaded(platform: Platform) -> bool:
    """Tell whether this platform holds the whole demo."""
    document = credentials.read(platform)
    return document is not None and credentials.is_current(platform, document)


def load(platform: Platform, *, at: datetime, tell: Tell = lambda *_: None) -> bool:
    """Put the demo into the platform and write `demo.json`; return False where it was loaded before.

    Raises Refused unless the settings say that this is a demo.
    """
    if not platform.settings.is_demo:
        raise NoDemo
    if credentials.renew(platform, base_url=platform.settings.base_url):
        return False
    _Loading(platform, at, tell).run()
    return True


def shut(platform: Platform, *, at: datetime) -> bool:
    """End the ways in that an earlier demo left in this home; return False where there are none.

    What it loaded stays: the operator removes the organizations when they want to.
    """
    document = credentials.read(platform)
    if document is None or not credentials.is_current(platform, document):
        return False
    with platform.database.scoped(OPERATOR) as session:
        ids = {slug: organizations.named(session, slug).organization_id for slug in stories.companies()}
    credentials.withdraw(platform, document, ids, at=at)
    return True


def groups(persons: Sequence[Person], supplier: str, at: datetime) -> Iterator[Group]:
    """Yield what this supplier sends to `/v1/records`, each record a group of its own."""
    for item in holdings.everything(persons, supplier, at):
        yield (item,)
    for item in chain(talk.conversations(persons, supplier, at), opinions.talks(persons, supplier, at)):
        yield (item,)
    for person in persons:
        for planned in post.talks_with(person, supplier):
            yield (post.recent(person, planned, at),)


def events(body: bytes, at: datetime, attribute_name: AttributeNames) -> list[Group]:
    """Return what the bookshop's site and app sent in one body."""
    read = segment.parse(segment.Call.BATCH, body, received_at=at, attribute_name=attribute_name)
    return [(each,) if isinstance(each, Rejection) else each for each in read]


class _Loading:
    """One run: organizations, what they know, what people decided, ways in, and who looked."""

    def __init__(self, platform: Platform, at: datetime, tell: Tell) -> None:
        self._platform = platform
        self._ids: dict[str, UUID] = {}
        self._at = self._begun(at)
        self._people = people(self._at)
        self._tell = tell
        self._done = 0
        self._total = 0

    def run(self) -> None:
        sent = self._batches()
        self._total = sum(len(batch.groups) for batch in sent) + 2 * len(self._people)
        asyncio.run(self._in_pool(self._take, sent))
        came = self._decide()
        known = [(person, customer) for person, customer in came if person.life is not None]
        document = credentials.issue(self._platform, self._ids, known, at=self._at)
        programs = {self._ids[each["slug"]]: each["client_id"] for each in document["organizations"]}
        offers.register(self._platform, self._ids, programs, at=self._at)
        asyncio.run(self._in_pool(self._approach, programs, came, known))
        offers.fire(self._platform)
        self._answer(programs, came)
        credentials.write(self._platform, document)

    def _begun(self, at: datetime) -> datetime:
        """Register the organizations and return when that was: a run that was interrupted keeps its day."""
        for slug, company in stories.companies().items():
            with self._platform.database.scoped(OPERATOR) as session:
                try:
                    made = organizations.named(session, slug)
                except NotFound:
                    details = company.model_dump(exclude={"name"}) | {"is_fictional": True}
                    made = organizations.add(session, slug=slug, name=company.name, at=at, details=details)
                    organizations.verify(session, made.organization_id, at=at)
                    home = f"{slug}.example.org"  # example.org itself is nobody's, and may not be
                    known = {
                        SenderKind.DOMAIN: home,
                        SenderKind.NAME: company.name,
                        SenderKind.PHONE: post.PHONES[slug],
                    }
                    for kind, value in known.items():
                        senders.check(session, made.organization_id, kind, value, is_shared=False, at=at)
                    organization_details.put(session, made.organization_id, may=credentials.SCOPES)
                self._ids[slug], at = made.organization_id, made.created_at
            with self._platform.database.scoped(Scope(Principal.ADMINISTRATOR, self._ids[slug])) as session:
                senders.publish(session, SenderKind.PHONE, post.PHONES[slug], is_complete=True, at=at)
        return at

    def _batches(self) -> list[Batch]:
        """Return everything that is sent, in the order of the suppliers, the bookshop's events last."""
        found: list[Batch] = []
        for slug, organization in self._ids.items():
            sent = list(groups(self._people, slug, self._at))
            parts = (sent[start : start + TOGETHER] for start in range(0, len(sent), TOGETHER))
            found += [self._batch(organization, part, Path.RECORDS) for part in parts]
            earlier = [(item,) for item in holdings.unchecked(self._people, slug, self._at)]
            found += [self._batch(organization, earlier, Path.RECORDS, before=holdings.UNCHECKED)] if earlier else []
        shop = self._ids[VUURTOREN]
        with self._platform.database.scoped(OPERATOR) as session:
            catalog = self._platform.catalogs.of(session, shop)
        bodies = (events(body, self._at, catalog.attribute_name) for body in behaviour.bodies(self._people, self._at))
        return found + [self._batch(shop, sent, Path.SEGMENT) for sent in bodies]

    def _batch(
        self, organization: UUID, sent: Sequence[Group], path: Path, *, before: timedelta = timedelta()
    ) -> Batch:
        scope = Scope(Principal.SOURCE, organization=organization)
        return Batch(scope, sent, path, "demo", self._at - before, may_verify=path is Path.RECORDS)

    async def _in_pool(self, work: Callable[..., Any], *arguments: Any) -> None:  # noqa: ANN401 -- handed through
        await self._platform.database.open()
        try:
            await work(*arguments)
        finally:
            await self._platform.database.close()

    async def _take(self, batches: Sequence[Batch]) -> None:
        store = Store(self._platform)
        for batch in batches:
            taken = await store.take(batch)
            if any(each.outcome is Outcome.REJECTED for group in taken.verdicts for each in group) or taken.flaws:
                raise AssertionError("the store takes everything that the demo sends")
            self._step(len(batch.groups))

    async def _approach(self, programs: offers.Programs, came: looks.Known, known: looks.Known) -> None:
        """Let the organizations look, choose what they offer, and store what their rules ask about."""
        await looks.look(self._platform, self._ids, programs, known)
        await offers.choose(self._platform, self._ids, programs, came)
        await offers.arrive(self._platform, self._ids, self._people, at=self._at)

    def _decide(self) -> list[tuple[Person, UUID]]:
        """Let everybody decide, and return who ever came to see their dossier."""
        decide = partial(choices.carry_out, self._platform, self._ids, self._at)
        came: list[tuple[Person, UUID]] = []
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for person, customer in zip(self._people, threads.map(decide, self._people), strict=True):
                if customer is not None:
                    came.append((person, customer))
                self._step(1)
        return came

    def _answer(self, programs: offers.Programs, came: looks.Known) -> None:
        """Let everybody who came say what they found of a conversation, and answer what was sent to them."""
        last_days = post.Post(self._platform, self._ids, programs, self._at)

        def answer(one: tuple[Person, UUID]) -> None:
            last_days.of(*one)
            opinions.ask_about_a_year(self._platform, self._ids, *one, self._at)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            for _ in threads.map(answer, came):
                self._step(1)
        self._step(len(self._people) - len(came))

    def _step(self, count: int) -> None:
        self._done += count
        self._tell(self._done, self._total)
