"""Who is asking is asked anew at every request, and each credential opens its own door only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import principals
from api.app import create_app
from api.principals import Auditor, Customer, FreshCustomer, GrantRequester, ProfileReader, RecordWriter, Source
from cdp import clients, clock
from cdp.oauth import access_tokens
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

OPERATOR = Scope(Principal.OPERATOR)
DOORS = ("reader", "writer", "requester", "auditor", "customer", "fresh", "source")


def _add_doors(app: FastAPI) -> None:
    @app.get("/doors/reader")
    def reader(service: ProfileReader) -> dict[str, Any]:
        return {"slug": service.slug, "scope": repr(service.scope(Principal.READER, purpose="advice"))}

    @app.get("/doors/writer")
    def writer(service: RecordWriter) -> dict[str, Any]:
        return {"slug": service.slug}

    @app.get("/doors/requester")
    def requester(service: GrantRequester) -> dict[str, Any]:
        return {"slug": service.slug}

    @app.get("/doors/auditor")
    def auditor(auditor: Auditor) -> dict[str, Any]:
        return {"organization": auditor.organization, "scope": repr(auditor.scope)}

    @app.get("/doors/customer")
    def customer(customer: Customer) -> dict[str, Any]:
        return {"customer_id": customer.customer_id, "scope": repr(customer.scope)}

    @app.get("/doors/fresh")
    def fresh(customer: FreshCustomer) -> dict[str, Any]:
        return {"customer_id": customer.customer_id}

    @app.get("/doors/source")
    def source(source: Source) -> dict[str, Any]:
        return {"slug": source.slug, "batch_bytes": source.batch_bytes, "scope": repr(source.scope)}


@pytest.fixture(scope="module")
def doors(platform: Platform) -> Iterator[TestClient]:
    app = create_app(platform)
    _add_doors(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _opened(doors: TestClient, headers: dict[str, str]) -> set[str]:
    return {each for each in DOORS if 200 == doors.get(f"/doors/{each}", headers=headers).status_code}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _write_key(platform: Platform) -> clients.NewWriteKey:
    owner = make.organization(platform)
    with platform.database.scoped(OPERATOR) as session:
        return clients.create_write_key(
            session, platform.fingerprints, owner.organization_id, name="Website", at=clock.now(), batch_bytes=65_536
        )


@pytest.mark.parametrize(
    ("scope", "door"),
    [
        ("profiles:read", "reader"),
        ("records:write", "writer"),
        ("grants:request", "requester"),
        ("audit:read", "auditor"),
    ],
)
def test_a_scope_opens_its_own_door(doors: TestClient, platform: Platform, scope: str, door: str) -> None:
    headers = make.service(platform, make.organization(platform), scope)

    assert {door} == _opened(doors, headers)


def test_a_session_opens_the_customers_doors(doors: TestClient, platform: Platform) -> None:
    assert {"customer", "fresh"} == _opened(doors, make.person(platform).headers)


def test_a_write_key_opens_the_sources_door(doors: TestClient, platform: Platform) -> None:
    assert {"source"} == _opened(doors, _bearer(_write_key(platform).write_key))


@pytest.mark.parametrize(
    ("door", "needed"),
    [
        ("reader", "an organization's access token"),
        ("auditor", "an organization's access token"),
        ("customer", "a customer's session"),
        ("source", "a source's write key"),
    ],
)
def test_a_closed_door_says_which_credential_opens_it_and_nothing_of_the_one_that_was_shown(
    doors: TestClient, platform: Platform, door: str, needed: str
) -> None:
    session, service = (
        make.person(platform).headers,
        make.service(platform, make.organization(platform), "profiles:read"),
    )
    wrong = [_bearer("x"), service if door == "customer" else session]

    answers = [doors.get(f"/doors/{door}", headers=each) for each in wrong]

    assert [401, 401] == [each.status_code for each in answers]
    assert {f"this call needs {needed}"} == {each.json()["detail"] for each in answers}


def test_a_token_for_the_wire_opens_the_sources_door_and_no_other_token_does(
    doors: TestClient, platform: Platform
) -> None:
    fit, unfit = (
        make.service(platform, make.organization(platform), scope) for scope in ("tracking_api:write", "records:write")
    )

    assert {"source"} == _opened(doors, fit)
    assert (403, "insufficient-scope") == (
        (answer := doors.get("/doors/source", headers=unfit)).status_code,
        answer.json()["code"],
    )


def test_the_fast_lane_says_which_credential_it_needs(doors: TestClient, platform: Platform) -> None:
    answer = doors.get("/v1/profiles/p_x?purpose=advice", headers=make.person(platform).headers)

    assert (401, "this call needs an organization's access token") == (answer.status_code, answer.json()["detail"])


def test_nobody_opens_no_door(doors: TestClient) -> None:
    assert set() == _opened(doors, {})


def test_a_write_key_serves_as_the_user_of_basic_authentication(doors: TestClient, platform: Platform) -> None:
    answer = doors.get("/doors/source", auth=(_write_key(platform).write_key, ""))

    assert (200, 65_536) == (answer.status_code, answer.json()["batch_bytes"])


def test_an_old_proof_does_not_open_the_door_of_grave_acts(doors: TestClient, platform: Platform) -> None:
    old = clock.now() - timedelta(seconds=platform.settings.fresh_seconds + 1)
    person = make.person(platform, proven_at=old)

    answer = doors.get("/doors/fresh", headers=person.headers)

    assert (403, "fresh-login-needed") == (answer.status_code, answer.json()["code"])
    assert {"customer"} == _opened(doors, person.headers)


def test_the_platforms_auditor_acts_for_no_organization(doors: TestClient, platform: Platform) -> None:
    with platform.database.scoped(OPERATOR) as session:
        client = clients.create(
            session, platform.fingerprints, organization=None, name="Auditor", scopes=["audit:read"], at=clock.now()
        )
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        token = access_tokens.issue(
            session, platform, client.client_id, scopes=["audit:read"], at=clock.now(), seconds=60
        )

    answer = doors.get("/doors/auditor", headers=_bearer(token))

    assert (200, None) == (answer.status_code, answer.json()["organization"])


def test_a_client_without_an_organization_is_no_service(
    doors: TestClient, platform: Platform, database_url: str
) -> None:
    with platform.database.scoped(OPERATOR) as session:
        client = clients.create(
            session, platform.fingerprints, organization=None, name="Auditor", scopes=["audit:read"], at=clock.now()
        )
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:  # a token for more than the client has
        token = access_tokens.issue(
            session, platform, client.client_id, scopes=["profiles:read"], at=clock.now(), seconds=60
        )

    answer = doors.get("/doors/reader", headers=_bearer(token))

    assert (403, "no-organization") == (answer.status_code, answer.json()["code"])


def test_a_revoked_write_key_is_refused_at_once(doors: TestClient, platform: Platform) -> None:
    owner = make.organization(platform)
    with platform.database.scoped(OPERATOR) as session:
        key = clients.create_write_key(
            session, platform.fingerprints, owner.organization_id, name="Website", at=clock.now()
        )
    before = _opened(doors, _bearer(key.write_key))

    with platform.database.scoped(OPERATOR) as session:
        clients.revoke_write_key(session, owner.organization_id, key.key_id, at=clock.now())

    assert ({"source"}, set()) == (before, _opened(doors, _bearer(key.write_key)))


def test_a_scope_names_who_asks_for_what() -> None:
    organization, person = uuid4(), uuid4()
    service = principals.Service(organization, "shop", "c-1", frozenset(), b"")

    scope = service.scope(Principal.READER, purpose="advice", customer=person)

    assert Scope(Principal.READER, organization, person, "advice", "c-1") == scope
