"""The forms of an organization's administrators: what was typed stays, and how employees log in is said here."""

from collections.abc import Iterator
from functools import partial
from html import unescape

import pytest
from starlette.testclient import TestClient

from cdp import clients, clock, organizations
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests.portal.test_office import Admin, program


@pytest.fixture
def admin(platform: Platform, portal: TestClient) -> Iterator[Admin]:
    """Return somebody who logged in to administer a new organization."""
    slug, client = program(platform, "org:admin")
    somebody = Admin(portal, slug, client.client_id, client.client_secret)
    assert 200 == somebody.enter()
    yield somebody
    portal.cookies.clear()


def test_what_was_typed_stands_there_again_with_what_is_wrong_at_its_field(admin: Admin) -> None:
    form = {"naam": "Kassa", "rechten": ["profiles:read", "audit:read"], "mens": "ja"}
    page = unescape(admin.browser.post("/beheer/programmas", data=form).text)
    hook = {"adres": "http://hook.example.org/", "uitleg": "Kassa"}
    webhook = unescape(admin.browser.post("/beheer/webhooks", data=hook).text)

    assert 'name="naam" type="text" maxlength="100" value="Kassa"' in page
    assert 'value="profiles:read" checked' in page
    assert 'name="mens" value="ja" checked' in page
    assert '<fieldset class="give" id="niet-goed" aria-invalid="true" aria-describedby="waarom-niet">' in page
    assert 'value="http://hook.example.org/" aria-invalid="true" aria-describedby="waarom-niet"' in webhook
    assert 'value="Kassa"' in webhook
    assert [1, 1] == [each.count('id="waarom-niet"') for each in (page, webhook)]
    assert "niet-goed" not in admin.page()


@pytest.fixture
def role(platform: Platform, admin: Admin) -> str:
    """Return a program of the administrator's organization through which people look."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = organizations.named(session, admin.slug)
        add = partial(clients.create, session, platform.fingerprints, organization=made.organization_id)
        return str(add(name="Balie", scopes=("profiles:read",), is_human=True, at=clock.now()).client_id)


def test_the_provider_of_employees_is_said_shown_and_stopped(admin: Admin, role: str) -> None:
    form: dict[str, str | list[str]] = {
        "uitgever": "https://login.example.org",
        "naam": "mijn-klant",
        "geheim": "s3cret",
    }
    roles: dict[str, str | list[str]] = {"kenmerk": "roles", "programma": [role], "rol": ["balie, telefoon"]}
    before = admin.page()
    kept = unescape(admin.browser.post("/beheer/medewerkers", data=form | roles).text)
    again = unescape(admin.browser.post("/beheer/medewerkers", data=form | roles | {"geheim": ""}).text)
    stopped = unescape(admin.browser.post("/beheer/medewerkers/stop").text)

    assert f"/klantkaart/terug/{admin.slug}" in before
    assert "Er is nog geen aanbieder." in before
    assert "Dit is bewaard." in kept
    assert 'value="balie, telefoon"' in kept
    assert "Laat dit leeg, dan blijft het geheim zoals het is." in again
    assert "s3cret" not in kept + again
    assert "Er is nog geen aanbieder." in stopped


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"uitgever": "http://login.example.org"}, "uitgever"),
        ({"uitgever": ""}, "uitgever"),
        ({"naam": ""}, "aanbieder"),
        ({"kenmerk": ""}, "kenmerk"),
        ({"geheim": "x" * 200, "rol": " , "}, None),
    ],
)
def test_a_provider_that_is_unfit_is_told_at_its_field_and_never_repeats_the_secret(
    admin: Admin, role: str, wrong: dict[str, str], field: str | None
) -> None:
    form = {"uitgever": "https://login.example.org", "naam": "mijn-klant", "geheim": "s3cret"}
    roles = {"kenmerk": "roles", "programma": role, "rol": "balie"}

    refused = admin.browser.post("/beheer/medewerkers", data=form | roles | wrong)

    page = unescape(refused.text)
    assert 422 == refused.status_code
    at = page.partition('aria-invalid="true"')[0].rpartition("<")[2]
    assert field is None or f'id="{field}"' in at
    assert page.count('id="waarom-niet"') == 1
    assert "s3cret" not in page
