"""What stands on a customer card was all granted at one moment, whatever the customer decides while it is read."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
import pytest

from cdp import clock
from cdp.ingest.items import Kind
from cdp.messages import inbox, replies
from cdp.office.card import Card, Cards, NoCard
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker, Path
from cdp.tables import Organization
from tests import make
from tests.cdp.contact import wishing


@dataclass(frozen=True)
class Known:
    """Somebody who asked an organization for a human, in words of their own."""

    person: make.Person
    shop: Organization
    asker: Asker
    profile_id: str
    words: str


@pytest.fixture
def known(platform: Platform) -> Known:
    shop, address, user, words = make.organization(platform), make.email(), make.name("user"), make.name("words")
    make.known_person(platform, shop, address, user=user)
    talk = {"properties": {"minutes": 7, "summary": "verhuisde"}}
    make.delivery(platform, shop, make.item(Kind.INTERACTION, "phone", talk, user=user, key=make.name("call")))
    person = make.person(platform, address=address)
    with platform.database.scoped(person.scope) as session:
        keys = OwnKeys(session, platform.ring)
        (entry,) = inbox.entries(session, keys, limit=9)
        replies.send(platform, session, keys, entry.entry_id, words, wants_human=True, at=clock.now())
    asker = Asker(shop.organization_id, make.program(platform, shop), "customer-care")
    profile_id = platform.profile_ids.profile_id(person.customer_id, shop.organization_id)
    return Known(person, shop, asker, profile_id, words)


def read(platform: Platform, known: Known, meanwhile: Sequence[Callable[[], object]]) -> Card | None:
    """Return the card of somebody who does one of these each time a profile was read, or None when there is none."""
    left = list(meanwhile)

    class Slow(Profiles):
        async def batch(self, asker: Asker, unverified_profile_ids: Sequence[str], *, path: Path = Path.BATCH) -> bytes:
            document = await super().batch(asker, unverified_profile_ids, path=path)
            if left:
                await asyncio.to_thread(left.pop(0))
            return document

    async def run() -> Card | None:
        await platform.database.open()
        try:
            return await Cards(platform, Slow(platform)).read(known.asker, known.profile_id)
        except NoCard:
            return None
        finally:
            await platform.database.close()

    return asyncio.run(run())


def give(platform: Platform, known: Known, *categories: str) -> Callable[[], object]:
    return lambda: make.grant(platform, known.person, known.shop, categories=frozenset(categories))


def take(platform: Platform, known: Known) -> Callable[[], object]:
    return lambda: make.revoke(platform, known.person, known.shop)


def test_a_card_has_what_was_said_back(platform: Platform, known: Known) -> None:
    give(platform, known, "contact", "conversations")()

    card = read(platform, known, [])

    assert card is not None
    assert [known.words] == [each.text for each in card.said]


def test_who_revokes_between_the_reads_has_no_card(platform: Platform, known: Known) -> None:
    give(platform, known, "contact", "conversations")()

    assert read(platform, known, [take(platform, known)]) is None


def test_what_is_revoked_between_the_reads_stands_nowhere_on_the_card(platform: Platform, known: Known) -> None:
    give(platform, known, "contact", "conversations")()

    card = read(platform, known, [give(platform, known, "contact")])

    assert card is not None
    assert (["contact"], [], []) == (card.profile.granted, card.profile.interactions.recent, card.said)


def test_what_is_granted_between_the_reads_stands_in_the_line_too(
    platform: Platform, known: Known, database_url: str
) -> None:
    give(platform, known, "contact")()

    card = read(platform, known, [give(platform, known, "contact", "conversations")])

    assert card is not None
    assert [known.words] == [each.text for each in card.said]
    with psycopg.connect(database_url) as connection:
        lines = connection.execute(
            "select released from access where customer_id = %s and path = 'card' order by at",
            (known.person.customer_id,),
        ).fetchall()
    assert [["contact"], ["contact", "conversations"]] == [sorted(each) for (each,) in lines]


def test_who_never_stops_changing_their_mind_has_no_card(platform: Platform, known: Known) -> None:
    give(platform, known, "contact")()

    assert read(platform, known, [give(platform, known, "contact")] * 5) is None


def test_who_is_joined_with_somebody_between_the_reads_is_read_anew(
    platform: Platform, known: Known, database_url: str
) -> None:
    host = make.person(platform)
    make.grant(platform, host, known.shop, categories=frozenset({"contact", "conversations"}))
    give(platform, known, "contact")()
    give(platform, known, "contact")()

    def join() -> None:
        with psycopg.connect(database_url) as admin:
            wishing.joined(admin, known.person, host)
            epoch = admin.execute("select epoch from permission where customer_id = %s", (host.customer_id,))
            assert [(2,)] == epoch.fetchall(), "the guest's had this number, too"

    card = read(platform, known, [join])

    assert card is not None
    assert (["contact", "conversations"], [known.words]) == (sorted(card.profile.granted), [x.text for x in card.said])
