"""The demo's front desks: on this machine an employee comes in without a provider, and sees what was granted."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cdp import clock, demo
from cdp.demo import front_desks
from cdp.demo.front_desks import FrontDesk
from cdp.platform import Platform
from tests.portal.conftest import PAGE


@pytest.fixture(scope="module", autouse=True)
def desks(platform: Platform) -> dict[str, FrontDesk]:
    """Return the front desks of a demo that has been loaded."""
    demo.load(platform, at=clock.now())
    return {each.slug: each for each in front_desks.listed(platform, at=clock.now())}


def test_an_employee_walks_in_and_sees_the_card_of_whom_the_page_names(
    portal: TestClient, desks: dict[str, FrontDesk]
) -> None:
    shown = portal.get("/demo/klantkaart").text

    assert {"woonvast", "weidelicht"} == desks.keys()
    for desk in desks.values():
        portal.cookies.clear()
        at_work = portal.post(f"/demo/klantkaart/{desk.slug}")
        assert "/klantkaart" == at_work.url.path
        assert desk.addresses
        for address in desk.addresses:
            assert address in shown
            assert "/klantkaart/p_" in str(portal.post("/klantkaart/zoeken", data={"email": address}).url)


def test_of_who_did_not_grant_it_an_employee_sees_nothing(portal: TestClient, desks: dict[str, FrontDesk]) -> None:
    portal.cookies.clear()
    portal.post("/demo/klantkaart/woonvast")

    for address in desks["weidelicht"].addresses:
        assert 404 == portal.post("/klantkaart/zoeken", data={"email": address}).status_code


def test_nobody_walks_in_through_a_program_that_people_do_not_look_through(portal: TestClient) -> None:
    portal.cookies.clear()

    assert [404, 404] == [portal.post(f"/demo/klantkaart/{slug}").status_code for slug in ("vuurtoren", "nobody")]
    assert "/klantkaart/inloggen" == portal.get("/klantkaart").url.path


def test_nobody_walks_in_from_elsewhere_or_outside_the_demo(portal: TestClient, platform: Platform) -> None:
    app = create_app(replace(platform, settings=replace(platform.settings, is_demo=False, smtp_url="smtp://localhost")))
    strangers = [TestClient(portal.app, client=("192.0.2.7", 1)), TestClient(app, client=("127.0.0.1", 1))]
    for stranger in strangers:
        stranger.headers.update(PAGE)
        assert 404 == stranger.get("/demo/klantkaart").status_code
        assert 404 == stranger.post("/demo/klantkaart/woonvast", follow_redirects=False).status_code
        assert not stranger.cookies


def test_a_form_of_another_site_lets_nobody_in(portal: TestClient) -> None:
    portal.cookies.clear()

    answer = portal.post("/demo/klantkaart/woonvast", headers={"Sec-Fetch-Site": "cross-site"})

    assert (403, 0) == (answer.status_code, len(portal.cookies))


def test_when_the_demo_is_shut_its_employees_are_out(portal: TestClient, platform: Platform) -> None:
    portal.post("/demo/klantkaart/woonvast")
    assert "/klantkaart" == portal.get("/klantkaart").url.path

    demo.shut(platform, at=clock.now())

    assert "/klantkaart/inloggen" == portal.get("/klantkaart").url.path
    assert "Er is hier geen balie." in portal.get("/demo/klantkaart").text
