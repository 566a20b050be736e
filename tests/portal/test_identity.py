"""Waarom hoort dit bij u? Each source with its reason, and parting in two clicks, for good."""

import re

import msgspec

from cdp.ingest.items import Identifier, IdentifierType, Kind, Reference, ReferenceType
from cdp.platform import Platform
from tests import make
from tests.portal.asked import asked_about, code_to, owner
from tests.portal.conftest import Enter


def test_each_source_says_why_it_is_mine(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal = enter(asked.person)
    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"})
    portal.post(f"/bent-u-dit/{asked.subject}/code", data={"code": code_to(portal, asked.address)})

    page = portal.get("/wie-kent-u").text

    assert "Testbedrijf" in page
    assert "U zei zelf dat dit over u gaat, en u bewees het." in page


def test_one_click_away_and_it_is_somebody_else_s_for_good(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    portal = enter(asked.person)
    portal.post(f"/bent-u-dit/{asked.subject}", data={"antwoord": "ja"})
    portal.post(f"/bent-u-dit/{asked.subject}/code", data={"code": code_to(portal, asked.address)})
    form = re.search(r'action="(/wie-kent-u/[^"]+/los)"', portal.get("/wie-kent-u").text)
    assert form is not None

    told = portal.post(form[1])

    assert "Deze gegevens horen niet meer bij u." in told.text
    assert asked.person.customer_id != owner(database_url, asked.subject)
    assert str(asked.subject) not in portal.get("/bent-u-dit").text


def test_somebody_else_s_source_is_not_mine_to_part_from(platform: Platform, database_url: str, enter: Enter) -> None:
    asked = asked_about(platform, database_url)
    before = owner(database_url, asked.subject)

    answer = enter(make.person(platform)).post(f"/wie-kent-u/{asked.subject}/los")

    assert 404 == answer.status_code
    assert before == owner(database_url, asked.subject)


def test_two_sources_of_one_organization_are_told_apart(platform: Platform, enter: Enter) -> None:
    address, shop = make.email(), make.organization(platform)
    mine = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    person = make.person(platform, address=address)
    known = make.item(Kind.ATTRIBUTES, "city", "Alkmaar", user=make.name("user"), identifiers=mine)
    device = (Reference(ReferenceType.ANONYMOUS_ID, make.name("device")),)
    make.delivery(platform, shop, known, msgspec.structs.replace(known, subject=device))
    portal = enter(person)

    names = re.findall(r"<bdi>([^<]+)</bdi>", portal.get("/wie-kent-u").text)

    assert 2 == len(set(names)) == len(names)


def test_who_checked_the_same_address_is_named(platform: Platform, enter: Enter) -> None:
    address = make.email()
    mine = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    called = {"Boekhandel Eerst", "Garage Tweede", "Bakker Derde"}
    for each in called:
        known = make.item(Kind.ATTRIBUTES, "city", "Alkmaar", user=make.name("user"), identifiers=mine)
        make.delivery(platform, make.organization(platform, called=each), known)

    page = enter(make.person(platform, address=address)).get("/wie-kent-u").text

    said = re.findall(r"hetzelfde e-mailadres of telefoonnummer van u als ([^<]+)\.", page)
    assert 3 == len(said)
    assert called == {name for each in said for name in re.split(", | en ", each)}
