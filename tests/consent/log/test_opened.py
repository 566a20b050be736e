"""Large logs are read by several processes: they find what one finds, and one that is ended gives no verdict."""

import os
from pathlib import Path

import pytest

from consent import __main__ as command
from consent import event_bodies, opened
from tests.consent.log.workbench import SHOP, Logs, honest, verdict

WHOLE = honest().bundle()


def _withheld() -> bytes:
    logs = honest()
    del logs.access.openings[1]
    return logs.bundle()


def _wrong_salt() -> bytes:
    logs = honest()
    logs.consent.openings[2], logs.consent.openings[3] = logs.consent.openings[3], logs.consent.openings[2]
    return logs.bundle()


def _long() -> bytes:
    logs = Logs()
    for number in range(1_100):
        logs.grant(f"customer-{number % 9}", number / 100)
    logs.anchor(12)
    return logs.bundle()


CONTENTS = {
    "whole": WHOLE,
    "of several tiles": _long(),
    "since": honest().bundle(since=(7, 3)),
    "of one organization": honest().bundle(organization=SHOP),
    "withheld": _withheld(),
    "opened by another": _wrong_salt(),
    "a line in another form": WHOLE.replace(b'"index":2,', b'"index":02', 1),
    "a line out of order": WHOLE.replace(b'"index":2,', b'"index":9,', 1),
    "a line of another entry": WHOLE.replace(b'"index":2,"', b'"indey":2,"', 1),
    "cut": WHOLE[:-3_000],
}


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two processes help, however small the log is."""
    monkeypatch.setattr(opened, "_helpers", lambda entries: 2 if entries else 0)
    monkeypatch.setattr(opened, "_AHEAD", 1)


@pytest.mark.parametrize("name", CONTENTS)
def test_several_processes_find_what_one_finds(name: str, request: pytest.FixtureRequest) -> None:
    alone = verdict(CONTENTS[name])
    request.getfixturevalue("helped")

    assert alone.to_json() == verdict(CONTENTS[name]).to_json()
    assert alone.holds == (name in {"whole", "of several tiles", "since", "of one organization"})


@pytest.mark.usefixtures("helped")
def test_a_process_that_is_ended_gives_no_verdict_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bundle.tar"
    path.write_bytes(WHOLE)
    monkeypatch.setattr(event_bodies, "slow_from_body", lambda _: os._exit(9))

    assert 2 == command.main(["verify", str(path)])

    said = capsys.readouterr()
    assert ("", "a process that helped to check this has ended: \n") == (said.out, said.err)


def test_a_small_log_is_read_here() -> None:
    with opened.reading(opened.LARGE - 1) as (_, ahead):
        assert 0 == ahead


def test_a_machine_that_does_not_say_where_it_may_work_still_checks_a_large_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    with opened.reading(opened.LARGE) as (_, ahead):
        assert 0 == ahead
