"""A log of ours before a verifier that nobody here wrote: Go's own checksum database client."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from consent import merkle
from tests import independent
from tests.consent.log.workbench import CONSENT, Log, Logs, honest

Question = dict[str, object]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return independent.built(tmp_path_factory.mktemp("go"))


def question(log: Log, old: int, index: int) -> Question:
    return {
        "VKey": log.signer.key.to_vkey(),
        "Checkpoint": log.checkpoint(),
        "Old": log.checkpoint(old),
        "Entries": list(log.leaves),
        "Consistency": merkle.consistency_proof(old, log.size, log.tree.node),
        "Index": index,
        "Inclusion": merkle.inclusion_proof(index, log.size, log.tree.node),
    }


def holds(program: Path, asked: Question) -> bool:
    def text(value: object) -> object:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return [text(each) for each in value] if isinstance(value, list) else value

    body = json.dumps({name: text(value) for name, value in asked.items()})
    run = subprocess.run([program], input=body, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode in {0, 1}, run.stderr
    return run.returncode == 0


def flipped(content: bytes) -> bytes:
    return content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 300])
def test_go_accepts_a_log_of_ours(program: Path, size: int) -> None:
    logs = Logs()
    for each in range(size):
        logs.grant(f"customer-{each}", each)
    for old, index in {(1, 0), (size // 2 or 1, size // 2), (size, size - 1)}:
        assert holds(program, question(logs.consent, old, index))


def test_go_accepts_a_checkpoint_with_a_cosignature(program: Path) -> None:
    assert holds(program, question(honest(is_witnessed=True).consent, 4, 6))


@pytest.mark.parametrize("name", ["Checkpoint", "Old", "Entries", "Consistency", "Inclusion"])
def test_go_refuses_what_was_tampered_with(program: Path, name: str) -> None:
    asked = question(honest().consent, 5, 2)
    value = asked[name]
    changed: object = [flipped(value[0]), *value[1:]] if isinstance(value, list) else flipped(bytes(value))  # type: ignore[call-overload]  # bytes, where it is no list

    assert holds(program, asked)
    assert not holds(program, asked | {name: changed})


def test_go_refuses_another_key_and_another_index(program: Path) -> None:
    asked = question(honest().consent, 5, 2)
    other = type(CONSENT).from_seed(CONSENT.key.name, b"y" * 32)

    assert not holds(program, asked | {"VKey": other.key.to_vkey()})
    assert not holds(program, asked | {"Index": 3})
