"""`cdp log verify` says what the auditor's own program says, about files of logs that the running system made."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp.cli import app
from cdp.log import audit_bundle, published, store
from cdp.own import receipts
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

AUDITOR = Scope(Principal.AUDITOR)


@pytest.fixture(scope="module")
def person(platform: Platform) -> make.Person:
    made = make.person(platform)
    make.grant(platform, made, make.organization(platform))
    make.anchored(platform)
    return made


@pytest.fixture
def file(platform: Platform, person: make.Person, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.tar"
    path.write_bytes(b"".join(audit_bundle.stream(platform, AUDITOR, since=0, until=None)))
    return path


def keys(platform: Platform) -> list[str]:
    with platform.database.scoped(AUDITOR) as session:
        return [f"--vkey={log.vkey}" for log in store.logs(session)]


def run(*arguments: str) -> tuple[int, str]:
    """Run the command without any platform in the environment."""
    done = CliRunner().invoke(app, ["log", "verify", *arguments], env={"CDP_HOME": "/nonexistent"})
    return done.exit_code, done.output


def test_a_file_that_holds_ends_well(platform: Platform, file: Path) -> None:
    code, said = run(str(file), *keys(platform))

    assert 0 == code
    assert said.startswith("HOLDS")


def test_the_verdict_can_be_read_by_machines(platform: Platform, file: Path) -> None:
    code, said = run(str(file), "--json", *keys(platform))

    assert 0 == code
    assert json.loads(said)["holds"]


def test_a_changed_file_does_not_hold(platform: Platform, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    code, said = run(str(file), *keys(platform))

    assert 1 == code
    assert said.startswith("DOES NOT HOLD")


def test_a_checkpoint_that_was_kept_is_taken_into_account(platform: Platform, file: Path, tmp_path: Path) -> None:
    with platform.database.scoped(AUDITOR) as session:
        kept = published.latest(session, store.current(session, store.CONSENT))
    assert kept is not None
    known, other = tmp_path / "known", tmp_path / "other"
    known.write_bytes(kept.note)
    other.write_bytes(b"hello")

    assert 0 == run(str(file), f"--known={known}", *keys(platform))[0]
    assert 1 == run(str(file), f"--known={other}", *keys(platform))[0]


def test_a_receipt_holds_against_a_key_that_is_trusted(platform: Platform, person: make.Person, tmp_path: Path) -> None:
    with platform.database.scoped(person.scope) as session:
        latest = receipts.latest(session)
        assert latest is not None
        receipt = receipts.find(session, latest)
    assert receipt is not None
    path = tmp_path / "receipt.tlog-proof"
    path.write_bytes(receipt.to_bytes())

    assert 0 == run(str(path), *keys(platform))[0]
    assert 2 == run(str(path))[0]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 1), (b"hello", 1), (b"\0" * 1024, 1), (b"\x1f\x8b" + b"\0" * 600, 1), (b"c2sp.org/tlog-proof@v1\n", 2)],
)
def test_a_file_that_is_none_gets_a_verdict_and_no_traceback(tmp_path: Path, content: bytes, code: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    ended, said = run(str(path))

    assert code == ended
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["/nonexistent/file"], ["."], [__file__, "--vkey=x"], [__file__, "--known=/no"]])
def test_a_question_that_makes_no_sense_is_told_as_such(arguments: list[str]) -> None:
    code, said = run(*arguments)

    assert 2 == code
    assert "Traceback" not in said
