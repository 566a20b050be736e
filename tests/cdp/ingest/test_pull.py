"""Pulling from a register: pages, conditions, patience, and what a register may never make us do."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from cdp import clock, jobs
from cdp.ingest import pull, pull_settings
from cdp.ingest.items import Outcome
from cdp.ingest.pull import Pulled, PullExists, PullUnknown
from cdp.ingest.pull_settings import PullInvalid
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.cdp.ingest.arrange import look
from tests.waiting import PATIENCE

Reply = tuple[int, dict[str, str], bytes]
MAPPING = {
    "subject": {"user_id": "id"},
    "externals": [{"type": "energy-label", "key": "id", "properties": {"label": "label"}}],
}


class Register:
    """A register on loopback: a function answers, and every request is remembered."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Callable[[str, dict[str, str]], Reply] = lambda *_: (200, {}, b"[]")
        register = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                register.asked.append((self.path, headers))
                status, more, body = register.answer(self.path, headers)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | more).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def register() -> Iterator[Register]:
    made = Register()
    serving = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


@pytest.fixture
def open_platform(platform: Platform) -> Platform:
    """Return the platform of an operator who allows private addresses."""
    return replace(platform, settings=replace(platform.settings, allow_private_addresses=True))


def homes(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"h-{number}", "label": "ABC"[number % 3]} for number in numbers]


def added(platform: Platform, url: str, **more: Any) -> UUID:
    source = make.organization(platform).organization_id
    stated = {"url": url, "every": 3600, "mapping": MAPPING, **more}
    pull_settings.parse(stated)
    with platform.database.scoped(Scope(Principal.SOURCE, source)) as session:
        pull.add(session, source, "labels", stated, at=clock.now())
    return source


def run(platform: Platform, source: UUID, *, at: datetime | None = None) -> Pulled:
    return pull.run(platform, source, "labels", at=at or clock.now())


PULLS = tuple(replace(job, every=timedelta(0)) for job in jobs.JOBS if job.name.startswith("pulls-"))


def test_a_slow_register_keeps_no_other_waiting_not_even_one_that_falls_due_meanwhile(
    open_platform: Platform, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_LOOK", 0.01)
    asked = {path: threading.Event() for path in ("/slow", "/now", "/later")}
    freed, stop = threading.Event(), threading.Event()

    def answer(path: str, _: dict[str, str]) -> Reply:
        asked[path].set()
        return (200, {}, b"[]") if path != "/slow" or freed.wait(PATIENCE) else (500, {}, b"")

    register.answer = answer
    slow = added(open_platform, register.url + "/slow")
    worker = threading.Thread(
        target=jobs.work, args=(open_platform, stop), kwargs={"report": lambda _: None, "jobs": PULLS}
    )
    worker.start()
    assert asked["/slow"].wait(PATIENCE)
    for path in ("/now", "/later"):
        added(open_platform, register.url + path)
        assert asked[path].wait(PATIENCE)
    freed.set()
    stop.set()
    worker.join(PATIENCE)

    assert facts(open_platform, slow).failure is None


def test_many_registers_are_asked_at_once_but_no_more_than_there_are_hands(
    open_platform: Platform, register: Register
) -> None:
    assert pull.AT_ONCE == len(PULLS)
    assert all(job.is_apart for job in PULLS)


def test_whoever_is_not_done_comes_behind_those_who_wait(
    open_platform: Platform, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    monkeypatch.setattr(pull, "SECONDS", -1.0)
    source = added(open_platform, register.url)

    pulled = run(open_platform, source, at=at)

    assert not pulled.is_done
    assert at < facts(open_platform, source).next_at


def facts(platform: Platform, source: UUID) -> pull.PullFacts:
    with platform.database.scoped(Scope(Principal.SOURCE, source)) as session:
        (found,) = pull.listed(session, source)
    return found


def test_what_a_register_says_is_stored_and_again_changes_nothing(
    open_platform: Platform, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.answer = lambda *_: (200, {}, json.dumps({"data": {"homes": homes(1, 2, 3)}}).encode())
    monkeypatch.setenv("REGISTER_KEY", "secret-1")
    source = added(open_platform, register.url + "/v1?q=1", items="data.homes", secret={"environment": "REGISTER_KEY"})

    at = clock.now()
    never = facts(open_platform, source).last_at
    first, second = run(open_platform, source), run(open_platform, source, at=at)

    assert ({Outcome.STORED: 3}, {Outcome.UNCHANGED: 3}) == (first.outcomes, second.outcomes)
    assert (None, at) == (never, facts(open_platform, source).last_at)
    assert ("/v1?q=1", "Bearer secret-1") == (register.asked[0][0], register.asked[0][1]["authorization"])


def test_what_has_not_changed_is_not_sent_again(open_platform: Platform, register: Register) -> None:
    def answer(_: str, headers: dict[str, str]) -> Reply:
        if headers.get("if-none-match") == '"v1"':
            return 304, {}, b""
        return 200, {"ETag": '"v1"', "Last-Modified": "Thu, 01 May 2025 12:00:00 GMT"}, json.dumps(homes(1)).encode()

    register.answer = answer
    source = added(open_platform, register.url)

    runs = [run(open_platform, source) for _ in range(3)]

    assert [{Outcome.STORED: 1}, {}, {}] == [each.outcomes for each in runs]
    assert "Thu, 01 May 2025 12:00:00 GMT" == register.asked[2][1]["if-modified-since"]


@pytest.mark.parametrize("kind", ["cursor", "page", "link"])
def test_pages_are_followed_to_the_end(open_platform: Platform, register: Register, kind: str) -> None:
    pages = [homes(1, 2), homes(3, 4), homes(5)]

    def answer(path: str, _: dict[str, str]) -> Reply:
        asked = parse_qs(urlsplit(path).query).get("p", ["0" if kind != "page" else "1"])[0]
        number = int(asked) - (kind == "page")
        rows = pages[number] if number < len(pages) else []
        more = number + 1 < len(pages)
        body = json.dumps({"rows": rows, "meta": {"next": number + 1 if more else None}}).encode()
        return 200, {"Link": f'<?p={number + 1}>; rel="next"'} if more and kind == "link" else {}, body

    register.answer = answer
    paging = {
        "cursor": {"kind": "cursor", "parameter": "p", "next": "meta.next"},
        "page": {"kind": "page", "parameter": "p"},
        "link": {"kind": "link"},
    }[kind]
    source = added(open_platform, register.url + "/homes?size=2", items="rows", paging=paging)

    done = run(open_platform, source)

    assert ({Outcome.STORED: 5}, None) == (done.outcomes, done.failure)
    assert 3 <= done.pages <= 4


def test_a_pull_that_failed_goes_on_where_it_stopped(open_platform: Platform, register: Register) -> None:
    is_down = True

    def answer(path: str, _: dict[str, str]) -> Reply:
        number = int(parse_qs(urlsplit(path).query).get("p", ["0"])[0])
        if number == 1 and is_down:
            return 503, {}, b""
        return 200, {}, json.dumps({"rows": homes(number), "next": number + 1 if number < 2 else None}).encode()

    register.answer = answer
    paging = {"kind": "cursor", "parameter": "p", "next": "next"}
    source = added(open_platform, register.url, items="rows", paging=paging)

    first = run(open_platform, source)
    is_down = False
    second = run(open_platform, source)

    assert ({Outcome.STORED: 1}, "register-busy") == (first.outcomes, first.failure)
    assert ({Outcome.STORED: 2}, None) == (second.outcomes, second.failure)
    assert ["/", "/?p=1", "/?p=1", "/?p=2"] == [path for path, _ in register.asked]


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [
        (429, {"Retry-After": "120"}, 120, 120),
        (429, {"Retry-After": "Thu, 01 May 2025 12:05:00 GMT"}, 300, 300),
        (503, {"Retry-After": "99999999"}, 86_400, 86_400),
        (503, {"Retry-After": "nonsense"}, 30, 60),
        (503, {"Retry-After": "Thu, 01 May 99999999999999 12:05:00 GMT"}, 30, 60),
        (500, {}, 30, 60),
    ],
)
def test_a_register_that_asks_for_time_gets_it(
    open_platform: Platform, register: Register, status: int, headers: dict[str, str], least: int, most: int
) -> None:
    at = datetime(2025, 5, 1, 12, tzinfo=UTC)
    register.answer = lambda *_: (status, headers, b"")
    source = added(open_platform, register.url)

    run(open_platform, source, at=at)

    assert least <= (facts(open_platform, source).next_at - at).total_seconds() <= most


def test_a_register_that_keeps_failing_is_left_alone_for_longer(open_platform: Platform, register: Register) -> None:
    at = datetime(2025, 5, 1, 12, tzinfo=UTC)
    register.answer = lambda *_: (500, {}, b"")
    source = added(open_platform, register.url)

    for _ in range(8):
        run(open_platform, source, at=at)

    found = facts(open_platform, source)
    assert (8, "register-busy") == (found.failures, found.failure)
    assert timedelta(hours=1) < found.next_at - at < timedelta(hours=3)


@pytest.mark.parametrize(
    ("status", "headers", "body", "failure"),
    [
        (302, {"Location": "http://127.0.0.1/"}, b"", "odd-answer"),
        (404, {}, b"", "odd-answer"),
        (200, {}, b"", "odd-answer"),
        (200, {}, b"{", "odd-answer"),
        (200, {}, b'{"rows":[]}', "odd-answer"),
        (200, {}, b"[1", "odd-answer"),
        (200, {}, b"\xff", "odd-answer"),
        (200, {}, b"[" * 100_000, "odd-answer"),
        (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 64 * 1024 * 1024), "too-large"),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8bnonsense", "unreadable-body"),
        (200, {"Content-Encoding": "br"}, b"[]", "unreadable-body"),
        (200, {}, b"[" + b" " * 33 * 1024 * 1024, "unreachable"),
        (200, {"Content-Length": "100"}, b"[]", "unreachable"),
    ],
)
def test_an_odd_answer_is_a_failure_and_nothing_more(
    open_platform: Platform, register: Register, status: int, headers: dict[str, str], body: bytes, failure: str
) -> None:
    register.answer = lambda *_: (status, headers, body)
    source = added(open_platform, register.url)

    assert (failure, {}) == (run(open_platform, source).failure, run(open_platform, source).outcomes)


def test_one_bad_row_harms_no_other(open_platform: Platform, register: Register, database_url: str) -> None:
    rows: list[Any] = [*homes(1), 5, {"id": None}, {"id": "h-\0"}, {"id": "h-9", "label": {"deep": [[]] * 3}}]
    register.answer = lambda *_: (200, {}, json.dumps(rows).encode())
    source = added(open_platform, register.url)

    done = run(open_platform, source)

    assert {Outcome.STORED: 2, Outcome.REJECTED: 3} == done.outcomes
    question = "select path, position from reject where source_id = %s order by position"
    assert [("pull", 1), ("pull", 2), ("pull", 3)] == look(database_url, question, source)


@pytest.mark.parametrize(
    "following", ["http://other.example/", "https://127.0.0.1/", "//127.0.0.2:{port}/", "?p=0", "//[", "//[::1"]
)
def test_a_next_page_elsewhere_or_in_a_circle_is_not_followed(
    open_platform: Platform, register: Register, following: str
) -> None:
    link = following.format(port=register.server.server_port)
    register.answer = lambda *_: (200, {"Link": f'<{link}>; rel="next"'}, b"[]")
    source = added(open_platform, register.url, paging={"kind": "link"})

    assert "odd-answer" == run(open_platform, source).failure
    assert len(register.asked) <= 2


def test_a_pull_from_a_private_network_does_not_even_connect(platform: Platform, register: Register) -> None:
    source = added(platform, register.url.replace("http:", "https:"))

    pulled = run(platform, source)

    assert "private-address" == pulled.failure
    assert "CDP_ALLOW_PRIVATE_ADDRESSES" in str(pulled.why)
    assert [] == register.asked


def test_what_is_due_runs_once_and_a_failure_harms_no_other(open_platform: Platform, register: Register) -> None:
    register.answer = lambda path, _: (200, {}, json.dumps(homes(1)).encode()) if path == "/good" else (500, {}, b"")
    good, bad = added(open_platform, register.url + "/good"), added(open_platform, register.url + "/bad")

    at = clock.now() + timedelta(seconds=1)
    while pull.run_next(open_platform, at):
        pass

    assert (["/bad"], ["/good"]) == tuple(
        [path for path, _ in register.asked if path == wanted] for wanted in ("/bad", "/good")
    )
    assert (None, "register-busy") == (facts(open_platform, good).failure, facts(open_platform, bad).failure)
    assert at + timedelta(hours=1) == facts(open_platform, good).next_at


@pytest.mark.parametrize(
    "change",
    [
        {"every": 1},
        {"url": ""},
        {"paging": {"kind": "other"}},
        {"more": 1},
        {"secret": {"environment": "lower"}},
        {"mapping": {"subject": {}}},
    ],
)
def test_settings_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PullInvalid):
        pull_settings.parse({"url": "https://example.org", "every": 60, "mapping": MAPPING} | change)


def test_a_missing_secret_is_a_failure(open_platform: Platform, register: Register) -> None:
    source = added(open_platform, register.url, secret={"environment": "CDP_TEST_NOT_SET"})

    pulled = run(open_platform, source)

    assert ("bad-pull", "the environment lacks CDP_TEST_NOT_SET") == (pulled.failure, pulled.why)
    assert [] == register.asked


def test_a_pull_has_a_name_of_its_own_and_can_be_removed(open_platform: Platform, register: Register) -> None:
    source = added(open_platform, register.url)
    scope = Scope(Principal.SOURCE, source)

    with pytest.raises(PullExists), open_platform.database.scoped(scope) as session:
        pull.add(session, source, "labels", {}, at=clock.now())
    with open_platform.database.scoped(scope) as session:
        pull.remove(session, source, "labels")

    with pytest.raises(PullUnknown):
        run(open_platform, source)
