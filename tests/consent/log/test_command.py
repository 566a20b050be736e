import gzip
import importlib.util
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from consent import __main__ as command
from consent import merkle, tar
from consent.notes import Key
from consent.proofs import ConsistencyProof, InclusionProof
from tests.consent.log.workbench import ACCESS, CONSENT, Logs, honest

ROOT = Path(__file__).resolve().parents[3]
NEEDED = ("cryptography", "rfc8785", "cffi", "_cffi_backend")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.tar"
    path.write_bytes(honest().bundle())
    return path


def receipt(logs: Logs) -> bytes:
    log = logs.consent
    proof = merkle.inclusion_proof(0, log.size, log.tree.node)
    return InclusionProof(0, tuple(proof), log.checkpoint(), log.openings[0].to_extra()).to_bytes()


def test_a_bundle_that_holds_ends_well(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == command.main(["verify", str(file)])

    said = capsys.readouterr().out
    assert said.startswith("HOLDS")
    assert "reads 4" in said


def test_what_does_not_hold_is_named_with_its_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = honest()
    index = logs.access.size
    logs.read("anna", 30, None)
    (tmp_path / "bundle.tar").write_bytes(logs.bundle())

    assert 1 == command.main(["verify", str(tmp_path / "bundle.tar")])
    assert f"access log, index {index}: it cites no grant" in capsys.readouterr().out

    assert 1 == command.main(["verify", str(tmp_path / "bundle.tar"), "--json"])
    verdict = json.loads(capsys.readouterr().out)
    assert not verdict["holds"]
    assert ("access", index) == (verdict["failures"][0]["log"], verdict["failures"][0]["index"])


def test_the_auditor_s_checkpoint_and_keys_are_taken_into_account(file: Path, tmp_path: Path) -> None:
    known, forked = tmp_path / "known", tmp_path / "forked"
    known.write_bytes(honest().consent.checkpoint(7))
    fork = Logs()
    for each in range(7):
        fork.grant("eva", each)
    forked.write_bytes(fork.consent.checkpoint())

    assert 0 == command.main(["verify", str(file), "--known", str(known)])
    assert 1 == command.main(["verify", str(file), "--known", str(forked)])
    assert 1 == command.main(["verify", str(file), "--vkey", CONSENT.key.to_vkey()])


def test_the_keys_that_a_log_publishes_can_be_given_as_they_are(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = f"{CONSENT.key.to_vkey()}\n{ACCESS.key.to_vkey()}\n"

    assert 0 == command.main(["verify", str(file), "--vkey", published])
    assert "Note" not in capsys.readouterr().out
    assert 2 == command.main(["verify", str(file), "--vkey", ""])


def test_a_receipt_is_checked_against_a_key_that_one_brings(tmp_path: Path) -> None:
    path = tmp_path / "receipt.tlog-proof"
    path.write_bytes(receipt(honest()))

    assert 2 == command.main(["verify", str(path)])
    assert 0 == command.main(["verify", str(path), "--vkey", CONSENT.key.to_vkey()])
    path.write_bytes(path.read_bytes().replace(b"index 0", b"index 1"))
    assert 1 == command.main(["verify", str(path), "--vkey", CONSENT.key.to_vkey()])


def test_what_is_not_there_or_not_a_key_is_a_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == command.main(["verify", str(tmp_path / "nothing")])
    assert 2 == command.main(["verify", str(tmp_path)])
    assert 2 == command.main(["verify", str(tmp_path / "nothing"), "--vkey", "nonsense"])
    assert "Traceback" not in capsys.readouterr().err


WHOLE = honest().bundle()
PLAIN = b'{"format":"cdp-audit-bundle/v1"}'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file ends too early"),
        (WHOLE[:100], "the file ends too early"),
        (gzip.compress(WHOLE, mtime=0), "this is not a bundle"),
        (b"a text and no tar " * 100, "this is not a bundle"),
        (bytes(1024), "bundle.json should stand here"),
        (tar.member("policy", b"x") + tar.end(), "bundle.json should stand here"),
        (tar.member("bundle.json", b"{") + tar.end(), "this is not a body in JSON"),
        (tar.member("bundle.json", b'{"format":"another"}') + tar.end(), "format is missing or has another form"),
        (tar.member("bundle.json", PLAIN) + tar.end(), "consent/policy should stand here"),
        (tar.member("bundle.json", bytes(70_000)) + tar.end(), "bundle.json is larger than it can be"),
        (WHOLE[:124] + b"77777777777" + WHOLE[135:], "a member has a short plain name and at most 32 MiB"),
        (WHOLE[:150] + b"7" + WHOLE[151:], "a header is not plain"),
    ],
)
def test_a_file_that_fails_at_once_gets_a_verdict_that_says_so(
    content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bundle.tar"
    path.write_bytes(content)

    assert 1 == command.main(["verify", str(path)])

    ended = "Note: the check ended there: what stands behind it in the file was not looked at"
    assert ["DOES NOT HOLD.", f"  bundle: {why}", "Checked: nothing", ended] == capsys.readouterr().out.splitlines()


def test_it_runs_where_only_cryptography_and_rfc8785_are_installed(file: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "consent").symlink_to(ROOT / "consent")
    for name in NEEDED:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin is not None:
            origin = Path(found.origin)
            origin = origin.parent if origin.name == "__init__.py" else origin
            (alone / origin.name).symlink_to(origin)

    run = subprocess.run(
        [sys.executable, "-S", "-m", "consent", "verify", str(file), "--json"],
        cwd=alone,
        env={"PYTHONPATH": str(alone), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (run.returncode, run.stderr)
    assert json.loads(run.stdout)["holds"]


def test_large_files_show_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_LARGE", 0)
    monkeypatch.setattr(command, "_STEP", 4_096)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    assert 0 == command.main(["verify", str(file)])

    assert "100 %" in capsys.readouterr().err


def test_a_witness_starts_from_the_command_line(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "consent", "witness", "--name", "witness.example/w9", "--port", "0"]
    run += ["--key", str(tmp_path / "key"), "--state", str(tmp_path / "state"), "--log", CONSENT.key.to_vkey()]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            key, address = Key.from_vkey(process.stdout.readline().strip()), process.stdout.readline().strip()
            body = ConsistencyProof(0, (), honest().consent.checkpoint(5)).to_bytes()
            with urllib.request.urlopen(urllib.request.Request(address, body), timeout=300) as answer:  # noqa: S310 - our own, on loopback
                line = answer.read().decode()
        finally:
            process.terminate()

    assert "witness.example/w9" == key.name
    assert line.startswith("— witness.example/w9 ")
    assert 0o600 == (tmp_path / "key").stat().st_mode & 0o777
