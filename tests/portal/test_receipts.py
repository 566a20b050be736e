"""Bewijzen, on real logs: each choice has its receipt, to read and to keep in five forms, and nobody else's."""

import re
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Organization
from consent import verify
from consent.verify import Trust
from tests import make
from tests.portal.conftest import Enter


@pytest.fixture
def noor(platform: Platform) -> make.Person:
    return make.person(platform)


def slips(browser: TestClient, query: str = "") -> list[str]:
    return re.findall(r'href="/bewijzen/([0-9a-f-]{36})"', browser.get(f"/bewijzen{query}").text)


def test_somebody_new_has_none(enter: Enter, noor: make.Person) -> None:
    assert "U hebt nog niets gekozen." in enter(noor).get("/bewijzen").text


def test_each_choice_has_its_receipt_the_newest_first(platform: Platform, enter: Enter, noor: make.Person) -> None:
    reader = make.granted(platform, noor, "contact", purpose="customer-care")
    stopped = make.revoke(platform, noor, reader)
    other = make.granted(platform, noor, "contact")
    make.logged(platform)
    browser = enter(noor)

    found = slips(browser)

    assert 3 == len(found)
    assert str(stopped) == found[1]
    assert found[1:] == slips(browser, f"?organisatie={reader.slug}")
    assert found[:1] == slips(browser, f"?organisatie={other.slug}")
    assert 404 == browser.get("/bewijzen?organisatie=nobody").status_code
    assert 422 == browser.get("/bewijzen?na=forged").status_code


def test_a_receipt_waits_until_the_log_is_signed(platform: Platform, enter: Enter, noor: make.Person) -> None:
    make.granted(platform, noor, "contact")
    browser = enter(noor)
    (act,) = slips(browser)

    before = browser.get(f"/bewijzen/{act}").text
    make.logged(platform)
    after = browser.get(f"/bewijzen/{act}").text

    assert "Uw keuze geldt al." in before
    assert "U gaf toestemming" in after
    assert "Testbedrijf" in after


def test_plain_words_come_first_and_technical_ones_are_folded_away(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    make.granted(platform, noor, "contact")
    make.logged(platform)
    browser = enter(noor)
    (act,) = slips(browser)

    plain, _, technical = browser.get(f"/bewijzen/{act}").text.partition('<details class="check')

    for words in ('/tlog-proof"', '/json-ld"', '/kantara"'):
        assert (False, True) == (words in plain, words in technical)
    assert "Zo kunt u later laten zien wat u koos." in plain
    assert "Voor wie het wil controleren" in technical


@pytest.mark.parametrize(
    ("form", "begins"),
    [("tlog-proof", b"c2sp.org/tlog-proof"), ("html", b"<!"), ("pdf", b"%PDF-"), ("json-ld", b"{"), ("kantara", b"{")],
)
def test_a_receipt_can_be_kept(platform: Platform, enter: Enter, noor: make.Person, form: str, begins: bytes) -> None:
    make.granted(platform, noor, "contact")
    make.logged(platform)
    browser = enter(noor)
    (act,) = slips(browser)

    content = browser.get(f"/bewijzen/{act}/{form}").content

    assert begins.lower() == content[: len(begins)].lower()


def test_a_kept_proof_verifies_on_our_own_page(platform: Platform, enter: Enter, noor: make.Person) -> None:
    make.granted(platform, noor, "contact")
    make.logged(platform)
    browser = enter(noor)
    (act,) = slips(browser)
    content = browser.get(f"/bewijzen/{act}/tlog-proof").content

    page = browser.post("/logboek/bewijs", files={"bestand": ("bewijs.tlog-proof", content)})

    assert "Ja, dit bewijs klopt." in page.text
    assert not verify.verify_receipt(content, Trust()).holds


def test_another_customers_receipt_is_not_there(platform: Platform, enter: Enter, noor: make.Person) -> None:
    make.granted(platform, noor, "contact")
    make.logged(platform)
    (act,) = slips(enter(noor))
    stranger = enter(make.person(platform))

    for place in (f"/bewijzen/{act}", f"/bewijzen/{act}/pdf", f"/bewijzen/{uuid4()}", f"/bewijzen/{act}/exe"):
        assert 404 == stranger.get(place).status_code
    assert [] == slips(stranger)


def test_many_receipts_are_paged(platform: Platform, enter: Enter, noor: make.Person) -> None:
    reader: Organization = make.organization(platform)
    for _ in range(26):
        make.grant(platform, noor, reader)
        make.revoke(platform, noor, reader)
    browser = enter(noor)

    first = browser.get("/bewijzen").text
    onward = re.search(r'class="btn" href="(/bewijzen\?na=[^"]+)"', first)

    assert onward is not None
    assert 2 == len(re.findall(r'href="/bewijzen/[0-9a-f-]{36}"', browser.get(onward[1]).text))
