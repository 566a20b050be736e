"""The forms of an organization's administrators: what was typed stays, and how employees log in is said here."""

import re
from collections.abc import Iterator
from functools import partial
from html import unescape

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal import cookies
from cdp import clients, clock, organizations
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests.portal.administering import Admin, program


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


_FORMS: list[tuple[str, dict[str, str | list[str]], list[str]]] = [
    ("gegevens", {"taal": "en", "adres": "brief@example.org"}, ['value="en" selected', 'value="brief@example.org"']),
    (
        "programmas",
        {"naam": "Kassa", "rechten": ["profiles:read"], "mens": "ja"},
        ['value="Kassa"', 'value="profiles:read" checked', 'name="mens" value="ja" checked'],
    ),
    (
        "programmas/{me}/adressen",
        {"terug": "https://a.example.org/\nhttps://b.example.org/", "uit": ""},
        [">https://a.example.org/\nhttps://b.example.org/</textarea>"],
    ),
    ("sleutels", {"naam": '"><b>Kassa'}, ['value="&#34;&gt;&lt;b&gt;Kassa"']),
    ("soorten", {"soort": "product", "naam": "boiler", "categorie": "contact"}, ['value="boiler"']),
    ("webhooks", {"adres": "https://hook.example.org/", "uitleg": "Kassa"}, ['value="https://hook.example.org/"']),
    (
        "medewerkers",
        {"uitgever": "https://login.example.org", "naam": "mijn-klant", "geheim": "s3cret"},
        ['value="https://login.example.org"', 'value="mijn-klant"'],
    ),
]


@pytest.fixture
def late(admin: Admin, role: str, database_url: str) -> Admin:
    """Return an administrator of an organization with a program for people, whose proof is too old."""
    assert role
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update access_token set issued_at = now() - interval '20 minutes' where client_id = %s", (admin.client_id,)
        )
    return admin


def _kept(page: str) -> str:
    found = re.search('name="bewaard" value="([^"]+)"', page)
    assert found is not None, page
    return unescape(found[1])


@pytest.mark.parametrize(("path", "form", "shown"), _FORMS)
def test_what_was_typed_stands_there_again_after_another_proof(
    late: Admin, path: str, form: dict[str, str | list[str]], shown: list[str]
) -> None:
    way = {"programma": late.client_id, "geheim": late.secret}
    asked = late.browser.post(f"/beheer/{path.format(me=late.client_id)}", data=form, follow_redirects=False)
    wrong = late.browser.post("/beheer/inloggen", data=way | {"geheim": "wrong", "bewaard": _kept(asked.text)})
    again = late.browser.post("/beheer/inloggen", data=way | {"bewaard": _kept(wrong.text)}, follow_redirects=False)

    assert [403, 401, 200] == [each.status_code for each in (asked, wrong, again)]
    assert [] == [each for each in shown if each not in again.text]
    assert "Het is nog niet bewaard." in again.text
    assert "s3cret" not in asked.text + wrong.text + again.text
    assert "Het is nog niet bewaard." not in late.page()
    assert cookies.OFFICE in again.cookies


@pytest.fixture
def ended(admin: Admin, role: str, database_url: str) -> Admin:
    """Return the same whose login ran out a few minutes ago."""
    assert role
    gone = "update access_token set expires_at = now() - interval '9 minutes' where client_id = %s"
    with psycopg.connect(database_url) as connection:
        connection.execute(gone, (admin.client_id,))
    return admin


@pytest.mark.parametrize(("path", "form", "shown"), _FORMS)
def test_what_was_typed_stands_there_again_after_another_login(
    ended: Admin, path: str, form: dict[str, str | list[str]], shown: list[str]
) -> None:
    way = {"programma": ended.client_id, "geheim": ended.secret}
    asked = ended.browser.post(f"/beheer/{path.format(me=ended.client_id)}", data=form, follow_redirects=False)
    again = ended.browser.post("/beheer/inloggen", data=way | {"bewaard": _kept(asked.text)}, follow_redirects=False)

    assert "Er is nog niets bewaard. Log eerst opnieuw in." in asked.text
    assert [401, 200] == [each.status_code for each in (asked, again)]
    assert [] == [each for each in shown if each not in again.text]
    assert "Het is nog niet bewaard." in again.text
    assert "s3cret" not in asked.text + again.text
    assert "Het is nog niet bewaard." not in ended.page()


def test_a_wrong_secret_after_the_login_ran_out_is_no_step_of_who_is_there(ended: Admin) -> None:
    asked = ended.browser.post("/beheer/sleutels", data={"naam": "Kassa"}, follow_redirects=False)
    wrong = {"programma": ended.client_id, "geheim": "no-such-secret", "bewaard": _kept(asked.text)}

    answer = ended.browser.post("/beheer/inloggen", data=wrong, follow_redirects=False)

    assert 401 == answer.status_code
    assert "Er is nog niets bewaard. Log eerst opnieuw in." in answer.text
    assert "Dit is een zware stap." not in answer.text


@pytest.mark.parametrize("path", ["sleutels/k-none/geheim", "sleutels/k-none/stop", "medewerkers/stop", "soorten/weg"])
def test_a_form_into_which_nothing_was_typed_leads_to_the_login_that_ran_out(ended: Admin, path: str) -> None:
    led = ended.browser.post(f"/beheer/{path}", follow_redirects=False)

    assert (303, True) == (led.status_code, led.headers["location"].startswith("/beheer/inloggen"))


@pytest.mark.parametrize("end", ["unknown", "left", "long ago", "stopped", "renewed"])
def test_what_was_typed_under_no_login_is_kept_for_nobody(ended: Admin, database_url: str, end: str) -> None:
    word = ended.browser.cookies[cookies.OFFICE]
    statement = {
        "unknown": "delete from access_token where client_id = %s",
        "left": "update access_token set revoked_at = now() where client_id = %s",
        "long ago": "update access_token set expires_at = now() - interval '61 minutes' where client_id = %s",
        "stopped": "update client set revoked_at = now() where client_id = %s",
        "renewed": "delete from access_token where client_id = %s",
    }[end]
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, (ended.client_id,))
    ended.browser.cookies.clear()
    ended.browser.cookies.set(cookies.OFFICE, "x" if end == "renewed" else word)

    led = ended.browser.post("/beheer/sleutels", data={"naam": "Kassa"}, follow_redirects=False)

    assert (303, True) == (led.status_code, led.headers["location"].startswith("/beheer/inloggen"))
    assert "Kassa" not in led.headers["location"]


def test_what_somebody_typed_is_shown_to_nobody_else_of_their_organization(
    platform: Platform, ended: Admin, database_url: str
) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        mine = organizations.named(session, ended.slug).organization_id
        add = partial(clients.create, session, platform.fingerprints, organization=mine)
        other = add(name="Collega", scopes=("org:admin",), at=clock.now())
    asked = ended.browser.post("/beheer/sleutels", data={"naam": "Kassa"}).text

    form = {"programma": other.client_id, "geheim": other.client_secret, "bewaard": _kept(asked)}
    page = ended.browser.post("/beheer/inloggen", data=form)

    assert (200, True, False) == (page.status_code, other.client_id in page.text, "Kassa" in page.text)


@pytest.mark.parametrize("words", [1, 20])
def test_the_longest_lists_stand_there_again_after_another_proof(late: Admin, role: str, words: int) -> None:
    said = ",".join(["\x01" * 200] * (20 // words))
    form = {"uitgever": "https://login.example.org", "naam": "mijn-klant", "kenmerk": "roles"}
    roles = {"programma": [role] * words, "rol": [said.ljust(20 * 201, ",")] * words}
    way = {"programma": late.client_id, "geheim": late.secret}

    asked = late.browser.post("/beheer/medewerkers", data=form | roles)
    again = late.browser.post("/beheer/inloggen", data=way | {"bewaard": _kept(asked.text)})

    assert [403, 200] == [each.status_code for each in (asked, again)]
    assert "Het is nog niet bewaard." in again.text


@pytest.mark.parametrize("field", ["programma", "rol", "rechten"])
def test_what_is_too_long_to_be_right_is_told_before_the_proof(late: Admin, field: str) -> None:
    path = "programmas" if field == "rechten" else "medewerkers"

    assert 422 == late.browser.post(f"/beheer/{path}", data={field: ["x" * 60_000]}).status_code


@pytest.mark.parametrize(
    "kept", ["", "x", "{}", "[]", '["a","b"]', '["a","sleutels",{"naam":1}]', "\ud800", "9" * 39_000]
)
def test_what_no_page_of_ours_kept_is_nothing(admin: Admin, kept: str) -> None:
    form = {"programma": admin.client_id, "geheim": admin.secret, "bewaard": kept.encode("utf-8", "surrogatepass")}

    assert 303 == admin.browser.post("/beheer/inloggen", data=form, follow_redirects=False).status_code


def test_what_was_typed_for_another_organization_is_shown_to_nobody(
    platform: Platform, late: Admin, portal: TestClient
) -> None:
    asked = late.browser.post("/beheer/sleutels", data={"naam": "Kassa"}).text
    _, other = program(platform, "org:admin")
    form = {"programma": other.client_id, "geheim": other.client_secret, "bewaard": _kept(asked)}

    page = portal.post("/beheer/inloggen", data=form)

    assert other.client_id in page.text
    assert "Kassa" not in page.text
