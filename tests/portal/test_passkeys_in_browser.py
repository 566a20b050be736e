"""The passkey ceremony in a real browser with a virtual device: what it makes opens, and every abuse does not."""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.portal import cookies
from cdp.logins import passkeys
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from tests import make
from tests.portal.visiting import Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def stray(platform: Platform, chromium: Browser, port: int) -> Iterator[Visitor]:
    """Return somebody on an origin that passkeys are not for."""
    with visiting(platform, chromium, f"http://127.0.0.1:{port}") as somebody:
        yield somebody


def kept(platform: Platform, person: make.Person) -> list[str]:
    """Return the names of the passkeys that the vault keeps of somebody."""
    with platform.database.scoped(person.scope) as session:
        return [each.name for each in passkeys.known(session, OwnKeys(session, platform.ring))]


def test_a_passkey_is_made_and_logs_in(platform: Platform, visitor: Visitor) -> None:
    told: list[str] = []
    visitor.page.on("console", lambda message: told.append(message.text))

    visitor.make_passkey()
    expect(visitor.page.get_by_role("status").first).to_contain_text("Uw passkey is klaar.")
    assert ["Telefoon"] == kept(platform, visitor.person)
    visitor.log_out()
    visitor.go("/inloggen?verder=/veilig-inloggen").get_by_role("button", name="Log in met een passkey").click()

    expect(visitor.page.get_by_role("heading", name="Hoe logt u in?")).to_be_visible()
    assert [] == told


def test_a_passkey_proves_who_it_is_again(platform: Platform, visitor: Visitor) -> None:
    visitor.make_passkey()
    expect(visitor.page.get_by_role("heading", name="Telefoon", exact=True)).to_be_visible()
    before = {each["name"]: each["value"] for each in visitor.context.cookies()}[cookies.SESSION]

    visitor.go("/bevestigen?verder=/account/verwijderen").get_by_role("button", name="Gebruik uw passkey").click()

    expect(visitor.page.get_by_role("heading", name="Alles verwijderen")).to_be_visible()
    after = {each["name"]: each["value"] for each in visitor.context.cookies()}[cookies.SESSION]
    assert before != after


def test_a_device_that_does_not_verify_its_user_makes_nothing(platform: Platform, visitor: Visitor) -> None:
    visitor.verify(is_verified=False)

    visitor.make_passkey()

    expect(visitor.page.get_by_role("alert")).to_contain_text("De passkey is niet gemaakt.")
    assert [] == kept(platform, visitor.person)


def test_a_device_that_does_not_verify_its_user_opens_nothing(visitor: Visitor) -> None:
    visitor.make_passkey()
    expect(visitor.page.get_by_role("heading", name="Telefoon", exact=True)).to_be_visible()
    visitor.log_out()
    visitor.verify(is_verified=False)

    visitor.go("/inloggen").get_by_role("button", name="Log in met een passkey").click()

    expect(visitor.page.get_by_role("alert")).to_contain_text("Inloggen lukte niet.")


def test_another_origin_gets_no_passkey(platform: Platform, stray: Visitor) -> None:
    stray.make_passkey()

    expect(stray.page.get_by_role("alert")).to_be_visible()
    assert ([], []) == (kept(platform, stray.person), stray.held())


def test_the_same_device_is_not_registered_twice(platform: Platform, visitor: Visitor) -> None:
    visitor.make_passkey()
    expect(visitor.page.get_by_role("heading", name="Telefoon", exact=True)).to_be_visible()

    visitor.make_passkey("Nog een keer")

    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert (["Telefoon"], 1) == (kept(platform, visitor.person), len(visitor.held()))


def test_what_a_device_answered_is_worth_nothing_again(visitor: Visitor) -> None:
    """A replay, with everything that the browser had: the cookies, the body, the headers."""
    visitor.make_passkey()
    expect(visitor.page.get_by_role("heading", name="Telefoon", exact=True)).to_be_visible()
    visitor.log_out()
    page = visitor.go("/inloggen")
    with page.expect_request(lambda request: request.url.endswith("/inloggen/passkey")) as sent:
        page.get_by_role("button", name="Log in met een passkey").click()
    expect(page.get_by_role("link", name="Veilig inloggen")).to_be_visible()

    answer = httpx.post(
        sent.value.url,
        content=sent.value.post_data,
        headers={**sent.value.all_headers(), "Sec-Fetch-Site": "same-origin"},
        timeout=300,
    )

    assert (401, "challenge-ended") == (answer.status_code, answer.json()["code"])


def test_a_removed_passkey_opens_nothing(platform: Platform, visitor: Visitor) -> None:
    visitor.make_passkey()
    visitor.page.get_by_text("Veranderen").click()
    visitor.page.get_by_role("button", name="Haal deze passkey weg").click()
    expect(visitor.page.get_by_role("status").first).to_contain_text("Het is weggehaald.")
    visitor.log_out()

    visitor.go("/inloggen").get_by_role("button", name="Log in met een passkey").click()

    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert ([], 1) == (kept(platform, visitor.person), len(visitor.held()))


@pytest.mark.parametrize("choice", [{"address": "u"}, {"address": "je"}, {"language": "en"}], ids=["u", "je", "en"])
def test_nobody_is_shut_out_of_the_ceremony(
    platform: Platform, visitor: Visitor, axe: str, choice: dict[str, str]
) -> None:
    """The gallery has no secure context and hides what only the script shows: here it is looked at."""
    with platform.database.scoped(visitor.person.scope) as session:
        dossier.adapt(session, choice)
    found = []
    for path in ("/veilig-inloggen", "/inloggen", "/bevestigen"):
        page = visitor.go(path)
        expect(page.locator("form[data-passkey]").first).to_be_visible() if path != "/bevestigen" else None
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found += [f"{path}: {rule['id']}: {json.dumps(rule['nodes'][0]['html'])}" for rule in answer["violations"]]

    assert [] == found
