"""Van wie: somebody sees only what chosen organizations say, and all of it again when the customer says so."""

from datetime import timedelta

import pytest

from cdp import clock
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization, Permission
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.portal.conftest import Age, Enter

PAGE = "/toegang/{}/bronnen"


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address)
    return make.person(platform, address=address)


@pytest.fixture
def reader(platform: Platform, noor: make.Person) -> Organization:
    return make.granted(platform, noor, "contact", "products")


def standing(platform: Platform, person: make.Person) -> Permission:
    with platform.database.scoped(person.scope) as session:
        (found,) = grants.standing(session)
        session.expunge(found)
        return found


def grant_of(platform: Platform, person: make.Person) -> str:
    found = standing(platform, person)
    return str(grants.grant_id(found.customer_id, found.recipient_id, found.purpose))


def kinds(platform: Platform, person: make.Person) -> list[str]:
    with platform.database.scoped(person.scope) as session:
        return [act.kind for act in grants.history(session, grants.standing(session)[0])]


def test_whoever_said_something_can_be_chosen_and_nobody_is_chosen(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization, reader: Organization
) -> None:
    page = enter(noor).get(PAGE.format(grant_of(platform, noor))).text

    for slug in (shop.slug, reader.slug, "customer"):
        assert f'name="bron" value="{slug}">' in page
    assert "Wat u zelf zei" in page
    assert "Het gaat om: naam en contact en producten en diensten." in page


def test_only_what_the_chosen_say_is_left(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization, reader: Organization
) -> None:
    page = enter(noor).post(PAGE.format(grant_of(platform, noor)), data={"bron": [shop.slug, "customer"]})

    found = standing(platform, noor)
    assert 200 == page.status_code
    assert "Een deel: alleen van uzelf en Testbedrijf." in page.text
    assert {shop.organization_id, CUSTOMER_SOURCE} == set(found.sources or ())
    assert ["contact", "products"] == sorted(found.categories)
    assert ["grant", "narrow"] == kinds(platform, noor)


@pytest.mark.parametrize("again", [{"bron": ["{reader}"]}, {"antwoord": "alle"}])
def test_others_and_all_are_given_anew_until_the_same_day(
    platform: Platform,
    enter: Enter,
    noor: make.Person,
    shop: Organization,
    reader: Organization,
    again: dict[str, str | list[str]],
) -> None:
    browser, place = enter(noor), PAGE.format(grant_of(platform, noor))
    end = standing(platform, noor).expires_at
    browser.post(place, data={"bron": [shop.slug]})

    wanted = {"bron": [reader.slug]} if "bron" in again else again
    browser.post(place, data=wanted)

    found = standing(platform, noor)
    assert ([reader.organization_id] if "bron" in again else None) == found.sources
    assert end == found.expires_at
    assert ["grant", "narrow", "grant"] == kinds(platform, noor)


@pytest.mark.parametrize(
    ("chosen", "status"),
    [({}, 422), ({"bron": ["nobody"]}, 404), ({"antwoord": "alle"}, 422), ({"antwoord": "x"}, 422)],
)
def test_what_makes_no_sense_changes_nothing(
    platform: Platform, enter: Enter, noor: make.Person, reader: Organization, chosen: dict[str, object], status: int
) -> None:
    answer = enter(noor).post(PAGE.format(grant_of(platform, noor)), data=chosen)

    assert status == answer.status_code
    assert None is standing(platform, noor).sources
    assert ["grant"] == kinds(platform, noor)


def test_opening_a_special_kind_again_asks_for_a_fresh_proof(platform: Platform, enter: Enter, stale: Age) -> None:
    person, made, at = make.person(platform), make.organization(platform), clock.now()
    own, end = frozenset({made.organization_id}), at + timedelta(days=9)
    make.grant(platform, person, made, categories=frozenset({"health"}), sources=own, expires_at=end)
    browser, place = enter(person), PAGE.format(grant_of(platform, person))
    stale(person)

    answer = browser.post(place, data={"antwoord": "alle"}, follow_redirects=False)

    assert (303, True) == (answer.status_code, answer.headers["location"].startswith("/bevestigen"))
    assert [made.organization_id] == standing(platform, person).sources


def test_nobody_chooses_for_somebody_else(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization, reader: Organization
) -> None:
    place, browser = PAGE.format(grant_of(platform, noor)), enter(make.person(platform))

    assert 404 == browser.get(place).status_code
    assert 404 == browser.post(place, data={"bron": [shop.slug]}).status_code
    assert (
        403 == enter(noor).post(place, data={"bron": [shop.slug]}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
    )
    assert None is standing(platform, noor).sources
