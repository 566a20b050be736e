"""Every door of the portal, walked: no form of another site, nobody without a session, nothing odd in an address."""

import re
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from cdp import clock, organizations
from cdp.permissions import access_requests
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.portal.conftest import Enter
from tests.portal.doors import DOORS

ASKS_FIRST: Final = "/oauth/logout"
"""Apps send browsers here from elsewhere, as OpenID Connect wants; it does nothing before its own page is answered."""
FORMS: Final = sorted({route.path for route in DOORS if "POST" in (route.methods or ())} - {ASKS_FIRST})
PAGES: Final = sorted({route.path for route in DOORS if "GET" in (route.methods or ())})
OPEN: Final = frozenset(
    {
        ASKS_FIRST,
        "/beheer/inloggen",
        "/demo/klantkaart",
        "/demo/klantkaart/{slug}",
        "/demo/mail",
        "/echt",
        "/echt/{code}",
        "/extern",
        "/favicon.ico",
        "/hulp",
        "/inloggen",
        "/inloggen/code",
        "/inloggen/extern",
        "/inloggen/extern/terug",
        "/inloggen/{token}",
        "/klantkaart/inloggen",
        "/klantkaart/inloggen/{slug}/verder",
        "/klantkaart/terug/{slug}",
        "/login",
        "/login/{token}",
        "/static/{name}",
    }
)
"""Pages for who is not logged in; a new one is a decision, so it is added here on purpose."""
ODD: Final = ("..", "%2e%2e", "'", "<script>", "00000000-0000-0000-0000-000000000000", "x" * 300, "é")
PERSONAL: Final = [path for path in PAGES if path not in OPEN]


def _filled(path: str, value: str = str(UUID(int=7))) -> str:
    return re.sub(r"\{\w+\}", value, path)


def test_there_are_doors_to_walk() -> None:
    assert len(FORMS) > 20
    assert len(PERSONAL) > 10


@pytest.mark.parametrize("path", FORMS)
def test_no_form_of_another_site_gets_in(platform: Platform, enter: Enter, path: str) -> None:
    browser = enter(make.person(platform))

    foreign = browser.post(_filled(path), headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)
    nowhere = browser.post(_filled(path), headers={"Sec-Fetch-Site": "", "Origin": "null"}, follow_redirects=False)

    assert (403, 403) == (foreign.status_code, nowhere.status_code)


@pytest.mark.parametrize("path", PERSONAL)
def test_who_is_not_logged_in_sees_nothing(portal: TestClient, path: str) -> None:
    portal.cookies.clear()

    answer = portal.get(_filled(path), follow_redirects=False)

    assert 303 == answer.status_code
    own = next((each for each in ("/beheer", "/klantkaart") if path.startswith(each)), "")
    assert answer.headers["location"].startswith(f"{own}/inloggen")
    assert "no-store" == answer.headers["cache-control"]


@pytest.mark.parametrize("path", [path for path in PAGES if "{" in path])
def test_an_odd_address_is_no_page_and_breaks_nothing(platform: Platform, enter: Enter, path: str) -> None:
    browser = enter(make.person(platform))

    answers = {odd: browser.get(_filled(path, odd), follow_redirects=False) for odd in ODD}

    assert {} == {odd: each.status_code for odd, each in answers.items() if each.status_code >= 500}
    assert {} == {
        odd: each.text for odd, each in answers.items() if "<script>" in each.text.replace("<script type", "")
    }


def test_what_organizations_write_is_text_and_nothing_else(platform: Platform, enter: Enter) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    person = make.person(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        details = {"legal_name": evil, "kvk": evil, "contact": {"email": evil, "website": f"javascript:{evil}"}}
        asking = organizations.add(session, slug=make.name("evil"), name=evil, details=details, at=clock.now())
        slug, organization = asking.slug, asking.organization_id
    with platform.database.scoped(Scope(Principal.SOURCE, organization)) as session:
        request = access_requests.ask(
            session,
            customer=person.customer_id,
            organization=organization,
            purpose="advice",
            categories=frozenset({"contact"}),
            days=30,
            notice={"nl": evil},
            at=clock.now() - timedelta(days=1),
        )
    browser = enter(person)

    pages = [
        browser.get(path).text for path in ("/", f"/verzoeken/{request}", "/organisaties", f"/organisaties/{slug}")
    ]

    assert [True] * 4 == ["&lt;script&gt;alert(1)" in each for each in pages]
    assert [] == [each for each in pages if "<script>alert" in each or "<img src=x" in each]
    assert [] == [each for each in pages if 'href="javascript:' in each]
