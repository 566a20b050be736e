"""The customer card: who gets in through which provider, what they see of whom, and what is logged."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.portal import cookies
from api.portal.speech import Speech
from cdp import clients, clock, demands, due_dates
from cdp.catalog.files import Language
from cdp.ids import row
from cdp.ingest.items import Kind
from cdp.listening.survey import Question
from cdp.messages import inbox, replies
from cdp.office import employees
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.reads import presentations
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.api.approaching import choose
from tests.cdp.listening import talks
from tests.portal import issuing
from tests.portal.conftest import PAGE

CODE = make.name("medewerkers")


@dataclass(frozen=True)
class House:
    """An organization whose employees log in with the provider, and the program of the only role."""

    organization: Organization
    client_id: str


@pytest.fixture(scope="module")
def house(platform: Platform) -> House:
    """Return an organization with a program through which people look."""
    made = make.organization(platform)
    return House(made, make.program(platform, made))


@pytest.fixture(scope="module")
def issuer(platform: Platform, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where a provider is that knows the organization's place here."""
    back = f"{platform.settings.base_url}{employees.PATH}/{house.organization.slug}"
    with issuing.issuer(tmp_path_factory.mktemp("provider"), back) as place:
        yield place


@pytest.fixture(scope="module")
def desk(platform: Platform, house: House, issuer: str) -> Iterator[TestClient]:
    """Return a browser in front of a platform that may ask a provider on loopback."""
    open_platform = replace(platform, settings=replace(platform.settings, allow_private_addresses=True))
    _say(open_platform, house.organization, issuer, {CODE: house.client_id})
    with TestClient(create_app(open_platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as browser:
        browser.headers.update(PAGE)
        yield browser


@pytest.fixture
def enter(desk: TestClient, house: House, issuer: str) -> Callable[..., TestClient]:
    """Return a function by which an employee with these roles logs in."""

    def as_employee(roles: str = CODE) -> TestClient:
        desk.cookies.clear()
        _come(desk, house.organization.slug, issuer, roles)
        return desk

    return as_employee


def _say(platform: Platform, organization: Organization, issuer: str, roles: dict[str, str]) -> None:
    provider = employees.EmployeeProvider(issuer, "cdp", "roles", roles)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        found = session.get_one(Organization, organization.organization_id)
        employees.put(session, platform, found, provider, unverified_secret=issuing.SECRET)


def _come(desk: TestClient, slug: str, issuer: str, roles: str, onward: str = "") -> int:
    issuing.is_now(issuer, sub=make.name("sub"), email=make.email(), roles=roles)
    away = desk.get(f"/klantkaart/inloggen/{slug}/verder", params={"verder": onward}, follow_redirects=False)
    place = issuing.there(away.headers["location"], f"{employees.PATH}/{slug}")
    return int(desk.get(f"/{place}", headers={"Sec-Fetch-Site": "cross-site"}).status_code)


def _dossier(platform: Platform, house: House, *categories: str, address: str | None = None) -> tuple[make.Person, str]:
    """Return somebody whom the organization knows and who granted it these, and under which id."""
    address, user = address or make.email(), make.name("user")
    make.known_person(platform, house.organization, address, user=user)
    said, call = {"properties": {"minutes": 7, "summary": "verhuisde"}}, make.name("call")
    talk = make.item(Kind.INTERACTION, "phone", said, user=user, key=call)
    make.delivery(platform, house.organization, talk)
    person = make.person(platform, address=address)
    if categories:
        make.grant(platform, person, house.organization, categories=frozenset(categories))
    return person, platform.profile_ids.profile_id(person.customer_id, house.organization.organization_id)


def _lines(url: str, person: make.Person) -> list[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select path, client_id, outcome from access where customer_id = %s and organization_id is not null"
            " and principal = 'service' order by at",
            (person.customer_id,),
        ).fetchall()


def test_an_employee_sees_what_is_granted_and_nothing_else(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    named, contact = _dossier(platform, house, "contact")
    unnamed, conversations = _dossier(platform, house, "conversations")
    for person in (named, unnamed):
        choose(platform, person, {"pronunciation": "rijmt op kroon", "reading_level": "easy"})

    first = unescape(enter().get(f"/klantkaart/{contact}").text)
    second = unescape(enter().get(f"/klantkaart/{conversations}").text)

    assert ("Geachte Noor" in first, "verhuisde" in first) == (True, False)
    assert ("Noor" in second, "verhuisde" in second) == (False, True)
    for own in ("rijmt op kroon", "Makkelijke woorden"):
        assert (own in first, own in second) == (True, False)
    assert "De klant laat geen naam en geen taal zien." in second


def test_each_look_stands_in_the_log_with_the_role(
    platform: Platform, house: House, enter: Callable[..., TestClient], database_url: str
) -> None:
    person, profile_id = _dossier(platform, house, "contact")

    enter().get(f"/klantkaart/{profile_id}")

    assert [("card", house.client_id, "released")] == _lines(database_url, person)


def test_without_a_grant_there_is_no_card_and_a_line(
    platform: Platform, house: House, enter: Callable[..., TestClient], database_url: str
) -> None:
    person, profile_id = _dossier(platform, house)
    nobody = platform.profile_ids.profile_id(row(), house.organization.organization_id)

    refused, unknown = (enter().get(f"/klantkaart/{each}") for each in (profile_id, nobody))

    assert (404, 404) == (refused.status_code, unknown.status_code)
    assert _without_time(refused.text) == _without_time(unknown.text)
    assert [("card", house.client_id, "refused")] == _lines(database_url, person)


def _without_time(page: str) -> str:
    return re.sub(r"\d{1,2}:\d\d", "", page)


def test_a_revoked_permission_opens_no_card(platform: Platform, house: House, enter: Callable[..., TestClient]) -> None:
    person, profile_id = _dossier(platform, house, "contact", "conversations")
    before = enter().get(f"/klantkaart/{profile_id}").status_code

    make.revoke(platform, person, house.organization)

    assert (200, 404) == (before, enter().get(f"/klantkaart/{profile_id}").status_code)


def test_a_customer_is_found_by_a_code_or_by_what_is_known(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    address = make.email()
    make.known_person(platform, house.organization, address)
    person = make.person(platform, address=address)
    make.grant(platform, person, house.organization)
    with platform.database.scoped(person.scope) as session:
        shown = presentations.make(session, platform)
    card = f"/klantkaart/{platform.profile_ids.profile_id(person.customer_id, house.organization.organization_id)}"
    forms = ({"code": shown.code}, {"email": f" {address.upper()} "})

    answers = [enter().post("/klantkaart/zoeken", data=each, follow_redirects=False) for each in forms]

    assert [(303, card)] * 2 == [(each.status_code, each.headers.get("location")) for each in answers]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"code": "AAAAAAAA"}, 404),
        ({"email": "nobody@example.org"}, 404),
        ({}, 422),
        ({"code": "  "}, 422),
        ({"naam": "Noor de Wit", "geboren": "gisteren", "postcode": "1011AB", "huisnummer": "1"}, 422),
        ({"naam": "Noor de Wit", "geboren": "1990-02-03", "postcode": "1011AB", "huisnummer": "een"}, 422),
        ({"naam": "Noor de Wit", "geboren": "1990-02-03", "postcode": "1011AB", "huisnummer": "1"}, 404),
        ({"email": "no address"}, 422),
    ],
)
def test_what_names_nobody_is_told_so(enter: Callable[..., TestClient], form: dict[str, str], status: int) -> None:
    answer = enter().post("/klantkaart/zoeken", data=form)

    assert status == answer.status_code
    assert 'role="alert"' in answer.text
    assert all(f'value="{each}"' in answer.text for each in form.values() if each.strip())
    assert "?" not in str(answer.url)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"email": "no address"}, "email"),
        ({"klantnummer": "K-1", "telefoon": "geen"}, "telefoon"),
        ({"naam": "Noor de Wit", "geboren": "gisteren", "postcode": "1011AB", "huisnummer": "1"}, "geboren"),
        ({"naam": "Noor de Wit", "geboren": "1990-02-03", "postcode": "1011AB", "huisnummer": "een"}, "huisnummer"),
        ({"naam": "Noor de Wit", "geboren": "1990-02-03", "postcode": " ", "huisnummer": "1"}, "postcode"),
        ({"geboren": "1990-02-03", "postcode": "1011AB", "huisnummer": "1"}, "naam"),
        ({}, None),
    ],
)
def test_what_cannot_be_sought_is_told_at_its_field(
    enter: Callable[..., TestClient], form: dict[str, str], wrong: str | None
) -> None:
    page = enter().post("/klantkaart/zoeken", data=form).text

    assert ([] if wrong is None else [wrong]) == re.findall(r'<input id="(\w+)"[^>]*aria-invalid', page)


def test_what_the_customer_waits_for_stands_on_the_card(
    platform: Platform, house: House, enter: Callable[..., TestClient], database_url: str
) -> None:
    person, profile_id = _dossier(platform, house, "contact")
    before = unescape(enter().get(f"/klantkaart/{profile_id}").text)
    with psycopg.connect(database_url) as connection:
        ((record,),) = connection.execute(
            "select record_id from record where customer_id = %s and type = 'first_name'", (person.customer_id,)
        ).fetchall()

    with platform.database.scoped(person.scope) as session:
        demands.dispute(platform, session, record, note="private words", at=clock.now())
    after = unescape(enter().get(f"/klantkaart/{profile_id}").text)

    assert ("Er wacht niets" in before, "Zegt dat iets niet klopt" in before) == (True, False)
    assert ("Zegt dat iets niet klopt" in after, "private words" in after) == (True, False)


def _ask_for_a_human(platform: Platform, person: make.Person, owner: Organization, text: str) -> replies.Reply:
    """Say, as a customer, that they want a human in their last conversation with an organization."""
    with platform.database.scoped(person.scope) as session:
        keys = OwnKeys(session, platform.ring)
        talks = (each for each in inbox.entries(session, keys, limit=9) if each.kind == "conversation")
        talk = next(each.entry_id for each in talks if each.organization == owner.organization_id)
        return replies.send(platform, session, keys, talk, text, wants_human=True, at=clock.now())


def test_who_waits_for_a_human_stands_on_the_card_where_conversations_are_granted(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    seen, hidden = _dossier(platform, house, "conversations"), _dossier(platform, house, "contact", "products")
    canary = make.name("canary")
    asked = [_ask_for_a_human(platform, person, house.organization, canary) for person, _ in (seen, hidden)]
    due = due_dates.last_moment(asked[0].due_at)

    pages = [unescape(enter().get(f"/klantkaart/{profile_id}").text) for _, profile_id in (seen, hidden)]
    with platform.database.scoped(Scope(Principal.SOURCE, organization=house.organization.organization_id)) as session:
        replies.settle(session, asked[0].reply_id, is_done=True, at=clock.now())
    after = unescape(enter().get(f"/klantkaart/{seen[1]}").text)

    assert [True, False, False] == ["Wacht op een mens" in page for page in (*pages, after)]
    assert [True, False, False] == [canary in page for page in (*pages, after)]
    assert f"uiterlijk {Speech(Language.NL, clock.now()).date(due)}" in pages[0]
    assert "Er wacht niets op een antwoord van u." in pages[1]


def test_what_was_said_to_another_organization_stays_away_from_the_card(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    other, address = make.organization(platform), make.email()
    user, canary = make.name("user"), make.name("canary")
    person, profile_id = _dossier(platform, house, "conversations", address=address)
    make.known_person(platform, other, address, user=user)
    make.delivery(
        platform, other, make.item(Kind.INTERACTION, "phone", {"properties": {}}, user=user, key=make.name("call"))
    )

    _ask_for_a_human(platform, person, other, canary)
    page = enter().get(f"/klantkaart/{profile_id}").text

    assert (True, False) == ("verhuisde" in page, canary in page)


def test_who_has_no_role_does_not_come_in(desk: TestClient, house: House, issuer: str) -> None:
    desk.cookies.clear()

    statuses = [_come(desk, house.organization.slug, issuer, roles) for roles in ("", "stage", f"{CODE}s")]

    assert [403] * 3 == statuses
    assert cookies.DESK not in desk.cookies


def test_an_answer_is_worth_nothing_in_another_browser_or_twice(desk: TestClient, house: House, issuer: str) -> None:
    slug = house.organization.slug
    desk.cookies.clear()
    issuing.is_now(issuer, sub="once", email=make.email(), roles=CODE)
    away = desk.get(f"/klantkaart/inloggen/{slug}/verder", follow_redirects=False)
    place = issuing.there(away.headers["location"], f"{employees.PATH}/{slug}")
    mine = dict(desk.cookies)

    desk.cookies.clear()
    stolen = desk.get(f"/{place}").status_code
    desk.cookies.update(mine)
    again = desk.get(f"/{place}").status_code

    assert (401, 401) == (stolen, again)
    assert cookies.DESK not in desk.cookies


def test_a_login_ends_with_the_program_of_its_role(
    platform: Platform, enter: Callable[..., TestClient], house: House, issuer: str
) -> None:
    role = make.name("rol")
    client_id = make.program(platform, house.organization)
    open_platform = replace(platform, settings=replace(platform.settings, allow_private_addresses=True))
    _say(open_platform, house.organization, issuer, {role: client_id, CODE: house.client_id})
    browser = enter(role)
    before = browser.get("/klantkaart", follow_redirects=False).status_code

    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        clients.revoke(session, client_id, at=clock.now())

    after = browser.get("/klantkaart", follow_redirects=False)
    assert (200, 303) == (before, after.status_code)
    assert after.headers["location"].startswith("/klantkaart/inloggen")


def test_the_login_leads_on_to_the_card_that_was_asked_for(
    platform: Platform, house: House, desk: TestClient, issuer: str
) -> None:
    _, profile_id = _dossier(platform, house, "contact")
    desk.cookies.clear()
    asked = desk.get(f"/klantkaart/{profile_id}", follow_redirects=False).headers["location"]

    page = desk.get(asked, params={"organisatie": house.organization.slug, "verder": f"/klantkaart/{profile_id}"}).text
    onward = re.search(r'href="(/klantkaart/inloggen/[^"]+)"', page)
    assert onward is not None
    issuing.is_now(issuer, sub="onward", email=make.email(), roles=CODE)
    away = desk.get(unescape(onward[1]), follow_redirects=False)
    place = issuing.there(away.headers["location"], f"{employees.PATH}/{house.organization.slug}")
    back = desk.get(f"/{place}", follow_redirects=False)

    assert f"/klantkaart/{profile_id}" == back.headers["location"]


def test_logging_out_ends_the_login(enter: Callable[..., TestClient], platform: Platform) -> None:
    browser = enter()
    word = browser.cookies[cookies.DESK]

    browser.post("/klantkaart/uitloggen")
    browser.cookies.set(cookies.DESK, word)

    assert 303 == browser.get("/klantkaart", follow_redirects=False).status_code


def test_an_employee_is_no_program_and_no_administrator(enter: Callable[..., TestClient]) -> None:
    browser = enter()
    word = browser.cookies[cookies.DESK]

    as_program = browser.get("/v1/organization", headers={"Authorization": f"Bearer {word}"})
    browser.cookies.set(cookies.OFFICE, word)
    as_administrator = browser.get("/beheer", follow_redirects=False)

    assert (401, 303) == (as_program.status_code, as_administrator.status_code)


def test_products_talks_and_answers_are_told_in_words(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    _, profile_id = _dossier(platform, house, "conversations", "products")

    page = unescape(enter().get(f"/klantkaart/{profile_id}").text)

    assert re.search(r"<h3>Telefoongesprek</h3><p class=\"value\"><bdi>verhuisde</bdi>.* · Minuten: 7 · ", page)
    assert "Testbedrijf" in page
    assert "De klant laat u dit niet zien:" in page


def test_the_last_answers_are_told_to_whom_the_customer_lets_hear_them(
    platform: Platform, house: House, enter: Callable[..., TestClient]
) -> None:
    person = talks.answered(platform, house.organization, {Question.SOLVED: True, Question.RECOMMEND: 9}).person
    profile_id = platform.profile_ids.profile_id(person.customer_id, house.organization.organization_id)

    before = unescape(enter().get(f"/klantkaart/{profile_id}").text)
    make.revoke(platform, person, house.organization)
    make.grant(platform, person, house.organization)
    after = unescape(enter().get(f"/klantkaart/{profile_id}").text)

    assert "Opgelost: ja; Aanbevelen: 9 van de 10" in before
    assert ("U ziet geen antwoorden." in after, "Opgelost" in after) == (True, False)
