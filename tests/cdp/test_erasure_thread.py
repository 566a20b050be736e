"""Nothing that is left after an erasure leads from what somebody was known by to what was decided and who looked.

Every table of the catalog is followed, by every id, keyed hash and time that two rows share, so that a new column is
covered the day it is made.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from cdp.ids import NIL
from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.tables import Organization
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.cdp.dossiers import Reads
from tests.cdp.leaving import erase, known_to

Connection = psycopg.Connection[tuple[Any, ...]]
PROOF: Final = {"act", "access"}
_TABLES: Final = (
    "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    " and not relispartition"
)
_THREAD: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\x[0-9a-f]{32,}|\d{4}-\d\d-\d\dT[0-9:.]+\+00:00"
)
"""An id, a keyed hash, a moment."""


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True, options="-c timezone=UTC") as superuser:
        yield superuser


class Web:
    """Every row of every table, by the ids, keyed hashes and moments that it holds."""

    def __init__(self, connection: Connection) -> None:
        """Read it all; what belongs to an organization or to nobody ties no people together, and a day no moments."""
        found = connection.execute("select organization_id::text from organization").fetchall()
        self._common = {name for (name,) in found} | {str(NIL), str(CUSTOMER_SOURCE)}
        self.rows: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
        for (table,) in connection.execute(_TABLES).fetchall():
            for (row,) in connection.execute(
                sql.SQL("select to_jsonb(t)::text from {} t").format(sql.Identifier(table))
            ):
                values = self._threads(row)
                for value in values:
                    self.rows[value].append((table, values))

    def reached(self, known: Iterable[str]) -> set[str]:
        """Return the tables that one comes to from these values, from row to row."""
        waiting, seen, tables = set(known), set[str](), set[str]()
        while waiting:
            value = waiting.pop()
            seen.add(value)
            for table, values in self.rows[value]:
                tables.add(table)
                waiting |= values - seen
        return tables

    def _threads(self, row: str) -> set[str]:
        found = {value.replace("\\\\", "\\") for value in _THREAD.findall(row)}
        return {each for each in found - self._common if "T00:00:00" not in each}


def lived(platform: Platform, reads: Reads, shop: Organization, bank: Organization) -> tuple[make.Person, str]:
    """Return a customer whom two sources know, with decisions of every kind, reads and a refusal."""
    person, address = known_to(platform, shop, bank)
    for recipient in (shop, bank):
        make.grant(platform, person, recipient, purpose="advice")
        make.grant(platform, person, recipient)
    make.revoke(platform, person, bank)
    for recipient in (shop, bank):
        for purpose in ("advice", "customer-care"):
            asker = Asker(recipient.organization_id, "test", purpose)
            reads.run(reads.profiles.read(asker, reads.profile_id(person.customer_id, asker)))
    make.access_request(platform, shop, person.customer_id)
    return person, address


def names_of(connection: Connection, platform: Platform, person: make.Person, address: str) -> list[str]:
    """Return what somebody who kept a backup, a profile id or an e-mail address can begin with."""
    customers = "select customer_id from customer where %(me)s in (customer_id, merged_into)"
    found = connection.execute(
        f"{customers} union select subject_id from subject where customer_id in ({customers})"
        f" union select erasure_id from suppression where blind = %(blind)s",
        {"me": person.customer_id, "blind": platform.blind.of(IdentifierType.EMAIL, address)},
    ).fetchall()
    return ["\\x" + platform.blind.of(IdentifierType.EMAIL, address).hex(), *(str(each) for (each,) in found)]


def test_no_name_and_no_time_leads_to_acts_and_accesses(
    platform: Platform, reads: Reads, connection: Connection
) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    other, _ = lived(platform, reads, shop, bank)
    person, address = lived(platform, reads, shop, bank)
    make.logged(platform)
    names = names_of(connection, platform, person, address)
    assert Web(connection).reached(names) >= PROOF

    erase(platform, person)
    make.logged(platform)

    left = Web(connection)
    assert not PROOF & left.reached(names)
    assert {"suppression", "key_destruction", "change"} == left.reached(names)
    assert left.reached([str(other.customer_id)]) >= PROOF


def test_the_feed_keeps_one_word_of_who_left_and_all_of_everybody_else(
    platform: Platform, reads: Reads, connection: Connection
) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    other, _ = lived(platform, reads, shop, bank)
    person, _ = lived(platform, reads, shop, bank)
    words = (
        "select organization_id, kind, purpose, at::time::text from change where customer_id = %s order by change_id"
    )
    before = connection.execute(words, (other.customer_id,)).fetchall()

    erase(platform, person)

    told = connection.execute(words, (person.customer_id,)).fetchall()
    assert {(each.organization_id, "erase", None, "00:00:00") for each in (shop, bank)} == set(told)
    assert 2 == len(told)
    assert before == connection.execute(words, (other.customer_id,)).fetchall()


def test_a_word_that_was_under_way_when_somebody_left_goes_with_the_next_step_of_the_log(
    platform: Platform, connection: Connection
) -> None:
    shop = make.organization(platform)
    person, _ = known_to(platform, shop)
    erase(platform, person)
    connection.execute(
        "insert into change (organization_id, customer_id, kind, at) values (%s, %s, 'correct', now())",
        (shop.organization_id, person.customer_id),
    )

    make.logged(platform)

    kinds = connection.execute("select kind from change where customer_id = %s", (person.customer_id,)).fetchall()
    assert [("erase",)] == kinds
