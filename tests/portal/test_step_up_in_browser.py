"""Health asks for a fresh proof on every page that shows, opens or hands it out, and leads back to where one was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.permissions import grants
from cdp.platform import Platform
from tests import make
from tests.portal.conftest import Age
from tests.portal.visiting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = "Zilveren Kruin"
HEALTH = "/gegevens?soort=health"
Prove = Callable[[Visitor], None]


def by_passkey(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Gebruik uw passkey").click()


def by_code(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Stuur mij een code").click()
    caught = visitor.context.request.get(f"{visitor.base}/demo/mail", headers={"Accept": "application/json"}).json()
    visitor.page.get_by_label("De code").fill(caught["letters"][0]["code"])
    visitor.page.get_by_role("button", name="Verder").click()


PROVES = pytest.mark.parametrize("prove", [by_passkey, by_code])


@pytest.fixture
def late(platform: Platform, visitor: Visitor, stale: Age) -> Visitor:
    """Return somebody with a passkey and a fact about health, who proved themselves an hour ago."""
    with platform.database.scoped(visitor.person.scope) as session:
        (address,) = dossier.summary(session, OwnKeys(session, platform.ring)).emails
    mine = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    fact = make.item(Kind.ATTRIBUTES, "health_insurer", SECRET, user=make.name("user"), identifiers=mine)
    with ThreadPoolExecutor(1) as apart:  # the browser's driver holds the event loop of this thread
        assert ["stored"] == apart.submit(make.delivery, platform, make.organization(platform), fact).result()
    visitor.make_passkey()
    expect(visitor.page.get_by_role("heading", name="Telefoon", exact=True)).to_be_visible()
    stale(visitor.person)
    return visitor


@PROVES
def test_what_is_known_about_health_is_read_after_the_proof(late: Visitor, prove: Prove) -> None:
    page = late.go(HEALTH)
    expect(page.get_by_role("heading", name="Bent u het echt?")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)

    prove(late)

    expect(page).to_have_url(late.base + HEALTH)
    expect(page.get_by_text(SECRET).first).to_be_visible()


def test_the_pages_around_it_say_that_it_is_there_and_not_what(late: Visitor) -> None:
    page = late.go("/gegevens")

    expect(page.get_by_role("heading", name="Gezondheid").first).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)


@PROVES
def test_health_is_allowed_after_the_proof_and_not_before(platform: Platform, late: Visitor, prove: Prove) -> None:
    asking = make.organization(platform)
    request = make.access_request(platform, asking, late.person.customer_id, "health")
    place = f"{late.base}/verzoeken/{request}"

    page = late.go(f"/verzoeken/{request}")
    page.get_by_role("button", name="Toestaan").first.click()
    expect(page.get_by_role("heading", name="Bent u het echt?")).to_be_visible()
    before = given(platform, late)
    prove(late)
    expect(page).to_have_url(place)
    page.get_by_role("button", name="Toestaan").first.click()
    expect(page.get_by_role("status").first).to_contain_text("mag tot")

    assert ([], [["health"]]) == (before, given(platform, late))


@PROVES
def test_a_download_comes_after_the_proof(late: Visitor, prove: Prove) -> None:
    page = late.go("/gegevens/meenemen")
    page.locator("a[href='/gegevens/meenemen/json']").click()
    expect(page.get_by_role("heading", name="Bent u het echt?")).to_be_visible()

    with page.expect_download() as coming:
        prove(late)

    assert SECRET in coming.value.path().read_text(encoding="utf-8")


def test_stopping_and_refusing_health_ask_for_no_proof(platform: Platform, late: Visitor) -> None:
    request = make.access_request(platform, make.organization(platform), late.person.customer_id, "health")

    page = late.go(f"/verzoeken/{request}")
    page.get_by_role("button", name="Weigeren").first.click()

    expect(page.get_by_role("status").first).to_contain_text("krijgt geen toegang")


def given(platform: Platform, visitor: Visitor) -> list[list[str]]:
    with platform.database.scoped(visitor.person.scope) as session:
        return [each.categories for each in grants.standing(session) if each.categories]
