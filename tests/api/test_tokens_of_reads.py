"""A token is looked at in the transaction that reads: one that ended since its last use opens nothing."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
import pytest
from starlette.testclient import TestClient

from api import lean
from api.possession import Shown
from api.rates import Rates
from cdp.credentials import CredentialEnded
from cdp.ingest.items import Kind
from cdp.keys.tokens import Prefix
from cdp.logins.token_checks import TokenChecks
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker
from cdp.scope import Held, Principal, Scope
from consent.errors import Problem
from tests import make
from tests.api.token_ends import ENDS, OF_ITS_CLIENT

CARE = {"purpose": "customer-care"}
NOBODY = "access where customer_id = '00000000-0000-0000-0000-000000000000'"


class Desk(NamedTuple):
    """A program that just read a profile, and a hand behind the wall."""

    headers: dict[str, str]
    path: str
    token: bytes
    behind: psycopg.Connection[tuple[Any, ...]]

    def change(self, what: str) -> None:
        self.behind.execute(what.encode(), {"token": self.token})

    def looks(self) -> int:
        row = self.behind.execute("select count(*) from access where path = 'profile'").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def desk(api: TestClient, platform: Platform, database_url: str) -> Iterator[Desk]:
    organization, bank, user = make.organization(platform), make.organization(platform), make.name("user")
    person = make.person(platform, address=(address := make.email()))
    make.known_person(platform, bank, address, user=user)
    make.delivery(platform, bank, make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user))
    make.grant(platform, person, organization, purpose="customer-care")
    headers = make.service(platform, organization, "profiles:read")
    token = platform.fingerprints.fingerprint(headers["Authorization"][7:], Prefix.ACCESS_TOKEN)
    path = f"/v1/profiles/{platform.profile_ids.profile_id(person.customer_id, organization.organization_id)}"
    with psycopg.connect(database_url, autocommit=True) as behind:
        desk = Desk(headers, path, token, behind)
        for _ in range(2):
            assert 200 == api.get(path, params=CARE, headers=headers).status_code
        yield desk


@pytest.mark.parametrize("ended", ENDS)
@pytest.mark.parametrize("asked", [CARE, {"purpose": "nonsense"}, {}, CARE | {"category": "contact"}])
def test_a_token_that_ended_is_refused_at_once_whatever_it_asks(
    api: TestClient, desk: Desk, ended: str, asked: dict[str, str]
) -> None:
    before = desk.looks()
    desk.change(ENDS[ended])

    answers = [api.get(desk.path, params=asked, headers=desk.headers) for _ in range(2)]

    assert [(401, "credential-ended")] * 2 == [(each.status_code, each.json()["code"]) for each in answers]
    assert before == desk.looks()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("update access_token set scopes = '{}' where token_hash = %(token)s", 403, "insufficient-scope"),
        (f"update client set organization_id = null {OF_ITS_CLIENT}", 403, "no-organization"),
        ("update access_token set key_hash = sha256('a key') where token_hash = %(token)s", 401, "proof-failed"),
    ],
)
def test_what_a_token_may_do_is_looked_at_with_it(
    api: TestClient, desk: Desk, change: str, status: int, code: str
) -> None:
    before = desk.looks()
    desk.change(change)

    answer = api.get(desk.path, params=CARE, headers=desk.headers)

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert before == desk.looks()


def test_a_program_that_changed_its_organization_reads_as_the_new_one(
    api: TestClient, platform: Platform, desk: Desk
) -> None:
    other = make.organization(platform).organization_id
    desk.change(f"update client set organization_id = '{other}' {OF_ITS_CLIENT}")

    assert 404 == api.get(desk.path, params=CARE, headers=desk.headers).status_code


def test_who_shares_a_transaction_with_a_token_that_ended_is_served(
    api: TestClient, platform: Platform, desk: Desk
) -> None:
    desk.change(
        "insert into access_token (token_hash, client_id, scopes, issued_at, expires_at)"
        " select '\\x01'::bytea, client_id, scopes, issued_at, expires_at"
        " from access_token where token_hash = %(token)s"
    )
    found = asyncio.run(_together(platform, desk, [desk.token, b"\x01", desk.token]))

    assert ["served", "credential-ended", "served"] == found


async def _together(platform: Platform, desk: Desk, tokens: list[bytes]) -> list[str]:
    """Return what came of reads that arrive together, after the second token was believed and then ended."""
    platform = Platform.open(platform.settings)
    profiles, checks = Profiles(platform), TokenChecks(platform)
    await platform.database.open()
    try:
        holders = [await checks.holder(each) for each in tokens]
        organization = holders[0].organization
        assert organization is not None
        await profiles.check(Asker(organization, holders[0].client_id, "customer-care"))
        desk.change("delete from access_token where token_hash = '\\x01'")
        rates = Rates(platform.settings)
        state = SimpleNamespace(platform=platform, token_checks=checks, profiles=profiles, rates=rates)
        served = await asyncio.gather(*[_one(state, desk, each) for each in tokens], return_exceptions=True)
    finally:
        await platform.database.close()
    return [each.code if isinstance(each, Problem) else str(each) for each in served]


async def _one(state: SimpleNamespace, desk: Desk, token: bytes) -> str:
    scope: dict[str, Any] = {
        "app": SimpleNamespace(state=state),
        "query_string": b"purpose=customer-care",
        "path_params": {"profile_id": desk.path.rpartition("/")[2]},
    }
    reading = await lean.read_by(scope, token, Shown("", as_bound=False))
    return "served" if reading.document else reading.reason


def test_a_scope_is_not_entered_for_a_token_of_another_program(platform: Platform, desk: Desk) -> None:
    scope = Scope(Principal.EXPORTER, make.organization(platform).organization_id, client="somebody-else")

    async def enter() -> None:
        database = Platform.open(platform.settings).database
        await database.open()
        try:
            await database.at_once(scope, b"select 1", {}, held=Held([desk.token], "profiles:read"))
        finally:
            await database.close()

    with pytest.raises(CredentialEnded):
        asyncio.run(enter())
