"""Meenemen: everything or one organization's, in four forms, after a fresh login, and only one's own."""

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from fpdf import FPDF

from api.portal import readable
from api.portal.pages.take_along import Chapter, Item, Paper
from api.receipts import paper
from cdp import clock
from cdp.ingest.items import Kind
from cdp.own import corrections, dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.portal.conftest import Enter

EVIL = "<script>alert(1)</script>\u202e\U0001f600 \u0639\u0631\u0628"
FORMS = ("json", "csv", "html", "pdf")


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "last_name", EVIL, user=user))
    person = make.person(platform, address=address)
    make.granted(platform, person, "contact")
    with platform.database.scoped(person.scope) as session:
        corrections.state(platform, session, "nickname", "Own-Word", at=clock.now())
    return person


def test_the_page_offers_everything_and_each_organization(enter: Enter, noor: make.Person, shop: Organization) -> None:
    page = enter(noor).get("/gegevens/meenemen").text

    for form in FORMS:
        assert f'href="/gegevens/meenemen/{form}"' in page
        assert f'href="/gegevens/meenemen/{form}/{shop.slug}"' in page


def test_json_and_csv_hold_everything(enter: Enter, noor: make.Person) -> None:
    document = enter(noor).get("/gegevens/meenemen/json").json()
    with zipfile.ZipFile(io.BytesIO(enter(noor).get("/gegevens/meenemen/csv").content)) as box:
        names, records = set(box.namelist()), box.read("records.csv").decode()

    assert {"Noor", EVIL, "Own-Word"} <= {each["value"] for each in document["records"] if each["kind"] == "attributes"}
    assert {"records.csv", "accesses.csv", "demands.csv"} <= names
    assert "Own-Word" in records


def test_one_organization_is_only_that(enter: Enter, noor: make.Person, shop: Organization) -> None:
    document = enter(noor).get(f"/gegevens/meenemen/json/{shop.slug}").json()

    assert {shop.slug} == {each["source"] for each in document["records"] + document["interactions"]}
    assert "Own-Word" not in json.dumps(document["records"])
    assert [] == document["grants"]


def test_the_page_to_read_holds_every_value_as_text(enter: Enter, noor: make.Person) -> None:
    answer = enter(noor).get("/gegevens/meenemen/html")

    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script" not in answer.text
    assert "Noor" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "attachment" in answer.headers["content-disposition"]


def test_the_paper_is_a_pdf(enter: Enter, noor: make.Person, shop: Organization) -> None:
    for place in ("/gegevens/meenemen/pdf", f"/gegevens/meenemen/pdf/{shop.slug}"):
        content = enter(noor).get(place).content
        assert content.startswith(b"%PDF-")
        assert len(content) > 5_000


def test_taking_along_is_a_line_of_the_log(enter: Enter, noor: make.Person) -> None:
    enter(noor).get("/gegevens/meenemen/json")

    assert "U haalde al uw gegevens op." in enter(noor).get("/logboek").text


@pytest.mark.parametrize("form", FORMS)
def test_it_needs_a_login_of_a_moment_ago(platform: Platform, enter: Enter, form: str) -> None:
    person = make.person(platform, proven_at=clock.now() - timedelta(minutes=20))

    answer = enter(person).get(f"/gegevens/meenemen/{form}", follow_redirects=False)

    assert (303, f"/bevestigen?verder=%2Fgegevens%2Fmeenemen%2F{form}") == (
        answer.status_code,
        answer.headers["location"],
    )


def test_what_does_not_exist_is_not_there(platform: Platform, enter: Enter) -> None:
    browser = enter(make.person(platform))

    for place in ("exe", "json/nobody", "exe/nobody"):
        assert 404 == browser.get(f"/gegevens/meenemen/{place}").status_code


def test_what_is_read_has_the_names_of_its_fields(platform: Platform, enter: Enter) -> None:
    address, user, source = make.email(), make.name("user"), make.organization(platform)
    make.known_person(platform, source, address, user=user)
    product = make.item(Kind.PRODUCT, "phone", {"brand": "Zeemeeuw", "outcome": "no-answer"}, user=user, key="1")
    make.delivery(platform, source, product)

    page = enter(make.person(platform, address=address)).get("/gegevens/meenemen/html").text

    assert "Merk: Zeemeeuw" in page
    assert "Afloop: geen antwoord" in page


def test_what_is_read_tells_what_was_asked_and_when_somebody_looked(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    reader, browser = make.granted(platform, noor, "contact"), enter(noor)
    headers = make.service(platform, reader, "profiles:read")
    profile = platform.profile_ids.profile_id(noor.customer_id, reader.organization_id)
    assert 200 == browser.get(f"/v1/profiles/{profile}?purpose=advice", headers=headers).status_code
    with platform.database.scoped(noor.scope) as session:
        found = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=9)
    name = next(each.record_id for each in found if each.type == "first_name")
    browser.post(f"/gegevens/{name}/wissen")

    page = browser.get("/gegevens/meenemen/html").text

    assert "Wissen: Voornaam" in page
    assert "first_name" not in page
    assert "Waarvoor: Advies" in page
    assert re.search(r" [0-9]{4}, [0-9]{2}:[0-9]{2}</bdi>", page)


def test_no_fact_stands_on_two_pages_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    stood: dict[str, set[int]] = {}
    write = paper.write

    def noting(sheet: FPDF, text: str, size: float, **rest: Any) -> None:
        pages = stood.setdefault(text.partition(":")[0], set())
        pages.add(sheet.page)
        write(sheet, text, size, **rest)
        pages.add(sheet.page)

    monkeypatch.setattr(paper, "write", noting)
    items = [
        Item(f"feit {number}: naam", tuple(f"feit {number}: {'woord ' * (number * 7 % 90)}" for _ in range(number % 6)))
        for number in range(120)
    ]
    whole = Paper("nl", "Titel", "Zin", "Niets", (Chapter("Hoofdstuk", iter(items)),))

    readable.pdf(whole, more="Meer", at=clock.now())

    assert 120 < len(stood)
    assert [] == [name for name, pages in stood.items() if name.startswith("feit") and len(pages) > 1]
