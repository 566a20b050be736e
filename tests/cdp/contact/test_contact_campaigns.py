"""Contacts while things change: somebody revokes under a campaign, a dossier turns out to be another's."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from cdp.contact import asking
from cdp.contact.approaching import Wanted
from cdp.contact.asking import Contacts
from cdp.contact.judging import Told
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from cdp.reads import reading
from cdp.reads.reading import Asker
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.wishes import Speaker
from tests import make
from tests.api.approaching import Sender, choose

WANTED = Wanted("service", ("email",), Speaker.HUMAN)


def test_who_revokes_under_a_campaign_is_not_approached(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SLICE", 1)
    monkeypatch.setattr(reading, "LISTED", 2)
    shop, people = make.organization(platform), [make.person(platform) for _ in range(6)]
    for each in people:
        make.grant(platform, each, shop)

    told = asyncio.run(_campaign(platform, shop, people))

    assert [True] == [allowed for _, allowed in told if allowed]


async def _campaign(platform: Platform, shop: Organization, people: Sequence[make.Person]) -> list[tuple[str, bool]]:
    """Let everybody whose turn has not come revoke once the first is told."""
    own = Platform.open(platform.settings)
    await own.database.open()
    told = list[tuple[str, bool]]()
    async for slice_ in Contacts(own).campaign(Asker(shop.organization_id, "campaign", "customer-care"), WANTED):
        if not told:
            reached = {own.profile_ids.customer_of(profile, shop.organization_id) for profile, _ in slice_}
            for each in people:
                if each.customer_id not in reached:
                    await asyncio.to_thread(make.revoke, platform, each, shop)
        told += [(profile, each.answer.allowed) for profile, each in slice_]
    await own.database.close()
    return told


def test_batches_are_answered_in_the_order_in_which_they_were_asked(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "HALF", 2)
    shop, people = make.organization(platform), [make.person(platform) for _ in range(5)]
    for each in people[::2]:
        make.grant(platform, each, shop)

    told = asyncio.run(_side_by_side(platform, shop, people))

    assert 3 * [[True, False, True, False, True]] == [[each.answer.allowed for each in some] for some in told]


async def _side_by_side(platform: Platform, shop: Organization, people: Sequence[make.Person]) -> list[list[Told]]:
    """Ask about the same people in one batch by itself, and in two at one moment."""
    own = Platform.open(platform.settings)
    await own.database.open()
    contacts, asker = Contacts(own), Asker(shop.organization_id, "campaign", "customer-care")
    ids = [own.profile_ids.profile_id(each.customer_id, shop.organization_id) for each in people]
    alone = await contacts.decide(asker, WANTED, ids)
    both = await asyncio.gather(*(contacts.decide(asker, WANTED, ids) for _ in range(2)))
    await own.database.close()
    return [alone, *both]


def test_one_decision_waits_for_no_batch(platform: Platform) -> None:
    shop, person = make.organization(platform), make.person(platform)
    make.grant(platform, person, shop)

    (told,) = asyncio.run(_beside_a_batch(platform, shop, person))

    assert told.answer.allowed


async def _beside_a_batch(platform: Platform, shop: Organization, person: make.Person) -> list[Told]:
    """Ask about one customer while many are judged."""
    own = Platform.open(platform.settings)
    await own.database.open()
    contacts, asker = Contacts(own), Asker(shop.organization_id, "campaign", "customer-care")
    profile = own.profile_ids.profile_id(person.customer_id, shop.organization_id)
    async with contacts._many_in_turn, asyncio.timeout(60):
        told = await contacts.decide(asker, WANTED, [profile])
    await own.database.close()
    return told


def test_what_was_said_to_a_dossier_counts_for_who_takes_it_over(platform: Platform) -> None:
    address, user, source = make.email(), make.name("user"), make.organization(platform)
    person = make.person(platform, address=address)
    choose(platform, person, {"caps": {"service": {"most": 1, "days": 7}}})
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "Bergen", user=user))
    before = _customer(platform, source)
    with TestClient(create_app(platform), raise_server_exceptions=False) as api:
        sender = Sender.new(api, platform)
        sender.grants(person)
        assert "unasked" == sender.say(before).json()["results"][0]["manner"]
        assert "welcome" == sender.ask(person.customer_id).json()["reason"]

        known = (Identifier(IdentifierType.EMAIL, address, verified=True),)
        make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "email", address, user=user, identifiers=known))

        assert ["cap-reached"] * 2 == [sender.ask(each).json()["reason"] for each in (person.customer_id, before)]
        assert "recorded" == sender.say(before, key="k").json()["results"][0]["outcome"]


def _customer(platform: Platform, source: Organization) -> UUID:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        question = text("select customer_id from record where source_id = :source limit 1")
        found: UUID = session.execute(question, {"source": source.organization_id}).scalar_one()
        return found
