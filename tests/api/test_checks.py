"""Is this real: three answers, and to whom a message was sent only they learn."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.messages import checking, codes
from cdp.platform import Platform
from tests import make
from tests.api.messaging import TEXT, Company, check, publish, verdict

NOTHING = ("unknown", "nothing-known")


@pytest.fixture(autouse=True)
def _nobody_asked_before(database_url: str) -> None:
    """Forget how often the tests before this one asked: they all come from one address."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from check_count")


@pytest.fixture(scope="module")
def company(api: TestClient, platform: Platform) -> Company:
    return Company(api, platform)


@pytest.fixture(scope="module")
def complete(api: TestClient, platform: Platform) -> Company:
    """Return a company that registers whatever it sends."""
    return Company(api, platform, is_complete=True)


@pytest.fixture(scope="module")
def other(platform: Platform) -> make.Person:
    return make.person(platform)


def test_who_it_was_sent_to_gets_a_yes_by_its_code(api: TestClient, company: Company) -> None:
    made = company.register(speaker="computer")

    told = check(api, made["code"], company.person)

    assert ("yes", "to-you") == verdict(told)
    assert company.slug == told["organization"]["slug"]
    message = told["message"]
    assert ("email", company.mailbox, "computer", True) == (
        message["channel"],
        message["sender"],
        message["speaker"],
        message["to_you"],
    )
    assert made["message_id"] == message["message_id"]


@pytest.mark.parametrize("form", ["code", "link", "spoken"])
def test_a_stranger_who_holds_the_code_learns_from_whom_it_is_and_not_to_whom(
    api: TestClient, company: Company, form: str
) -> None:
    made = company.register() | {}
    made["spoken"] = made["code"].replace("-", " ").lower()

    told = check(api, made[form])

    assert ("yes", "with-code") == verdict(told)
    assert (None, None) == (told["message"]["to_you"], told["message"]["message_id"])


def test_a_code_that_many_strangers_ask_by_is_no_proof_any_more(api: TestClient, company: Company) -> None:
    made = company.register()

    told = [verdict(check(api, made["code"])) for _ in range(checking.MOST_ALONE + 2)]

    assert [("yes", "with-code")] * checking.MOST_ALONE + [("unknown", "asked-often")] * 2 == told
    assert ("yes", "to-you") == verdict(check(api, made["code"], company.person))
    assert ("yes", "same-text") == verdict(check(api, f"{TEXT}\n{made['code']}"))


def test_a_code_on_a_message_to_somebody_else_is_no_yes(api: TestClient, company: Company, other: make.Person) -> None:
    made = company.register()

    assert ("unknown", "not-to-you") == verdict(check(api, made["code"], other))


def test_a_forged_text_under_a_real_code_is_a_no(api: TestClient, company: Company) -> None:
    made = company.register()
    forged = f"{TEXT} Betaal nu op een andere rekening.\n{made['code']}"

    for person in (None, company.person):
        assert ("no", "other-text") == verdict(check(api, forged, person))


def test_a_real_code_from_another_sender_is_a_no(api: TestClient, company: Company) -> None:
    made = company.register()

    told = check(api, made["code"], company.person, sender=f"nep@{company.domain}.evil.example")

    assert ("unknown", "poses-as-another") == verdict(told) or ("no", "other-sender") == verdict(told)
    assert ("no", "other-sender") == verdict(check(api, made["code"], sender="piet@elsewhere.example"))


def test_a_text_without_its_code_is_known_to_whom_it_was_sent_and_to_nobody_else(
    api: TestClient, company: Company, other: make.Person
) -> None:
    text = f"Beste klant, uw afspraak is verzet: {make.name()}."
    company.register(text=text)

    assert ("yes", "to-you") == verdict(check(api, f"> {text.upper()}", company.person))
    assert [NOTHING, NOTHING] == [verdict(check(api, text, each)) for each in (None, other)]


def test_a_text_that_went_to_many_is_known_to_everybody_and_its_code_alone_is_not_enough(
    api: TestClient, company: Company, other: make.Person
) -> None:
    text = f"Nieuwe openingstijden vanaf maandag: {make.name()}."
    made = company.post(text=text).json()

    for person in (None, other):
        assert ("yes", "same-text") == verdict(check(api, text, person))
        assert ("unknown", "text-needed") == verdict(check(api, made["code"], person))


def test_a_code_that_ended_is_like_one_that_never_was(
    api: TestClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = company.register()
    never = codes.shown(codes.new())
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)

    told = [check(api, each) for each in (made["code"], never)]

    assert told[0] == told[1]
    assert NOTHING == verdict(told[0])


def test_a_code_with_a_slip_is_told_from_an_unknown_one(api: TestClient) -> None:
    code = codes.new()
    slip = code[:3] + ("A" if code[3] != "A" else "B") + code[4:]

    assert ("unknown", "slip") == verdict(check(api, codes.shown(slip)))
    assert NOTHING == verdict(check(api, codes.shown(code)))


def test_a_published_address_alone_is_never_a_yes(api: TestClient, company: Company, other: make.Person) -> None:
    for person in (None, other):
        told = check(api, company.mailbox, person)
        assert ("unknown", "sender-can-be-forged") == verdict(told)
        assert company.slug == told["organization"]["slug"]


def test_an_address_is_a_yes_for_whom_something_was_sent_from_it(api: TestClient, company: Company) -> None:
    company.register()

    assert ("yes", "to-you") == verdict(check(api, f"Klantenservice <{company.mailbox}>", company.person))
    assert ("unknown", "sender-can-be-forged") == verdict(check(api, company.mailbox))


def test_who_registers_everything_sent_nothing_else(api: TestClient, complete: Company, other: make.Person) -> None:
    complete.register()

    assert ("no", "not-registered") == verdict(check(api, complete.mailbox, other))
    assert ("unknown", "sender-can-be-forged") == verdict(check(api, complete.mailbox))


def test_a_link_to_their_own_site_is_no_proof_of_a_message(api: TestClient, company: Company) -> None:
    company.register()

    for person in (None, company.person):
        assert ("unknown", "link-is-theirs") == verdict(check(api, f"https://www.{company.domain}/betalen", person))


def test_a_link_that_hides_where_it_leads_is_read_as_a_browser_does(api: TestClient, company: Company) -> None:
    assert NOTHING == verdict(check(api, f"https://{company.domain}@elsewhere.example/"))


def test_a_sender_that_poses_as_another_is_unknown_with_a_warning(api: TestClient, company: Company) -> None:
    name = company.domain.removesuffix(".example")
    for given in (
        f"{name}.com",
        f"info@{name}-betalen.nl",
        f"https://{company.domain}.veilig.com/x",
        f"{name}@gmail.com",
    ):
        told = check(api, given)
        assert ("unknown", "poses-as-another") == verdict(told), given
        assert (company.slug, company.domain) == (told["warning"]["organization"]["slug"], told["warning"]["resembles"])


def test_a_link_in_a_forged_text_is_warned_of(api: TestClient, company: Company) -> None:
    name = company.domain.removesuffix(".example")

    told = check(api, f"Uw rekening staat klaar. Betaal meteen via www.{name}.com/betaal of bel ons op.")

    assert ("unknown", "poses-as-another") == verdict(told)


def test_who_is_called_learns_who_is_calling_and_others_do_not(
    api: TestClient, company: Company, other: make.Person
) -> None:
    company.call(until=(clock.now() + timedelta(minutes=30)).isoformat())

    assert ("yes", "to-you") == verdict(check(api, company.phone, company.person, is_calling=True))
    assert ("yes", "to-you") == verdict(check(api, "", company.person, is_calling=True, organization=company.slug))
    assert ("yes", "to-you") == verdict(check(api, "", company.person, is_calling=True))
    assert ("unknown", "no-call-known") == verdict(check(api, company.phone, other, is_calling=True))
    assert ("unknown", "login-needed") == verdict(check(api, company.phone, is_calling=True))


def test_a_true_code_of_a_call_within_a_text_is_no_yes_for_anybody(
    api: TestClient, company: Company, other: make.Person
) -> None:
    made = company.call(until=(clock.now() + timedelta(minutes=30)).isoformat())
    forged = f"Uw rekening is geblokkeerd.\nLog in op https://inloggen.example/ nu. Code: {made['code']}"

    told = [verdict(check(api, forged, who)) for who in (None, other, company.person)]

    assert 3 * [("unknown", "code-alone-needed")] == told
    assert ("yes", "to-you") == verdict(check(api, made["code"], company.person))


def test_nobody_of_who_registers_every_call_is_calling(api: TestClient, complete: Company, other: make.Person) -> None:
    assert ("no", "not-calling") == verdict(check(api, complete.phone, other, is_calling=True))
    assert ("no", "not-calling") == verdict(check(api, "", other, is_calling=True, organization=complete.slug))


def test_a_call_that_is_over_is_not_who_is_calling_now(
    api: TestClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = company.call(until=(clock.now() + timedelta(minutes=5)).isoformat())
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert NOTHING == verdict(check(api, made["code"], company.person))


def test_what_others_learn_is_the_same_whoever_it_was_sent_to(
    api: TestClient, company: Company, other: make.Person, platform: Platform
) -> None:
    """Also what an organization learns through a customer of its own: a message is no way to ask who is here."""
    stranger = make.email()
    make.person(platform, address=stranger)
    whom: list[dict[str, Any]] = [
        {"profile_id": company.profile},
        {"user_id": make.name()},
        {"identifiers": [{"type": "email", "value": stranger}]},
        {"identifiers": [{"type": "email", "value": make.email()}]},
    ]
    at, text = clock.now().isoformat(), f"Voor iemand {make.name()}."
    codes_of = [company.post(at=at, text=text, **each).json()["code"] for each in whom]

    for asker in (None, other):
        for given in ("{}", text + " {}", text + " en meer {}", text):
            told = [check(api, given.format(code), asker) for code in codes_of]
            assert [told[0]] * len(told) == told


def test_a_letter_of_who_publishes_no_sender_is_checked_all_the_same(api: TestClient, platform: Platform) -> None:
    organization, person = make.organization(platform), make.person(platform)
    make.grant(platform, person, organization)
    program = make.service(platform, organization, "messages:register")
    profile = platform.profile_ids.profile_id(person.customer_id, organization.organization_id)
    body = {"channel": "post", "speaker": "computer", "text": TEXT, "profile_id": profile}
    made = api.post("/v1/messages", json=body, headers=program).json()

    assert ("yes", "to-you") == verdict(check(api, made["code"], person))


def test_whoever_asks_too_often_is_not_answered_any_more(api: TestClient, company: Company, other: make.Person) -> None:
    made = company.register(text=f"Nog een bericht {make.name()}.")
    for _ in range(checking.MOST):
        check(api, codes.shown(codes.new()), other)

    refused = api.post("/v1/checks", json={"given": made["code"]}, headers=other.headers)

    assert (429, "too-many-checks") == (refused.status_code, refused.json()["code"])
    assert ("yes", "with-code") == verdict(check(api, made["code"]))


def test_a_session_that_is_wrong_is_refused_and_not_taken_for_nobody(api: TestClient) -> None:
    answer = api.post("/v1/checks", json={}, headers={"Authorization": "Bearer cdp_se_wrong"})

    assert 401 == answer.status_code


@pytest.mark.parametrize("body", [{}, {"given": " "}, {"given": "", "sender": " ", "organization": "somebody"}])
def test_who_asks_nothing_is_told_what_is_missing(api: TestClient, body: dict[str, str]) -> None:
    answer = api.post("/v1/checks", json=body)

    assert (422, "nothing-asked", "/given") == (answer.status_code, answer.json()["code"], answer.json()["field"])


@pytest.mark.parametrize(
    "given",
    ["", " ", "\0", "\u202e", "A" * 50_000, "+" * 40, "@", "a@b", "://", "https://[", "xn--", ">" * 300],
)
def test_whatever_is_given_gets_one_of_three_answers(api: TestClient, given: str) -> None:
    answer = api.post("/v1/checks", json={"given": given, "sender": given[:300]})

    assert answer.status_code in {400, 422} or answer.json()["answer"] in {"yes", "no", "unknown"}


def test_a_closed_organization_vouches_for_nothing(api: TestClient, platform: Platform, database_url: str) -> None:
    gone = Company(api, platform)
    made = gone.register()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update organization set closed_at = now() where slug = %s", (gone.slug,))

    assert NOTHING == verdict(check(api, made["code"], gone.person))


def test_senders_are_public_once_they_were_checked(api: TestClient, platform: Platform) -> None:
    company = Company(api, platform)
    publish(platform, company.organization, "email", company.mailbox)

    found = api.get("/v1/senders", params={"organization": company.slug}).json()["senders"]

    assert [("domain", company.domain), ("email", company.mailbox), ("phone", company.phone)] == [
        (each["kind"], each["value"]) for each in found
    ]


@pytest.mark.parametrize(
    "place",
    [
        "https://elders.example/echt/",
        "https://elders.example/inloggen?naar=/echt/",
        "http://localhost:8000@elders.example/echt/",
        "http://localhost:8000.elders.example/echt/",
        "elders.example/http://localhost:8000/echt/",
    ],
)
def test_a_true_code_in_a_link_that_leads_elsewhere_is_never_a_yes(
    api: TestClient, company: Company, place: str
) -> None:
    made = company.register(text=TEXT)

    alone = check(api, place + made["code"], company.person)
    within = check(api, f"{TEXT} {place}{made['code']}", company.person)

    assert NOTHING == verdict(alone)
    assert ("no", "other-text") == verdict(within)


@pytest.mark.parametrize("opening", ["", "(", "HTTPS://", "Zie:", "[klopt]("])
def test_a_true_link_is_known_however_it_is_opened(api: TestClient, company: Company, opening: str) -> None:
    made = company.register(text=TEXT)
    place = made["link"] if opening != "HTTPS://" else opening + made["link"].partition("://")[2]

    assert ("yes", "same-text") == verdict(
        check(api, f"{TEXT} {opening * ('//' not in opening)}{place}", company.person)
    )


def test_a_true_code_is_no_proof_for_another_organization(api: TestClient, company: Company, complete: Company) -> None:
    made = company.register()

    told = check(api, made["code"], company.person, organization=complete.slug)

    assert ("no", "other-organization") == verdict(told)
    assert complete.slug == told["organization"]["slug"]
