"""A customer's wishes in the vault: acts with proof, one document, and what an organization gets to know of it."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cdp import clock, erasure
from cdp.contact import wishes
from cdp.log import aside, database_check, store
from cdp.messages import kinds
from cdp.own import receipts
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import wish_form
from consent.errors import Invalid, NotAWish
from consent.events import WishEvent
from consent.verify import Trust, verify_receipt
from consent.wish_changes import Change
from consent.wishes import Cap, Speaker, Wishes
from tests import make
from tests.cdp.contact.wishing import choose, joined, logged, own, parted, subject_of
from tests.cdp.log import bundles

QUIET = {"hours": {"quiet": [{"from": "22:00", "until": "08:00"}]}}


def told(platform: Platform, organization: Organization, *people: make.Person, purpose: str = "advice") -> list[Wishes]:
    scope = Scope(Principal.EXPORTER, organization=organization.organization_id, purpose=purpose, client="test")
    with platform.database.scoped(scope) as session:
        found = wishes.of(session, [each.customer_id for each in people])
    return [found[each.customer_id] for each in people]


def test_what_is_chosen_one_after_the_other_adds_up(platform: Platform) -> None:
    person = make.person(platform)

    first = choose(platform, person, channels={"service": ["email"], "offers": []}, first="human")
    second = choose(platform, person, channels={"offers": ["post"]}, **QUIET)
    third = choose(platform, person, first=None, channels={"service": None})

    assert len({first, second, third, None}) == 4
    assert {"channels": {"offers": ["post"]}, **QUIET} == own(platform, person)


def test_none_is_kept_and_is_not_the_same_as_nothing_chosen(platform: Platform) -> None:
    person = make.person(platform)

    choose(platform, person, channels={"service": []})

    assert {"channels": {"service": []}} == own(platform, person)


def test_who_changes_nothing_leaves_no_act(platform: Platform, admin: psycopg.Connection) -> None:
    person = make.person(platform)
    choose(platform, person, first="human")

    assert None is choose(platform, person, first="human")
    assert None is choose(platform, person, never=None)
    acts = admin.execute("select count(*) from wish_act where customer_id = %s", (person.customer_id,)).fetchone()
    assert (1,) == acts


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({}, None),
        ({"mood": "good"}, "/mood"),
        ({"language": "fy"}, "/language"),
        ({"language": 1}, "/language"),
        ({"channels": ["email"]}, "/channels"),
        ({"channels": {"service": "email"}}, "/channels/service"),
        ({"channels": {"service": ["email", "email"]}}, "/channels/service"),
        ({"caps": {"service": {"most": 0, "days": 7}}}, "/caps/service"),
        ({"caps": {"service": {"most": 1}}}, "/caps/service"),
        ({"hours": {"quiet": [{"from": "22:00", "until": "25:00"}]}}, "/hours/quiet/0/until"),
        ({"hours": {"quiet": [{"from": "22:00", "until": "22:00"}]}}, "/hours/quiet/0"),
        ({"hours": {"zone": "Mars/Olympus"}}, "/hours/zone"),
        ({"exceptions": {"winkel": {"contact": "none"}}}, "/exceptions"),
        ({"exceptions": {str(UUID(int=5)): {"language": "nl"}}}, f"/exceptions/{UUID(int=5)}/language"),
        ({"offers": {"wanted": ["energy"], "unwanted": ["energy"]}}, "/offers"),
        ({"contact": True}, "/contact"),
        ({"name": "x" * 61}, "/name"),
        ({"pronunciation": "een\nregel\0"}, "/pronunciation"),
    ],
)
def test_what_is_no_wish_is_refused_with_its_field(
    platform: Platform, patch: dict[str, Any], field: str | None
) -> None:
    person = make.person(platform)

    with pytest.raises(Invalid) as refused:
        choose(platform, person, **patch)

    assert field == refused.value.field
    assert {} == own(platform, person)


def test_more_wishes_than_a_log_can_hold_are_refused(platform: Platform) -> None:
    person = make.person(platform)

    for part in range(3):
        topics = {f"t{part}{each:03d}{'x' * 40}": ["y" * 60] for each in range(60)}
        choose(platform, person, channels=topics)
    with pytest.raises(NotAWish):
        choose(platform, person, exceptions={str(UUID(int=n)): {"channels": {"s": ["y" * 60]}} for n in range(150)})


def test_a_name_is_sealed_and_stands_in_the_document_as_a_hash(platform: Platform, admin: psycopg.Connection) -> None:
    person = make.person(platform)

    choose(platform, person, name="  Bram   de Wit ", greeting="other")

    rows = admin.execute(
        "select w.document ->> 'name', decode(c.details ->> 'own_name', 'base64'), c.details::text"
        " from wish w join customer c using (customer_id) where customer_id = %s",
        (person.customer_id,),
    ).fetchall()
    ((kept, sealed, details),) = rows
    assert sha256(sealed).hexdigest() == kept
    assert "Bram" not in details


def test_taking_a_name_back_leaves_nothing_of_it(platform: Platform, admin: psycopg.Connection) -> None:
    person = make.person(platform)
    choose(platform, person, name="Bram", greeting="other", language="en")

    choose(platform, person, name=None, greeting=None, language=None)

    assert {} == own(platform, person)
    details = admin.execute("select details from customer where customer_id = %s", (person.customer_id,)).fetchone()
    assert ({},) == details


def test_a_wish_is_proven_offline_and_no_organization_sees_it(platform: Platform) -> None:
    person = make.person(platform)
    shop = make.granted(platform, person, "contact")
    wish = choose(platform, person, channels={"offers": []}, never=["phone"])
    assert wish is not None
    make.anchored(platform)

    with platform.database.scoped(person.scope) as session:
        proof = receipts.wish(session, wish)
        keys = store.current(session, store.CONSENT).keys

    assert proof is not None
    assert isinstance(proof.event, WishEvent)
    assert Change({"channels": {"offers": []}, "never": ["phone"]}) == proof.event.change
    assert [] == verify_receipt(proof.to_bytes(), Trust(keys)).failures
    forged = replace(proof.proof, extra=(proof.proof.extra or b"").replace(b"phone", b"email"))
    assert ["receipt"] == [each.log for each in verify_receipt(forged.to_bytes(), Trust(keys)).failures]
    assert [] == bundles.settled_verdict(platform).failures
    assert b'"event":"wish"' in bundles.opened(platform, None)
    assert b'"event":"wish"' not in bundles.opened(platform, shop.organization_id)


def test_an_organization_learns_of_whoever_lets_it_reach_them_and_of_exceptions_its_own(platform: Platform) -> None:
    anna, bram, newcomer = (make.person(platform) for _ in range(3))
    shop = make.granted(platform, anna, "contact")
    make.grant(platform, newcomer, shop, purpose="advice")
    bank = make.granted(platform, bram, "contact")
    here, there = str(shop.organization_id), str(bank.organization_id)
    for each in (anna, bram):
        choose(platform, each, caps={"service": {"most": 2, "days": 7}}, first="human", name="Ans")
        choose(platform, each, exceptions={there: {"contact": "none"}, here: {"channels": {"service": []}}})

    ours, others, nothing = told(platform, shop, anna, bram, newcomer)

    assert Cap(2, 7) == ours.cap(shop.organization_id, "service")
    assert Speaker.HUMAN is ours.first
    assert [shop.organization_id] == [*ours.exceptions]
    assert Wishes() == others == nothing
    assert [Wishes()] == told(platform, shop, anna, purpose="research")


def test_whoever_takes_back_how_to_reach_them_is_silent_at_once(platform: Platform) -> None:
    person = make.person(platform)
    shop = make.granted(platform, person, "contact")
    choose(platform, person, first="human")

    make.revoke(platform, person, shop, purpose="advice")

    assert [Wishes()] == told(platform, shop, person)


def test_a_wish_that_was_changed_in_the_database_is_found(platform: Platform, admin: psycopg.Connection) -> None:
    person = make.person(platform)
    choose(platform, person, first="human")
    choose(platform, person, never=["phone"])
    make.anchored(platform)
    assert [] == [each for each in database_check.check(platform).differences if "wish" in each.said]

    with admin.transaction(force_rollback=False):
        admin.execute("update wish set document = '{}' where customer_id = %s", (person.customer_id,))

    said = [each.said for each in database_check.check(platform).differences if "wish" in each.said]
    admin.execute(
        """update wish set document = '{"first": "human", "never": ["phone"]}' where customer_id = %s""",
        (person.customer_id,),
    )
    assert ["somebody's wishes are not what their acts add up to"] == said


def test_with_the_customer_their_wishes_go(platform: Platform, admin: psycopg.Connection) -> None:
    person = make.person(platform)
    choose(platform, person, first="human", name="Ans")
    make.logged(platform)

    erasure.erase(platform, person.scope, at=clock.now())
    make.logged(platform)

    for table in ("wish", "wish_act"):
        left = admin.execute(f"select count(*) from {table} where customer_id = %s", (person.customer_id,)).fetchone()
        assert (0,) == left
    assert [] == bundles.settled_verdict(platform).failures


def test_what_an_organization_states_is_in_its_chain_with_a_digest(
    platform: Platform, admin: psycopg.Connection
) -> None:
    person = make.person(platform)
    shop, bank = make.granted(platform, person, "contact"), make.organization(platform)
    digest = sha256(b"what was kept").digest()
    for kind, customer in (("firing", person.customer_id), ("message", UUID(int=0)), ("message", person.customer_id)):
        admin.execute(
            "select log_statement(%s, %s, gen_random_uuid(), %s, %s, now())",
            (kind, customer, shop.organization_id, digest),
        )
    make.anchored(platform)

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert verdict.checked["statements"] >= 3
    assert digest.hex().encode() in bundles.opened(platform, shop.organization_id)
    assert digest.hex().encode() not in bundles.opened(platform, bank.organization_id)
    assert [] == bundles.verdict(platform, organization=shop.organization_id).failures


def test_dossiers_that_become_one_keep_to_the_strictest_and_part_as_they_were(
    platform: Platform, admin: psycopg.Connection
) -> None:
    shop, host, guest = make.organization(platform), make.person(platform), make.person(platform)
    make.grant(platform, host, shop, purpose="advice")
    choose(platform, host, channels={"service": ["email", "phone"]}, name="Anna", language="en")
    choose(platform, guest, channels={"service": ["phone"]}, name="Bo", never=["post"], **QUIET)
    before, other, subject = own(platform, host), own(platform, guest), subject_of(admin, guest)

    joined(admin, guest, host)
    (held,) = told(platform, shop, host)
    one = own(platform, host)
    differences = logged(platform)
    parted(admin, subject, guest, host)

    assert ("phone",) == held.allowed(shop.organization_id, "service", "", ())
    assert held.avoids("post")
    assert {"channels", "never", "hours"} == set(*(each.keys() for each in one["also"].values()))
    assert before == {name: each for name, each in one.items() if name != "also"}
    assert (before, other) == (own(platform, host), own(platform, guest))
    assert [] == differences == logged(platform)


def test_what_somebody_chooses_after_two_became_one_holds_and_stays_when_they_part(
    platform: Platform, admin: psycopg.Connection
) -> None:
    shop, host, guest = make.organization(platform), make.person(platform), make.person(platform)
    make.grant(platform, host, shop, purpose="advice")
    choose(platform, guest, channels={"service": [], "news": []}, contact="none")
    subject = subject_of(admin, guest)
    joined(admin, guest, host)

    choose(platform, host, channels={"service": ["email"]}, contact=None)
    (held,) = told(platform, shop, host)
    parted(admin, subject, guest, host)

    assert ("email",) == held.allowed(shop.organization_id, "service", "", ("phone",))
    assert () == held.allowed(shop.organization_id, "news", "", ("email",))
    assert not held.is_silent(shop.organization_id)
    assert {"channels": {"service": ["email"]}} == own(platform, host)
    assert [] == logged(platform)


def test_who_stops_one_channel_opens_none_that_was_stopped_in_a_dossier_that_joined(
    platform: Platform, admin: psycopg.Connection
) -> None:
    shop, host, guest = make.organization(platform).organization_id, make.person(platform), make.person(platform)
    choose(platform, guest, exceptions={str(shop): {"never": ["phone"]}})
    joined(admin, guest, host)

    with platform.database.scoped(host.scope) as session:
        kinds.stop_channel(platform, session, shop, "email", at=clock.now())
        both = wish_form.read(wishes.own(session)).barred(shop)
        kinds.allow_channel(platform, session, shop, "phone", at=clock.now())
        one = wish_form.read(wishes.own(session)).barred(shop)

    assert [{"email", "phone"}, {"email"}] == [set(each) for each in (both, one)]


def test_the_third_dossier_comes_along_with_the_second(platform: Platform, admin: psycopg.Connection) -> None:
    first, second, third = (make.person(platform) for _ in range(3))
    choose(platform, second, never=["sms"])
    choose(platform, third, never=["post"])
    subjects = [subject_of(admin, each) for each in (second, third)]

    joined(admin, third, second)
    joined(admin, second, first)
    together = own(platform, first)
    admin.execute(
        "select part_customer(%s, %s, %s, 'customer', now())", (first.customer_id, subjects, second.customer_id)
    )

    assert {("post",), ("sms",)} == {tuple(each["never"]) for each in together["also"].values()}
    assert {} == own(platform, first)


def test_a_change_that_a_merge_made_has_a_receipt(platform: Platform, admin: psycopg.Connection) -> None:
    host, guest = make.person(platform), make.person(platform)
    choose(platform, guest, first="human")

    joined(admin, guest, host)
    make.anchored(platform)

    row = admin.execute("select wish_id from wish_act where customer_id = %s", (host.customer_id,)).fetchone()
    assert row is not None
    with platform.database.scoped(host.scope) as session:
        proof = receipts.wish(session, row[0])
        keys = store.current(session, store.CONSENT).keys
    assert proof is not None
    assert isinstance(proof.event, WishEvent)
    assert [{"first": "human"}] == [*proof.event.change.set["also"].values()]
    assert [] == verify_receipt(proof.to_bytes(), Trust(keys)).failures


def test_hours_by_the_day_and_exceptions_come_along_and_the_log_can_tell_it(
    platform: Platform, admin: psycopg.Connection
) -> None:
    shop, host, guest = make.organization(platform), make.person(platform), make.person(platform)
    here = {"channels": {"service": ["post"]}, "caps": {"news": {"most": 1, "days": 7}}}
    evenings = {"days": [1, 2], "from": "18:00", "until": "20:00"}
    choose(platform, guest, exceptions={str(shop.organization_id): here}, hours={"quiet": [evenings]})

    joined(admin, guest, host)

    assert [] == logged(platform)
    assert [] == aside.facts(platform)


def test_a_change_that_no_entry_of_the_log_can_say_is_refused(platform: Platform) -> None:
    person = make.person(platform)
    chosen = {f"t{each:03d}{'x' * 40}": ["y" * 60] for each in range(60)}
    gone: dict[str, Any] = {f"t{each:03d}{'x' * 60}": None for each in range(166)}

    with pytest.raises(NotAWish):  # what is taken back is told, also where nothing like it was chosen
        choose(platform, person, channels=chosen, exceptions={str(UUID(int=n)): {"channels": gone} for n in (5, 6, 7)})

    assert {} == own(platform, person)
