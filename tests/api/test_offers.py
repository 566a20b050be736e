"""Offers over HTTP: registered with an expression, chosen over what was granted and nothing else, explained."""

from datetime import timedelta
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.expressions import spending
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.offers import choosing
from cdp.own import dossier
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.api.approaching import choose, join

ADVERTISING: Final = "direct-marketing"
EVERYTHING: Final = frozenset({"contact", "personal", "products", "financial", "conversations", "usage"})


def offer(expression: str = "true", **rest: Any) -> dict[str, Any]:
    until = (clock.now() + timedelta(days=30)).isoformat()
    title = {"nl": "Een warmtepomp", "en": "A heat pump"}
    asked = {"kind": "energy", "purpose": ADVERTISING, "title": title, "valid_until": until, "expression": expression}
    return asked | rest


class Shop:
    """An organization with a program, and a customer whom it knows and who granted it something for advertising."""

    def __init__(self, api: TestClient, platform: Platform, *categories: str) -> None:
        self.api, self.platform = api, platform
        self.organization: Organization = make.organization(platform)
        self.headers = make.service(platform, self.organization, "offers:manage", "profiles:read")
        address = make.email()
        self.person = make.person(platform, address=address)
        self.user = make.name("user")
        known = (Identifier(IdentifierType.EMAIL, address, verified=True),)
        make.delivery(
            platform,
            self.organization,
            make.item(Kind.ATTRIBUTES, "income", 2400, user=self.user, identifiers=known),
            make.item(Kind.PRODUCT, "subscription", {"plan": "basis"}, user=self.user, key="contract-1"),
        )
        if categories:
            self.grants(*categories)

    def grants(self, *categories: str, purpose: str = ADVERTISING) -> None:
        make.grant(self.platform, self.person, self.organization, purpose=purpose, categories=frozenset(categories))

    @property
    def profile_id(self) -> str:
        return self.platform.profile_ids.profile_id(self.person.customer_id, self.organization.organization_id)

    def register(self, expression: str = "true", **rest: Any) -> str:
        answer = self.api.post("/v1/offers", json=offer(expression, **rest), headers=self.headers)
        assert 201 == answer.status_code, answer.text
        made: str = answer.json()["offer_id"]
        return made

    def decide(self, **rest: Any) -> Any:
        asked = {"profile_ids": [self.profile_id], "purpose": ADVERTISING} | rest
        return self.api.post("/v1/offers/decide", json=asked, headers=self.headers)

    def chosen(self, **rest: Any) -> tuple[list[str], dict[str, int]]:
        answer = self.decide(**rest)
        assert 200 == answer.status_code, answer.text
        (one,) = answer.json()["customers"]
        return [each["offer_id"] for each in one["offers"]], one["not_sent"]

    def mine(self) -> Any:
        return self.api.get("/v1/me/offers", headers=self.person.headers).json()

    def choose(self, kind: str, choice: str) -> int:
        path = f"/v1/me/offers/kinds/{kind}"
        status: int = self.api.put(path, json={"choice": choice}, headers=self.person.headers).status_code
        return status

    def personal(self, *, is_on: bool) -> int:
        path, said = "/v1/me/offers/personalisation", {"is_personal": is_on}
        status: int = self.api.put(path, json=said, headers=self.person.headers).status_code
        return status


@pytest.fixture
def shop(api: TestClient, platform: Platform) -> Shop:
    return Shop(api, platform, "contact", "products", "financial")


def test_an_offer_is_chosen_for_whom_its_expression_fits_and_says_why(shop: Shop) -> None:
    fitting = shop.register("attributes.income > 2000 && products.exists(p, p.type == 'subscription')")
    shop.register("attributes.income > 9000")

    answer = shop.decide().json()

    reasons = {"reasons": ["fits"], "uses": ["attributes.income", "products"]}
    chosen = {"offer_id": fitting, "kind": "energy"} | reasons
    customer = {"profile_id": shop.profile_id, "status": "decided", "reason": None}
    assert {
        "considered": 2,
        "customers": [customer | {"offers": [chosen], "not_sent": {"not-relevant": 1}}],
        "not_sent": {"not-relevant": 1},
    } == answer


def test_whom_there_is_no_time_for_is_deferred_and_then_the_organization_has_to_wait(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.register("attributes.income > 2000")
    monkeypatch.setattr(spending, "AT_ONCE", 1e-12)  # for one expression
    monkeypatch.setattr(spending, "SHARE", 1e-9)

    first, second = shop.decide(profile_ids=[shop.profile_id] * 2).json()["customers"]
    answer = shop.decide()

    assert ("decided", 1) == (first["status"], len(first["offers"]))
    assert ("deferred", "expressions-busy", [], {}) == tuple(
        second[name] for name in ("status", "reason", "offers", "not_sent")
    )
    assert (429, "expressions-busy") == (answer.status_code, answer.json()["code"])
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_customer_who_needs_no_expression_is_decided_whatever_the_others_took(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.register("attributes.income > 2000", has_legal_effect=True)
    monkeypatch.setattr(spending, "AT_ONCE", 1e-12)

    statuses = [each["status"] for each in shop.decide(profile_ids=[shop.profile_id] * 2).json()["customers"]]

    assert ["decided", "decided"] == statuses


@pytest.mark.parametrize(
    ("expression", "code", "place"),
    [
        ("attributes.incom > 3", "expression-name-unknown", "line 1, column 12"),
        ("attributes.income >\n 'much'", "expression-types-clash", "line 2, column 2"),
        ("attributes.income > ", "expression-unreadable", "line 1, column 21"),
        ("products.all(a, products.all(b, a.key != b.key))", "expression-too-costly", "line 1, column 13"),
        ("dyn(1) == 1", "expression-not-allowed", "line 1, column 4"),
    ],
)
def test_a_bad_expression_is_refused_when_it_is_registered(shop: Shop, expression: str, code: str, place: str) -> None:
    answer = shop.api.post("/v1/offers", json=offer(expression), headers=shop.headers)

    assert (422, code, "/expression") == (answer.status_code, answer.json()["code"], answer.json()["field"])
    assert answer.json()["detail"].startswith(f"{place}: ")


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ({"kind": "weather"}, "offer-kind-unknown"),
        ({"purpose": "customer-care"}, "not-a-purpose-of-offers"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "invalid"),
        ({"valid_until": "2030-01-01T00:00:00"}, "invalid"),
        ({"title": {}}, "invalid"),
        ({"secret": 1}, "invalid"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(shop: Shop, rest: dict[str, Any], code: str) -> None:
    answer = shop.api.post("/v1/offers", json=offer(**rest), headers=shop.headers)

    assert (422, code) == (answer.status_code, answer.json()["code"])


def test_an_offer_that_needs_a_category_is_not_asked_without_it(api: TestClient, platform: Platform) -> None:
    shop = Shop(api, platform, "contact", "products")
    rich, poor = shop.register("attributes.income > 2000"), shop.register("!has(attributes.income)")

    assert ([], {"category-not-granted": 2}) == shop.chosen()
    assert rich != poor


@pytest.mark.parametrize("expression", ["attributes.income > 2000", "!has(attributes.income)", "external.size() == 0"])
def test_what_is_not_granted_never_changes_an_answer(api: TestClient, platform: Platform, expression: str) -> None:
    shop = Shop(api, platform, "contact", "products")
    shop.register(expression)
    before = shop.decide().json()

    planted = (("income", 1), ("credit_score", 3), ("birth_date", "1970-01-01"))
    facts = [make.item(Kind.ATTRIBUTES, name, value, user=shop.user) for name, value in planted]
    loan = make.item(Kind.PRODUCT, "loan", {"sum": 9000}, user=shop.user, key="loan-1")
    make.delivery(platform, shop.organization, *facts, loan)

    assert before == shop.decide().json()


def test_who_granted_nothing_is_answered_as_by_a_read(api: TestClient, platform: Platform) -> None:
    shop = Shop(api, platform)
    shop.register()
    wrong = "p_" + "a" * 43

    answers = shop.decide(profile_ids=[shop.profile_id, wrong]).json()["customers"]

    assert [("refused", "never-granted"), ("not-found", None)] == [(each["status"], each["reason"]) for each in answers]
    assert [[], []] == [each["offers"] for each in answers]
    assert [] == shop.mine()["offers"]


def test_revoked_means_now_for_offers_too(shop: Shop) -> None:
    offered = shop.register()
    assert ([offered], {}) == shop.chosen()

    make.revoke(shop.platform, shop.person, shop.organization, purpose=ADVERTISING)

    (answer,) = shop.decide().json()["customers"]
    assert ("refused", "revoked", []) == (answer["status"], answer["reason"], answer["offers"])


def test_who_revokes_while_it_is_decided_gets_no_offer_that_they_could_not_see(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.register()
    choose_ = choosing.choose

    def late(*facts: Any, **rest: Any) -> choosing.Choice:
        make.revoke(shop.platform, shop.person, shop.organization, purpose=ADVERTISING)
        return choose_(*facts, **rest)

    monkeypatch.setattr(choosing, "choose", late)

    (answer,) = shop.decide().json()["customers"]

    assert ("refused", "revoked", []) == (answer["status"], answer["reason"], answer["offers"])
    assert [] == shop.mine()["offers"]


def test_who_is_asked_for_twice_is_answered_twice_and_told_once(shop: Shop) -> None:
    offered = shop.register()

    answer = shop.decide(profile_ids=[shop.profile_id] * 2)

    assert 200 == answer.status_code, answer.text
    assert [[offered]] * 2 == [[one["offer_id"] for one in each["offers"]] for each in answer.json()["customers"]]
    assert [1] == [each["times"] for each in shop.mine()["offers"]]


def test_each_question_stands_in_the_access_log_with_what_was_looked_at(shop: Shop) -> None:
    shop.register("attributes.income > 2000")
    shop.chosen()

    accesses = shop.api.get("/v1/me/accesses", headers=shop.person.headers).json()["accesses"]

    (line,) = [each for each in accesses if each["path"] == "offers"]
    assert ("released", ["financial"]) == (line["outcome"], line["released"])


def test_a_kind_that_is_refused_is_never_chosen_again(shop: Shop) -> None:
    offered = shop.register()
    assert 204 == shop.choose("energy", "unwanted")

    refused = shop.chosen()
    shop.choose("energy", "none")

    assert (([], {"kind-refused": 1}), ([offered], {})) == (refused, shop.chosen())


def test_what_somebody_wants_comes_first_and_an_expression_may_ask_for_it(shop: Shop) -> None:
    energy, travel = shop.register(), shop.register(kind="travel")
    wanting = shop.register("'travel' in wants", kind="travel")
    shop.choose("travel", "wanted")

    chosen, _ = shop.chosen()

    assert [wanting, travel, energy] == chosen
    assert ["travel"] == shop.mine()["wanted"]


def test_without_personalisation_come_offers_that_are_the_same_for_everybody(shop: Shop) -> None:
    same, personal = shop.register(), shop.register("attributes.income > 2000")
    shop.grants("contact", purpose="customer-care")
    assert 204 == shop.personal(is_on=False)

    impersonal = shop.chosen()
    read = shop.api.get(f"/v1/profiles/{shop.profile_id}?purpose=customer-care", headers=shop.headers)
    shop.personal(is_on=True)

    assert ([same], {"personalisation-off": 1}) == impersonal
    assert 200 == read.status_code
    assert {same, personal} == set(shop.chosen()[0])


def test_a_browser_that_said_no_to_advertising_gets_no_offer_for_it(shop: Shop) -> None:
    shop.register()
    shop.register(purpose="personalisation")
    shop.grants("contact", purpose="personalisation")
    with shop.platform.database.scoped(shop.person.scope) as session:
        dossier.adapt(session, {"gpc": clock.now().isoformat()})

    assert ([], {"global-privacy-control": 1}) == shop.chosen()
    assert ([], {"global-privacy-control": 1}) == shop.chosen(purpose="personalisation")


def test_a_kind_that_was_refused_in_a_dossier_that_joined_is_not_chosen(shop: Shop, database_url: str) -> None:
    shop.register()
    guest = make.person(shop.platform)
    choose(shop.platform, guest, {"offers": {"unwanted": ["energy"]}})

    join(database_url, guest, shop.person)

    assert ([], {"kind-refused": 1}) == shop.chosen()


def test_what_decides_about_somebody_is_marked_and_refused(shop: Shop) -> None:
    grave = shop.register(has_legal_effect=True)

    assert ([], {"needs-human": 1}) == shop.chosen()
    by_name = shop.decide(offers=[grave])
    assert (403, "needs-human") == (by_name.status_code, by_name.json()["code"])
    (kept,) = shop.api.get("/v1/offers", headers=shop.headers).json()["offers"]
    assert kept["has_legal_effect"]


def test_only_a_few_are_chosen_and_the_others_are_counted(shop: Shop) -> None:
    offered = [shop.register() for _ in range(4)]

    chosen, left = shop.chosen(most=1)

    assert (1, {"others-first": 3}) == (len(chosen), left)
    assert shop.chosen(most=1) == (chosen, left)
    assert set(chosen) <= set(offered)


def test_an_offer_stands_from_when_it_begins_until_it_ends(shop: Shop) -> None:
    shop.register(valid_from=(clock.now() + timedelta(days=1)).isoformat())
    ended = shop.register()
    assert [ended] == shop.chosen()[0]

    assert 200 == shop.api.delete(f"/v1/offers/{ended}", headers=shop.headers).status_code

    assert [] == shop.chosen()[0]
    assert (404, "offer-not-standing") == ((answer := shop.decide(offers=[ended])).status_code, answer.json()["code"])


def test_the_customer_sees_what_was_chosen_by_whom_and_what_was_looked_at(shop: Shop) -> None:
    offered = shop.register("attributes.income > 2000")
    shop.chosen()
    shop.chosen()

    (mine,) = shop.mine()["offers"]

    assert (offered, shop.organization.slug, ["attributes.income"], 2, "Een warmtepomp") == (
        mine["offer_id"],
        mine["organization"],
        mine["uses"],
        mine["times"],
        mine["title"]["nl"],
    )


def test_an_organization_has_its_own_offers_only(shop: Shop, api: TestClient, platform: Platform) -> None:
    offered = shop.register()
    other = Shop(api, platform, "contact")

    assert [] == api.get("/v1/offers", headers=other.headers).json()["offers"]
    assert 404 == api.delete(f"/v1/offers/{offered}", headers=other.headers).status_code
    assert 404 == other.decide(offers=[offered]).status_code
    assert ([], {}) == other.chosen()


def test_nobody_chooses_of_a_kind_that_there_is_not(shop: Shop) -> None:
    assert 422 == shop.choose("weather", "unwanted")


def test_a_program_without_the_scope_neither_registers_nor_asks(shop: Shop, platform: Platform) -> None:
    reader = make.service(platform, shop.organization, "profiles:read")

    assert 403 == shop.api.post("/v1/offers", json=offer(), headers=reader).status_code
    asked = {"profile_ids": [shop.profile_id], "purpose": ADVERTISING}
    assert 403 == shop.api.post("/v1/offers/decide", json=asked, headers=reader).status_code
