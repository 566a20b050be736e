"""After a revocation is acknowledged no read that starts later returns the data: ten thousand races, none lost."""

import multiprocessing
from collections import Counter
from typing import Final
from uuid import UUID

import psycopg
import pytest

from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.keys import blind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.attack import racing
from tests.attack.racing import Exporter, Race, Racer

RACES: Final = 10_000
PROCESSES: Final = 3
_GRANT: Final = """
insert into permission (customer_id, recipient_id, purpose, categories, expires_at, act_id, since, changed_at, epoch)
select s.customer_id, %(recipient)s, 'customer-care', '{contact,personal,conversations}', now() + interval '1 day',
       gen_random_uuid(), now() - interval '1 minute', now() - interval '1 minute', 0
from subject s where s.source_id = %(source)s
"""


def _people(platform: Platform, source: Organization, count: int) -> None:
    """Let `source` tell of `count` people, each with a name and a conversation, through the real store."""
    for start in range(0, count, 1_000):
        numbers = range(start, min(start + 1_000, count))
        make.delivery(
            platform,
            source,
            *(
                make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=f"u{n}", identifiers=(_email(n),))
                for n in numbers
            ),
        )


def _address(number: int) -> str:
    return f"person-{number}@race.example.org"


def _email(number: int) -> Identifier:
    return Identifier(IdentifierType.EMAIL, _address(number), verified=True)


@pytest.fixture(scope="module")
def crowd(platform: Platform, database_url: str) -> tuple[UUID, list[UUID], list[str]]:
    """Return a recipient, everybody who granted it something, and their addresses."""
    source, recipient = make.organization(platform), make.organization(platform)
    _people(platform, source, RACES)
    with psycopg.connect(database_url) as connection:
        given = {"recipient": recipient.organization_id, "source": source.organization_id}
        connection.execute(_GRANT, given)
        found: dict[bytes, UUID] = dict(connection.execute("select blind, customer_id from identifier").fetchall())
    addresses = [_address(number) for number in range(RACES)]
    blinds = [platform.blind.of(blind.IdentifierType.EMAIL, each) for each in addresses]
    return recipient.organization_id, [found[each] for each in blinds], addresses


@pytest.mark.slow
def test_no_read_that_starts_after_a_revocation_returns_data(
    platform: Platform, crowd: tuple[UUID, list[UUID], list[str]]
) -> None:
    recipient, people, addresses = crowd
    spawn = multiprocessing.get_context("spawn")
    shared = Race(
        platform.settings,
        recipient,
        people,
        addresses,
        spawn.Array("q", len(people), lock=False),
        spawn.Array("q", PROCESSES, lock=False),
        PROCESSES,
    )

    kinds: list[type[Racer]] = [Racer] * PROCESSES + [Exporter]

    seen = racing.run_all(spawn, kinds, shared)

    stale = [each for one in seen for each in one.stale]
    late = sum((one.late for one in seen), Counter[str]())
    assert [] == stale
    assert RACES == sum(one.races for one in seen[:PROCESSES])
    assert late.total() >= RACES
    assert {"profile", "timeline", "lookup", "batch", "fresh"} == set(late)
    assert seen[-1].reads["export"] > 0
