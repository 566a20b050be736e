"""Gegevens and Verzoeken, on a real database: seen whole, put right at once, asked of others, and nobody else's."""

import re
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from cdp import clock, demand_answers
from cdp.demand_answers import Answer, Reply
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.own import corrections, dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.portal.conftest import Enter

EVIL = "<script>alert(1)</script>\u202e\"'><img src=x onerror=y>"


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address, user=f"user-{address}")
    return make.person(platform, address=address)


def record(platform: Platform, person: make.Person, type_: str = "first_name", value: object = None) -> UUID:
    with platform.database.scoped(person.scope) as session:
        found = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=500)
    return next(each.record_id for each in found if each.type == type_ and value in (None, each.value))


def asked(browser: TestClient) -> list[str]:
    return re.findall(r'href="/gegevens/verzoeken/([0-9a-f-]{36})"', browser.get("/gegevens/verzoeken").text)


def test_somebody_new_reads_of_every_kind_that_nobody_knows_anything(platform: Platform, enter: Enter) -> None:
    page = enter(make.person(platform)).get("/gegevens").text

    assert 7 == page.count("Hier weet niemand iets van.")  # the address of the login is the eighth


def test_everything_stands_there_with_who_said_it(platform: Platform, enter: Enter, noor: make.Person) -> None:
    page = enter(noor).get("/gegevens").text

    for text in ("Voornaam", "Noor", "Testbedrijf", "Abonnement", "Niemand kan dit zien"):
        assert text in page


def test_a_thing_tells_how_it_came_who_sees_it_and_how_long_it_stays(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    make.granted(platform, noor, "contact")

    page = enter(noor).get(f"/gegevens/{record(platform, noor)}").text

    for text in ("U gaf dit aan Testbedrijf.", "Waarvoor: Advies", "Zolang Testbedrijf dit bewaart."):
        assert text in page


def test_what_several_say_alike_is_one_line_with_its_sources(
    platform: Platform, enter: Enter, shop: Organization
) -> None:
    address, other = make.email(), make.organization(platform)
    for each in (shop, other):
        make.known_person(platform, each, address, user=f"user-{address}")
    person = make.person(platform, address=address)
    with platform.database.scoped(person.scope) as session:
        corrections.state(platform, session, "first_name", "Noor", at=clock.now())

    page = enter(person).get("/gegevens").text
    before, line = page.split("<bdi>Noor</bdi>")

    assert "Voornaam" in before
    assert "Van <bdi>uzelf en 2 organisaties</bdi>" in line
    assert 3 == len(re.findall(r'href="/gegevens/[0-9a-f-]{36}">Bekijk of wijzig<span class="vh">: Voornaam', page))


def test_what_was_asked_to_be_erased_says_so_until_the_answer(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    browser, name = enter(noor), record(platform, noor)
    before = browser.get("/gegevens").text
    browser.post(f"/gegevens/{name}/wissen")
    (demand,) = asked(browser)
    during = [browser.get(place).text for place in ("/gegevens", "/gegevens?soort=contact", f"/gegevens/{name}")]
    with platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session:
        demand_answers.answer(platform, session, UUID(demand), Reply(Answer.REFUSED, "still-needed"), at=clock.now())

    tag = ">Verwijdering gevraagd<"
    assert [False, True, True, True, False] == [
        tag in page for page in (before, *during, browser.get("/gegevens").text)
    ]


def test_filters_leave_one_source_or_one_kind(platform: Platform, enter: Enter, noor: make.Person) -> None:
    other = make.organization(platform)
    browser = enter(noor)

    assert "<bdi>Noor</bdi>" in browser.get("/gegevens?soort=contact").text
    assert "<bdi>Noor</bdi>" not in browser.get("/gegevens?soort=products").text
    assert "<bdi>Noor</bdi>" not in browser.get(f"/gegevens?organisatie={other.slug}").text
    assert 404 == browser.get("/gegevens?organisatie=nobody").status_code
    assert 404 == browser.get("/gegevens?soort=nothing").status_code
    assert 422 == browser.get("/gegevens?soort=contact&na=forged").status_code


def test_all_of_a_kind_can_be_paged_through(platform: Platform, enter: Enter, shop: Organization) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    products = [
        make.item(Kind.PRODUCT, "subscription", {"plan": f"plan-{n}"}, user=user, key=f"k{n}") for n in range(70)
    ]
    talks = [
        make.item(Kind.INTERACTION, "order-completed", {"properties": {"o": n}}, user=user, key=f"t{n}")
        for n in range(60)
    ]
    make.delivery(platform, shop, *products, *talks)
    browser = enter(make.person(platform, address=address))

    seen, place = list[str](), "/gegevens?soort=products"
    while place:
        page = browser.get(place).text
        seen += re.findall(r'class="on" href="/gegevens/([0-9a-f-]{36})"', page)
        onward = re.search(r'class="btn" href="([^"]+)">Verder', page)
        place = onward[1].replace("&amp;", "&") if onward else ""

    assert 131 == len(seen) == len(set(seen))


def test_who_gets_the_right_value_is_said_before_it_is_sent(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    page = enter(noor).get(f"/gegevens/{record(platform, noor)}").text

    assert "Testbedrijf krijgt uw verbetering, zodat zij die kunnen overnemen." in page
    assert "Alleen hier? Dan hoort Testbedrijf hier niets van." in page
    assert ["hier", "bron"] == re.findall(r'<button class="btn" name="bij" value="(\w+)">', page)


def test_only_here_owns_up_to_a_source_that_sees_it_anyway(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    make.grant(platform, noor, shop)

    page = enter(noor).get(f"/gegevens/{record(platform, noor)}").text

    assert "Alleen hier? Testbedrijf heeft toegang, en ziet uw versie dus ook." in page


@pytest.mark.parametrize("where", [{}, {"bij": "hier"}, {"bij": "iets"}])
def test_a_correction_stays_here_unless_the_customer_passes_it_on(
    platform: Platform, enter: Enter, noor: make.Person, where: dict[str, str]
) -> None:
    browser = enter(noor)

    page = browser.post(f"/gegevens/{record(platform, noor)}/verbeteren", data={"waarde": "Eleonora", **where})

    assert "Uw verbetering geldt nu. Uw versie gaat voor." in page.text
    assert "Eleonora" in page.text
    assert [] == asked(browser)


def test_what_is_no_e_mail_address_is_told_so_and_stays_in_the_form(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    place = f"/gegevens/{record(platform, noor, 'email')}/verbeteren"

    answer = enter(noor).post(place, data={"waarde": "weet ik niet"})

    assert 422 == answer.status_code
    assert "Dit is geen e-mailadres." in answer.text
    assert 'value="weet ik niet"' in answer.text
    assert 'id="niet-goed" aria-invalid="true" aria-describedby="fout"' in answer.text
    assert 'href="#niet-goed"' in answer.text


@pytest.mark.parametrize("typed", ["in mei", "2961-03-12", "1761-03-12"])
def test_what_was_typed_for_its_source_stays_beside_what_does_not_fit(
    platform: Platform, enter: Enter, typed: str
) -> None:
    address = make.email()
    known = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    born = make.item(Kind.ATTRIBUTES, "birth_date", "1961-03-12", user=make.name("user"), identifiers=known)
    make.delivery(platform, make.organization(platform), born)
    person = make.person(platform, address=address)
    place = f"/gegevens/{record(platform, person, 'birth_date')}/verbeteren"

    answer = enter(person).post(place, data={"waarde": typed, "toelichting": "Niet <mijn>"})

    assert 422 == answer.status_code
    assert 1 == answer.text.count("Niet &lt;mijn&gt;</textarea>")
    assert "Dit kan geen geboortedatum zijn." in answer.text.partition('id="fout"')[2].partition(typed)[0]


def test_after_a_correction_one_stands_at_its_line_which_says_so(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    browser = enter(noor)

    answer = browser.post(
        f"/gegevens/{record(platform, noor)}/verbeteren", data={"waarde": "Eleonora"}, follow_redirects=False
    )
    page = browser.get(answer.headers["location"]).text
    _, _, line = page.partition('<li id="verbeterd"')

    assert "/gegevens?verbeterd=first_name#verbeterd" == answer.headers["location"]
    assert all(each in line.partition("</li>")[0] for each in ("Verbeterd. Dit geldt nu.", "Eleonora"))
    assert 'id="soort-contact" open' in page
    assert 'id="verbeterd"' not in browser.get("/gegevens").text


def test_who_corrects_their_own_word_stands_at_its_line_too(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    with platform.database.scoped(noor.scope) as session:
        own = corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())

    page = enter(noor).post(f"/gegevens/{own}/verbeteren", data={"waarde": "Leonora"})

    assert 200 == page.status_code
    assert "Leonora" in page.text.partition('<li id="verbeterd"')[2].partition("</li>")[0]


def test_how_somebody_wants_contact_is_chosen_in_one_place(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "contact_preference", "post", user=user))
    person = make.person(platform, address=address)
    chosen, name = record(platform, person, "contact_preference"), record(platform, person)

    pages = [enter(person).get(f"/gegevens/{each}").text for each in (chosen, name)]

    assert [False, True] == ["/verbeteren" in page for page in pages]
    assert [True, False] == ["Hoe u contact wilt, kiest u zelf." in page for page in pages]


def test_a_source_that_reads_the_right_value_stands_in_the_log(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    browser = enter(noor)
    browser.post(f"/gegevens/{record(platform, noor)}/verbeteren", data={"waarde": "Eleonora", "bij": "bron"})
    with platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session:
        demand_answers.to_organization(session, platform.ring, only_open=True, limit=9, at=clock.now())

    page = browser.get("/logboek").text

    assert "Kreeg de verbetering die u doorgaf:" in page
    assert "naam en contact" in page


def test_a_correction_counts_at_once_and_is_asked_of_the_source(
    platform: Platform, enter: Enter, noor: make.Person
) -> None:
    browser, name = enter(noor), record(platform, noor)

    stated = {"waarde": " Eleonora ", "toelichting": "Zo heet ik.", "bij": "bron"}
    page = browser.post(f"/gegevens/{name}/verbeteren", data=stated)

    assert "Uw verbetering geldt nu. De organisatie krijgt haar ook." in page.text
    assert "Eleonora" in page.text
    (demand,) = asked(browser)
    for text in ("Verbeteren: Voornaam", "Eleonora", "Zo heet ik.", "Wacht op antwoord"):
        assert text in browser.get(f"/gegevens/verzoeken/{demand}").text


@pytest.mark.parametrize("typed", ["", "   ", "x" * 9_000])
def test_what_does_not_fit_is_told_and_nothing_changes(
    platform: Platform, enter: Enter, noor: make.Person, typed: str
) -> None:
    page = enter(noor).post(f"/gegevens/{record(platform, noor)}/verbeteren", data={"waarde": typed})

    assert 422 == page.status_code
    assert [] == asked(enter(noor))


@pytest.mark.parametrize(
    ("type_", "held", "typed", "stored"),
    [
        ("household_size", 3, "4", 4),
        ("birth_date", "1990-01-01", "1991-02-03", "1991-02-03"),
        ("email_verified", False, "true", True),
    ],
)
def test_a_value_is_kept_as_what_it_is(  # what is arranged, each by name
    platform: Platform, enter: Enter, shop: Organization, type_: str, held: object, typed: str, stored: object
) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, type_, held, user=user))
    person = make.person(platform, address=address)

    enter(person).post(f"/gegevens/{record(platform, person, type_)}/verbeteren", data={"waarde": typed})

    assert isinstance(record(platform, person, type_, stored), UUID)


def test_a_dispute_stands_there_until_the_answer(
    platform: Platform, enter: Enter, noor: make.Person, shop: Organization
) -> None:
    browser, name = enter(noor), record(platform, noor)

    page = browser.post(f"/gegevens/{name}/betwisten", data={"toelichting": "Klopt niet."})
    marked = browser.get(f"/gegevens/{name}").text
    (demand,) = asked(browser)
    with platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session:
        demand_answers.answer(
            platform, session, UUID(demand), Reply(Answer.REFUSED, "is-right", note="Het klopt."), at=clock.now()
        )
    answered = browser.get(f"/gegevens/verzoeken/{demand}").text

    assert "Uw verzoek is verstuurd." in page.text
    assert "Door u betwist" in marked
    assert "Uw verzoek loopt." in marked
    assert "Door u betwist" not in browser.get(f"/gegevens/{name}").text
    for text in ("Afgewezen", "Testbedrijf zegt dat het wel klopt.", "Het klopt.", "Autoriteit Persoonsgegevens"):
        assert text in answered


def test_the_own_version_is_erased_at_once(platform: Platform, enter: Enter, noor: make.Person) -> None:
    with platform.database.scoped(noor.scope) as session:
        own = corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())

    page = enter(noor).post(f"/gegevens/{own}/wissen")

    assert "Wat u zelf zei, is gewist." in page.text
    assert "Eleonora" not in page.text
    assert 404 == enter(noor).get(f"/gegevens/{own}").status_code


def test_erasing_is_asked_and_can_be_taken_back(platform: Platform, enter: Enter, noor: make.Person) -> None:
    browser = enter(noor)
    browser.post(f"/gegevens/{record(platform, noor, 'subscription')}/wissen")
    (demand,) = asked(browser)

    page = browser.post(f"/gegevens/verzoeken/{demand}/intrekken")

    assert "Ingetrokken" in page.text
    assert 409 == browser.post(f"/gegevens/verzoeken/{demand}/intrekken").status_code


def test_hostile_values_are_only_text(platform: Platform, enter: Enter, shop: Organization) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    make.delivery(
        platform,
        shop,
        make.item(Kind.ATTRIBUTES, "last_name", EVIL, user=user),
        make.item(Kind.ATTRIBUTES, "nickname", "z" * 10_000, user=user),
        make.item(Kind.PRODUCT, "subscription", {EVIL: EVIL, "deep": [[{"a": {"b": EVIL}}]]}, user=user, key=EVIL),
    )
    person = make.person(platform, address=address)
    browser = enter(person)

    places = [f"/gegevens/{record(platform, person, each)}" for each in ("last_name", "nickname", "subscription")]
    pages = [browser.get(each).text for each in ("/gegevens", *places)]
    browser.post(f"{places[0]}/betwisten", data={"toelichting": EVIL})
    pages += [browser.get(f"/gegevens/verzoeken/{each}").text for each in asked(browser)]

    assert 5 == len(pages)
    assert [] == [page for page in pages if "<script>alert" in page or "<img src=x" in page]
    assert "&lt;script&gt;alert(1)" in pages[1]


def test_another_customers_ids_lead_nowhere(platform: Platform, enter: Enter, noor: make.Person) -> None:
    browser, name = enter(noor), record(platform, noor)
    browser.post(f"/gegevens/{name}/betwisten")
    (demand,) = asked(browser)
    stranger = enter(make.person(platform))

    for thing in (name, uuid4()):
        assert 404 == stranger.get(f"/gegevens/{thing}").status_code
        for deed in ("verbeteren", "betwisten", "wissen"):
            assert 404 == stranger.post(f"/gegevens/{thing}/{deed}", data={"waarde": "x"}).status_code
    assert 404 == stranger.get(f"/gegevens/verzoeken/{demand}").status_code
    assert 404 == stranger.post(f"/gegevens/verzoeken/{demand}/intrekken").status_code
    assert [] == asked(stranger)


@pytest.mark.parametrize("deed", ["verbeteren", "betwisten", "wissen"])
def test_a_form_of_another_site_changes_nothing(platform: Platform, enter: Enter, noor: make.Person, deed: str) -> None:
    place = f"/gegevens/{record(platform, noor)}/{deed}"

    answer = enter(noor).post(place, data={"waarde": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert 403 == answer.status_code
    assert [] == asked(enter(noor))
