"""An administrator sees what customers think and how good the data are; nobody else does."""

import re

import pytest
from starlette.testclient import TestClient

from cdp import clients, clock
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.cdp.listening import talks

PAGES = ("/beheer/cijfers", "/beheer/kwaliteit")


def enter(platform: Platform, browser: TestClient, shop: Organization) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = clients.create(
            session,
            platform.fingerprints,
            organization=shop.organization_id,
            name="administration",
            scopes=("org:admin",),
            at=clock.now(),
        )
    browser.cookies.clear()
    form = {"programma": made.client_id, "geheim": made.client_secret}
    assert 200 == browser.post("/beheer/inloggen", data=form).status_code


def test_figures_stand_in_words_beside_their_drawing(platform: Platform, portal: TestClient) -> None:
    shop = make.organization(platform)
    for _ in range(10):
        talks.answered(platform, shop, talks.ALL_WELL)
    enter(platform, portal, shop)

    shown = portal.get("/beheer/cijfers").text
    earlier = portal.get("/beheer/cijfers", params={"jaar": clock.now().year - 1}).text

    assert "<strong>100%</strong>" in shown
    assert "tussen 72% en 100%" in shown
    assert "<strong>+100</strong>" in shown
    assert "Telefoon" in shown
    assert ">phone<" not in shown
    assert shown.count('<svg class="span"') == shown.count("tussen ") == 16
    assert "<svg class=" not in earlier.partition("<h1>")[2]


def test_the_report_counts_the_organizations_own_data(platform: Platform, portal: TestClient) -> None:
    shop = make.organization(platform)
    talks.talked(platform, shop)
    enter(platform, portal, shop)

    shown = portal.get("/beheer/kwaliteit").text

    _, _, folded = shown.partition('<details class="kind"><summary><h3>Voornaam</h3>')
    told = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", folded)
    assert [("Bekend", "1 mens"), ("Ontbreekt", "0 mensen")] == told[:2]
    assert [("Betwist", "Te weinig"), ("Door de klant verbeterd", "Te weinig")] == told[4:6]


@pytest.mark.parametrize("path", PAGES)
def test_another_organization_sees_nothing_of_it(platform: Platform, portal: TestClient, path: str) -> None:
    talks.answered(platform, make.organization(platform), talks.ALL_WELL)
    enter(platform, portal, make.organization(platform))

    assert "<table>" not in portal.get(path).text


@pytest.mark.parametrize("path", PAGES)
def test_a_customer_is_no_administrator(portal: TestClient, path: str) -> None:
    portal.cookies.clear()

    led = portal.get(path, follow_redirects=False)

    assert (303, True) == (led.status_code, led.headers["location"].startswith("/beheer/inloggen"))
