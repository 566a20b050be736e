"""Who was erased is not brought back by a source, only by coming back; and nobody else is kept out with them."""

from collections.abc import Callable
from typing import Any

import pytest

from cdp import clock
from cdp.ingest import rejects
from cdp.ingest.items import Identifier, IdentifierType, Kind, Outcome
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest.arrange import look
from tests.cdp.leaving import erase, known_to, resend, stated, verified


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


def test_a_source_cannot_bring_the_person_back(platform: Platform, shop: Organization, bank: Organization) -> None:
    person, address = known_to(platform, shop)
    erase(platform, person)

    assert Outcome.SUPPRESSED == resend(platform, shop, address)
    assert Outcome.SUPPRESSED == resend(platform, shop, make.name("new"), **verified(address))
    assert Outcome.SUPPRESSED == resend(platform, bank, make.name("new"), **stated(address))
    assert Outcome.STORED == resend(platform, bank, address)  # the bank's own number of somebody else


def test_who_logs_in_again_starts_empty_and_can_be_known_again(platform: Platform, shop: Organization) -> None:
    person, address = known_to(platform, shop)
    erase(platform, person)

    again = make.person(platform, address=address)
    with platform.database.scoped(again.scope) as session:
        found = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=10)

    assert again.customer_id != person.customer_id
    assert ["email"] == [each.type for each in found]
    assert Outcome.STORED == resend(platform, shop, address)


def test_somebody_who_shares_an_address_lifts_that_address_only(platform: Platform, shop: Organization) -> None:
    shared, user = make.email(), make.name("user")
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "city", "Hoorn", user=user, **stated(shared)))
    own = make.email()
    resend(platform, shop, user, **verified(own))
    person = make.person(platform, address=own)
    erase(platform, person)

    make.person(platform, address=shared)

    assert Outcome.SUPPRESSED == resend(platform, shop, user)
    assert Outcome.SUPPRESSED == resend(platform, shop, make.name("new"), **verified(own))
    assert Outcome.STORED == resend(platform, shop, make.name("new"), **stated(shared))


def test_a_stated_address_that_somebody_else_has_too_stays_usable(platform: Platform, shop: Organization) -> None:
    shared, housemate = make.email(), make.name("housemate")
    resend(platform, shop, housemate, **stated(shared))
    own, user = make.email(), make.name("user")
    resend(platform, shop, user, identifiers=(*verified(own)["identifiers"], *stated(shared)["identifiers"]))  # type: ignore[misc]  # both are tuples
    person = make.person(platform, address=own)

    erase(platform, person)

    assert Outcome.STORED == resend(platform, shop, make.name("new"), **stated(shared))


def test_a_proven_address_is_suppressed_also_when_somebody_else_states_it(
    platform: Platform, shop: Organization, bank: Organization
) -> None:
    person, address = known_to(platform, shop)
    resend(platform, bank, make.name("housemate"), **stated(address))

    erase(platform, person)

    assert Outcome.SUPPRESSED == resend(platform, bank, make.name("new"), **verified(address))


def test_who_has_the_address_of_somebody_erased_keeps_everything_but_that_address(
    platform: Platform, shop: Organization, bank: Organization, database_url: str
) -> None:
    person, address = known_to(platform, shop)
    housemate = make.name("housemate")
    resend(platform, bank, housemate)
    erase(platform, person)

    said: dict[str, Any] = {"user": housemate, **stated(address)}
    outcomes = make.delivery(
        platform,
        bank,
        make.item(Kind.ATTRIBUTES, "city", "Alkmaar", **said),
        make.item(Kind.ATTRIBUTES, "email", address.upper(), **said),
        make.item(Kind.ATTRIBUTES, "language", "nl", **{**said, **verified(address)}),
        make.item(Kind.INTERACTION, "order-viewed", {}, key="o-1", **said),
    )

    assert [Outcome.STORED, Outcome.SUPPRESSED, Outcome.STORED, Outcome.STORED] == outcomes
    with platform.database.scoped(Scope(Principal.SOURCE, bank.organization_id)) as session:
        kept, _ = rejects.page(
            session, Scope(Principal.SOURCE, bank.organization_id), platform.cursors, after=None, limit=10
        )
    assert {(0, "suppressed", "identifiers.email"), (2, "suppressed", "identifiers.email")} <= {
        (each.position, each.reason, each.field) for each in kept
    }
    assert [(0,)] == look(database_url, "select count(*) from identifier where source_id = %s", bank.organization_id)


@pytest.mark.parametrize("written", ["{}", " {} ", "upper"])
def test_an_address_sent_as_a_mere_value_brings_nobody_back(
    platform: Platform, shop: Organization, bank: Organization, written: str
) -> None:
    person, address = known_to(platform, shop)
    housemate, new = make.name("housemate"), make.name("new")
    resend(platform, bank, housemate)
    erase(platform, person)
    value = address.upper() if written == "upper" else written.format(address)

    outcomes = make.delivery(
        platform,
        bank,
        make.item(Kind.ATTRIBUTES, "city", "Alkmaar", user=new),
        make.item(Kind.ATTRIBUTES, "email", value, user=new),
        make.item(Kind.ATTRIBUTES, "email", value, user=housemate),
        make.item(Kind.ATTRIBUTES, "language", "nl", user=housemate),
    )

    assert [Outcome.SUPPRESSED, Outcome.SUPPRESSED, Outcome.SUPPRESSED, Outcome.STORED] == outcomes


@pytest.mark.parametrize(
    "written",
    [
        str,
        int,
        float,
        lambda number: {"primary": f"+{number}"},
        lambda number: {"primary": int(number), "label": "home", "since": 2019.5, "is_first": True},
        lambda number: ["020 123", None, {"numbers": [[float(number)]]}],
    ],
    ids=["in quotes", "as a number", "as a fraction", "in an object", "in an object as a number", "deep in a list"],
)
def test_a_telephone_number_sent_as_a_mere_value_brings_nobody_back(
    platform: Platform, shop: Organization, bank: Organization, written: Callable[[str], object]
) -> None:
    address, number = make.email(), make.phone().removeprefix("+")
    named = tuple(
        Identifier(kind, value, verified=True)
        for kind, value in ((IdentifierType.EMAIL, address), (IdentifierType.PHONE, f"+{number}"))
    )
    resend(platform, shop, make.name("known"), identifiers=named)
    erase(platform, make.person(platform, address=address))

    (outcome,) = make.delivery(
        platform, bank, make.item(Kind.ATTRIBUTES, "phone", written(number), user=make.name("new"))
    )

    assert Outcome.SUPPRESSED == outcome


def test_a_value_that_is_no_address_of_anybody_erased_is_taken_and_identifies_nobody(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    person, _ = known_to(platform, shop)
    erase(platform, person)

    for value in (make.email(), "nonsense", 5, None, {"a": 1}, 1e300, -0.5, [[["nonsense"]], True]):
        (outcome,) = make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "email", value, user=make.name("new")))
        assert Outcome.STORED == outcome
    assert [(0,)] == look(database_url, "select count(*) from identifier where source_id = %s", shop.organization_id)


def test_a_number_by_which_nobody_is_found_is_taken_as_it_is(platform: Platform, shop: Organization) -> None:
    (outcome,) = make.delivery(
        platform, shop, make.item(Kind.ATTRIBUTES, "membership_number", "12345", user=make.name("new"))
    )

    assert Outcome.STORED == outcome


def test_nothing_of_somebody_new_with_the_address_of_somebody_erased_is_kept(
    platform: Platform, shop: Organization
) -> None:
    person, address = known_to(platform, shop)
    erase(platform, person)

    new, other = make.name("new"), make.name("other")
    outcomes = make.delivery(
        platform,
        shop,
        make.item(Kind.ATTRIBUTES, "city", "Alkmaar", user=new),
        make.item(Kind.ATTRIBUTES, "language", "nl", user=new, identifiers=stated(address)["identifiers"]),
        make.item(Kind.ATTRIBUTES, "city", "Alkmaar", user=other),
    )

    assert [Outcome.SUPPRESSED, Outcome.SUPPRESSED, Outcome.STORED] == outcomes
