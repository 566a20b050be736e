"""Voorkeuren about contact, on a real database: every form is a choice, none is one, and each leaves a proof."""

import re
from typing import Any

import psycopg
import pytest

from cdp.contact import wishes
from cdp.log import store
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent import wish_form
from consent.verify import Trust, verify_receipt
from tests import make
from tests.portal.conftest import Enter

PAGE = "/voorkeuren/contact"
HOURS = "/voorkeuren/tijden"


def own(platform: Platform, person: make.Person) -> dict[str, Any]:
    with platform.database.scoped(person.scope) as session:
        return wishes.own(session)


def test_channels_are_chosen_the_best_first_with_how_often(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)

    page = enter(person).post(
        PAGE,
        data={"onderwerp": "service", "doen": "bewaar", "email": "mag", "chat": "liefst", "phone": "", "vaak": "2/7"},
    )

    assert {"channels": {"service": ["chat", "email"]}, "caps": {"service": {"most": 2, "days": 7}}} == own(
        platform, person
    )
    assert "Het liefst: chat. Ook goed: e-mail. Hoogstens 2 keer in 7 dagen." in page.text
    assert re.search(r'<details class="kind" id="service" open', page.text)


def test_none_is_one_press_and_can_be_taken_back(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)

    none = portal.post(PAGE, data={"onderwerp": "service", "doen": "niets"})
    kept = own(platform, person)
    portal.post(PAGE, data={"onderwerp": "service", "doen": "terug"})

    assert {"channels": {"service": []}} == kept
    assert "<span>Niets.</span>" in none.text
    assert {} == own(platform, person)


def test_saving_without_any_way_is_told_and_changes_nothing(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)

    page = enter(person).post(PAGE, data={"onderwerp": "offers", "doen": "bewaar"})

    assert (422, True) == (page.status_code, "Kies minstens 1 manier. Of kies ‘Niets hierover’." in page.text)
    assert {} == own(platform, person)


def test_an_exception_is_for_one_organization_with_its_own_topics(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    shop, other = make.granted(platform, person, "contact"), make.granted(platform, person, "contact")
    api = make.service(platform, shop, "catalog:write")
    portal = enter(person)
    words = {"nl": "Storingen", "en": "Power cuts"}
    body = {"under": "appointments", "name": words, "explanation": words}
    key = f"{shop.slug}-cuts"
    assert 200 == portal.put(f"/v1/catalog/topics/{key}", json=body, headers=api).status_code

    here = portal.get(PAGE, params={"voor": shop.slug}).text
    portal.post(PAGE, data={"onderwerp": "service", "doen": "niets"})
    there = portal.get(PAGE, params={"voor": other.slug}).text
    portal.post(PAGE, data={"voor": shop.slug, "onderwerp": key, "doen": "bewaar", "app": "mag"})
    portal.post(f"{PAGE}/stil", data={"voor": other.slug, "stil": "ja"})

    assert (True, False) == ("Storingen" in here, "Storingen" in there)
    assert "<span>Zoals voor iedereen: niets.</span>" in there
    assert {
        str(shop.organization_id): {"channels": {key: ["app"]}},
        str(other.organization_id): {"contact": "none"},
    } == own(platform, person)["exceptions"]


def test_what_one_organization_may_less_than_everybody_is_not_said_to_be_as_for_everybody(
    platform: Platform, enter: Enter
) -> None:
    person = make.person(platform)
    shop, other = make.granted(platform, person, "contact"), make.granted(platform, person, "contact")
    portal = enter(person)

    portal.post(f"{PAGE}/nooit", data={"manier": "app", "voor": shop.slug})
    portal.post(f"{PAGE}/stil", data={"stil": "ja", "voor": other.slug})
    blocks = [_block(portal.get(PAGE, params={"voor": each.slug}).text, "usage") for each in (shop, other)]

    assert ("<span>E-mail.</span>" in blocks[0], "<span>Niets.</span>" in blocks[1]) == (True, True)


def test_in_silence_no_topic_says_that_choosing_something_opens_it(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    before = _block(portal.get(PAGE).text, "news")
    silent = _block(portal.post(f"{PAGE}/stil", data={"stil": "ja"}).text, "news")

    assert "<span>Niets, tot u iets kiest.</span>" in before
    assert "<span>Niets.</span>" in silent


def test_every_organization_can_be_excepted_and_one_that_is_none_cannot(platform: Platform, enter: Enter) -> None:
    stranger = make.organization(platform)
    portal = enter(make.person(platform))

    page = portal.get(f"/organisaties/{stranger.slug}")
    answers = [portal.get(PAGE, params={"voor": slug}) for slug in (stranger.slug, "nobody-at-all", "customer")]

    assert f'href="{PAGE}?voor={stranger.slug}"' in page.text
    assert [200, 404, 404] == [each.status_code for each in answers]
    assert stranger.name not in portal.get(PAGE).text


def test_silence_and_never_are_one_press(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)

    portal.post(f"{PAGE}/stil", data={"stil": "ja"})
    portal.post(f"{PAGE}/nooit", data={"manier": "phone"})
    both = own(platform, person)
    portal.post(f"{PAGE}/stil", data={"stil": "nee"})
    portal.post(f"{PAGE}/nooit", data={"manier": "phone"})

    assert {"contact": "none", "never": ["phone"]} == both
    assert {} == own(platform, person)


@pytest.mark.parametrize("slug", [False, True], ids=["of anybody", "of one organization"])
def test_what_is_never_used_stands_beside_no_topic_and_comes_back_as_it_was(
    platform: Platform, enter: Enter, *, slug: bool
) -> None:
    person, shop = make.person(platform), make.organization(platform)
    portal, whose = enter(person), {"voor": shop.slug} if slug else {}
    topic = {"onderwerp": "service", "doen": "bewaar"} | whose
    portal.post(PAGE, data=topic | {"phone": "liefst", "email": "mag"})
    portal.post(f"{PAGE}/nooit", data={"manier": "phone"} | whose)

    block = _block(portal.get(PAGE, params=whose).text)
    refused = portal.post(PAGE, data=topic | {"phone": "mag"})
    kept = portal.post(PAGE, data=topic | {"email": "mag", "post": "mag"})
    portal.post(f"{PAGE}/nooit", data={"manier": "phone"} | whose)

    assert ("<span>E-mail.</span>" in block, 'name="phone"' in block) == (True, False)
    assert "Nooit via telefoon." in block
    assert (422, 200) == (refused.status_code, kept.status_code)
    chosen = own(platform, person)
    found = chosen["exceptions"][str(shop.organization_id)] if slug else chosen
    assert {"email", "post", "phone"} == set(found["channels"]["service"])


def _block(page: str, topic: str = "service") -> str:
    return page.partition(f'id="{topic}"')[2].partition("</details>")[0]


@pytest.mark.parametrize("is_of_one", [False, True], ids=["of anybody", "of one organization"])
def test_one_more_never_takes_back_none_of_a_dossier_that_joined(
    platform: Platform, enter: Enter, database_url: str, *, is_of_one: bool
) -> None:
    shop, host, guest = make.organization(platform), make.person(platform), make.person(platform)
    whose = {"voor": shop.slug} if is_of_one else {}
    enter(guest).post(f"{PAGE}/nooit", data={"manier": "phone"} | whose)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("select merge_customers(%s, %s, 'customer', now())", (guest.customer_id, host.customer_id))
    portal = enter(host)

    page = portal.get(PAGE, params=whose).text
    portal.post(f"{PAGE}/nooit", data={"manier": "email"} | whose)
    held = wish_form.read(own(platform, host))

    assert 'value="phone" aria-pressed="true"' in page
    assert {"email", "phone"} == (held.barred(shop.organization_id) if is_of_one else held.avoided)


def test_what_the_law_demands_is_listed_with_its_reason_and_has_no_switch(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    page = portal.get(PAGE).text
    off = portal.post(PAGE, data={"onderwerp": "recall", "doen": "niets"})

    assert re.search(r"<dt>Gevaar van een product</dt><dd>De wet over veilige producten vraagt dit\.</dd>", page)
    assert 'id="recall"' not in page
    assert 409 == off.status_code


def test_hours_are_added_once_and_taken_away(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)
    window = {"soort": "welkom", "dag": ["1", "2", "3"], "van": "09:00", "tot": "17:00"}

    pages = [portal.post(HOURS, data=window) for _ in range(2)]
    quiet = portal.post(f"{HOURS}/vast", data={"tijd": "stil|1,2,3,4,5,6,7|20:00|09:00"})
    portal.post(f"{HOURS}/klok", data={"klok": "Europe/Lisbon"})
    kept = own(platform, person)["hours"]
    portal.post(f"{HOURS}/weg", data={"soort": "welkom", "tijd": "1,2,3|09:00|17:00"})

    assert "Maandag t/m woensdag van 09:00 tot 17:00" in pages[1].text
    assert "Elke dag van 20:00 tot 09:00 de dag erna" in quiet.text
    assert {
        "zone": "Europe/Lisbon",
        "welcome": [{"days": [1, 2, 3], "from": "09:00", "until": "17:00"}],
        "quiet": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "until": "09:00"}],
    } == kept
    assert {"zone", "quiet"} == own(platform, person)["hours"].keys()


@pytest.mark.parametrize(
    ("days", "start", "end", "says", "wrong"),
    [
        ([], "09:00", "17:00", "Kies minstens 1 dag.", {"dag"}),
        (["8"], "09:00", "10:00", "Kies minstens 1 dag.", {"dag"}),
        (["1"], "09:00", "09:00", "Vul 2 tijden in die niet gelijk zijn.", {"van", "tot"}),
        (["1", "3"], "", "10:00", "Vul 2 tijden in die niet gelijk zijn.", {"van", "tot"}),
        (["1"], "25:00", "10:00", "Vul 2 tijden in die niet gelijk zijn.", {"van", "tot"}),
        ([], "09:00", "", "Kies minstens 1 dag. Vul 2 tijden in die niet gelijk zijn.", {"dag", "van", "tot"}),
    ],
)
def test_hours_that_are_none_stand_there_again_with_what_is_wrong(
    platform: Platform, enter: Enter, days: list[str], start: str, end: str, says: str, wrong: set[str]
) -> None:
    person = make.person(platform)

    page = enter(person).post(HOURS, data={"soort": "stil", "dag": days, "van": start, "tot": end})

    fields = [dict(re.findall(r'([\w-]+)(?:="([^"]*)")?', each)) for each in re.findall(r"<input ([^>]+)>", page.text)]
    assert (422, True) == (page.status_code, f"<p>{says}</p>" in page.text)
    assert wrong == {each["name"] for each in fields if "aria-invalid" in each}
    assert [start, end] == [each["value"] for name in ("van", "tot") for each in fields if each.get("name") == name]
    assert set(days) - {"8"} == {each["value"] for each in fields if each.get("name") == "dag" and "checked" in each}
    assert {} == own(platform, person)


def test_offers_are_wanted_or_never(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)

    portal.post("/voorkeuren/aanbod", data={"energy": "wanted", "gambling": "unwanted", "travel": ""})
    portal.post("/voorkeuren/aanbod/passend", data={"personal": "off"})
    kept = own(platform, person)["offers"]
    portal.post("/voorkeuren/aanbod", data={"energy": ""})

    assert {"wanted": ["energy"], "unwanted": ["gambling"], "personal": "off"} == kept
    assert {"offers": {"personal": "off"}} == own(platform, person)


@pytest.mark.parametrize(
    ("place", "data"),
    [
        (PAGE, {"onderwerp": "gossip", "doen": "niets"}),
        (PAGE, {"onderwerp": "service", "doen": "dans"}),
        (PAGE, {"onderwerp": "service", "doen": "bewaar", "email": "mag", "vaak": "x/y"}),
        (PAGE, {"onderwerp": "service", "doen": "bewaar", "email": "mag", "vaak": "0/1"}),
        (PAGE, {"onderwerp": "service", "doen": "bewaar", "email": "mag", "vaak": "9" * 5_000 + "/1"}),
        (f"{PAGE}/nooit", {"manier": "pigeon"}),
        (f"{HOURS}/klok", {"klok": "Mars/Olympus"}),
        (f"{HOURS}/weg", {"soort": "soms", "tijd": "1|09:00|10:00"}),
        (f"{HOURS}/vast", {"tijd": "welkom"}),
        ("/voorkeuren/aanbod", {"castles": "wanted"}),
        ("/voorkeuren/aanbod", {"energy": "perhaps"}),
        ("/voorkeuren/aanbod/passend", {"personal": "perhaps"}),
    ],
)
def test_a_form_that_nobody_made_changes_nothing(
    platform: Platform, enter: Enter, place: str, data: dict[str, str]
) -> None:
    person = make.person(platform)

    assert 422 == enter(person).post(place, data=data).status_code
    assert {} == own(platform, person)


@pytest.mark.parametrize(
    "place",
    [
        *(PAGE, f"{PAGE}/stil", f"{PAGE}/nooit", HOURS, f"{HOURS}/vast", f"{HOURS}/weg", f"{HOURS}/klok"),
        *("/voorkeuren/aanbod", "/voorkeuren/aanbod/passend", "/voorkeuren/uitspraak"),
    ],
)
def test_a_form_of_another_site_changes_nothing(platform: Platform, enter: Enter, place: str) -> None:
    assert 403 == enter(make.person(platform)).post(place, headers={"Sec-Fetch-Site": "cross-site"}).status_code


def test_letters_grow_on_every_page(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    portal.post("/voorkeuren", data={"print": "largest"})

    assert 'data-print="largest"' in portal.get("/organisaties").text
    assert "data-print" not in enter(make.person(platform)).get("/organisaties").text


def test_who_speaks_first_and_how_a_name_is_said_are_kept_and_taken_back(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)

    chosen = portal.post("/voorkeuren", data={"first": "human"})
    said = portal.post("/voorkeuren/uitspraak", data={"uitspraak": "rijmt op <door>"})
    portal.post("/voorkeuren", data={"first": ""})
    portal.post("/voorkeuren/uitspraak", data={"uitspraak": ""})

    assert 'value="human" aria-pressed="true"' in chosen.text
    assert 'value="rijmt op &lt;door&gt;"' in said.text
    assert {} == own(platform, person)


def test_every_choice_is_listed_with_a_proof_to_keep(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    portal = enter(person)
    portal.post(PAGE, data={"onderwerp": "offers", "doen": "niets"})
    before = portal.get("/voorkeuren/bewijzen").text
    make.logged(platform)

    page = portal.get("/voorkeuren/bewijzen").text
    (href,) = re.findall(r'href="(/voorkeuren/bewijzen/[0-9a-f-]{36})"', page)
    file = portal.get(href)

    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        keys = store.current(session, store.CONSENT).keys
    assert "Het bewijs komt zo." in before
    assert "Aanbiedingen" in page
    assert [] == verify_receipt(file.content, Trust(keys)).failures
    assert 404 == enter(make.person(platform)).get(href).status_code
