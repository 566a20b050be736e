"""Telling receivers: in order, again and again, without one keeping another waiting."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from cdp import clock, jobs
from cdp.outside import BadAddress, PrivateAddress
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import dead_letters, delivery, queue, streams
from cdp.signals.streams import Kind, Status, TooManyStreams, VerifiedTooSoon
from cdp.tables import Organization
from tests import make
from tests.cdp.signals import receiving
from tests.cdp.signals.receiving import Receiver
from tests.waiting import PATIENCE


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving.receiving() as made:
        yield made


@pytest.fixture
def vault(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Return the platform with private addresses allowed; its streams end with the test."""
    monkeypatch.setattr("cdp.backoff.random.uniform", lambda _, longest: longest)
    yield receiving.opened(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        owners = [each.organization_id for each in dead_letters.streams(session)]
    for owner in owners:
        with platform.database.scoped(Scope(Principal.SOURCE, owner)) as session:
            for each in streams.listed(session):
                streams.remove(session, each.stream_id)


def given_and_taken_back(platform: Platform, reader: Organization) -> make.Person:
    giver = make.person(platform)
    make.grant(platform, giver, reader)
    make.revoke(platform, giver, reader)
    return giver


def test_a_receiver_that_is_down_for_an_hour_misses_nothing(vault: Platform, receiver: Receiver) -> None:
    reader, up = make.organization(vault), receiver.answer
    receiving.stream(vault, reader, receiver.url)
    givers = [given_and_taken_back(vault, reader) for _ in range(4)]
    receiver.answer = lambda *_: (503, b"")

    later = receiving.for_an_hour(vault, clock.now())
    assert [] == receiver.told
    givers += [given_and_taken_back(vault, reader)]
    receiver.answer = up
    receiving.turns(vault, at=later + timedelta(seconds=queue.BACKOFF.longest))

    told = [receiving.claims(vault, body) for _, body in receiver.told]
    mine = {vault.profile_ids.profile_id(each.customer_id, reader.organization_id) for each in givers}
    assert mine == {each["sub_id"]["id"] for each in told}
    for profile in mine:
        events = [next(iter(each["events"])) for each in told if each["sub_id"]["id"] == profile]
        assert ["grant-given", "grant-revoked"] == [each.rpartition("/")[2] for each in events]
    assert {"acknowledged"} == {each["standing"] for each in receiving.standings(vault, reader)}


def test_one_that_answers_500_for_ever_ends_in_the_dead_letters_and_slows_no_other(vault: Platform) -> None:
    with receiving.receiving() as broken, receiving.receiving() as well:
        broken.answer = lambda *_: (500, b"")
        sick, healthy = make.organization(vault), make.organization(vault)
        for organization, receiver in ((sick, broken), (healthy, well)):
            receiving.stream(vault, organization, receiver.url)
            given_and_taken_back(vault, organization)
        begun = clock.now()
        receiving.turns(vault, at=begun)
        assert ["grant-given", "grant-revoked"] == receiving.names(vault, well.told)

        receiving.turns(vault, at=begun + timedelta(hours=71))
        assert {"waiting"} == {each["standing"] for each in receiving.standings(vault, sick)}
        receiving.turns(vault, at=begun + timedelta(hours=74))

        dead = receiving.standings(vault, sick)
        assert [("dead", "status-500")] * 2 == [(each["standing"], each["failure"]) for each in dead]
        assert 0 == receiving.turns(vault, at=begun + timedelta(hours=90))


def test_what_nobody_wants_to_hear_keeps_nothing_waiting(vault: Platform, receiver: Receiver) -> None:
    reader = make.organization(vault)
    owner, wanted = reader.organization_id, streams.Wanted(Kind.WEBHOOK, ("revoke",), receiver.url)
    with vault.database.scoped(Scope(Principal.SOURCE, owner)) as session:
        streams.create(vault, session, owner, wanted, at=clock.now())
    giver = make.person(vault)
    make.grant(vault, giver, reader)
    now = clock.now()
    assert 0 == receiving.turns(vault, at=now)

    make.revoke(vault, giver, reader)

    assert 1 == receiving.turns(vault, at=now)


def test_a_broken_receiver_is_asked_less_and_less_often(vault: Platform, receiver: Receiver) -> None:
    asked: list[bytes] = []

    def answer(_: Mapping[str, str], body: bytes) -> receiving.Answer:
        asked.append(body)
        return 500, b""

    receiver.answer = answer
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    for _ in range(3):
        given_and_taken_back(vault, reader)

    receiving.for_an_hour(vault, clock.now())

    assert 5 <= len(asked) <= 12


def test_what_a_receiver_refuses_holds_up_only_its_own_customer(vault: Platform, receiver: Receiver) -> None:
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    refused = given_and_taken_back(vault, reader)
    profile = vault.profile_ids.profile_id(refused.customer_id, reader.organization_id)

    def answer(_: Mapping[str, str], body: bytes) -> receiving.Answer:
        told = receiving.claims(vault, body)
        is_bad = told["sub_id"]["id"] == profile and "grant-given" in str(told["events"])
        return (400, json.dumps({"err": "invalid_request"}).encode()) if is_bad else (202, b"")

    receiver.answer = answer
    given_and_taken_back(vault, reader)
    begun = clock.now()
    receiving.turns(vault, at=begun)
    receiving.turns(vault, at=begun + timedelta(seconds=30))
    assert ["grant-given", "grant-revoked"] == receiving.names(vault, receiver.told)

    for hours in range(queue.MOST_TRIES + 1):
        receiving.turns(vault, at=begun + timedelta(hours=1 + hours))
    assert ["dead"] == [each["standing"] for each in receiving.standings(vault, reader) if each["standing"] == "dead"]
    assert "grant-revoked" == receiving.names(vault, receiver.told[2:])[0]


def test_a_dead_letter_sent_again_takes_along_what_came_later_under_the_same_ids(
    vault: Platform, receiver: Receiver
) -> None:
    reader, up = make.organization(vault), receiver.answer
    receiving.stream(vault, reader, receiver.url)
    given_and_taken_back(vault, reader)
    refuses = {"is_bad": True}
    receiver.answer = lambda _, body: (
        (400, b"{}")
        if refuses["is_bad"] and "grant-given" in str(receiving.claims(vault, body)["events"])
        else (202, b"")
    )
    begun = clock.now()
    for hours in range(queue.MOST_TRIES + 2):
        receiving.turns(vault, at=begun + timedelta(hours=hours))
    assert ["grant-revoked"] == receiving.names(vault, receiver.told)
    first = receiving.claims(vault, receiver.told[0][1])["jti"]

    receiver.answer = up
    later = begun + timedelta(days=4)
    with vault.database.scoped(Scope(Principal.OPERATOR)) as session:
        assert 2 == dead_letters.replay(session, reader.organization_id, None, at=later)
    receiving.turns(vault, at=later)

    assert ["grant-given", "grant-revoked"] == receiving.names(vault, receiver.told[1:])
    assert first == receiving.claims(vault, receiver.told[2][1])["jti"]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_receiver_that_says_yes_is_not_told_again(vault: Platform, receiver: Receiver, status: int) -> None:
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    receiver.answer = lambda *_: (status, b"")
    given_and_taken_back(vault, reader)

    receiving.turns(vault, at=clock.now())
    receiving.turns(vault, at=clock.now() + timedelta(hours=1))

    assert 2 == len(receiver.told)


def test_a_redirect_is_not_followed(vault: Platform, receiver: Receiver) -> None:
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    receiver.answer = lambda *_: (307, b"")
    given_and_taken_back(vault, reader)

    receiving.turns(vault, at=clock.now())

    assert [] == receiver.told
    assert "status-307" in {each["failure"] for each in receiving.standings(vault, reader)}


def test_an_answer_that_is_too_large_is_no_acknowledgement(vault: Platform, receiver: Receiver) -> None:
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    receiver.answer = lambda *_: (202, b"x" * 100_000)
    given_and_taken_back(vault, reader)

    receiving.turns(vault, at=clock.now(), count=1)

    assert "unreachable" in {each["failure"] for each in receiving.standings(vault, reader)}


def test_a_private_address_is_refused_unless_the_operator_allows_it(platform: Platform, vault: Platform) -> None:
    reader = make.organization(platform)
    with pytest.raises(BadAddress):
        receiving.stream(platform, reader, "http://127.0.0.1:9/")
    with pytest.raises(PrivateAddress):
        receiving.stream(platform, reader, "https://127.0.0.1:9/")
    receiving.stream(platform, reader, "https://localhost:9/")
    given_and_taken_back(platform, reader)

    receiving.turns(platform, at=clock.now())

    assert "private-address" in {each["failure"] for each in receiving.standings(platform, reader)}
    del vault


def test_a_slow_receiver_keeps_no_other_waiting(vault: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_LOOK", 0.01)
    asked, freed, stop = threading.Event(), threading.Event(), threading.Event()
    reached = threading.Event()
    hands = tuple(replace(job, every=timedelta(0)) for job in jobs.JOBS if job.name.startswith("signals-"))
    with receiving.receiving() as slow, receiving.receiving() as quick:

        def slowly(*_: object) -> receiving.Answer:
            asked.set()
            return (202, b"") if freed.wait(PATIENCE) else (500, b"")

        def quickly(*_: object) -> receiving.Answer:
            reached.set()
            return 202, b""

        slow.answer, quick.answer = slowly, quickly
        worker = threading.Thread(
            target=jobs.work, args=(vault, stop), kwargs={"report": lambda _: None, "jobs": hands}
        )
        readers = make.organization(vault), make.organization(vault)
        receiving.stream(vault, readers[0], slow.url)
        given_and_taken_back(vault, readers[0])
        worker.start()
        assert asked.wait(PATIENCE)
        receiving.stream(vault, readers[1], quick.url)
        given_and_taken_back(vault, readers[1])
        assert reached.wait(PATIENCE)
        freed.set()
        stop.set()
        worker.join(PATIENCE)


def test_a_push_shows_its_header_and_says_who_speaks_to_whom(vault: Platform, receiver: Receiver) -> None:
    reader = make.organization(vault)
    receiving.stream(vault, reader, receiver.url)
    giver = given_and_taken_back(vault, reader)
    receiving.turns(vault, at=clock.now())

    headers, body = receiver.told[1]
    told = receiving.claims(vault, body)
    assert ("Bearer known", "application/secevent+jwt") == (headers["authorization"], headers["content-type"])
    profile = vault.profile_ids.profile_id(giver.customer_id, reader.organization_id)
    assert {"iss": vault.settings.base_url, "aud": reader.slug} == {name: told[name] for name in ("iss", "aud")}
    assert {"format": "opaque", "id": profile} == told["sub_id"]
    assert {"iss", "jti", "iat", "aud", "txn", "sub_id", "events"} == told.keys()
    ((uri, facts),) = told["events"].items()
    assert f"{vault.settings.base_url}/events/grant-revoked" == uri
    assert {"event_timestamp", "purpose"} == facts.keys()
    assert "customer-care" == facts["purpose"]


def test_two_organizations_cannot_join_what_they_were_told(vault: Platform, receiver: Receiver) -> None:
    giver = make.person(vault)
    told = []
    for _ in range(2):
        reader = make.organization(vault)
        receiving.stream(vault, reader, receiver.url)
        make.grant(vault, giver, reader)
    receiving.turns(vault, at=clock.now())

    told = [receiving.claims(vault, body) for _, body in receiver.told]
    assert 2 == len({each["txn"] for each in told}) == len({each["jti"] for each in told})
    assert 2 == len({each["sub_id"]["id"] for each in told})


def test_one_stream_is_taken_whatever_the_planner_believes(
    vault: Platform, receiver: Receiver, database_url: str
) -> None:
    """Of a table in which the planner believes one stream to be, it may as well look for what is due in the end."""
    plain = [f"set enable_{way} = off" for way in ("hashjoin", "mergejoin", "indexscan", "bitmapscan", "material")]
    for number in range(4):
        reader = make.organization(vault)
        receiving.stream(vault, reader, receiver.url)
        given_and_taken_back(vault, reader)
        if not number:
            with psycopg.connect(database_url, autocommit=True) as lane:
                lane.execute("analyze signal_stream")
    with vault.database.scoped(Scope(Principal.OPERATOR)) as session:
        for each in plain:
            session.execute(text(each))
        taken = session.execute(delivery._TAKE, {"at": clock.now(), "lease": clock.now()}).all()

    assert 1 == len(taken)


def test_a_webhook_is_signed_as_standard_webhooks_says_with_both_secrets_while_they_overlap(
    vault: Platform, receiver: Receiver
) -> None:
    reader, at = make.organization(vault), clock.now()
    scope = Scope(Principal.SOURCE, reader.organization_id)
    stream = receiving.stream(vault, reader, receiver.url, Kind.WEBHOOK)
    first = streams.kept(vault, stream).signing(at=at)[0]
    with vault.database.scoped(scope) as session:
        second = streams.renew_secret(vault, session, stream.stream_id, at=at)
    given_and_taken_back(vault, reader)
    receiving.turns(vault, at=clock.now())

    headers, body = receiver.told[0]
    assert first.startswith("whsec_")
    for secret in (first, second):
        assert "grant-given" == Webhook(secret).verify(body, headers)["type"]
    with vault.database.scoped(scope) as session:
        renewed = streams.kept(vault, streams.read(session, stream.stream_id))
    assert [second] == renewed.signing(at=at + streams.OVERLAP + timedelta(seconds=1))
    assert first not in repr(stream) + repr(renewed)


def test_a_stream_is_verified_once_its_receiver_took_the_word(vault: Platform, receiver: Receiver) -> None:
    reader, at = make.organization(vault), clock.now()
    stream = receiving.stream(vault, reader, receiver.url)
    scope = Scope(Principal.SOURCE, reader.organization_id)
    with vault.database.scoped(scope) as session:
        streams.verify(session, stream.stream_id, "echo", at=at)
        with pytest.raises(VerifiedTooSoon):
            streams.verify(session, stream.stream_id, "echo", at=at + timedelta(seconds=59))
    receiving.turns(vault, at=clock.now())

    (facts,) = receiving.claims(vault, receiver.told[0][1])["events"].values()
    assert {"state": "echo"} == facts
    with vault.database.scoped(scope) as session:
        assert streams.read(session, stream.stream_id).verified_at is not None


def test_a_paused_stream_keeps_its_words_and_a_disabled_one_does_not(vault: Platform, receiver: Receiver) -> None:
    reader, at = make.organization(vault), clock.now()
    stream = receiving.stream(vault, reader, receiver.url)
    scope = Scope(Principal.SOURCE, reader.organization_id)

    def become(status: Status) -> None:
        with vault.database.scoped(scope) as session:
            streams.set_status(session, stream.stream_id, status, "", at=at)

    for status, expected in ((Status.PAUSED, 2), (Status.DISABLED, 0)):
        receiver.told.clear()
        become(status)
        given_and_taken_back(vault, reader)
        assert 0 == receiving.turns(vault, at=clock.now())
        become(Status.ENABLED)
        receiving.turns(vault, at=clock.now())
        assert expected == len(receiver.told), status


def test_an_organization_has_ten_streams_at_most(vault: Platform) -> None:
    reader = make.organization(vault)
    for _ in range(streams.MOST):
        receiving.stream(vault, reader, None, Kind.POLL)
    with pytest.raises(TooManyStreams):
        receiving.stream(vault, reader, None, Kind.POLL)


def test_the_wait_grows_and_has_an_end() -> None:
    waits = [queue.BACKOFF.wait(failures) for failures in (1, 3, 5, 50)]

    assert sorted(waits) == waits
    assert queue.BACKOFF.longest >= waits[-1] >= queue.BACKOFF.longest / 2
