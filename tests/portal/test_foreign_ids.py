"""Every address of the portal with an id in it, walked with the ids of another customer: nothing is there."""

import re
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal import places
from cdp import clock, demands
from cdp.contact import wishes
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.permissions import grants
from cdp.platform import Platform
from tests import make
from tests.cdp.authenticator import Device
from tests.cdp.logins.holding import register
from tests.cdp.own.looking import look
from tests.portal.asked import asked_about
from tests.portal.conftest import Enter
from tests.portal.doors import DOORS

HELD: Final = {
    "access_id": "select access_id from access where customer_id = %s",
    "act_id": "select act_id from act where customer_id = %s",
    "demand_id": "select demand_id from demand where customer_id = %s",
    "entry_id": "select record_id from interaction where customer_id = %s",
    "external_id": "select external_id from external_login where customer_id = %s",
    "passkey_id": "select passkey_id from passkey where customer_id = %s",
    "record_id": "select record_id from record where customer_id = %s and source_id <> customer_source()"
    " union select record_id from interaction where customer_id = %s",
    "request_id": "select request_id from access_request where customer_id = %s",
    "session_id": "select session_id from session where customer_id = %s",
    "subject_id": "select subject_id from question where customer_id = %s",
    "survey_id": "select survey_id from survey where customer_id = %s",
    "wish_id": "select wish_id from wish_act where customer_id = %s",
}
"""Where the ids of a customer are, by the name that they have in an address."""
OTHERS: Final = frozenset({"code", "form", "slug", "name", "token", "word"})
"""What stands in an address and is nobody's alone, or a secret: test_apps.py tries `word`, test_real.py `code`."""
FORM: Final = {"opgelost": "ja", "naam": "x", "uit": "contact", "dagen": "10", "waarde": "x", "toelichting": "x"}
MADE: Final = re.compile(r'<p class="made">[^<]*</p>')
"""When a page was made, to the minute: all that two answers in a row may differ in."""
WALKED: Final = sorted(
    {
        (method, route.path)
        for route in DOORS
        for method in (route.methods or set()) & {"GET", "POST"}
        if set(re.findall(r"\{(\w+)\}", route.path)) - OTHERS
        and not route.path.startswith((places.OFFICE, places.CARD))
    }
)
"""Those of an organization's administrators are walked in test_office.py, those of its employees in test_card.py."""


@pytest.fixture(scope="module")
def victim(platform: Platform, database_url: str) -> make.Person:
    """Return somebody who has one of everything."""
    asked = asked_about(platform, database_url)
    person = asked.person
    with platform.database.scoped(person.scope) as session:
        (address,) = dossier.summary(session, OwnKeys(session, platform.ring)).emails
    mine, user = (Identifier(IdentifierType.EMAIL, address, verified=True),), make.name("user")
    source = make.organization(platform)
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "nickname", "Nootje", user=user, identifiers=mine))
    asking = make.granted(platform, person, "contact")
    make.access_request(platform, make.organization(platform), person.customer_id)
    access = look(database_url, person, asking)
    with platform.database.scoped(person.scope) as session:
        demands.report(platform, session, access, at=clock.now())
        wishes.choose(platform, session, {"first": "human"}, at=clock.now())
    talk = make.item(Kind.INTERACTION, "phone", {"properties": {}}, user=user, key=make.name("call"))
    make.delivery(platform, source, talk)
    register(platform, person, Device())
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into external_login (subject_hash, customer_id, external_id, made_at) values (%s, %s, %s, now())",
            (person.customer_id.bytes, person.customer_id, uuid4()),
        )
        connection.execute(
            "insert into question (customer_id, subject_id, asked_at) values (%s, %s, now())",
            (person.customer_id, asked.subject),
        )
        connection.execute(
            "insert into survey (customer_id, survey_id, organization_id, record_id, subject_id, occurred_at, asked_at,"
            " closes_at) values (%s, %s, %s, %s, %s, now(), now(), now() + interval '1 day')",
            (person.customer_id, uuid4(), source.organization_id, uuid4(), asked.subject),
        )
    return person


def ids(behind: str, person: make.Person) -> dict[str, list[UUID]]:
    with psycopg.connect(behind) as connection:
        found = {
            name: [row[0] for row in connection.execute(query, [person.customer_id] * query.count("%s"))]
            for name, query in HELD.items()
        }
        permissions = connection.execute(
            "select recipient_id, purpose from permission where customer_id = %s", (person.customer_id,)
        )
        return found | {"grant_id": [grants.grant_id(person.customer_id, *row) for row in permissions]}


def state(behind: str, person: make.Person) -> dict[str, str]:
    """Return a digest of every row of somebody."""
    with psycopg.connect(behind) as connection:
        tables = connection.execute(
            "select c.table_name from information_schema.columns c"
            " join pg_class t on t.oid = to_regclass(quote_ident(c.table_name)) and not t.relispartition"
            " where c.table_schema = 'public' and c.column_name = 'customer_id' and t.relkind in ('r', 'p')"
        )
        digest = "select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) from {} x where customer_id = %s"
        return {
            table: str(connection.execute(digest.format(table), (person.customer_id,)).fetchone())
            for (table,) in tables.fetchall()
        }


def ask(browser: TestClient, method: str, path: str, wanted: UUID) -> tuple[int, str]:
    address = re.sub(r"\{form\}", "pdf", re.sub(r"\{\w+_id\}", str(wanted), path))
    given = FORM | {"antwoord": "ja" if "bent-u-dit" in path else "alles"}
    answer = browser.request(method, address, data=given if method == "POST" else None, follow_redirects=False)
    return answer.status_code, MADE.sub("", answer.text.replace(str(wanted), ""))


def test_somebody_has_one_of_everything_to_walk_with(database_url: str, victim: make.Person) -> None:
    named = {name for _, path in WALKED for name in re.findall(r"\{(\w+)\}", path)} - OTHERS

    assert named == ids(database_url, victim).keys()
    assert [] == [name for name, found in ids(database_url, victim).items() if not found]
    assert len(WALKED) > 20


@pytest.mark.parametrize(("method", "path"), WALKED)
def test_another_customer_s_ids_are_as_those_of_nobody(  # what is asked, of whom, by whom
    platform: Platform, enter: Enter, database_url: str, victim: make.Person, method: str, path: str
) -> None:
    (name,) = set(re.findall(r"\{(\w+)\}", path)) - OTHERS
    before, theirs = state(database_url, victim), ids(database_url, victim)[name][0]
    browser = enter(make.person(platform))

    foreign, nobody = ask(browser, method, path, theirs), ask(browser, method, path, uuid4())

    assert (404, foreign) == (foreign[0], nobody)
    assert before == state(database_url, victim)
