"""What becomes of a likeness: it moves with its subject, ends with its person, and leads nobody into a dossier."""

import pytest

from cdp import clock, rotation
from cdp.identity import blocking, explaining, relinking
from cdp.ingest.items import Identifier, IdentifierType, Item, Kind, Outcome
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.identity.people import Facts, bonds, keys, subject
from tests.cdp.ingest.arrange import change, look, user
from tests.cdp.leaving import erase

OWNERS = "select distinct customer_id from subject where subject_id = any (%s)"


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def bank(platform: Platform) -> Organization:
    return make.organization(platform)


def claimed(platform: Platform, source: Organization, facts: Facts, name: str) -> make.Person:
    """Return somebody who logs in by the address that `source` vouches for."""
    known = Identifier(IdentifierType.EMAIL, facts.email, verified=True)
    make.delivery(platform, source, *facts.said(name, identifiers=(known,)))
    return make.person(platform, address=facts.email)


def links(name: str, facts: Facts, *, is_verified: bool = False) -> Item:
    """Return what says only that `name` has this address."""
    known = (Identifier(IdentifierType.EMAIL, facts.email, verified=is_verified),)
    return Item(kind=Kind.LINK, type="identify", value=b"{}", subject=user(name), identifiers=known)


def test_a_likeness_moves_with_its_subject(
    platform: Platform, database_url: str, shop: Organization, bank: Organization
) -> None:
    facts = Facts.new()
    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, bank, *facts.said("b"))
    make.delivery(platform, shop, links("a", facts, is_verified=True))
    make.delivery(platform, bank, links("b", facts, is_verified=True))

    question = "select count(*) from likeness join subject using (customer_id, subject_id) where subject_id = any (%s)"
    both = [subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")]
    assert 1 == len(look(database_url, OWNERS, both))
    assert [(2,)] == look(database_url, question, both)


def test_of_an_erased_person_no_likeness_no_key_and_no_bond_is_left_and_they_are_not_matched_again(
    platform: Platform, database_url: str, shop: Organization, bank: Organization
) -> None:
    facts = Facts.new()
    person = claimed(platform, shop, facts, "a")
    make.delivery(platform, bank, *facts.said("b"))
    gone, other = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    assert ["possible"] == bonds(database_url, gone, other)
    change(
        database_url,
        "insert into match_due (subject_id, source_id, at) values (%s, %s, now())",
        gone,
        shop.organization_id,
    )
    assert keys(database_url, gone)

    erase(platform, person)
    outcomes = make.delivery(platform, shop, *facts.said("a"))

    assert {Outcome.SUPPRESSED} == set(outcomes)
    for table in ("likeness", "match_key", "match_due"):
        assert [] == look(database_url, f"select 1 from {table} where subject_id = %s", gone)
    assert [] == look(database_url, "select 1 from bond where subject_id = %s or other_id = %s", gone, gone)


def test_whoever_resembles_a_claimed_dossier_does_not_get_into_it(
    platform: Platform, database_url: str, shop: Organization
) -> None:
    facts = Facts.new()
    person = claimed(platform, shop, facts, "a")

    make.delivery(platform, shop, *facts.said("b"))

    guest = subject(platform, database_url, shop, "b")
    assert [] == look(
        database_url, "select 1 from subject where customer_id = %s and subject_id = %s", person.customer_id, guest
    )
    assert 1 == len(bonds(database_url, guest, subject(platform, database_url, shop, "a")))


def test_keys_that_were_wrapped_anew_still_open_likenesses(
    platform: Platform, database_url: str, shop: Organization, bank: Organization
) -> None:
    facts = Facts.new()
    make.delivery(platform, shop, *facts.said("a"))

    rotation.rotate(platform, grace=0)
    make.delivery(platform, bank, *facts.said("b"))

    both = subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")
    assert ["possible"] == bonds(database_url, *both)


def test_a_backup_of_before_an_erasure_brings_no_likeness_back(
    platform: Platform, database_url: str, shop: Organization, bank: Organization
) -> None:
    facts = Facts.new()
    person = claimed(platform, shop, facts, "a")
    gone = subject(platform, database_url, shop, "a")
    columns = "customer_id, subject_id, source_id, keys, sealed, at"
    change(database_url, "create table kept as select * from likeness where subject_id = %s", gone)
    change(database_url, "create table kept_key as select * from data_key where subject_id = %s", gone)
    change(database_url, "create table kept_directory as select * from match_key where subject_id = %s", gone)
    erase(platform, person)
    change(database_url, f"insert into likeness ({columns}) select {columns} from kept")
    change(database_url, "insert into data_key select * from kept_key")
    change(database_url, "insert into match_key select * from kept_directory")

    make.delivery(platform, bank, *facts.but(email="").said("b"))

    assert [] == bonds(database_url, gone, subject(platform, database_url, bank, "b"))


def test_two_of_one_organization_who_are_strongly_alike_become_one(
    platform: Platform, database_url: str, shop: Organization
) -> None:
    facts = Facts.new()

    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, shop, *facts.said("b"))

    both = [subject(platform, database_url, shop, "a"), subject(platform, database_url, shop, "b")]
    assert ["strong"] == bonds(database_url, *both)
    assert 1 == len(look(database_url, OWNERS, both))
    assert 0 == relinking.run_next(platform, clock.now())


@pytest.mark.parametrize("is_told_later", [False, True], ids=["with the first word", "later, and nothing else"])
def test_an_address_that_somebody_is_only_named_by_is_compared(
    platform: Platform, database_url: str, shop: Organization, *, is_told_later: bool
) -> None:
    facts = Facts.new()
    silent = facts.but(email="", postcode="", house_number="")
    known = () if is_told_later else (Identifier(IdentifierType.EMAIL, facts.email, verified=False),)
    make.delivery(platform, shop, *facts.said("a"))
    make.delivery(platform, shop, *silent.said("b", identifiers=known))
    if is_told_later:
        make.delivery(platform, shop, links("b", facts))

    both = [subject(platform, database_url, shop, name) for name in ("a", "b")]
    assert ["strong"] == bonds(database_url, *both)
    assert 1 == len(look(database_url, OWNERS, both))


def test_a_number_that_somebody_is_only_named_by_is_compared_anew_as_well(
    platform: Platform, database_url: str, shop: Organization, bank: Organization
) -> None:
    facts, number = Facts.new().but(email=""), make.phone()
    known = (Identifier(IdentifierType.PHONE, number, verified=False),)
    make.delivery(platform, shop, *facts.said("a", identifiers=known))
    make.delivery(platform, bank, *facts.said("b", identifiers=known))
    relinking.relink(platform, at=clock.now())

    pair = [subject(platform, database_url, shop, "a"), subject(platform, database_url, bank, "b")]
    ((evidence,),) = look(
        database_url,
        "select evidence from bond where ended_at is null and subject_id = any (%s) and other_id = any (%s)",
        pair,
        pair,
    )
    assert "exact" == evidence["mobile"][0]


def test_a_mailbox_that_a_crowd_uses_joins_nobody_although_few_of_them_are_compared(
    platform: Platform, database_url: str, shop: Organization
) -> None:
    facts = Facts.new()
    crowd = [
        make.item(Kind.ATTRIBUTES, name, value, user=f"member-{number}")
        for number in range(blocking.ENOUGH + 1)
        for name, value in (("email", facts.email), ("birth_date", f"19{40 + number}-01-01"))
    ]
    make.delivery(platform, shop, *crowd)
    relinking.relink(platform, at=clock.now())
    for name in ("a", "b"):
        make.delivery(platform, shop, *facts.said(name))

    pair = subject(platform, database_url, shop, "a"), subject(platform, database_url, shop, "b")
    told = explaining.explain(platform, *pair, client="test")

    assert ["possible"] == bonds(database_url, *pair)
    assert ("possible", ("email",)) == (told.tier, told.left_out)
    assert "email" not in {each.field.value for each in told.fields}
