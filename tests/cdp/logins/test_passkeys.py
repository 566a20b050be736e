"""Passkeys, with a device in software that can lie: each of its lies opens nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from cdp import clock
from cdp.logins import askers, ceremonies, passkeys, ways_in
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import ChallengeEnded
from cdp.logins.claiming import LastWayIn
from cdp.logins.login import TooManyRequests
from cdp.logins.passkeys import PasskeyKnown, PasskeyRefused, TooManyPasskeys
from cdp.logins.sessions import Entry, NewSession, Way
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.errors import Invalid, NotFound
from tests import make
from tests.cdp.authenticator import PRESENT, VERIFIED, Device, to_bytes, to_text
from tests.cdp.logins.holding import holder, register

BROWSER = askers.new_browser()
ASKER = Asker("192.0.2.9", BROWSER)


def log_in(platform: Platform, device: Device, **shown: str) -> NewSession:
    """Log in with `device`."""
    options = passkeys.options_to_log_in(platform, ASKER, at=clock.now())
    entry = Entry(Way.PASSKEY, clock.now())
    return passkeys.log_in(platform, device.get(options), entry, browser=shown.get("browser", BROWSER))


@pytest.fixture
def person(platform: Platform) -> make.Person:
    return make.person(platform)


@pytest.fixture
def device(platform: Platform, person: make.Person) -> Device:
    """Return a device whose passkey is registered for `person`."""
    made = Device()
    register(platform, person, made)
    return made


def test_a_passkey_logs_its_owner_in(platform: Platform, person: make.Person, device: Device) -> None:
    assert person.customer_id == log_in(platform, device).customer_id


def test_a_customer_has_several_and_sees_them_by_name(platform: Platform, person: make.Person, device: Device) -> None:
    register(platform, person, Device(), "Sleutel")

    with platform.database.scoped(person.scope) as session:
        names = [each.name for each in passkeys.known(session, OwnKeys(session, platform.ring))]

    assert ["Telefoon", "Sleutel"] == names


def test_the_options_ask_for_a_key_that_is_found_by_itself_and_a_user_who_is_verified(
    platform: Platform, person: make.Person, device: Device
) -> None:
    made = passkeys.options_to_register(platform, holder(platform, person), label="x", at=clock.now())
    asked = passkeys.options_to_log_in(platform, ASKER, at=clock.now())

    wanted = made["authenticatorSelection"]
    assert ("required", "required") == (wanted["residentKey"], wanted["userVerification"])
    assert [to_text(device.credential)] == [each["id"] for each in made["excludeCredentials"]]
    assert ("required", "localhost", []) == (asked["userVerification"], asked["rpId"], asked["allowCredentials"])


def _other_origin(device: Device) -> None:
    device.origin = "http://elsewhere.example"


def _other_port(device: Device) -> None:
    device.origin = "http://localhost:8001"


def _loopback(device: Device) -> None:
    device.origin = "http://127.0.0.1:8000"


def _other_domain(device: Device) -> None:
    device.domain = "elsewhere.example"


def _unverified(device: Device) -> None:
    device.flags = PRESENT


def _absent(device: Device) -> None:
    device.flags = VERIFIED


LIES: list[Callable[[Device], None]] = [_other_origin, _other_port, _loopback, _other_domain, _unverified, _absent]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_at_the_login_opens_nothing(platform: Platform, device: Device, lie: Callable[[Device], None]) -> None:
    lie(device)

    with pytest.raises(PasskeyRefused):
        log_in(platform, device)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_at_the_registration_keeps_nothing(
    platform: Platform, person: make.Person, database_url: str, lie: Callable[[Device], None]
) -> None:
    device = Device()
    lie(device)

    with pytest.raises(PasskeyRefused):
        register(platform, person, device)
    with psycopg.connect(database_url) as connection:
        count = connection.execute("select count(*) from passkey where customer_id = %s", (person.customer_id,))
        assert (0,) == count.fetchone()


def test_an_answer_works_once(platform: Platform, device: Device) -> None:
    options = passkeys.options_to_log_in(platform, ASKER, at=clock.now())
    answer = device.get(options)
    passkeys.log_in(platform, answer, Entry(Way.PASSKEY, clock.now()), browser=BROWSER)

    with pytest.raises(ChallengeEnded):
        passkeys.log_in(platform, answer, Entry(Way.PASSKEY, clock.now()), browser=BROWSER)


def test_a_challenge_that_was_answered_badly_is_used_up(platform: Platform, device: Device) -> None:
    options = passkeys.options_to_log_in(platform, ASKER, at=clock.now())
    wrong, right = Device(handle=device.handle, credential=device.credential).get(options), device.get(options)
    with pytest.raises(PasskeyRefused):
        passkeys.log_in(platform, wrong, Entry(Way.PASSKEY, clock.now()), browser=BROWSER)

    with pytest.raises(ChallengeEnded):
        passkeys.log_in(platform, right, Entry(Way.PASSKEY, clock.now()), browser=BROWSER)


@pytest.mark.parametrize("browser", [None, "", askers.new_browser()], ids=["none", "empty", "another"])
def test_a_challenge_belongs_to_the_browser_that_asked(platform: Platform, device: Device, browser: str | None) -> None:
    options = passkeys.options_to_log_in(platform, ASKER, at=clock.now())

    with pytest.raises(ChallengeEnded):
        passkeys.log_in(platform, device.get(options), Entry(Way.PASSKEY, clock.now()), browser=browser)


def test_a_challenge_ends_with_its_time(platform: Platform, device: Device) -> None:
    options = passkeys.options_to_log_in(platform, ASKER, at=clock.now())
    late = clock.now() + timedelta(seconds=ceremonies.SECONDS + 1)

    with pytest.raises(ChallengeEnded):
        passkeys.log_in(platform, device.get(options), Entry(Way.PASSKEY, late), browser=BROWSER)


def test_a_challenge_for_one_thing_is_worth_nothing_for_another(
    platform: Platform, person: make.Person, device: Device
) -> None:
    who = holder(platform, person)
    options = passkeys.options_to_prove(platform, who, at=clock.now())

    with pytest.raises(ChallengeEnded):
        passkeys.log_in(platform, device.get(options), Entry(Way.PASSKEY, clock.now()), browser=who.asker.browser)


def test_a_challenge_of_nobody_is_refused(platform: Platform, device: Device) -> None:
    with pytest.raises(ChallengeEnded):
        passkeys.log_in(
            platform, device.get({"challenge": to_text(b"x" * 32)}), Entry(Way.PASSKEY, clock.now()), browser=BROWSER
        )


def test_a_counter_that_does_not_grow_is_a_copied_key(platform: Platform, device: Device) -> None:
    log_in(platform, device)
    device.count = 0

    with pytest.raises(PasskeyRefused):
        log_in(platform, device)


def test_a_key_with_the_handle_of_somebody_else_opens_nothing(platform: Platform, device: Device) -> None:
    other = Device()
    register(platform, make.person(platform), other)
    device.handle = other.handle

    with pytest.raises(PasskeyRefused):
        log_in(platform, device)


def test_a_key_that_nobody_registered_opens_nothing(platform: Platform) -> None:
    with pytest.raises(PasskeyRefused):
        log_in(platform, Device(handle=b"x" * 32))


def test_a_known_key_is_not_registered_again_by_anybody(
    platform: Platform, person: make.Person, device: Device
) -> None:
    for each in (person, make.person(platform)):
        with pytest.raises(PasskeyKnown):
            register(platform, each, device)
    device.handle = to_bytes(
        passkeys.options_to_register(platform, holder(platform, person), label="x", at=clock.now())["user"]["id"]
    )
    assert person.customer_id == log_in(platform, device).customer_id


def test_there_is_an_end_to_how_many(platform: Platform, person: make.Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MOST", 1)
    register(platform, person, Device())

    with pytest.raises(TooManyPasskeys):
        register(platform, person, Device())


def test_proving_again_renews_the_session_and_its_token(
    platform: Platform, person: make.Person, device: Device, database_url: str
) -> None:
    who, later = holder(platform, person), clock.now() + timedelta(minutes=6)
    options = passkeys.options_to_prove(platform, who, at=later)

    token = passkeys.prove(platform, who, device.get(options), at=later)

    assert token not in person.headers["Authorization"]
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select proven_at from session where session_id = %s", (who.session_id,)).fetchone()
    assert (later,) == row


def test_somebody_else_s_passkey_proves_nothing_here(platform: Platform, device: Device) -> None:
    who = holder(platform, make.person(platform))
    options = passkeys.options_to_prove(platform, who, at=clock.now())

    with pytest.raises(PasskeyRefused):
        passkeys.prove(platform, who, device.get(options), at=clock.now())


def _changed(answer: dict[str, Any], **response: Any) -> dict[str, Any]:
    return answer | {"response": answer["response"] | response}


BROKEN: list[Callable[[dict[str, Any]], Any]] = [
    lambda _: {},
    lambda _: {"response": None},
    lambda _: {"response": {"clientDataJSON": 7}},
    lambda _: {"response": {"clientDataJSON": "!"}},
    lambda _: {"response": {"clientDataJSON": to_text(b"[" * 5_000)}},
    lambda _: {"response": {"clientDataJSON": to_text(b'{"challenge": 7}')}},
    lambda answer: answer | {"id": 7},
    lambda answer: answer | {"id": "", "rawId": ""},
    lambda answer: answer | {"type": "password"},
    lambda answer: _changed(answer, signature=""),
    lambda answer: _changed(answer, signature="AAAA"),
    lambda answer: _changed(answer, signature=7),
    lambda answer: _changed(answer, authenticatorData=""),
    lambda answer: _changed(answer, authenticatorData=answer["response"]["authenticatorData"] + "AAAA"),
    lambda answer: _changed(answer, userHandle=None),
    lambda answer: _changed(answer, userHandle=""),
    lambda answer: _changed(answer, userHandle={"x": 1}),
    lambda answer: _changed(answer, userHandle="\u00e9"),
]


@pytest.mark.parametrize("break_it", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_answer_is_refused_in_one_way(
    platform: Platform, device: Device, break_it: Callable[[dict[str, Any]], Any]
) -> None:
    answer = device.get(passkeys.options_to_log_in(platform, ASKER, at=clock.now()))

    with pytest.raises(PasskeyRefused):
        passkeys.log_in(platform, break_it(answer), Entry(Way.PASSKEY, clock.now()), browser=BROWSER)


def test_asking_for_challenges_is_limited_per_network(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceremonies, "PER_ASKER", 2)
    asker = Asker("198.51.100.7", BROWSER)
    for _ in range(2):
        passkeys.options_to_log_in(platform, asker, at=clock.now())

    with pytest.raises(TooManyRequests):
        passkeys.options_to_log_in(platform, asker, at=clock.now())
    assert passkeys.options_to_log_in(platform, Asker("198.51.100.8", BROWSER), at=clock.now())


def test_a_removed_passkey_opens_nothing(platform: Platform, person: make.Person, device: Device) -> None:
    with platform.database.scoped(person.scope) as session:
        (known,) = passkeys.known(session, OwnKeys(session, platform.ring))
        ways_in.remove_passkey(session, known.passkey_id)

    with pytest.raises(PasskeyRefused):
        log_in(platform, device)


def test_the_last_way_in_is_not_removed(
    platform: Platform, person: make.Person, device: Device, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from reference where customer_id = %s", (person.customer_id,))
    with platform.database.scoped(person.scope) as session:
        (known,) = passkeys.known(session, OwnKeys(session, platform.ring))

    with pytest.raises(LastWayIn), platform.database.scoped(person.scope) as session:
        ways_in.remove_passkey(session, known.passkey_id)
    assert person.customer_id == log_in(platform, device).customer_id


def test_another_customer_s_passkey_is_not_there(platform: Platform, person: make.Person, device: Device) -> None:
    with platform.database.scoped(person.scope) as session:
        (known,) = passkeys.known(session, OwnKeys(session, platform.ring))
    stranger = make.person(platform)

    with pytest.raises(NotFound), platform.database.scoped(stranger.scope) as session:
        ways_in.remove_passkey(session, known.passkey_id)
    with pytest.raises(NotFound), platform.database.scoped(stranger.scope) as session:
        passkeys.rename(session, platform, known.passkey_id, "x")
    with platform.database.scoped(stranger.scope) as session:
        assert [] == passkeys.known(session, OwnKeys(session, platform.ring))


@pytest.mark.parametrize("name", ["", " ", "\u202e", "x" * 61, "\n\t"], ids=range(5))
def test_a_name_that_nobody_can_read_is_refused(
    platform: Platform, person: make.Person, device: Device, name: str
) -> None:
    with platform.database.scoped(person.scope) as session:
        (known,) = passkeys.known(session, OwnKeys(session, platform.ring))

    with pytest.raises(Invalid), platform.database.scoped(person.scope) as session:
        passkeys.rename(session, platform, known.passkey_id, name)


def test_the_database_keeps_no_name_and_no_challenge(
    platform: Platform, person: make.Person, database_url: str
) -> None:
    options = passkeys.options_to_register(platform, holder(platform, person), label="x", at=clock.now())
    passkeys.register(platform, holder(platform, person), Device().create(options), name="Geheime naam", at=clock.now())

    with psycopg.connect(database_url) as connection:
        rows = connection.execute("table passkey").fetchall() + connection.execute("table ceremony").fetchall()
    kept = [bytes(each) for row in rows for each in row if isinstance(each, bytes | memoryview)]
    assert not any(b"Geheime naam" in each or to_bytes(options["challenge"]) in each for each in kept)
