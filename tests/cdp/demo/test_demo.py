"""The demo as it is loaded: whole, of use at first look, and no more open than anything else."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import psycopg
import pytest

from cdp import clock, credentials, demo, ids, organizations
from cdp.demo import credentials as ways_in
from cdp.demo import post, stories
from cdp.keys.blind import IdentifierType
from cdp.listening import answering, figures, metrics
from cdp.log import key_rotation
from cdp.logins import login, questions
from cdp.mailroom.mail import Maildir
from cdp.messages import checking, codes, own, replies
from cdp.messages.answers import Verdict
from cdp.messages.checking import Asked
from cdp.offers import showing
from cdp.own import addressing
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.quality import report
from cdp.reads.lookup import Identifier
from cdp.reads.profiles import Profiles, Reading
from cdp.reads.reading import Asker
from cdp.rules import explaining
from cdp.scope import Principal, Scope
from consent.errors import Refused, Unauthenticated

Document = dict[str, Any]
T = TypeVar("T")


@pytest.fixture(scope="module")
def document(platform: Platform) -> Document:
    """Return what `demo.json` says after the demo was loaded."""
    demo.load(platform, at=clock.now())
    found: Document = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    return found


def pooled(platform: Platform, work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        await platform.database.open()
        try:
            return await work()
        finally:
            await platform.database.close()

    return asyncio.run(run())


def someone(document: Document, name: str) -> Document:
    found: Document = next(each for each in document["customers"] if each["name"] == name)
    return found


def asker(platform: Platform, document: Document, slug: str, purpose: str) -> Asker:
    client = next(each["client_id"] for each in document["organizations"] if each["slug"] == slug)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return Asker(organizations.named(session, slug).organization_id, client, purpose)


def read(platform: Platform, document: Document, name: str, slug: str, purpose: str) -> Reading:
    who = asker(platform, document, slug, purpose)
    return pooled(platform, lambda: Profiles(platform).read(who, someone(document, name)["profile_ids"][slug]))


def look_up(platform: Platform, document: Document, email: str, slug: str, purpose: str) -> Reading:
    who = asker(platform, document, slug, purpose)
    return pooled(platform, lambda: Profiles(platform).lookup(who, [Identifier(IdentifierType.EMAIL, email)]))


def counts(database_url: str) -> list[int]:
    tables = (
        "organization",
        "client",
        "customer",
        "subject",
        "record",
        "interaction",
        "act",
        "access_request",
        "access",
    )
    with psycopg.connect(database_url) as connection:
        return [connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]  # type: ignore[index]  # a count is always there


def test_a_person_of_four_suppliers_is_one_customer(platform: Platform, document: Document) -> None:
    noor = someone(document, "Noor de Wit")
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        ids = {slug: organizations.named(session, slug).organization_id for slug in stories.companies()}
    owners = {platform.profile_ids.customer_of(noor["profile_ids"][slug], id_) for slug, id_ in ids.items()}
    holder = pooled(platform, lambda: credentials.of_session(platform, noor["access_token"]))

    assert {holder.customer_id} == owners
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=holder.customer_id)) as session:
        sources = session.connection().exec_driver_sql("select distinct source_id from record").scalars().all()
    assert set(ids.values()) < set(sources)


def test_somebody_is_asked_whether_a_record_is_theirs(platform: Platform, document: Document) -> None:
    holder = pooled(
        platform, lambda: credentials.of_session(platform, someone(document, "Joris van Dam")["access_token"])
    )

    asked = questions.ask(platform, Scope(Principal.CUSTOMER, customer=holder.customer_id), at=clock.now())

    assert 1 == len(asked)
    assert asked[0].source is not None


def test_a_service_reads_exactly_what_the_grant_allows(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Noor de Wit", "vuurtoren", "customer-care").answer())

    assert ["address", "contact", "conversations", "products"] == profile["granted"]
    assert ["financial", "health", "personal", "usage"] == profile["withheld"]
    shown = [
        *profile["attributes"].values(),
        *profile["products"],
        *profile["external"],
        *profile["interactions"]["recent"],
    ]
    assert set(profile["granted"]) == {each["category"] for each in shown}
    assert {"woonvast", "zonnewijzer", "vuurtoren"} <= {each["source"] for each in shown}


def test_what_was_revoked_is_refused(platform: Platform, document: Document) -> None:
    reading = read(platform, document, "Noor de Wit", "vuurtoren", "direct-marketing")

    with pytest.raises(Refused, match="took the permission back"):
        reading.answer()


def test_who_narrowed_to_one_source_is_seen_through_that_source_only(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Youssef Amrani", "zonnewijzer", "advice").answer())

    assert ["address", "usage"] == profile["granted"]
    assert {"zonnewijzer"} == {each["source"] for each in (*profile["attributes"].values(), *profile["external"])}


def test_who_refused_is_answered_like_a_stranger(platform: Platform, document: Document) -> None:
    refused = look_up(platform, document, someone(document, "Joris van Dam")["email"], "vuurtoren", "direct-marketing")
    stranger = look_up(platform, document, "nobody.at.all@example.org", "vuurtoren", "direct-marketing")

    assert refused == stranger
    assert refused.document is None


def test_an_attested_grant_opens_the_organizations_own_records_only(platform: Platform, document: Document) -> None:
    profile = json.loads(read(platform, document, "Greetje Mulder", "woonvast", "service-provision").answer())

    assert {"woonvast"} == {each["source"] for each in (*profile["attributes"].values(), *profile["products"])}


def test_the_document_has_the_shape_that_programs_expect(platform: Platform, document: Document) -> None:
    assert 0o600 == stat.S_IMODE(ways_in.path(platform).stat().st_mode)
    logs = {"consent_log", "access_log"}
    assert {"base_url", "organizations", "administrators", "customers", "auditor"} | logs == set(document)
    assert {"slug", "name", "client_id", "client_secret", "write_key"} == set(document["organizations"][0])
    assert {"client_id", "client_secret"} == set(document["auditor"])
    assert list(stories.companies()) == [each["slug"] for each in document["administrators"]]
    assert {"slug", "client_id", "client_secret"} == set(document["administrators"][0])
    assert [{"origin", "vkey", "url"}] * 2 == [set(document[each]) for each in logs]
    assert list(stories.companies()) == [each["slug"] for each in document["organizations"]]
    assert len(document["customers"]) >= 12
    for each in document["customers"]:
        assert {"email", "name", "login_url", "access_token", "profile_ids"} == set(each)
        assert set(stories.companies()) == set(each["profile_ids"])


def test_everybody_is_spoken_to_as_they_chose(platform: Platform, document: Document) -> None:
    async def spoken(name: str) -> tuple[str, str]:
        person = await credentials.of_session(platform, someone(document, name)["access_token"])
        scope = Scope(Principal.CUSTOMER, customer=person.customer_id)
        with platform.database.scoped(scope) as session:
            known = addressing.read(session, OwnKeys(session, platform.ring))
        return known.language, known.address

    async def all_of_them() -> list[tuple[str, str]]:
        return [await spoken(each) for each in ("Noor de Wit", "Daan Hendriks", "Mei Chen")]

    assert [("nl", "u"), ("nl", "je"), ("en", "je")] == pooled(platform, all_of_them)


def scope_of(platform: Platform, document: Document, name: str) -> Scope:
    holder = pooled(platform, lambda: credentials.of_session(platform, someone(document, name)["access_token"]))
    return Scope(Principal.CUSTOMER, customer=holder.customer_id)


def source(platform: Platform, slug: str) -> Scope:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        return Scope(Principal.SOURCE, organization=organizations.named(session, slug).organization_id, client="test")


def test_somebody_was_written_to_and_waits_for_a_human(platform: Platform, document: Document) -> None:
    with platform.database.scoped(scope_of(platform, document, "Noor de Wit")) as session:
        keys = OwnKeys(session, platform.ring)
        sent = own.messages_of(session, keys)
        said = replies.own(session, keys)

    assert [("phone", True), ("email", False), ("email", False)] == [(each.channel, each.text is None) for each in sent]
    assert [(True, False), (False, True)] == [(each.wants_human, each.done_at is not None) for each in said]


def test_the_post_of_the_demo_has_a_code_that_is_real(platform: Platform, document: Document) -> None:
    noor = someone(document, "Noor de Wit")
    (letter,) = [
        each for each in Maildir(platform.settings.home / "mail").letters() if str(each["To"]) == noor["email"]
    ]
    (code,) = codes.within(letter.get_content())

    told = checking.check(platform, None, "192.0.2.1", Asked(code), at=clock.now())

    assert (Verdict.YES, "woonvast") == (told.verdict, told.of.slug if told.of else None)


def test_a_call_that_nobody_registered_is_not_theirs(platform: Platform, document: Document) -> None:
    token, number = someone(document, "Noor de Wit")["access_token"], post.PHONES["zonnewijzer"]
    noor = pooled(platform, lambda: credentials.of_session(platform, token)).customer_id
    scope = Scope(Principal.CUSTOMER, customer=noor)

    told = checking.check(platform, scope, "", Asked(number), at=clock.now() + timedelta(days=365))

    assert (Verdict.NO, "zonnewijzer") == (told.verdict, told.of.slug if told.of else None)


def test_offers_were_chosen_with_reasons_and_no_computer_chose_a_grave_one(
    platform: Platform, document: Document
) -> None:
    shown = {}
    for name in ("Noor de Wit", "Daan Hendriks"):
        with platform.database.scoped(scope_of(platform, document, name)) as session:
            shown[name] = {(each.kind, each.uses) for each in showing.own(session)}

    assert {("leisure", ("products",)), ("learning", ("attributes.interests",)), ("travel", ())} == shown["Noor de Wit"]
    assert {("savings", ("products",))} == shown["Daan Hendriks"]


def test_a_rule_fired_before_the_customer_called(platform: Platform, document: Document) -> None:
    fired = []
    for name in ("Noor de Wit", "Daan Hendriks"):
        with platform.database.scoped(scope_of(platform, document, name)) as session:
            fired += [each.facts for each in explaining.own(session, limit=9)]

    assert ["Reparatie is te laat", "Meter staat stil"] == [each["rule"] for each in fired]
    assert [True, True] == [each["contact"]["allowed"] for each in fired]


def test_somebody_is_asked_how_a_talk_was_and_somebody_answered(platform: Platform, document: Document) -> None:
    asked = {}
    for name in ("Noor de Wit", "Bram Peeters"):
        with platform.database.scoped(scope_of(platform, document, name)) as session:
            asked[name] = answering.of_customer(session, OwnKeys(session, platform.ring))[0]

    assert asked["Noor de Wit"].is_open(at=clock.now())
    assert asked["Noor de Wit"].answered_at is None
    assert (True, 7) == (asked["Bram Peeters"].solved, asked["Bram Peeters"].recommend)


def test_enough_people_answered_and_corrected_for_every_figure(platform: Platform, document: Document) -> None:
    client, at = document["organizations"][1]["client_id"], clock.now()
    asking = source(platform, "zonnewijzer")
    years = [metrics.service(platform, asking.organization or ids.NIL, client, at.year - ago, at=at) for ago in (0, 1)]
    quality = report.of_source(platform, asking, at=at)

    shown = {group.by for each in years for group in each.groups if group.recommend is not None}
    assert set(figures.BY) == shown
    assert any((each.corrected or 0) >= quality.floor for each in quality.attributes)


def test_every_way_in_opens(platform: Platform, document: Document) -> None:
    async def holders() -> list[str]:
        keys = [await credentials.of_write_key(platform, each["write_key"]) for each in document["organizations"]]
        for each in document["customers"]:
            await credentials.of_session(platform, each["access_token"])
        return [each.slug for each in keys]

    assert list(stories.companies()) == pooled(platform, holders)


def test_a_second_start_loads_nothing(platform: Platform, document: Document, database_url: str) -> None:
    before = counts(database_url), ways_in.path(platform).read_bytes()

    was_loaded = demo.load(platform, at=clock.now() + timedelta(days=3))

    assert (False, before) == (was_loaded, (counts(database_url), ways_in.path(platform).read_bytes()))


@pytest.mark.usefixtures("document")
def test_the_document_follows_the_demo_to_another_address(platform: Platform) -> None:
    before = ways_in.path(platform).read_text(encoding="utf-8")
    elsewhere = replace(platform, settings=replace(platform.settings, base_url="http://localhost:9999"))

    demo.load(elsewhere, at=clock.now())
    found = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    demo.load(platform, at=clock.now())

    assert "http://localhost:9999" == found["base_url"]
    assert all(each["login_url"].startswith("http://localhost:9999/login/") for each in found["customers"])
    assert before == ways_in.path(platform).read_text(encoding="utf-8")


def test_the_document_names_the_key_that_signs_a_log_now(platform: Platform, document: Document) -> None:
    fresh = key_rotation.rotate(platform, "consent")

    was_renewed = ways_in.renew(platform)

    told = json.loads(ways_in.path(platform).read_text(encoding="utf-8"))
    assert was_renewed
    assert document | {"consent_log": document["consent_log"] | {"vkey": fresh}} == told


def test_what_was_interrupted_is_taken_up_again(platform: Platform, document: Document, database_url: str) -> None:
    people_, records, told, acts, requests = counts(database_url)[2:3] + counts(database_url)[4:8]
    kept = ways_in.path(platform).read_bytes()
    ways_in.path(platform).unlink()  # as if it had stopped just before the end

    was_loaded = demo.load(platform, at=clock.now() + timedelta(hours=1))

    again = counts(database_url)
    ways_in.path(platform).write_bytes(kept)
    assert was_loaded
    assert [people_, records, told, acts, requests] == [again[2], *again[4:8]]


def test_outside_the_demo_nothing_is_loaded(platform: Platform, database_url: str) -> None:
    before = counts(database_url)
    real = replace(platform, settings=replace(platform.settings, is_demo=False))

    with pytest.raises(Refused):
        demo.load(real, at=clock.now())

    assert before == counts(database_url)


def test_a_home_that_is_no_longer_a_demo_has_no_way_in_left(platform: Platform, document: Document) -> None:
    was_open = demo.shut(platform, at=clock.now())

    assert (True, False) == (was_open, ways_in.path(platform).exists())
    assert not demo.shut(platform, at=clock.now())
    for each in document["customers"]:
        with pytest.raises(Unauthenticated):
            pooled(platform, partial(credentials.of_session, platform, each["access_token"]))
        with pytest.raises(Unauthenticated):
            login.consume(platform, each["login_url"].rpartition("/")[2], at=clock.now())
    for each in document["organizations"]:
        with pytest.raises(Unauthenticated):
            pooled(platform, partial(credentials.of_write_key, platform, each["write_key"]))
