"""What is too large or too odd is refused at the edge: a problem document, no echo, never a 5xx."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from api import limits, paths
from cdp.ingest.items import LARGEST_BATCH_BYTES, RECORDS_BYTES

JSON = {"Content-Type": "application/json"}
FORM = "application/x-www-form-urlencoded"
CANARY = "canary@example.org"
LARGEST = 1024 * 1024


@pytest.mark.parametrize(
    ("hosts", "status"), [(["localhost"], 200), (["localhost", "localhost"], 400), (["a", "b"], 400)]
)
def test_a_request_is_for_one_host(api: TestClient, hosts: list[str], status: int) -> None:
    """RFC 9112 §3.2: whom it is for, a proxy and we would read differently."""
    answer = api.get("/healthz", headers=[("Host", each) for each in hosts])

    assert status == answer.status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b" ", 400),
        (b"{", 400),
        (b'{"email": "canary@example.org"', 400),
        (b'{"email": "canary@example.org"}}', 400),
        (b"nothing canary@example.org", 400),
        (b'{"email": "canary@example.org\\u0000"}', 400),
        (b'{"email": "canary@example.org\\ud800"}', 400),
        (b'{"canary@example.org\\u0000": 1}', 400),
        (b'{"email": 1e999}', 400),
        (b'{"email": NaN}', 400),
        (b'{"email": -Infinity}', 400),
        (b'{"email": ' + b"9" * 5_000 + b"}", 400),
        (b'{"email": "canary@example.org \xff"}', 400),
        ('{"email": "canary@example.org"}'.encode("utf-16"), 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (json.dumps({f"{number}": CANARY for number in range(10_000)}).encode(), 400),
        (b'"canary@example.org"', 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"email": {"canary@example.org": 1}}', 422),
        (b'{"email": "canary@example.org", "canary@example.org": 1}', 422),
        (b'{"email": "' + b"canary@example.org" * 50_000 + b'"}', 422),
        (b'{"email": "' + b"canary@example.org" * 100_000 + b'"}', 413),
    ],
    ids=range(25),
)
def test_an_odd_body_is_a_problem_document_without_an_echo(api: TestClient, body: bytes, status: int) -> None:
    answer = api.post("/v1/login", content=body, headers=JSON)

    assert status == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert {"type", "title", "status", "code", "detail", "field", "request_id"} == answer.json().keys()
    assert "canary" not in answer.text
    assert "canary" not in str(answer.headers)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x", "é"]
)
def test_another_content_type_is_told_what_to_send(api: TestClient, content_type: str) -> None:
    answer = api.post(
        "/v1/login", content=b'{"email": "canary@example.org"}', headers={"Content-Type": content_type.encode()}
    )

    assert (415, "unsupported-content") == (answer.status_code, answer.json()["code"])
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/login", LARGEST),
        (paths.RECORDS, RECORDS_BYTES),
        ("/v1/batch", LARGEST_BATCH_BYTES),
        ("/oauth/token", LARGEST),
    ],
)
async def test_a_stated_length_that_is_too_large_is_refused_unread(api: TestClient, path: str, most: int) -> None:
    answer = await _ask(api.app, path, [b"x"], {"content-length": str(most + 1)})

    assert (413, 0) == (answer.status, answer.parts_read)


@pytest.mark.parametrize("path", sorted(paths.OAUTH))
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"content": b"x" * (LARGEST + 1), "headers": {"Content-Type": FORM}}, 413),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": {"grant_type": "x"}, "headers": {f"x-{each}": "x" for each in range(limits.MOST_HEADERS + 1)}}, 431),
        ({"data": {f"f{each}": "x" for each in range(21)}}, 400),
    ],
    ids=["large", "unreadable", "headers", "fields"],
)
def test_an_oauth_endpoint_refuses_in_the_words_of_oauth(
    api: TestClient, path: str, asked: dict[str, Any], status: int
) -> None:
    refused = api.post(path, **asked)

    assert (status, "application/json") == (refused.status_code, refused.headers["Content-Type"])
    assert {"error", "error_description"} == refused.json().keys()
    assert "invalid_request" == refused.json()["error"]


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par/"])
def test_another_method_or_spelling_is_refused_in_the_words_of_oauth(api: TestClient, path: str) -> None:
    refused = api.put(path)

    assert refused.status_code in {404, 405}
    assert "invalid_request" == refused.json()["error"]


@pytest.mark.parametrize("length", ["-1", "x", "1 1", "+5", "9" * 5_000, "1e9", "\u0661"])
async def test_a_length_that_is_no_number_is_refused(api: TestClient, length: str) -> None:
    answer = await _ask(api.app, "/v1/login", [b"{}"], {"content-length": length})

    assert answer.status in {400, 413}
    assert 0 == answer.parts_read


@pytest.mark.parametrize(
    ("path", "content_type"), [("/v1/login", "application/json"), ("/oauth/token", "application/x-www-form-urlencoded")]
)
async def test_chunks_are_read_up_to_the_limit_and_no_further(api: TestClient, path: str, content_type: str) -> None:
    answer = await _ask(api.app, path, [b"x" * 65_536] * 1_000, {"content-type": content_type})

    assert 413 == answer.status
    assert LARGEST // 65_536 + 1 == answer.parts_read


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-long": "x" * limits.LONGEST_HEADERS}, 431),
        ({f"x-{number}": "x" for number in range(limits.MOST_HEADERS + 1)}, 431),
    ],
    ids=["long", "many"],
)
def test_too_many_headers_are_refused(api: TestClient, headers: dict[str, str], status: int) -> None:
    assert status == api.get("/healthz", headers=headers).status_code


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/healthz?" + "x" * limits.LONGEST_TARGET, 414),
        ("/" + "x" * limits.LONGEST_TARGET, 414),
        ("/v1/changes?after=%00", 400),
        ("/v1/me/grants/%00", 400),
        ("/v1/me/grants/%ff%fe", 401),
        ("/v1/changes?after=%ff", 401),
        ("/v1/nothing/canary@example.org", 404),
        ("/v1//login", 404),
        ("/v1/login/", 404),
        ("/%2e%2e/%2e%2e/etc/passwd", 404),
    ],
)
def test_an_odd_address_is_a_problem_document(api: TestClient, target: str, status: int) -> None:
    answer = api.get(target)

    assert status == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert "canary" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "canary"])
def test_an_odd_method_is_a_problem_document(api: TestClient, method: str) -> None:
    answer = api.request(method, "/v1/login")

    assert (405, "method-not-allowed") == (answer.status_code, answer.json()["code"])


def test_the_segment_wire_speaks_of_errors_in_its_own_way(api: TestClient) -> None:
    answer = api.post("/v1/batch", content=b"x", headers={"Content-Length": str(LARGEST_BATCH_BYTES + 1)})

    assert 413 == answer.status_code
    assert {"code", "message"} == answer.json().keys()


@pytest.mark.parametrize(
    ("path", "referrer"),
    [
        ("/healthz", "no-referrer"),
        ("/v1/nothing", "no-referrer"),
        ("/login/x", "same-origin"),
        ("/v1/me/grants", "no-referrer"),
    ],
)
def test_every_answer_is_safe_for_browsers_and_caches(api: TestClient, path: str, referrer: str) -> None:
    headers = api.get(path).headers

    assert ("nosniff", "no-store", referrer) == (
        headers["x-content-type-options"],
        headers["cache-control"],
        headers["referrer-policy"],
    )
    assert "default-src 'none'" in headers["content-security-policy"]


class _Answer:
    """What came back from a bare ASGI call, and how much of the body was asked for."""

    def __init__(self) -> None:
        self.status = 0
        self.parts_read = 0


async def _ask(app: ASGIApp, path: str, parts: Iterable[bytes], headers: dict[str, str]) -> _Answer:
    """Call `app` as a server does that gets the body in `parts`."""
    answer, waiting = _Answer(), iter(parts)

    async def receive() -> Message:
        answer.parts_read += 1
        part = next(waiting, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1),
        "server": ("localhost", 80),
    }
    await app(scope, receive, send)
    return answer
