"""Bent u dit? What of a record proves whose it is: nothing that somebody else could have written there."""

import psycopg
import pytest

from cdp.clock import now
from cdp.ingest.items import Identifier, IdentifierType, Item, Kind, Reference, ReferenceType
from cdp.keys import blind
from cdp.logins import claiming
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.portal import asked as asking
from tests.portal.asked import asked_about, beside, code_to, owner
from tests.portal.conftest import Enter


def test_a_housemate_who_reads_the_same_mailbox_is_not_asked(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    address, people = make.email(), {}
    for first_name in ("Noor", "Bram"):
        source, user = make.organization(platform), make.name("user")
        subject = asking.record(platform, database_url, source, address, user=user)
        facts = {"first_name": first_name, "last_name": "de Wit", "postcode": "3511AB", "house_number": "12"}
        items = [make.item(Kind.ATTRIBUTES, name, value, user=user) for name, value in facts.items()]
        make.delivery(platform, source, *items)
        people[first_name] = subject
    noor = make.person(platform, address=address)
    portal = enter(noor)
    portal.post(f"/bent-u-dit/{people['Noor']}", data={"antwoord": "ja"})
    portal.post(f"/bent-u-dit/{people['Noor']}/code", data={"code": code_to(portal, address)})

    page = portal.get("/bent-u-dit").text
    sent = portal.post(f"/bent-u-dit/{people['Bram']}", data={"antwoord": "ja"})

    assert noor.customer_id == owner(database_url, people["Noor"])
    assert str(people["Bram"]) not in page
    assert 404 == sent.status_code


def test_what_a_source_writes_to_a_record_later_proves_nothing(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    """Whoever holds a write key writes their own address to somebody else's record, to be asked about it."""
    asked, thief = asked_about(platform, database_url), make.email()
    stated = (Identifier(IdentifierType.EMAIL, thief, verified=False),)
    make.delivery(platform, asked.source, make.item(Kind.ATTRIBUTES, "city", "x", user=asked.user, identifiers=stated))

    page = enter(make.person(platform, address=thief)).get("/bent-u-dit").text

    assert str(asked.subject) not in page


@pytest.mark.parametrize("is_old", [False, True], ids=["on its first day", "later"])
def test_an_address_that_a_record_did_not_come_with_proves_nothing(
    platform: Platform, database_url: str, enter: Enter, *, is_old: bool
) -> None:
    source, user, thief = make.organization(platform), make.name("user"), make.email()
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "x", user=user))
    stated = (Identifier(IdentifierType.EMAIL, thief, verified=False),)
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "y", user=user, identifiers=stated))
    if is_old:
        with psycopg.connect(database_url) as connection:
            connection.execute("update subject set created_at = created_at - interval '2 days'")
            connection.execute("update identifier set since = since - interval '2 days'")

    assert "/bent-u-dit/" not in enter(make.person(platform, address=thief)).get("/bent-u-dit").text


def test_the_address_that_a_record_came_with_proves_nothing_on_its_first_day(platform: Platform, enter: Enter) -> None:
    source, address = make.organization(platform), make.email()
    stated = (Identifier(IdentifierType.EMAIL, address, verified=False),)
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "x", user=make.name("user"), identifiers=stated))

    assert "/bent-u-dit/" not in enter(make.person(platform, address=address)).get("/bent-u-dit").text


def test_a_record_written_to_be_like_somebody_s_brings_nothing_of_theirs(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    """Two records of one organization that are alike become one; whose number stands in one does not get the other."""
    source, thief, number = make.organization(platform), make.person(platform), make.phone()
    facts = {"first_name": "Noor", "last_name": "de Wit", "birth_date": "1988-03-24", "email": make.email()}
    known = (Identifier(IdentifierType.EMAIL, facts["email"], verified=False),)
    mine = (Identifier(IdentifierType.PHONE, number, verified=False),)
    users = make.name("user"), make.name("user")
    for user, stated in zip(users, (known, (*known, *mine)), strict=True):
        said = [make.item(Kind.ATTRIBUTES, name, value, user=user, identifiers=stated) for name, value in facts.items()]
        make.delivery(platform, source, *said)
    with platform.database.scoped(thief.scope) as session:
        _, sealed = claiming.seal(session, platform, number)
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        claiming.prove(
            session, platform, thief.customer_id, claiming.Proven(blind.IdentifierType.PHONE, number, now()), sealed
        )

    with psycopg.connect(database_url) as connection:
        owners = connection.execute(
            "select distinct customer_id from subject where source_id = %s", (source.organization_id,)
        ).fetchall()

    assert 1 == len(owners)
    assert "/bent-u-dit/" not in enter(thief).get("/bent-u-dit").text


def test_an_address_that_was_written_to_all_that_hangs_together_proves_nothing(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    """A thief with a write key makes a device theirs, and writes their address to whom it is to hang on as well."""
    asked, thief, device = asked_about(platform, database_url), make.email(), make.name("device")
    theirs = (Identifier(IdentifierType.EMAIL, thief, verified=False),)
    names = (Reference(ReferenceType.USER_ID, asked.user), Reference(ReferenceType.ANONYMOUS_ID, device))
    said = Item(kind=Kind.ATTRIBUTES, type="city", value=b'"x"', subject=names[1:], identifiers=theirs)
    also = Item(kind=Kind.ATTRIBUTES, type="city", value=b'"x"', subject=names[:1], identifiers=theirs)
    make.delivery(platform, asked.source, said)
    make.delivery(platform, asked.source, also)
    make.delivery(platform, asked.source, Item(kind=Kind.LINK, type="identify", value=b"{}", subject=names))

    page = enter(make.person(platform, address=thief)).get("/bent-u-dit").text

    assert 2 == len(beside(database_url, asked.subject))
    assert "/bent-u-dit/" not in page


def test_an_address_that_more_than_three_people_have_is_nobody_s(platform: Platform, enter: Enter) -> None:
    source, address = make.organization(platform), make.email()
    stated = (Identifier(IdentifierType.EMAIL, address, verified=False),)
    for _ in range(4):
        make.delivery(
            platform, source, make.item(Kind.ATTRIBUTES, "city", "x", user=make.name("user"), identifiers=stated)
        )

    page = enter(make.person(platform, address=address)).get("/bent-u-dit").text

    assert "/bent-u-dit/" not in page
