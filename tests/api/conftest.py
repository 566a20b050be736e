"""The door in front of this module's platform, and a world behind it that auditors look at."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

Headers = dict[str, str]


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[TestClient]:
    """Return a client of the whole application, lifespan included; errors come out as answers."""
    with TestClient(create_app(platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        yield client


@dataclass(frozen=True)
class Audited:
    """Two organizations with acts, reads, refusals and an erasure, and everybody who audits them."""

    shop: Organization
    bank: Organization
    anna: make.Person
    whole: Headers
    of_shop: Headers
    of_bank: Headers


def read(api: TestClient, platform: Platform, person: make.Person, organization: Organization, purpose: str) -> int:
    """Let a program of an organization read a profile, and return the status."""
    profile = platform.profile_ids.profile_id(person.customer_id, organization.organization_id)
    program = make.service(platform, organization, "profiles:read")
    answered: int = api.get(f"/v1/profiles/{profile}", params={"purpose": purpose}, headers=program).status_code
    return answered


@pytest.fixture(scope="module")
def audited(api: TestClient, platform: Platform) -> Audited:
    """Return a world with everything that an auditor may meet: what stays of it are four acts and five accesses."""
    shop, bank = make.organization(platform), make.organization(platform)
    address = make.email()
    make.known_person(platform, shop, address)
    anna = make.person(platform, address=address)
    bram, dirk = make.person(platform), make.person(platform)
    make.anchored(platform)
    make.grant(platform, anna, shop)
    make.grant(platform, anna, bank, purpose="advice")
    make.grant(platform, bram, shop, purpose="research")
    make.grant(platform, dirk, shop)
    assert 200 == read(api, platform, anna, shop, "customer-care")
    assert 200 == read(api, platform, anna, bank, "advice")
    assert 403 == read(api, platform, anna, bank, "research")
    assert 200 == read(api, platform, dirk, shop, "customer-care")
    make.revoke(platform, anna, shop)
    assert 403 == read(api, platform, anna, shop, "customer-care")
    assert 200 == api.get("/v1/me", headers=anna.headers).status_code
    make.anchored(platform)
    assert 200 == api.delete("/v1/me", headers=dirk.headers).status_code
    make.anchored(platform)
    whole, of_shop, of_bank = make.auditor(platform), make.auditor(platform, shop), make.auditor(platform, bank)
    return Audited(shop, bank, anna, whole, of_shop, of_bank)
