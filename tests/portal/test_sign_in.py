"""Veilig inloggen, Bevestigen, Bent u dit? and leaving, as forms of a browser without scripts."""

import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from api.portal import cookies
from api.portal.frame import Room
from api.portal.pages import sign_in
from cdp import clock, ids
from cdp.catalog.files import Language
from cdp.keys.blind import IdentifierType as Proof
from cdp.logins import claiming, sessions
from cdp.logins.passkeys import Holder
from cdp.logins.ways_in import WaysIn
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.cdp.authenticator import Device
from tests.cdp.logins.holding import holder, register
from tests.portal.asked import asked_about
from tests.portal.conftest import Age, Enter
from tests.portal.post import posts
from tests.portal.samples import world

GRAVE = [
    "/veilig-inloggen/adressen",
    "/veilig-inloggen/adressen/weg",
    f"/veilig-inloggen/passkeys/{uuid4()}/weg",
    f"/veilig-inloggen/passkeys/{uuid4()}/naam",
    f"/veilig-inloggen/extern/{uuid4()}/weg",
    "/account/verwijderen",
]


@pytest.mark.parametrize("path", GRAVE, ids=range(len(GRAVE)))
def test_what_matters_more_asks_for_a_fresh_proof(platform: Platform, enter: Enter, stale: Age, path: str) -> None:
    person = make.person(platform)
    stale(person)

    answer = enter(person).post(path, data={"soort": "email", "zeker": "ja"}, follow_redirects=False)

    assert (303, "/bevestigen") == (answer.status_code, answer.headers["location"].partition("?")[0])


def test_a_code_proves_it_and_leads_back(platform: Platform, enter: Enter, stale: Age) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    stale(person)
    portal = enter(person)
    before = portal.cookies[cookies.SESSION]

    portal.post("/bevestigen/code", data={"waarde": address, "verder": "/account/verwijderen"})
    code = posts(portal, address)[0]["code"]
    answer = portal.post("/bevestigen", data={"code": code, "verder": "/account/verwijderen"}, follow_redirects=False)

    assert "/account/verwijderen" == answer.headers["location"]
    (fresh,) = {each.value for each in portal.cookies.jar if each.name == cookies.SESSION} - {before}
    portal.cookies.clear()
    portal.cookies.set(cookies.SESSION, fresh or "")
    assert 'name="zeker"' in portal.get("/account/verwijderen").text


def test_a_token_from_before_the_proof_is_worth_nothing(platform: Platform, enter: Enter, stale: Age) -> None:
    address = make.email()
    portal = enter(make.person(platform, address=address))
    before = portal.cookies[cookies.SESSION]
    portal.post("/bevestigen/code", data={"waarde": address})
    portal.post("/bevestigen", data={"code": posts(portal, address)[0]["code"]})

    portal.cookies.clear()
    portal.cookies.set(cookies.SESSION, before)

    assert 303 == portal.get("/veilig-inloggen", follow_redirects=False).status_code


@pytest.mark.parametrize("place", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_proof_leads_to_a_place_of_ours(platform: Platform, enter: Enter, place: str) -> None:
    address = make.email()
    portal = enter(make.person(platform, address=address))
    portal.post("/bevestigen/code", data={"waarde": address, "verder": place})
    code = posts(portal, address)[0]["code"]

    shown = portal.get("/bevestigen", params={"verder": place}).text
    answer = portal.post("/bevestigen", data={"code": code, "verder": place}, follow_redirects=False)

    assert "elsewhere" not in shown
    assert "/" == answer.headers["location"]


def test_a_code_goes_to_no_address_that_was_not_proven(platform: Platform, enter: Enter) -> None:
    portal, other = enter(make.person(platform)), make.email()

    assert 404 == portal.post("/bevestigen/code", data={"waarde": other}).status_code
    assert [] == posts(portal, other)


def test_guesses_are_bounded(platform: Platform, enter: Enter, stale: Age) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    stale(person)
    portal = enter(person)
    portal.post("/bevestigen/code", data={"waarde": address})
    code = posts(portal, address)[0]["code"]

    guesses = [portal.post("/bevestigen", data={"code": "00000000"}).status_code for _ in range(5)]

    assert [401] * 5 == guesses
    assert 401 == portal.post("/bevestigen", data={"code": code}).status_code


def test_a_code_is_worth_nothing_in_another_session(platform: Platform, enter: Enter) -> None:
    address = make.email()
    portal = enter(make.person(platform, address=address))
    portal.post("/bevestigen/code", data={"waarde": address})
    code = posts(portal, address)[0]["code"]

    other = enter(make.person(platform, address=address))

    assert 401 == other.post("/bevestigen", data={"code": code}).status_code


def test_nobody_is_pestered_with_codes(platform: Platform, enter: Enter) -> None:
    target = make.email()
    for person in [make.person(platform) for _ in range(5)]:
        enter(person).post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": target})

    assert 3 == len(posts(enter(make.person(platform)), target))


def test_a_further_address_is_proven_by_its_code_and_told_to_the_others(platform: Platform, enter: Enter) -> None:
    first, further = make.email(), make.email()
    portal = enter(make.person(platform, address=first))

    portal.post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": further})
    wrong = portal.post("/veilig-inloggen/adressen/code", data={"code": "00000000"})
    page = portal.post("/veilig-inloggen/adressen/code", data={"code": posts(portal, further)[0]["code"]})

    assert 401 == wrong.status_code
    assert further in page.text
    assert "Er is iets veranderd aan uw login" == posts(portal, first)[0]["subject"]


def test_a_phone_number_is_proven_by_text_message(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    portal.post("/veilig-inloggen/adressen", data={"soort": "phone", "waarde": "06 1234 0907"})
    (caught,) = posts(portal, "+31612340907")
    page = portal.post("/veilig-inloggen/adressen/code", data={"code": caught["code"]})

    assert ("sms", "") == (caught["channel"], caught["subject"])
    assert "+31612340907" in page.text


def test_an_address_that_opens_another_dossier_stays_theirs(platform: Platform, enter: Enter) -> None:
    theirs = make.email()
    owner = make.person(platform, address=theirs)
    portal = enter(make.person(platform))

    portal.post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": theirs})
    answer = portal.post("/veilig-inloggen/adressen/code", data={"code": posts(portal, theirs)[0]["code"]})

    assert 409 == answer.status_code
    assert owner.customer_id == make.person(platform, address=theirs).customer_id


@pytest.mark.parametrize("value", ["x", "info@example.org", "a@example.org\r\nBcc: b@example.org", "0800 1234", ""])
def test_an_address_that_cannot_prove_anybody_is_told_so(platform: Platform, enter: Enter, value: str) -> None:
    portal = enter(make.person(platform))

    for kind in ("email", "phone"):
        answer = portal.post("/veilig-inloggen/adressen", data={"soort": kind, "waarde": value})
        assert (409, True) == (answer.status_code, 'role="alert"' in answer.text)


def test_the_last_address_stays(platform: Platform, enter: Enter) -> None:
    address = make.email()
    portal = enter(make.person(platform, address=address))

    answer = portal.post("/veilig-inloggen/adressen/weg", data={"soort": "email", "waarde": address})

    assert 409 == answer.status_code
    assert "laatste manier" in answer.text


def test_an_address_that_goes_hears_of_it_and_logs_nobody_in_any_more(platform: Platform, enter: Enter) -> None:
    first, further = make.email(), make.email()
    person = make.person(platform, address=first)
    who, at = holder(platform, person), clock.now()
    _prove(platform, who, further)
    portal = enter(person)

    portal.post("/veilig-inloggen/adressen/weg", data={"soort": "email", "waarde": further})

    assert [1, 1] == [len(posts(portal, each)) for each in (first, further)]
    assert person.customer_id != make.person(platform, address=further, proven_at=at).customer_id


def _prove(platform: Platform, who: Holder, email: str) -> None:
    proven = claiming.Proven(Proof.EMAIL, email, clock.now())
    with platform.database.scoped(who.scope) as session:
        _, sealed = claiming.seal(session, platform, email)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        claiming.prove(session, platform, who.customer, proven, sealed)


def test_a_session_elsewhere_is_seen_and_stopped(platform: Platform, enter: Enter) -> None:
    address = make.email()
    other, person = make.person(platform, address=address), make.person(platform, address=address)
    portal = enter(person)
    (stop,) = re.findall(r'action="(/veilig-inloggen/sessies/[0-9a-f-]+/stop)"', portal.get("/veilig-inloggen").text)

    portal.post(stop)

    assert 200 == portal.get("/veilig-inloggen", follow_redirects=False).status_code
    assert 303 == enter(other).get("/veilig-inloggen", follow_redirects=False).status_code


def test_all_other_sessions_are_stopped_and_this_one_stays(platform: Platform, enter: Enter) -> None:
    address = make.email()
    people = [make.person(platform, address=address) for _ in range(3)]
    portal = enter(people[-1])

    portal.post("/veilig-inloggen/sessies/stop-andere")

    with platform.database.scoped(people[0].scope) as session:
        assert 1 == len(sessions.living(session, at=clock.now()))
    assert 200 == portal.get("/veilig-inloggen", follow_redirects=False).status_code


def test_ids_of_somebody_else_lead_nowhere(platform: Platform, database_url: str, enter: Enter) -> None:
    victim, asked = make.person(platform), asked_about(platform, database_url)
    register(platform, victim, Device())
    portal = enter(victim)
    page = portal.get("/veilig-inloggen").text
    theirs = set(re.findall(r'action="(/veilig-inloggen/[a-z]+/[0-9a-f-]{36}/[a-z]+)"', page))
    theirs |= {f"/veilig-inloggen/sessies/{holder(platform, victim).session_id}/stop"}
    theirs |= {f"/bent-u-dit/{asked.subject}", f"/bent-u-dit/{asked.subject}/toch"}
    portal = enter(make.person(platform))

    answers = {each: portal.post(each, data={"naam": "x", "antwoord": "ja"}).status_code for each in theirs}

    assert len(theirs) >= 5
    assert {404} == set(answers.values())


def test_leaving_needs_the_tick(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    answer = portal.post("/account/verwijderen")

    assert 422 == answer.status_code
    assert 200 == portal.get("/veilig-inloggen", follow_redirects=False).status_code


def test_leaving_takes_every_way_in_along(platform: Platform, database_url: str, enter: Enter) -> None:
    person = make.person(platform)
    register(platform, person, Device())
    asked = asked_about(platform, database_url)
    enter(asked.person).get("/bent-u-dit")

    page = enter(person).post("/account/verwijderen", data={"zeker": "ja"})
    enter(asked.person).post("/account/verwijderen", data={"zeker": "ja"})

    assert 200 == page.status_code
    assert "Alles is verwijderd" in page.text
    with psycopg.connect(database_url) as connection:
        for table in ("passkey", "external_login", "proof_code", "question", "session"):
            mine = [person.customer_id, asked.person.customer_id]
            count = connection.execute(f"select count(*) from {table} where customer_id = any(%s)".encode(), (mine,))
            assert (0,) == count.fetchone(), table


def test_a_name_of_a_passkey_is_text_and_nothing_else(platform: Platform, enter: Enter) -> None:
    person = make.person(platform)
    register(platform, person, Device(), "<script>alert(1)</script>\"'&")

    page = enter(person).get("/veilig-inloggen").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_id_that_is_none_is_told_kindly(platform: Platform, enter: Enter) -> None:
    portal = enter(make.person(platform))

    for path in (f"/veilig-inloggen/passkeys/{ids.row()}/weg", f"/bent-u-dit/{ids.row()}"):
        answer = portal.post(path, data={"antwoord": "nee"})
        assert (404, True) == (answer.status_code, "<h1>" in answer.text)


@pytest.mark.parametrize(
    ("referer", "leads"),
    [
        ("http://testserver/veilig-inloggen?x=1", "/bevestigen?verder=%2Fveilig-inloggen"),
        ("https://elsewhere.example/veilig-inloggen", "/bevestigen"),
        ("http://testserver//elsewhere.example", "/bevestigen"),
        ("http://[", "/bevestigen"),
        ("", "/bevestigen"),
    ],
    ids=range(5),
)
def test_after_the_proof_one_is_back_where_the_form_was(
    platform: Platform, enter: Enter, stale: Age, referer: str, leads: str
) -> None:
    person = make.person(platform)
    stale(person)

    answer = enter(person).post("/account/verwijderen", headers={"Referer": referer}, follow_redirects=False)

    assert leads == answer.headers["location"]


def test_without_scripts_the_end_of_the_session_is_told_with_a_way_to_stay(platform: Platform, enter: Enter) -> None:
    page = enter(make.person(platform)).get("/veilig-inloggen").text

    (warning,) = re.findall("<noscript>(<form.*?)</noscript>", page, re.DOTALL)
    assert 'action="/sessie/verlengen"' in warning
    assert re.search(r"om \d\d:\d\d uitgelogd", warning)


def test_codes_that_somebody_else_asks_for_keep_nobody_from_proving_themselves(
    platform: Platform, enter: Enter, stale: Age
) -> None:
    address = make.email()
    person = make.person(platform, address=address)
    nosy = enter(make.person(platform))
    for _ in range(3):
        nosy.post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": address})
    stale(person)

    answer = enter(person).post("/bevestigen/code", data={"waarde": address}, follow_redirects=False)

    assert 303 == answer.status_code


def test_a_new_address_gets_three_codes_whoever_asks(platform: Platform, enter: Enter) -> None:
    address = make.email()

    answers = [
        enter(make.person(platform)).post(
            "/veilig-inloggen/adressen", data={"soort": "email", "waarde": address}, follow_redirects=False
        )
        for _ in range(4)
    ]

    assert [303, 303, 303, 429] == [each.status_code for each in answers]


ENDS = {
    "today": (30, 470, "Stopt vanzelf om 15:00, en uiterlijk om 22:20."),
    "tomorrow at the latest": (30, 700, "Stopt vanzelf om 15:00, en uiterlijk op 22 november 2026 om 02:10."),
    "both at once": (700, 700, "Stopt vanzelf op 22 november 2026 om 02:10."),
}


@pytest.mark.parametrize("case", ENDS)
def test_an_end_on_another_day_has_a_date(case: str) -> None:
    soon, last, expected = ENDS[case]
    session = sessions.SessionFacts(
        session_id=uuid4(),
        way=sessions.Way.EMAIL,
        device="",
        started_at=world.AT,
        used_at=world.AT,
        expires_at=world.AT + timedelta(minutes=soon),
        ends_at=world.AT + timedelta(minutes=last),
    )
    known = sign_in.Known(WaysIn((), (), (), (session,)), (), None, is_fresh=True, has_texts=False, external="")

    page = sign_in.sign_in(world.speech(Language.NL), known, world.frame(Language.NL, Room.SIGN_IN))

    assert [expected] == [each.until for each in page.sessions]


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/gegevens?soort=health&na=x", "/gegevens?soort=health&na=x"),
        ("/gegevens", "/gegevens"),
        ("/gegevens?soort=" + "x" * 600, "/gegevens"),
    ],
    ids=range(3),
)
def test_after_the_login_one_is_at_the_very_page_that_was_asked_for(portal: TestClient, asked: str, leads: str) -> None:
    answer = portal.get(asked, follow_redirects=False)

    assert f"/inloggen?{urlencode({'verder': leads})}" == answer.headers["location"]
