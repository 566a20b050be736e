"""Witnesses of the logs: real ones on loopback sign what extends what they saw; what goes wrong delays nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock, outside, recovery, witness_setting
from cdp.log import gauges, published, store, witnesses
from cdp.log.signer import Forked
from cdp.log.witnesses import WitnessRefused
from cdp.own import accesses, receipts
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.witness_setting import WitnessSetting
from consent import checkpoints
from consent.errors import Invalid, Malformed, Problem, VerificationFailed
from consent.notes import Algorithm, Signer
from tests import make
from tests.cdp.log.witnessing import VISITOR, Running, start, with_witness
from tests.ports import free_port

OTHER = Signer.from_seed("other.example/w", b"o" * 32, Algorithm.COSIGNATURE)


@pytest.fixture(scope="module")
def witness(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start(platform, tmp_path_factory.mktemp("witness"), "w1")
    with running.process:
        yield running
        running.process.terminate()


@pytest.fixture
def house(platform: Platform, witness: Running) -> Platform:
    """Return the platform with this witness in its settings, and addresses on this machine allowed."""
    return with_witness(platform, witness.setting)


def grow(platform: Platform) -> None:
    person = make.person(platform)
    make.grant(platform, person, make.organization(platform))
    with platform.database.scoped(person.scope) as session:
        accesses.note_own_read(session, person.scope, path="me", categories=[], records=0, at=clock.now())
    make.anchored(platform)


def shown(platform: Platform, name: str = "consent") -> published.Published:
    with platform.database.scoped(VISITOR) as session:
        found = published.latest(session, store.named(session, name))
    assert found is not None
    return found


def test_a_witness_signs_what_is_new_and_is_shown_under_the_checkpoint(house: Platform, witness: Running) -> None:
    grow(house)

    first, again = witnesses.collect(house, witness.setting), witnesses.collect(house, witness.setting)

    found = shown(house)
    signed = checkpoints.verified(found.note, found.log.keys, [witness.setting.key])
    assert first in {1, 2}
    assert 0 == again
    assert [witness.setting.key] == [key for key, _ in signed.cosigned] == list(found.witnesses)
    assert found.size == signed.checkpoint.size


def test_both_logs_are_signed(house: Platform, witness: Running) -> None:
    grow(house)
    witnesses.collect(house, witness.setting)

    assert [(witness.setting.key,)] * 2 == [shown(house, name).witnesses for name in ("consent", "access")]


def test_a_newer_checkpoint_without_it_waits_for_the_witness_a_little(
    house: Platform, witness: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(house)
    witnesses.collect(house, witness.setting)
    before = shown(house)
    grow(house)

    waits = shown(house)
    monkeypatch.setattr(published, "LONGEST_LAG", -published.LONGEST_LAG)
    goes_on = shown(house)

    assert before.size == waits.size < goes_on.size
    assert () == goes_on.witnesses


def test_a_witness_that_saw_more_than_we_remember_is_believed_about_that(
    house: Platform, witness: Running, database_url: str
) -> None:
    """After a restore the database has forgotten what the witness signed."""
    grow(house)
    witnesses.collect(house, witness.setting)
    with psycopg.connect(database_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from cosignature")
    grow(house)

    assert witnesses.collect(house, witness.setting) in {1, 2}
    assert (witness.setting.key,) == shown(house).witnesses


def test_the_policy_of_a_bundle_names_who_signed_it(house: Platform, witness: Running) -> None:
    grow(house)
    witnesses.collect(house, witness.setting)

    found = shown(house)

    assert found.size == found.policy.verified(found.note).checkpoint.size
    assert (witness.setting.key,) == found.policy.witnesses


def test_a_receipt_carries_the_cosignature(house: Platform, witness: Running) -> None:
    person = make.person(house)
    make.grant(house, person, make.organization(house))
    make.anchored(house)
    witnesses.collect(house, witness.setting)
    grow(house)

    with house.database.scoped(person.scope) as session:
        latest = receipts.latest(session)
        assert latest is not None
        receipt = receipts.find(session, latest)

    assert receipt is not None
    assert f"— {witness.setting.key.name} ".encode() in receipt.proof.checkpoint
    assert len(receipt.to_bytes()) <= 2048


# ------------------------------------------------------------------------- what goes wrong


class _Odd(BaseHTTPRequestHandler):
    answer: tuple[int, bytes] = (200, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def odd(platform: Platform) -> Iterator[tuple[type[_Odd], WitnessSetting]]:
    handler = type("Odd", (_Odd,), {})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield handler, WitnessSetting(OTHER.key, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        serving.join()
    for accusation in platform.settings.log.glob("*.forked"):
        accusation.unlink()


def other_line(text: str) -> bytes:
    return OTHER.cosign(text, at=1_700_000_000).to_line().encode()


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (500, b"", WitnessRefused),
        (404, b"this log is not known here\n", WitnessRefused),
        (302, b"", WitnessRefused),
        (409, b"999999999\n", WitnessRefused),
        (409, b"many\n", Malformed),
        (409, b"-1\n", Malformed),
        (409, b"9" * 4000 + b"\n", Malformed),
        (200, b"", WitnessRefused),
        (200, b"\xff\n", Malformed),
        (200, b"hello\n", Malformed),
        (200, b"x" * 100_000, outside.Unreachable),
        (200, other_line("another log\n1\n\n"), VerificationFailed),
        (200, other_line("x\n") + other_line("y\n"), WitnessRefused),
        (
            200,
            Signer.from_seed("third.example/w", b"t" * 32, Algorithm.COSIGNATURE)
            .cosign("x\n", at=1)
            .to_line()
            .encode(),
            WitnessRefused,
        ),
    ],
)
def test_what_is_no_signature_of_the_witness_is_not_kept(
    platform: Platform, odd: tuple[type[_Odd], WitnessSetting], status: int, body: bytes, problem: type[Problem]
) -> None:
    handler, setting = odd
    handler.answer = (status, body)
    grow(platform)

    with pytest.raises(problem):
        witnesses.collect(with_witness(platform, setting), setting)

    assert setting.key not in shown(platform).witnesses


@pytest.mark.parametrize(("status", "body"), [(409, b"999999999\n"), (422, b"no\n")])
def test_nothing_is_signed_once_a_witness_was_shown_another_log(
    platform: Platform, odd: tuple[type[_Odd], WitnessSetting], status: int, body: bytes
) -> None:
    handler, setting = odd
    handler.answer = (status, body)
    grow(platform)
    before = shown(platform).size

    with pytest.raises(witnesses.WitnessSawAnother):
        witnesses.collect(with_witness(platform, setting), setting)
    with pytest.raises(Forked, match=r"other\.example/w was shown another"):
        grow(platform)

    assert before == shown(platform).size
    assert "see cdp log recover" in (recovery.why_it_stands_still(platform) or "")
    assert any(each.is_forked for each in gauges.read(platform))


def test_a_host_that_was_set_back_asks_before_it_signs(
    platform: Platform, odd: tuple[type[_Odd], WitnessSetting]
) -> None:
    """The database, the key and the signer's memory agree: only the witness knows better."""
    handler, setting = odd
    grow(platform)
    before = shown(platform).size
    handler.answer = (409, b"999999999\n")

    with pytest.raises(Forked, match="999999999 leaves"):
        grow(with_witness(platform, setting))

    assert before == shown(platform).size


def test_a_witness_that_is_behind_accuses_nobody(platform: Platform, odd: tuple[type[_Odd], WitnessSetting]) -> None:
    handler, setting = odd
    grow(platform)
    for said in (b"0\n", b"1\n"):
        handler.answer = (409, said)
        grow(with_witness(platform, setting))

    assert recovery.why_it_stands_still(platform) is None


def test_a_witness_in_a_private_network_is_not_asked_unless_that_is_allowed(
    platform: Platform, witness: Running
) -> None:
    grow(platform)
    closed = with_witness(platform, witness.setting, allow_private=False)

    with pytest.raises((outside.BadAddress, outside.PrivateAddress)):
        witnesses.collect(closed, witness.setting)


def test_a_witness_that_is_down_delays_neither_the_log_nor_the_others(platform: Platform, witness: Running) -> None:
    gone = WitnessSetting(OTHER.key, f"http://127.0.0.1:{free_port()}")
    house = with_witness(platform, gone, witness.setting)
    stop = Event()
    told: list[tuple[str, str]] = []
    running = threading.Thread(
        target=witnesses.work, args=(house, stop), kwargs={"report": lambda name, code: told.append((name, code))}
    )
    running.start()
    try:
        make.grant(house, make.person(house), make.organization(house))
        make.anchored(house)
        seen = _until(lambda: bool(told) and witness.setting.key in shown(house).witnesses)
    finally:
        stop.set()
        running.join(300)

    assert seen
    assert not running.is_alive()
    assert [("other.example/w", "unreachable")] == told


def _until(is_so: Any) -> bool:
    waiting = Event()
    return any(is_so() or waiting.wait(0.1) for _ in range(3_000)) or is_so()


def test_what_a_witness_signed_is_written_once(house: Platform, witness: Running, app_url: str) -> None:
    grow(house)
    witnesses.collect(house, witness.setting)
    for change in ("update cosignature set line = 'x'", "delete from cosignature"):
        with (
            pytest.raises(Exception, match=r"permission denied|written once"),
            house.database.scoped(Scope(Principal.SEQUENCER)) as session,
        ):
            session.execute(text(change))


# ------------------------------------------------------------------------- the setting


def test_a_witness_is_named_by_its_key_and_its_address() -> None:
    stated = f"{OTHER.key.to_vkey()} https://w.example/log/\n\n"

    assert (WitnessSetting(OTHER.key, "https://w.example/log"),) == witness_setting.read(stated)
    assert () == witness_setting.read("")


@pytest.mark.parametrize(
    "stated",
    [
        "https://w.example",
        OTHER.key.to_vkey(),
        f"{OTHER.key.to_vkey()} w.example",
        f"{OTHER.key.to_vkey()} ftp://w.example",
        f"{OTHER.key.to_vkey()} https://u@w.example",
        f"{OTHER.key.to_vkey()} https://w.example?x",
        f"{OTHER.key.to_vkey()} https://w.example x",
        f"{OTHER.key.to_vkey()[:-4]} https://w.example",
        f"{Signer.from_seed('log.example/l', b'l' * 32).key.to_vkey()} https://w.example",
        f"{OTHER.key.to_vkey()} https://w.example,{OTHER.key.to_vkey()} https://v.example",
    ],
)
def test_a_setting_that_names_no_witness_stops_the_start(stated: str) -> None:
    with pytest.raises(Invalid) as raised:
        witness_setting.read(stated)

    assert "CDP_WITNESSES" == raised.value.field
