"""Confirmations over HTTP: an organization's code proves its own records, and tells the organization nothing."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal import cookies
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.portal.asked import Asked, asked_about, bound, older, owner

FORM = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def asked(platform: Platform, database_url: str) -> Asked:
    return asked_about(platform, database_url)


@pytest.fixture(autouse=True)
def _nobody(api: TestClient) -> Iterator[None]:
    yield
    api.cookies.clear()


def confirm(api: TestClient, platform: Platform, organization: Organization, user: str) -> Any:
    headers = make.service(platform, organization, "subjects:confirm")
    return api.post("/v1/subjects/confirmations", json={"user_id": user}, headers=headers)


def types(api: TestClient, asked: Asked, code: str) -> int:
    """Let the customer type a code about the record that they are asked about, and return the status."""
    api.cookies.set(cookies.SESSION, asked.person.headers["Authorization"].removeprefix("Bearer "))
    path = f"/bent-u-dit/{asked.subject}/code"
    return int(api.post(path, data={"code": code}, headers=FORM, follow_redirects=False).status_code)


def test_the_code_of_the_organization_makes_its_record_mine(
    api: TestClient, platform: Platform, database_url: str, asked: Asked
) -> None:
    code = confirm(api, platform, asked.source, asked.user).json()["code"]

    told = types(api, asked, f" {code[:5]}-{code[5:]} ".lower())

    assert 303 == told
    assert asked.person.customer_id == owner(database_url, asked.subject)


def test_an_organization_learns_nothing_of_whom_it_confirms(api: TestClient, platform: Platform, asked: Asked) -> None:
    known = confirm(api, platform, asked.source, asked.user)
    unknown = confirm(api, platform, asked.source, make.name("user"))

    assert [201, 201] == [known.status_code, unknown.status_code]
    assert {"code", "expires_at"} == set(known.json()) == set(unknown.json())
    assert len(known.json()["code"]) == len(unknown.json()["code"])


def test_a_code_of_another_organization_proves_nothing(api: TestClient, platform: Platform, asked: Asked) -> None:
    code = confirm(api, platform, make.organization(platform), asked.user).json()["code"]

    assert 401 == types(api, asked, code)


def test_an_organization_confirms_no_record_of_others(
    api: TestClient, platform: Platform, database_url: str, asked: Asked
) -> None:
    """What a second organization knows for certain to be the same person is not the first one's to give away."""
    other, mark = make.organization(platform), Identifier(IdentifierType.PHONE, make.phone(), verified=True)
    for source, user in ((asked.source, asked.user), (other, make.name("user"))):
        stated = (mark,)
        make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "x", user=user, identifiers=stated))
    code = confirm(api, platform, asked.source, asked.user).json()["code"]

    told = types(api, asked, code)

    assert told in {401, 404}
    assert asked.person.customer_id != owner(database_url, asked.subject)


def test_a_code_works_once_and_not_for_ever(
    api: TestClient, platform: Platform, database_url: str, asked: Asked
) -> None:
    code = confirm(api, platform, asked.source, asked.user).json()["code"]
    with psycopg.connect(database_url) as connection:
        connection.execute("update confirmation set expires_at = now() - interval '1 second'")

    assert 401 == types(api, asked, code)


def test_a_program_needs_the_scope(api: TestClient, platform: Platform, asked: Asked) -> None:
    headers = make.service(platform, asked.source, "records:write")

    answer = api.post("/v1/subjects/confirmations", json={"user_id": asked.user}, headers=headers)

    assert 403 == answer.status_code


def test_the_code_of_the_organization_brings_nothing_that_is_only_alike(
    api: TestClient, platform: Platform, database_url: str
) -> None:
    """A thief opens an account with somebody's name and number, and has the shop confirm that account to them."""
    shop, thief, number = make.organization(platform), make.person(platform), make.phone()
    facts = {"first_name": "Noor", "last_name": "de Wit", "birth_date": "1988-03-24", "phone": number}
    known = (Identifier(IdentifierType.PHONE, number, verified=False),)
    users = make.name("theirs"), make.name("thief")
    found = []
    for user in users:
        said = [make.item(Kind.ATTRIBUTES, name, value, user=user, identifiers=known) for name, value in facts.items()]
        make.delivery(platform, shop, *said)
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "select subject_id from subject where source_id = %s order by created_at desc limit 1",
                (shop.organization_id,),
            ).fetchone()
        assert row is not None
        older(database_url, row[0])
        found.append(row[0])
    theirs, mine = found
    together = owner(database_url, theirs) == owner(database_url, mine)
    bound(database_url, thief, mine)
    code = confirm(api, platform, shop, users[1]).json()["code"]

    types(api, Asked(thief, mine, shop, users[1], ""), code)

    assert together
    assert thief.customer_id == owner(database_url, mine)
    assert thief.customer_id != owner(database_url, theirs)
