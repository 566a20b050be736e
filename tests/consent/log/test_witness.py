import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from consent import merkle, witness
from consent.checkpoints import verified
from consent.errors import Malformed
from consent.notes import Algorithm, Note, Signer
from consent.proofs import ConsistencyProof
from tests.consent.log.workbench import ACCESS, CONSENT, WITNESS, Log, Logs, honest

NOW = 1_750_000_000


@pytest.fixture
def seeing(tmp_path: Path) -> witness.Witness:
    return witness.Witness(WITNESS, [CONSENT.key], tmp_path / "state", lambda: NOW)


def question(log: Log, old: int, new: int) -> bytes:
    proof = merkle.consistency_proof(old, new, log.tree.node) if old <= new else []
    return ConsistencyProof(old, tuple(proof), log.checkpoint(new)).to_bytes()


def forked() -> Log:
    logs = Logs()
    for each in range(11):
        logs.grant("eva", each)
    return logs.consent


def test_a_log_that_grows_is_cosigned(seeing: witness.Witness) -> None:
    log = honest().consent
    for old, new in ((0, 3), (3, 3), (3, 11)):
        answer = seeing.add_checkpoint(question(log, old, new))

        assert 200 == answer.status
        cosigned = log.checkpoint(new) + answer.body.encode()
        assert ((WITNESS.key, NOW),) == verified(cosigned, [CONSENT.key], [WITNESS.key]).cosigned


def test_the_time_and_the_log_are_what_the_witness_says_it_saw(seeing: witness.Witness) -> None:
    log = honest().consent
    line = seeing.add_checkpoint(question(log, 0, 5)).body

    assert line.startswith(f"— {WITNESS.key.name} ")
    assert 2 == len(Note.from_bytes(log.checkpoint(5) + line.encode()).signatures)


def test_a_stale_question_hears_the_size_that_was_seen_last(seeing: witness.Witness) -> None:
    log = honest().consent
    seeing.add_checkpoint(question(log, 0, 5))

    for old, new in ((0, 5), (0, 7), (3, 7), (6, 7), (4, 4)):
        answer = seeing.add_checkpoint(question(log, old, new))
        assert (409, "5\n", "text/x.tlog.size") == (answer.status, answer.body, answer.content_type)


def test_a_fork_is_never_cosigned(seeing: witness.Witness) -> None:
    log, fork = honest().consent, forked()
    seeing.add_checkpoint(question(log, 0, 5))

    assert 409 == seeing.add_checkpoint(question(fork, 5, 5)).status
    assert 422 == seeing.add_checkpoint(question(fork, 5, 9)).status
    mixed = ConsistencyProof(5, tuple(merkle.consistency_proof(5, 9, log.tree.node)), fork.checkpoint(9))
    assert 422 == seeing.add_checkpoint(mixed.to_bytes()).status
    assert 422 == seeing.add_checkpoint(ConsistencyProof(5, (), log.checkpoint(9)).to_bytes()).status
    assert 200 == seeing.add_checkpoint(question(log, 5, 9)).status


def test_what_a_witness_saw_outlives_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    witness.Witness(WITNESS, [CONSENT.key], state, lambda: NOW).add_checkpoint(question(honest().consent, 0, 5))

    again = witness.Witness(WITNESS, [CONSENT.key], state, lambda: NOW)

    assert 409 == again.add_checkpoint(question(forked(), 0, 5)).status
    assert {CONSENT.key.name} == set(json.loads(state.read_text()))
    assert ["state"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"a": [1, "AAAA"]}', '{"a": ["x", "AAAA"]}'])
def test_a_witness_with_a_broken_memory_does_not_begin_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "state").write_text(content)

    with pytest.raises(Malformed):
        witness.Witness(WITNESS, [CONSENT.key], tmp_path / "state", lambda: NOW)


def test_a_question_that_cannot_be_answered_has_the_status_that_the_standard_gives_it(seeing: witness.Witness) -> None:
    log = honest().consent
    impostor = Signer.from_seed(CONSENT.key.name, b"x" * 32)
    stranger = Log(ACCESS)
    false = Note(Note.from_bytes(log.checkpoint(5)).text).signed(impostor.sign("another text\n"))

    assert 400 == seeing.add_checkpoint(b"").status
    assert 400 == seeing.add_checkpoint(b"old x\n\n").status
    assert 400 == seeing.add_checkpoint(question(log, 6, 5)).status
    assert 404 == seeing.add_checkpoint(question(stranger, 0, 0)).status
    assert 403 == seeing.add_checkpoint(ConsistencyProof(0, (), false.to_bytes()).to_bytes()).status
    assert 422 == seeing.add_checkpoint(ConsistencyProof(0, (bytes(32),), log.checkpoint(5)).to_bytes()).status


def test_a_log_s_key_is_no_witness(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cosignature"):
        witness.Witness(CONSENT, [CONSENT.key], tmp_path / "state", lambda: NOW)


@pytest.fixture
def port(seeing: witness.Witness) -> Iterator[int]:
    with witness.server(seeing) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port: int, path: str, body: bytes, **headers: str) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_a_witness_answers_over_http(port: int) -> None:
    log = honest().consent

    assert 200 == ask(port, "/add-checkpoint", question(log, 0, 5))[0]
    assert (409, "text/x.tlog.size", b"5\n") == ask(port, "/add-checkpoint", question(log, 0, 6))
    assert 404 == ask(port, "/elsewhere", b"")[0]
    assert 413 == ask(port, "/add-checkpoint", b"", **{"Content-Length": "99999999"})[0]
    assert 413 == ask(port, "/add-checkpoint", b"", **{"Content-Length": "-1"})[0]


def test_of_two_questions_at_once_one_is_stale(port: int) -> None:
    log = honest().consent
    answers: list[int] = []
    questions = [question(log, 0, size) for size in (4, 5, 6, 7)]
    threads = [
        threading.Thread(target=lambda body=each: answers.append(ask(port, "/add-checkpoint", body)[0]))
        for each in questions
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200, 409, 409, 409] == sorted(answers)


def test_the_cosignature_key_is_of_its_own_kind(seeing: witness.Witness) -> None:
    assert Algorithm.COSIGNATURE is seeing.key.algorithm
