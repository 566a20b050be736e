"""The page of an organization's own administrators: who gets in, what it shows once, and what it leaves alone."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal import cookies
from cdp import clients, clock, organization_details, organizations
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.portal.administering import Admin, program


@pytest.fixture
def admin(platform: Platform, portal: TestClient) -> Iterator[Admin]:
    """Return somebody who logged in to administer a new organization."""
    slug, client = program(platform, "org:admin")
    somebody = Admin(portal, slug, client.client_id, client.client_secret)
    assert 200 == somebody.enter()
    yield somebody
    portal.cookies.clear()


def _works(admin: Admin, client_id: str, secret: str) -> bool:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return bool(admin.browser.post("/oauth/token", data=form).status_code == 200)


def _id_of(admin: Admin, kind: str) -> str:
    found: list[str] = re.findall(f'/beheer/{kind}/([^/"]+)/', admin.page())
    return next(each for each in found if each != admin.client_id)


def test_a_program_is_made_renewed_led_back_and_stopped(admin: Admin) -> None:
    first = admin.made("programmas", naam="till", rechten=["profiles:read"])
    client_id = _id_of(admin, "programmas")
    second = admin.made(f"programmas/{client_id}/geheim")
    worked = [_works(admin, client_id, each) for each in (first, second)]
    back = {"terug": "https://app.example.org/b\nhttps://app.example.org/back", "uit": ""}
    admin.browser.post(f"/beheer/programmas/{client_id}/adressen", data=back)
    shown = admin.page()
    stopped = admin.browser.post(f"/beheer/programmas/{client_id}/stop")

    assert [False, True] == worked
    assert "https://app.example.org/b\nhttps://app.example.org/back" in shown
    assert first not in shown
    assert second not in shown
    assert "Dit is gestopt" in stopped.text
    assert not _works(admin, client_id, second)
    assert client_id not in admin.page()


def test_a_write_key_is_made_renewed_and_stopped(admin: Admin) -> None:
    def sent(key: str) -> int:
        header = {"Authorization": f"Bearer {key}"}
        answer = admin.browser.post("/v1/track", json={"userId": "u-1", "event": "Seen"}, headers=header)
        return int(answer.status_code)

    first = admin.made("sleutels", naam="site")
    second = admin.made(f"sleutels/{_id_of(admin, 'sleutels')}/geheim")
    worked = [sent(each) for each in (first, second)]
    admin.browser.post(f"/beheer/sleutels/{_id_of(admin, 'sleutels')}/stop")

    assert [401, 200] == worked
    assert 401 == sent(second)


def test_who_may_make_no_write_key_is_told_and_shown_no_form(platform: Platform, admin: Admin) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        mine = organizations.named(session, admin.slug).organization_id
        organization_details.put(session, mine, may=["profiles:read"])

    page = admin.page()

    assert 'action="/beheer/sleutels"' not in page
    assert "mag nog geen sleutels maken" in page


def test_the_language_and_the_address_of_letters_are_changed(admin: Admin) -> None:
    changed = admin.browser.post("/beheer/gegevens", data={"taal": "en", "adres": "privacy@example.org"})
    back = admin.browser.post("/beheer/gegevens", data={"taal": "", "adres": ""})

    assert "Dit is bewaard." in changed.text
    assert '<option value="en" selected>' in changed.text
    assert 'value="privacy@example.org"' in changed.text
    assert '<option value="">Nederlands en Engels</option>' in back.text
    assert " selected>" not in back.text.partition("/beheer/gegevens")[2].partition("</form>")[0]
    assert "privacy@example.org" not in back.text


def test_what_a_program_may_is_said_in_words_beside_its_scope(admin: Admin) -> None:
    admin.browser.post("/taal", data={"taal": "nl", "verder": "/beheer"})

    ticked = admin.page().partition('value="profiles:read"')[2].partition("</label>")[0]

    assert "Klanten opzoeken en bekijken" in ticked
    assert "(profiles:read)" in ticked


def test_the_program_that_one_is_logged_in_with_is_marked(admin: Admin) -> None:
    admin.made("programmas", naam="till", rechten=["profiles:read"])

    plates = [
        each for each in admin.page().split('<li class="plate way">') if "Met dit programma is nu ingelogd." in each
    ]

    assert [True] == [admin.client_id in each for each in plates]


def test_a_webhook_says_what_it_is_for_and_what_goes_wrong(admin: Admin, database_url: str) -> None:
    admin.made("webhooks", adres="https://hook.example.org/", uitleg="voor de kassa")
    webhook = _id_of(admin, "webhooks")
    before = admin.page()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update signal_stream set failures = 3, failure = 'status-500' where stream_id = %s", (webhook,)
        )
    renewed = admin.browser.post(f"/beheer/webhooks/{webhook}/geheim").text

    assert "voor de kassa." in before
    assert "niet gelukt" not in before
    assert "Achter elkaar niet gelukt: 3 keer (status-500)." in admin.page()
    assert "https://hook.example.org/" in renewed


def test_a_second_test_in_a_minute_is_told_to_wait(admin: Admin) -> None:
    admin.made("webhooks", adres="https://hook.example.org/")
    place = f"/beheer/webhooks/{_id_of(admin, 'webhooks')}/proef"

    admin.browser.post(place)
    second = admin.browser.post(place)

    assert (422, True) == (second.status_code, "1 keer per minuut" in second.text)


def test_a_type_is_filed_and_given_up(admin: Admin) -> None:
    form = {"soort": "interaction", "naam": "Meter Read", "categorie": "usage", "nl": "Meter", "en": "Meter"}

    filed = admin.browser.post("/beheer/soorten", data=form)
    gone = admin.browser.post("/beheer/soorten/weg", data={"soort": "interaction", "naam": "meter-read"})

    assert "meter-read" in filed.text
    assert "meter-read" not in gone.text


def test_a_webhook_is_made_tried_renewed_and_stopped(admin: Admin) -> None:
    first = admin.made("webhooks", adres="https://hook.example.org/changes", uitleg="till")
    webhook = _id_of(admin, "webhooks")
    second = admin.made(f"webhooks/{webhook}/geheim")
    tried = admin.browser.post(f"/beheer/webhooks/{webhook}/proef")
    gone = admin.browser.post(f"/beheer/webhooks/{webhook}/stop")

    assert first.startswith("whsec_")
    assert first != second
    assert "proefbericht" in tried.text
    assert "hook.example.org" not in gone.text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("programmas", {"naam": "till", "rechten": ["audit:read"]}),
        ("programmas", {"naam": "till"}),
        ("programmas", {"naam": "", "rechten": ["profiles:read"]}),
        ("programmas/c-none/geheim", {}),
        ("sleutels/k-none/stop", {}),
        ("webhooks", {"adres": "http://hook.example.org/"}),
        ("webhooks", {"adres": "https://10.0.0.1/"}),
        ("webhooks/00000000-0000-7000-8000-000000000007/stop", {}),
        ("soorten", {"soort": "interaction", "naam": "x", "categorie": "none", "nl": "x", "en": "x"}),
        ("soorten", {"soort": "none", "naam": "x", "categorie": "usage", "nl": "x", "en": "x"}),
        ("soorten/weg", {"soort": "interaction", "naam": "none"}),
        ("gegevens", {"taal": "fr"}),
        ("gegevens", {"adres": "nobody"}),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    admin: Admin, path: str, form: dict[str, str | list[str]]
) -> None:
    before = admin.page()

    refused = admin.browser.post(f"/beheer/{path}", data=form)

    assert 422 == refused.status_code
    assert 'role="alert"' in refused.text
    assert before == admin.page()


def test_an_address_that_is_unfit_is_refused(admin: Admin) -> None:
    admin.made("programmas", naam="app", rechten=["profiles:read"])
    client_id = _id_of(admin, "programmas")

    refused = admin.browser.post(f"/beheer/programmas/{client_id}/adressen", data={"terug": "http://app.example.org/"})

    assert (422, True) == (refused.status_code, "https://" in refused.text)


def test_of_another_organization_nothing_is_there(platform: Platform, admin: Admin) -> None:
    slug, other = program(platform, "profiles:read")

    shown = admin.page()
    answers = [
        admin.browser.post(f"/beheer/programmas/{other.client_id}/{step}").status_code
        for step in ("geheim", "adressen", "stop")
    ]

    assert [422, 422, 422] == answers
    assert _works(admin, other.client_id, other.client_secret)
    assert slug not in shown
    assert other.client_id not in shown


@pytest.mark.parametrize("step", ["programmas", "sleutels", "webhooks", "soorten", "gegevens"])
def test_what_is_grave_needs_a_fresh_proof_and_stopping_does_not(admin: Admin, database_url: str, step: str) -> None:
    admin.made("sleutels", naam="site")
    key = _id_of(admin, "sleutels")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update access_token set issued_at = now() - interval '20 minutes' where client_id = %s", (admin.client_id,)
        )

    asked = admin.browser.post(f"/beheer/{step}", data={"naam": "latecomer"}, follow_redirects=False)
    led = admin.browser.post(f"/beheer/sleutels/{key}/geheim", follow_redirects=False)
    page = admin.page()
    stopped = admin.browser.post(f"/beheer/sleutels/{key}/stop")

    assert (403, True) == (asked.status_code, 'action="/beheer/inloggen"' in asked.text)
    assert (303, True) == (led.status_code, led.headers["location"].startswith("/beheer/inloggen"))
    assert "latecomer" not in page
    assert "Maak een sleutel" not in page
    assert "Dit is gestopt" in stopped.text


@pytest.mark.parametrize("end", ["leave", "stop the program", "close", "expire", "renew"])
def test_a_login_ends(platform: Platform, admin: Admin, database_url: str, end: str) -> None:
    word = admin.browser.cookies[cookies.OFFICE]
    match end:
        case "leave":
            admin.browser.post("/beheer/uitloggen")
        case "stop the program":
            admin.browser.post(f"/beheer/programmas/{admin.client_id}/stop")
        case "close":
            with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
                organizations.named(session, admin.slug).closed_at = clock.now()
        case "expire":
            with psycopg.connect(database_url) as connection:
                connection.execute(
                    "update access_token set expires_at = now() where client_id = %s", (admin.client_id,)
                )
        case "renew":
            admin.enter()
            assert word != admin.browser.cookies[cookies.OFFICE]
            admin.browser.cookies.clear()
            with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
                clients.rotate(session, platform.fingerprints, admin.client_id, at=clock.now())
    admin.browser.cookies.clear()
    admin.browser.cookies.set(cookies.OFFICE, word)

    answer = admin.browser.get("/beheer", follow_redirects=False)

    assert (303, "/beheer/inloggen") == (answer.status_code, answer.headers["location"].partition("?")[0])


@pytest.mark.parametrize(
    ("scopes", "is_bound"), [(("profiles:read",), False), (("org:admin",), True), (("audit:read",), False)]
)
def test_a_program_that_may_not_administer_here_does_not_get_in(
    platform: Platform, portal: TestClient, scopes: tuple[str, ...], *, is_bound: bool
) -> None:
    slug, client = program(platform, *scopes, is_bound=is_bound)
    somebody = Admin(portal, slug, client.client_id, client.client_secret)

    assert 401 == somebody.enter()
    assert cookies.OFFICE not in portal.cookies


@pytest.mark.parametrize("wrong", ["", "cdp_cs_wrong", "é", "x" * 200])
def test_a_wrong_secret_is_refused_and_never_repeated(admin: Admin, wrong: str) -> None:
    admin.browser.cookies.clear()

    answer = admin.browser.post("/beheer/inloggen", data={"programma": admin.client_id, "geheim": wrong})

    assert 401 == answer.status_code
    assert not wrong or wrong not in answer.text
    assert cookies.OFFICE not in admin.browser.cookies


def test_the_login_of_the_page_opens_nothing_of_the_api(admin: Admin) -> None:
    word = admin.browser.cookies[cookies.OFFICE]
    headers = {"Authorization": f"Bearer {word}", "Accept": "application/json"}

    answers = [admin.browser.get(each, headers=headers).status_code for each in ("/v1/organization", "/v1/changes")]

    assert [401, 401] == answers


def test_a_customers_session_opens_no_page_of_an_administrator(platform: Platform, portal: TestClient) -> None:
    portal.cookies.clear()
    word = make.person(platform).headers["Authorization"].removeprefix("Bearer ")
    portal.cookies.set(cookies.OFFICE, word)

    assert 303 == portal.get("/beheer", follow_redirects=False).status_code


def test_the_cookie_is_for_no_script_and_no_other_site(admin: Admin) -> None:
    admin.browser.cookies.clear()
    form = {"programma": admin.client_id, "geheim": admin.secret}

    said = admin.browser.post("/beheer/inloggen", data=form, follow_redirects=False).headers["set-cookie"].lower()

    assert "httponly" in said
    assert "samesite=strict" in said


def test_the_page_speaks_english_to_who_asked_for_it(admin: Admin) -> None:
    admin.browser.post("/taal", data={"taal": "en", "verder": "/beheer"})

    assert '<html lang="en"' in admin.page()
    assert "Kinds of data" in admin.page()
