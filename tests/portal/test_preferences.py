"""Voorkeuren, on a real database: one press chooses, every page obeys, and a name of one's own is sealed."""

import re

import psycopg
import pytest

from cdp.own import addressing
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from tests import make
from tests.portal.conftest import Enter

EVIL = "<b>Noor</b>\u00e9 'x'"


@pytest.fixture
def noor(platform: Platform) -> make.Person:
    address = make.email()
    make.known_person(platform, make.organization(platform), address)
    return make.person(platform, address=address)


def known(platform: Platform, person: make.Person) -> addressing.Addressing:
    with platform.database.scoped(person.scope) as session:
        return addressing.read(session, OwnKeys(session, platform.ring))


@pytest.mark.parametrize(
    ("field", "choice", "told"),
    [
        ("language", "en", "How do you want to be contacted?"),
        ("address", "je", "Hoe wil je contact?"),
        ("greeting", "first", 'value="first" aria-pressed="true"'),
        ("theme", "dark", 'data-theme="dark"'),
    ],
)
def test_a_press_chooses_at_once(
    platform: Platform, enter: Enter, noor: make.Person, field: str, choice: str, told: str
) -> None:
    page = enter(noor).post("/voorkeuren", data={field: choice})

    assert told in page.text
    assert choice == getattr(known(platform, noor), field)


@pytest.mark.parametrize(
    ("path", "chosen", "unfolded"),
    [
        ("/voorkeuren", {"address": "je"}, ["naam"]),
        ("/voorkeuren/naam", {"naam": "Noortje"}, ["naam"]),
        ("/voorkeuren/naam", {"naam": " "}, ["naam"]),
        ("/voorkeuren", {"print": "large"}, ["lezen"]),
        ("/voorkeuren", {"receipts": "mail"}, ["mail"]),
        ("/voorkeuren", {"first": "human"}, []),
    ],
)
def test_a_choice_unfolds_the_part_that_it_stands_in_and_no_other(
    enter: Enter, noor: make.Person, path: str, chosen: dict[str, str], unfolded: list[str]
) -> None:
    page = enter(noor).post(path, data=chosen)

    assert unfolded == re.findall(r'<details class="kind" id="(\w+)" open>', page.text)
    assert page.url.fragment == ("".join(unfolded) if page.history else "")  # what is refused is shown where it is


def test_contact_comes_first_and_all_else_is_folded(enter: Enter, noor: make.Person) -> None:
    page = enter(noor).get("/voorkeuren").text

    assert ["naam", "lezen", "mail", "altijd"] == re.findall(r'<details class="kind" id="(\w+)">', page)
    assert page.index('href="/voorkeuren/contact"') < page.index("<details")


def test_the_choice_holds_in_another_browser(platform: Platform, enter: Enter, noor: make.Person) -> None:
    enter(noor).post("/voorkeuren", data={"theme": "dark"})

    assert 'data-theme="dark"' in enter(noor).get("/organisaties").text


def test_a_name_of_ones_own_is_used_on_every_page_and_only_as_text(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    enter(noor).post("/voorkeuren/naam", data={"naam": f"  {EVIL}  "})

    assert EVIL == known(platform, noor).called
    for place in ("/", "/voorkeuren", "/gegevens"):
        page = enter(noor).get(place).text
        assert "&lt;b&gt;Noor&lt;/b&gt;" in page
        assert "<b>Noor" not in page


def test_a_name_of_ones_own_is_sealed(platform: Platform, enter: Enter, noor: make.Person, database_url: str) -> None:
    enter(noor).post("/voorkeuren/naam", data={"naam": "Canary"})

    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select c::text from customer c").fetchall()
    assert [] == [row for row in rows if "Canary" in row[0]]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\x00b"])
def test_what_is_no_name_is_told_beside_the_field(
    platform: Platform, enter: Enter, noor: make.Person, name: str
) -> None:
    page = enter(noor).post("/voorkeuren/naam", data={"naam": name})

    assert (422, "Noor") == (page.status_code, known(platform, noor).name)
    assert "Fout:" in page.text


@pytest.mark.parametrize(
    "chosen", [{"language": "fr"}, {"epoch": "9"}, {"own_name": "x"}, {"language": "nl", "address": "u"}, {}]
)
def test_what_cannot_be_chosen_changes_nothing(
    platform: Platform, enter: Enter, noor: make.Person, chosen: dict[str, str]
) -> None:
    before = known(platform, noor)

    assert 422 == enter(noor).post("/voorkeuren", data=chosen).status_code
    assert before == known(platform, noor)


def test_a_form_of_another_site_chooses_nothing(platform: Platform, enter: Enter, noor: make.Person) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}

    assert 403 == enter(noor).post("/voorkeuren", data={"language": "en"}, headers=foreign).status_code
    assert 403 == enter(noor).post("/voorkeuren/naam", data={"naam": "x"}, headers=foreign).status_code
    assert "nl" == known(platform, noor).language


def test_letters_are_chosen_and_receipts_are_off_until_then(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    before = _pressed(portal.get("/voorkeuren").text)
    after = [
        _pressed(portal.post("/voorkeuren", data=choice).text)
        for choice in ({"receipts": "mail"}, {"reminders": "none"})
    ]

    assert {"reminders": "mail", "receipts": "none"} == before
    assert [{"reminders": "mail", "receipts": "mail"}, {"reminders": "none", "receipts": "mail"}] == after
    assert 422 == portal.post("/voorkeuren", data={"receipts": "sms"}).status_code


def _pressed(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(reminders|receipts)" value="(\w+)" aria-pressed="true"', page))
