"""What the owner of the database changes behind the product's back is found."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from cdp import clock, organizations
from cdp.identity import membership
from cdp.log import database_check, sequencer
from cdp.platform import Platform
from cdp.tables import Organization
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.cdp.leaving import erase, known_to
from tests.cdp.log import bundles

STATED = ("message", "message_report", "reply", "demand", "firing")


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture(scope="module")
def person(platform: Platform, shop: Organization) -> make.Person:
    """Return a customer of whom everything is in the logs, beside one who left and one whose grant ended."""
    gone, _ = known_to(platform, shop)
    bundles.grant(platform, gone, shop)
    bundles.read_own(platform, gone)
    staying = make.person(platform)
    bundles.grant(platform, staying, shop, "contact", "products")
    bundles.read_own(platform, staying)
    known_to(platform, shop, make.organization(platform))  # two dossiers that became one
    begun = clock.now() - timedelta(minutes=3)
    bundles.grant(platform, make.person(platform), shop, at=begun, until=begun + timedelta(minutes=1))
    sequencer.step(platform)
    erase(platform, gone)
    sequencer.step(platform)
    return staying


@pytest.fixture
def owner(platform: Platform, database_url: str, person: make.Person) -> Iterator[Callable[..., Any]]:
    """Return a hand that changes rows as the database's owner can, and puts them back in the end."""
    tables = ("act", "permission", "access", "link", "subject", "opening", "leaf", "node", "checkpoint", *STATED)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for table in tables:
            connection.execute(f"create table kept_{table} as select * from {table}".encode())
        yield connection.execute
        for table in tables:
            connection.execute(f"delete from {table}".encode())
            connection.execute(f"insert into {table} select * from kept_{table}".encode())
            connection.execute(f"drop table kept_{table}".encode())


def test_nothing_is_found_where_nothing_was_changed(platform: Platform, person: make.Person) -> None:
    found = database_check.check(platform)

    assert [] == found.differences
    assert found.checked["acts"] >= 3
    assert found.checked["links_kept"] >= 1


def test_who_left_or_was_removed_leaves_nothing_to_find(platform: Platform, shop: Organization) -> None:
    """The rows of links go with a source that is removed, and with somebody who is erased."""
    removed, another = make.organization(platform), make.organization(platform)
    person, _ = known_to(platform, shop, removed, another)
    sequencer.step(platform)
    organizations.remove(platform, removed.organization_id, at=clock.now())
    sequencer.step(platform)

    assert [] == database_check.check(platform).differences

    erase(platform, person)
    sequencer.step(platform)
    assert [] == database_check.check(platform).differences


def test_dossiers_that_went_apart_are_where_the_links_say(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    """One that had joined goes back, one that was there from the first day gets a customer of its own."""
    person, _ = known_to(platform, shop, make.organization(platform), make.organization(platform))
    sequencer.step(platform)
    with psycopg.connect(database_url) as connection:
        mine = connection.execute(
            "select subject_id from subject where customer_id = %s and source_id <> %s",
            (person.customer_id, CUSTOMER_SOURCE),
        ).fetchall()
    for (subject,) in mine:
        with platform.database.scoped(person.scope) as session:
            membership.part(session, person.customer_id, subject, at=clock.now())
    sequencer.step(platform)
    apart = database_check.check(platform)
    erase(platform, person)
    sequencer.step(platform)

    assert 3 == len(mine)
    assert [] == apart.differences
    assert [] == database_check.check(platform).differences


GONE = "is gone from the database"
OTHERWISE = "stands in the database otherwise"
NOT_THE_SUM = "is not what the acts add up to"
TOLD_BY_NONE = "is in the database and in no log"
ADD_ACT = """
insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, at, by)
select customer_id, 99, gen_random_uuid(), 'revoke', recipient_id, purpose, '{}', now(), by
from act where customer_id = %s
"""
ADD_ACCESS = """
insert into access (customer_id, at, access_id, principal, path, asked, released, records, outcome, reason)
values (%s, now(), gen_random_uuid(), 'service', 'profile', '{}', '{}', 0, 'refused', 'never-granted')
"""
ADD_MESSAGE = """
insert into message (customer_id, message_id, organization_id, code_hash, digest, is_addressed, is_listed, channel,
    speaker, at, until, expires_at, registered_at)
values (%s, gen_random_uuid(), gen_random_uuid(), sha256('code'), sha256('said'), true, true, 'post', 'human',
    now(), now(), now(), now())
"""
ADD_MESSAGE_REPORT = """
insert into message_report (customer_id, report_id, organization_id, kind, message_id, at)
values (%s, gen_random_uuid(), gen_random_uuid(), 'was-a-computer', gen_random_uuid(), now())
"""
ADD_REPLY = """
insert into reply (customer_id, reply_id, organization_id, entry_id, by, wants_human, at, due_at, subject_id, sealed)
values (%s, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'customer', true, now(), now(), gen_random_uuid(),
    'said')
"""
ADD_DEMAND = """
insert into demand (customer_id, demand_id, organization_id, kind, asked_at, due_at, subject_id)
values (%s, gen_random_uuid(), gen_random_uuid(), 'look', now(), now(), gen_random_uuid())
"""
ADD_FIRING = """
insert into firing (customer_id, firing_id, organization_id, rule_id, record_id, facts, at)
values (%s, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{}', now())
"""
CHANGE_OPENING = """
update opening set body = convert_to(replace(convert_from(body, 'UTF8'), 'products', 'health'), 'UTF8')
where fact_id in (select act_id from act where customer_id = %s)
"""
DELETE_OPENING = "delete from opening where fact_id in (select act_id from act where customer_id = %s)"
CHANGE_LEAF = """
update leaf set leaf = set_byte(leaf, 20, get_byte(leaf, 20) # 1) where position = 2 and %s is not null
"""
TAMPERINGS = [
    ("update permission set categories = '{contact,financial}' where customer_id = %s", NOT_THE_SUM),
    ("delete from permission where customer_id = %s", NOT_THE_SUM),
    ("delete from act where customer_id = %s", GONE),
    ("update act set categories = '{contact,financial}' where customer_id = %s", OTHERWISE),
    ("update act set at = at - interval '1 day' where customer_id = %s", OTHERWISE),
    ("update act set evidence = '{}' where customer_id = %s", OTHERWISE),
    ("""update act set evidence = evidence || '{"text": "Alles mag."}' where customer_id = %s""", OTHERWISE),
    ("update access set records = 7 where customer_id = %s", OTHERWISE),
    ("update access set act_id = gen_random_uuid(), outcome = 'refused' where customer_id = %s", OTHERWISE),
    ("delete from access where customer_id = %s", GONE),
    (ADD_ACT, TOLD_BY_NONE),
    (ADD_ACCESS, TOLD_BY_NONE),
    (ADD_MESSAGE, TOLD_BY_NONE),
    (ADD_MESSAGE_REPORT, TOLD_BY_NONE),
    (ADD_REPLY, TOLD_BY_NONE),
    (ADD_DEMAND, TOLD_BY_NONE),
    (ADD_FIRING, TOLD_BY_NONE),
    (CHANGE_OPENING, "this does not open the leaf"),
    (
        "delete from opening where fact_id in (select act_id from act where customer_id = %s)",
        "neither opened nor erased",
    ),
    (CHANGE_LEAF, "the entries do not lead to the root"),
]


MOVE_SUBJECT = """
update subject s set customer_id = (select c.customer_id from customer c where c.customer_id <> s.customer_id limit 1)
where s.subject_id in (select subject_id from link)
"""
MOVE_UNLINKED = MOVE_SUBJECT.replace("in (select", "not in (select")
ADD_LINK = """
insert into link (customer_id, link_id, merge_id, subject_id, from_id, kind, reason, at)
select customer_id, gen_random_uuid(), merge_id, subject_id, from_id, 'link', reason, now() from link limit 1
"""
OF_LINKS = [
    ("delete from link", "the link is gone"),
    ("update link set reason = 'customer'", "the link stands"),
    ("update link set kind = 'unlink'", "the link stands"),
    ("update link set at = at - interval '1 day'", "the link stands"),
    ("update link set customer_id = from_id", "the link stands"),
    ("update link set subject_id = gen_random_uuid()", "the link stands"),
    ("update subject set source_id = gen_random_uuid() where subject_id in (select subject_id from link)", "stands"),
    (ADD_LINK, TOLD_BY_NONE),
    (MOVE_SUBJECT, "somebody else than the links say"),
    (MOVE_UNLINKED, "somebody else than the links say"),
]


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(("change", "said"), OF_LINKS)
def test_a_changed_link_between_dossiers_is_found(
    platform: Platform, owner: Callable[..., Any], change: str, said: str
) -> None:
    assert owner(change.encode()).rowcount

    differences = database_check.check(platform).differences

    assert [each for each in differences if said in each.said]


@pytest.mark.parametrize(("change", "said"), TAMPERINGS)
def test_what_its_owner_changes_is_found(
    platform: Platform, person: make.Person, owner: Callable[..., Any], change: str, said: str
) -> None:
    assert owner(change.encode(), (person.customer_id,)).rowcount

    differences = database_check.check(platform).differences

    assert [each for each in differences if said in each.said]
