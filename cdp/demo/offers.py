"""What the demo's organizations offer and watch for: registered, chosen for whom they fit, and fired."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from cdp.demo import holdings
from cdp.demo.people import Person
from cdp.demo.planned import PlannedOffer, PlannedRule, contact
from cdp.ingest.batch import Batch, Path
from cdp.ingest.items import Item
from cdp.ingest.store import Store
from cdp.offers import registering as offers
from cdp.offers.deciding import Deciding, Wanted
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker
from cdp.rules import registering as rules
from cdp.rules import watching
from cdp.scope import Principal, Scope

MOST: Final = 3
"""How many offers are wanted for each."""
Known = Sequence[tuple[Person, UUID]]
Programs = Mapping[UUID, str]
"""The program of each organization."""


def register(platform: Platform, ids: Mapping[str, UUID], programs: Programs, *, at: datetime) -> None:
    """Register every offer and rule that does not stand yet."""
    for offer in contact().offer:
        _offer(platform, ids[offer.who], offer, at=at)
    for rule in contact().rule:
        _rule(platform, ids[rule.who], programs[ids[rule.who]], rule, at=at)


async def choose(platform: Platform, ids: Mapping[str, UUID], programs: Programs, known: Known) -> None:
    """Let each organization have chosen which of its offers fit whom, of those who once granted it that."""
    deciding = Deciding(platform, Profiles(platform))
    for slug, purpose in sorted({(each.who, each.purpose) for each in contact().offer}):
        whom = [customer for person, customer in known if _grants(person, slug, purpose)]
        profile_ids = tuple(platform.profile_ids.profile_id(each, ids[slug]) for each in whom)
        if profile_ids:
            await deciding.decide(Asker(ids[slug], programs[ids[slug]], purpose), Wanted(profile_ids, MOST))


async def arrive(platform: Platform, ids: Mapping[str, UUID], persons: Sequence[Person], *, at: datetime) -> None:
    """Store the records about which rules say yes."""
    store, named = Store(platform), {each.name: each for each in persons}
    for rule in contact().rule:
        scope = Scope(Principal.SOURCE, organization=ids[rule.who])
        sent = [(_arrival(named[rule.arrives.of], rule, at),)]
        await store.take(Batch(scope, sent, Path.RECORDS, "demo", at, may_verify=True))


def fire(platform: Platform) -> None:
    """Ask the rules about what arrived."""
    watching.settle(platform)


def _offer(platform: Platform, organization: UUID, planned: PlannedOffer, *, at: datetime) -> None:
    wanted = offers.Wanted(
        kind=planned.kind,
        purpose=planned.purpose,
        words=planned.title,
        expression=planned.expression,
        has_legal_effect=planned.grave,
        valid_from=at,
        valid_until=at + timedelta(days=planned.days),
    )
    with platform.database.scoped(Scope(Principal.SOURCE, organization=organization)) as session:
        if planned.title not in [each.wanted.words for each in offers.OFFERS.listed(session)]:
            offers.register(platform, session, organization, wanted, at=at)


def _rule(platform: Platform, organization: UUID, program: str, planned: PlannedRule, *, at: datetime) -> None:
    wanted = rules.Wanted(
        name=planned.name,
        purpose=planned.purpose,
        records=planned.records,
        expression=planned.expression,
        topic=planned.topic,
        channels=planned.channels,
        sender=planned.by,
    )
    with platform.database.scoped(Scope(Principal.SOURCE, organization=organization)) as session:
        if planned.name not in [each.wanted.name for each in rules.RULES.listed(session)]:
            rules.register(platform, session, organization, program, wanted, at=at)
        platform.catalogs.of(session, organization)  # what is stored next is noted where this rule asks about it


def _arrival(person: Person, rule: PlannedRule, at: datetime) -> Item:
    found = rule.arrives
    return Item(
        kind=found.kind,
        type=found.type,
        key=f"{holdings.reference(person, rule.who)}/{found.key}",
        value=msgspec.json.encode(found.properties),
        subject=holdings.subject(person, rule.who),
        occurred_at=at,
    )


def _grants(person: Person, slug: str, purpose: str) -> bool:
    return any((each.kind, each.who, each.purpose) == ("grant", slug, purpose) for each in person.pattern.acts)
