"""Campaigns that decide, reserve and send at one moment, each in a process: no cap and no quiet hour breaks.

Every campaign speaks for two organizations; for one of them the customers made exceptions.
"""

import asyncio
import random
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Final, NamedTuple
from uuid import UUID

import psycopg
import pytest

from cdp import clock
from cdp.contact import wishes
from cdp.contact.approaching import Reservation, Wanted
from cdp.contact.asking import Contacts
from cdp.contact.contacts import ContactBook, Said
from cdp.contact.judging import Told
from cdp.ingest.intake import Intake
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from consent import wish_form
from consent.contact import Say
from consent.wishes import Speaker, Wishes
from tests import fuzzing, make

CAMPAIGNS: Final = 3
PEOPLE: Final = 8
ROUNDS: Final = 6
SIDE_BY_SIDE: Final = 3
KEYS: Final = 20
"""So many that few campaigns use the same one, and some do."""
KEPT_FREE: Final = 8 * 3_600
"""Seconds: so long that many hours end before."""
PURPOSE: Final = "customer-care"
HOURS: Final = ("quiet", "welcome")
ZONES: Final = ("Europe/Amsterdam", "Pacific/Auckland", "America/St_Johns", "UTC")
AHEAD: Final = timedelta(days=20)
SEED: Final = 20_261
FEW, SOME, MANY = 0.2, 0.5, 0.6


@dataclass(frozen=True)
class Race:
    """Who is there, and which program does what."""

    settings: Settings
    database_url: str
    organizations: list[UUID]
    """The first is the one for which exceptions were made."""
    people: list[UUID]
    seed: int


def _window(chance: random.Random) -> dict[str, object]:
    start, length = chance.randrange(96), chance.randrange(8, 72)
    begin, end = (f"{at // 4:02d}:{15 * (at % 4):02d}" for at in (start, (start + length) % 96))
    return {"from": begin, "until": end}


def _caps(chance: random.Random) -> dict[str, object]:
    return {"service": {"most": chance.randint(1, 3), "days": chance.randint(1, 5)}}


def _exception(chance: random.Random) -> dict[str, object]:
    """Return what holds for one organization: some of it chosen, by their own clock or by the one for everybody."""
    zone = {"zone": chance.choice(ZONES)} if chance.random() < SOME else {}
    drawn = {
        "hours": zone | {name: [_window(chance)] for name in chance.choice((["quiet"], ["welcome"], [*HOURS]))},
        "caps": _caps(chance),
        "first": chance.choice([*Speaker]).value,
    }
    return {name: drawn[name] for name in chance.sample(sorted(drawn), chance.randint(1, len(drawn)))}


def _choose(platform: Platform, person: make.Person, organization: UUID, chance: random.Random) -> None:
    patch = {
        "caps": _caps(chance),
        "hours": {"zone": chance.choice(ZONES), "quiet": [_window(chance)]},
        "channels": {"service": ["phone", "email"]},
        "first": chance.choice([*Speaker]).value,
        "exceptions": {str(organization): _exception(chance)},
    }
    with platform.database.scoped(person.scope) as session:
        wishes.choose(platform, session, patch, at=clock.now())


class Heard(NamedTuple):
    """What a campaign is told to say first."""

    customer: UUID
    organization: UUID
    must_say: tuple[Say, ...]


async def _campaign(race: Race, number: int) -> list[Heard]:
    """Approach everybody again and again, under keys that the others use too; return what was allowed."""
    platform, chance = Platform.open(race.settings), random.Random(race.seed + number)  # noqa: S311  # chooses what is tried, no secret
    await platform.database.open()
    contacts, book, heard = Contacts(platform), ContactBook(platform, Intake(platform)), list[Heard]()
    for turn in range(ROUNDS):
        for organization in chance.sample(race.organizations, len(race.organizations)):
            asker = Asker(organization, f"campaign-{number}", PURPOSE)
            asked = chance.sample(race.people, len(race.people) // 2)
            told = await _decide(contacts, asker, _ids(platform, organization, asked), turn, chance)
            heard += [
                Heard(customer, organization, each.answer.must_say)
                for customer, (_, each) in zip(asked * SIDE_BY_SIDE, told, strict=True)
                if each.answer.allowed
            ]
            await _send(book, organization, told, chance)
            await _give_up(contacts, asker, told, chance)
        _let_end(race.database_url)
    await platform.database.close()
    return heard


def _ids(platform: Platform, organization: UUID, people: Iterable[UUID]) -> list[str]:
    return [platform.profile_ids.profile_id(each, organization) for each in people]


async def _decide(
    contacts: Contacts, asker: Asker, asked: Sequence[str], turn: int, chance: random.Random
) -> list[tuple[str, Told]]:
    at_once = [contacts.decide(asker, _wanted(turn, chance), asked) for _ in range(SIDE_BY_SIDE)]
    return [pair for each in await asyncio.gather(*at_once) for pair in zip(asked, each, strict=True)]


def _wanted(turn: int, chance: random.Random) -> Wanted:
    """Return what is asked in one turn: now or on some later day, by one channel or by two."""
    at = clock.now() + chance.random() * AHEAD if chance.random() < SOME else None
    held = Reservation(f"{turn}-{chance.randrange(KEYS)}", KEPT_FREE)
    channels = ("phone",) if chance.random() < SOME else ("email", "phone")
    return Wanted("service", channels, Speaker.COMPUTER, at=at, reservation=held)


async def _send(book: ContactBook, organization: UUID, told: Iterable[tuple[str, Told]], chance: random.Random) -> None:
    said = [
        Said(
            profile,
            "service",
            chance.choice(each.answer.channels),
            Speaker.COMPUTER,
            _when(each, chance),
            held.contact_id,
        )
        for profile, each in told
        if (held := each.reserved) and chance.random() < MANY
    ]
    if said:
        scope = Scope(Principal.SOURCE, organization, client="campaign")
        await book.record(scope, said, request_id="race", at=clock.now())


async def _give_up(contacts: Contacts, asker: Asker, told: Iterable[tuple[str, Told]], chance: random.Random) -> None:
    for profile, each in told:
        if each.reserved and chance.random() < FEW:
            await contacts.cancel(asker, profile, each.reserved.contact_id)


def _let_end(database_url: str) -> None:
    """Let some reservations have ended, as only time does."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "update contact set until = clock_timestamp() where state = 'reserved' and random() < 0.1 and until > now()"
        )


def _when(told: Told, chance: random.Random) -> datetime:
    """Return a moment at which it may be said."""
    assert told.reserved is not None
    assert told.answer.not_before is not None
    return told.answer.not_before + chance.random() * (told.reserved.until - told.answer.not_before)


def run(race: Race, number: int) -> list[Heard]:
    """Run one campaign in a process of its own."""
    return asyncio.run(_campaign(race, number))


class Made(NamedTuple):
    """A contact that was made as it was allowed, or may still be."""

    at: datetime
    until: datetime
    channels: list[str]


def _made(database_url: str) -> dict[tuple[UUID, UUID], list[Made]]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select customer_id, organization_id, at, until, channels from contact"
            " where manner = 'as-allowed' or (state = 'reserved' and until > now()) order by until"
        ).fetchall()
    found = defaultdict[tuple[UUID, UUID], list[Made]](list)
    for customer, organization, *facts in rows:
        found[customer, organization].append(Made(*facts))
    return found


def _broken(chosen: Wishes, organization: UUID, made: Sequence[Made]) -> list[Made]:
    """Return the contacts that broke the cap, or rang when it had to be quiet, for this organization."""
    cap = chosen.cap(organization, "service")
    assert cap is not None
    period = timedelta(days=cap.days)
    too_often = [
        each
        for each in made
        if len([other for other in made if each.until - period < other.until <= each.until]) > cap.most
    ]
    too_late = [
        each
        for each in made
        if "phone" in each.channels and not all(chosen.is_open(organization, at) for at in _moments(each))
    ]
    return too_often + too_late


def _moments(made: Made) -> list[datetime]:
    """Return when it was said or may be: the first moment, and every quarter of an hour that begins before the end."""
    start = made.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    quarters = (start + timedelta(minutes=15 * each) for each in range(KEPT_FREE // 900 + 4))
    return [made.at, *(each for each in quarters if made.at < each < made.until)]


@pytest.fixture(scope="module")
def race(platform: Platform, database_url: str) -> Race:
    seed = secrets.randbelow(2**32) if fuzzing.IS_ON else SEED
    organizations, people, chance = [make.organization(platform) for _ in range(2)], [], random.Random(seed)  # noqa: S311  # chooses what is tried, no secret
    for _ in range(PEOPLE):
        person = make.person(platform)
        _choose(platform, person, organizations[0].organization_id, chance)
        for each in organizations:
            make.grant(platform, person, each, expires_at=clock.now() + timedelta(days=360))
        people.append(person.customer_id)
    return Race(platform.settings, database_url, [each.organization_id for each in organizations], people, seed)


@pytest.mark.chance
def test_no_campaigns_at_one_moment_break_a_cap_or_a_quiet_hour_of_any_organization(
    race: Race, database_url: str
) -> None:
    with ProcessPoolExecutor(CAMPAIGNS, mp_context=get_context("spawn")) as processes:
        heard = [each for one in processes.map(run, [race] * CAMPAIGNS, range(CAMPAIGNS)) for each in one]

    made = _made(database_url)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select customer_id, document from wish").fetchall()
    chosen = {customer: wish_form.read(document) for customer, document in rows}
    assert {*race.organizations} == {each.organization for each in heard}, race.seed
    assert {*race.organizations} == {organization for _, organization in made}, race.seed
    for (customer, organization), each in made.items():
        assert [] == _broken(chosen[customer], organization, each), race.seed
    for customer, organization, must_say in heard:
        is_human_first = chosen[customer].first_at(organization) is Speaker.HUMAN
        assert is_human_first == (Say.HUMAN_POSSIBLE in must_say), race.seed
