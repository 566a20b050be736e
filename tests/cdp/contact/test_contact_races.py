"""Campaigns that decide, reserve and send at one moment, each in a process: no cap and no quiet hour breaks."""

import asyncio
import random
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from consent.wishes import Speaker, Wishes
from tests import fuzzing, make

CAMPAIGNS: Final = 3
ROUNDS: Final = 8
SIDE_BY_SIDE: Final = 4
KEYS: Final = 20
"""So many that few campaigns use the same one, and some do."""
PURPOSE: Final = "customer-care"
ZONES: Final = ("Europe/Amsterdam", "Pacific/Auckland", "America/St_Johns", "UTC")
AHEAD: Final = timedelta(days=20)
SEED: Final = 20_261
FEW, SOME, MANY = 0.2, 0.5, 0.6


@dataclass(frozen=True)
class Race:
    """Who is there, and which program does what."""

    settings: Settings
    database_url: str
    organization: UUID
    people: list[UUID]
    seed: int


def _hours(chance: random.Random) -> dict[str, object]:
    start, length = chance.randrange(96), chance.randrange(8, 72)
    begin, end = (f"{at // 4:02d}:{15 * (at % 4):02d}" for at in (start, (start + length) % 96))
    return {"zone": chance.choice(ZONES), "quiet": [{"from": begin, "until": end}]}


def _choose(platform: Platform, person: make.Person, chance: random.Random) -> None:
    cap = {"service": {"most": chance.randint(1, 3), "days": chance.randint(1, 5)}}
    patch = {"caps": cap, "hours": _hours(chance), "channels": {"service": ["phone", "email"]}}
    with platform.database.scoped(person.scope) as session:
        wishes.choose(platform, session, patch, at=clock.now())


async def _campaign(race: Race, number: int) -> int:
    """Approach everybody again and again, under keys that the others use too; return how much was allowed."""
    platform, chance = Platform.open(race.settings), random.Random(race.seed + number)  # noqa: S311  # chooses what is tried, no secret
    await platform.database.open()
    contacts, book = Contacts(platform), ContactBook(platform, Intake(platform))
    asker = Asker(race.organization, f"campaign-{number}", PURPOSE)
    ids = [platform.profile_ids.profile_id(each, race.organization) for each in race.people]
    allowed = 0
    for turn in range(ROUNDS):
        asked = chance.sample(ids, len(ids) // 2)
        at_once = [contacts.decide(asker, _wanted(turn, chance), asked) for _ in range(SIDE_BY_SIDE)]
        told = [pair for each in await asyncio.gather(*at_once) for pair in zip(asked, each, strict=True)]
        allowed += sum(each.answer.allowed for _, each in told)
        await _send(book, race, told, chance)
        await _give_up(contacts, asker, told, chance)
        _let_end(race.database_url)
    await platform.database.close()
    return allowed


def _wanted(turn: int, chance: random.Random) -> Wanted:
    """Return what is asked in one turn: now or on some later day, by one channel or by two."""
    at = clock.now() + chance.random() * AHEAD if chance.random() < SOME else None
    held = Reservation(f"{turn}-{chance.randrange(KEYS)}", 3_600)
    channels = ("phone",) if chance.random() < SOME else ("email", "phone")
    return Wanted("service", channels, Speaker.COMPUTER, at=at, reservation=held)


async def _send(book: ContactBook, race: Race, told: Iterable[tuple[str, Told]], chance: random.Random) -> None:
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
        scope = Scope(Principal.SOURCE, race.organization, client="campaign")
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


def run(race: Race, number: int) -> int:
    """Run one campaign in a process of its own."""
    return asyncio.run(_campaign(race, number))


class Made(NamedTuple):
    """A contact that was made as it was allowed, or may still be."""

    at: datetime
    until: datetime
    channels: list[str]


def _made(database_url: str) -> dict[UUID, list[Made]]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select customer_id, at, until, channels from contact"
            " where manner = 'as-allowed' or (state = 'reserved' and until > now()) order by until"
        ).fetchall()
    found = defaultdict[UUID, list[Made]](list)
    for customer, *facts in rows:
        found[customer].append(Made(*facts))
    return found


def _broken(chosen: Wishes, organization: UUID, made: Sequence[Made]) -> list[Made]:
    """Return the contacts that broke the cap, or rang when it had to be quiet."""
    cap = chosen.cap(organization, "service")
    assert cap is not None
    period = timedelta(days=cap.days)
    too_often = [
        each
        for each in made
        if len([other for other in made if each.until - period < other.until <= each.until]) > cap.most
    ]
    too_late = [each for each in made if "phone" in each.channels and not chosen.hours.is_open(each.at)]
    return too_often + too_late


@pytest.fixture(scope="module")
def race(platform: Platform, database_url: str) -> Race:
    seed = secrets.randbelow(2**32) if fuzzing.IS_ON else SEED
    organization, people, chance = make.organization(platform), [], random.Random(seed)  # noqa: S311  # chooses what is tried, no secret
    for _ in range(6):
        person = make.person(platform)
        _choose(platform, person, chance)
        make.grant(platform, person, organization, expires_at=clock.now() + timedelta(days=360))
        people.append(person.customer_id)
    return Race(platform.settings, database_url, organization.organization_id, people, seed)


@pytest.mark.chance
def test_no_campaigns_at_one_moment_break_a_cap_or_a_quiet_hour(
    race: Race, platform: Platform, database_url: str
) -> None:
    with ProcessPoolExecutor(CAMPAIGNS, mp_context=get_context("spawn")) as processes:
        allowed = list(processes.map(run, [race] * CAMPAIGNS, range(CAMPAIGNS)))

    made = _made(database_url)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select customer_id, document from wish").fetchall()
    chosen = {customer: wish_form.read(document) for customer, document in rows}
    assert sum(allowed) > 0, race.seed
    assert any(made.values()), race.seed
    for customer, each in made.items():
        assert [] == _broken(chosen[customer], race.organization, each), race.seed
