"""Whatever is sent to whichever operation takes a body: never a 5xx, a clear answer, and nothing of it repeated."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from httpx import Response
from starlette.testclient import TestClient

from api import paths
from api.app import described
from cdp import clock
from cdp.logins import login
from cdp.platform import Platform
from tests import make
from tests.attack import operations
from tests.attack.canaries import heard
from tests.attack.walk import Intruder, World

OPERATIONS: Final = {
    operation["operationId"]: (method, path, operation)
    for path, methods in described().openapi()["paths"].items()
    for method, operation in methods.items()
}
TAKING: Final = sorted(
    name for name, (method, _, _) in OPERATIONS.items() if method in {"post", "put", "patch"} and name != "erase_me"
)
MARK: Final = "hostilemark7c1f"
"""Stands in everything that is sent, and must stand in no answer."""
_MARK: Final = f'"{MARK}"'.encode()
BODIES: Final[Mapping[str, bytes]] = {
    "empty": b"",
    "cut off": b'{"a": [' + _MARK,
    "not json": b"<xml>" + MARK.encode(),
    "a number": b"7",
    "a text": _MARK,
    "null": b"null",
    "a list": b"[" + _MARK + b"]",
    "unknown fields": b'{"' + MARK.encode() + b'": 1}',
    "nul": b'{"email": "' + MARK.encode() + b'\\u0000@example.org", "userId": "a\\u0000b"}',
    "lone surrogate": b'{"email": "' + MARK.encode() + b'\\ud800", "userId": "\\udfff"}',
    "infinite": b'{"days": 1e999, "value": -1e999, "a": ' + _MARK + b"}",
    "not a number": b'{"days": NaN, "a": ' + _MARK + b"}",
    "deep list": b"[" * 100_000 + _MARK + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + _MARK + b"}" * 100_000,
    "utf-16": json.dumps({"a": MARK}).encode("utf-16"),
    "latin-1": b'{"email": "\xe9' + MARK.encode() + b'"}',
    "overlong utf-8": b'{"a": "\xc0\xaf' + MARK.encode() + b'"}',
    "ten thousand fields": json.dumps({f"{MARK}{n}": n for n in range(10_000)}).encode(),
    "a megabyte identifier": json.dumps({"email": MARK * 70_000, "userId": MARK * 70_000}).encode(),
    "a repeated field": b'{"purpose": "advice", "purpose": ' + _MARK + b"}",
    "absurd times": json.dumps({"expires_at": "99999-99-99T99:99:99Z", "timestamp": "-1", "a": MARK}).encode(),
    "large numbers": b'{"days": ' + b"9" * 5_000 + b', "a": ' + _MARK + b"}",
    "a null byte": b"\x00" * 100 + MARK.encode(),
    "too large": b'"' + MARK.encode() * 600_000 + b'"',
}
ENCODED: Final = {
    "gzip bomb": ("gzip", gzip.compress(b" " * 100_000_000)),
    "gzip twice": ("gzip", gzip.compress(gzip.compress(_MARK))),
    "gzip cut off": ("gzip", gzip.compress(_MARK * 1_000)[:-20]),
    "not gzip": ("gzip", _MARK),
    "deflate": ("deflate", zlib.compress(_MARK)),
    "unheard of": (MARK, _MARK),
}
HEADERS: Final[Mapping[str, list[tuple[str, str | bytes]]]] = {
    "two credentials": [("Authorization", f"Bearer {MARK}"), ("Authorization", "Bearer other")],
    "an overlong credential": [("Authorization", f"Bearer {MARK * 1_000}")],
    "a credential that is no text": [("Authorization", b"Bearer \xff\xfe" + MARK.encode())],
    "basic without base64": [("Authorization", f"Basic {MARK}")],
    "an empty credential": [("Authorization", "Bearer ")],
    "an unknown scheme": [("Authorization", f"{MARK} x")],
    "a wrong content type": [("Content-Type", f"text/{MARK}")],
    "an odd charset": [("Content-Type", f"application/json; charset={MARK}")],
    "a long request id": [("X-Request-ID", MARK * 100)],
    "an overlong header": [("X-Odd", MARK * 5_000)],
    "many headers": [(f"X-Odd-{number}", MARK) for number in range(200)],
    "a negative length": [("Content-Length", "-1")],
    "a length that is no number": [("Content-Length", MARK)],
    "an odd idempotency key": [("Idempotency-Key", MARK * 100)],
}
TARGETS: Final = (
    f"/v1/me/%2e%2e/%2e%2e/{MARK}",
    f"/v1/profiles/%00{MARK}?purpose=advice",
    f"/v1/profiles/..%2f..%2f{MARK}?purpose=advice",
    f"/v1/profiles/{MARK * 700}?purpose=advice",
    f"/v1/profiles/export?purpose=%00{MARK}",
    f"/v1/profiles/export?purpose=advice&category={MARK}%FF",
    f"/v1/me/records/{MARK}",
    f"//v1//me//{MARK}",
    f"/v1/me/records?after={MARK}&limit=1e999",
    f"/v1/changes?after={MARK}&limit=99999999999999999999",
)


@pytest.fixture(scope="module")
def world(platform: Platform, database_url: str) -> World:
    return World.plant(platform, database_url)


@pytest.fixture(scope="module")
def sender(world: World) -> Intruder:
    """Return a program with every scope, so that what it sends is read."""
    return world.intruder("sender", make.organization(world.platform))


def _headers(world: World, sender: Intruder, name: str) -> dict[str, str]:
    schemes = {scheme for choice in OPERATIONS[name][2].get("security", []) for scheme in choice}
    if "customer" in schemes:
        return dict(make.person(world.platform).headers)
    return dict(sender.write_key if "write_key" in schemes else sender.headers)


def _address(name: str, sender: Intruder) -> tuple[str, str]:
    method, path, _ = OPERATIONS[name]
    return method, path.format_map(operations.places(sender.target))


def _check(answer: Response, sent: str) -> None:
    said = heard(answer)
    assert answer.status_code < 500, f"{sent}: {answer.status_code}"
    assert MARK.encode() not in said, sent
    if (
        answer.content
        and answer.status_code >= 400
        and answer.headers.get("content-type", "").startswith("application/problem")
    ):
        assert {"type", "title", "status", "code", "detail", "field", "request_id"} == set(answer.json())
        assert (answer.json()["field"] or "/").startswith("/"), sent


@pytest.mark.parametrize("name", TAKING)
def test_no_body_brings_an_operation_down_or_is_repeated(
    api: TestClient, world: World, sender: Intruder, name: str
) -> None:
    method, address = _address(name, sender)
    own = _headers(world, sender, name)
    for sent, body in BODIES.items():
        _check(api.request(method, address, content=body, headers=own | {"Content-Type": "application/json"}), sent)
    for sent, (encoding, body) in ENCODED.items():
        headers = own | {"Content-Type": "application/json", "Content-Encoding": encoding}
        _check(api.request(method, address, content=body, headers=headers), sent)
    whole = own | {"Content-Type": "application/json"}
    _check(api.request(method, address, content=_too_long(address), headers=whole), "too long, and not said")


def _too_long(path: str) -> Iterator[bytes]:
    """Yield a body that says nothing of its length, and is longer than `path` takes; the client keeps all it sends."""
    yield b'{"a": "'
    yield b"x" * paths.largest_body(path)


@pytest.mark.parametrize("sent", HEADERS)
def test_no_header_brings_the_door_down_or_is_repeated(api: TestClient, sender: Intruder, sent: str) -> None:
    for name in ("lookup_profile", "segment_batch", "send_records", "read_me", "token"):
        method, address = _address(name, sender)
        given = [*(sender.headers.items() if "Authorization" not in dict(HEADERS[sent]) else ()), *HEADERS[sent]]
        _check(api.request(method, address, content=b"{}", headers=given), f"{sent} to {name}")


@pytest.mark.parametrize("target", TARGETS)
def test_no_address_brings_the_door_down_or_is_repeated(api: TestClient, sender: Intruder, target: str) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"):
        _check(api.request(method, target, headers=dict(sender.headers)), f"{method} {target[:40]}")


def test_a_login_link_works_once(api: TestClient, platform: Platform) -> None:
    link = login.ask(platform, email=make.email(), asker=make.name(), at=clock.now())
    assert link is not None

    first, again = (api.post("/v1/login/consume", json={"token": link.token}) for _ in range(2))

    assert (200, 401) == (first.status_code, again.status_code)


def test_an_idempotency_key_is_for_one_body(api: TestClient, sender: Intruder) -> None:
    headers = dict(sender.headers) | {"Idempotency-Key": make.name("key")}
    items = [
        {"items": [{"kind": "attributes", "type": "nickname", "value": each, "subject": {"user_id": "u"}}]}
        for each in ("a", MARK)
    ]

    first, again, other = (
        api.post("/v1/records", json=each, headers=headers) for each in (items[0], items[0], items[1])
    )

    assert (200, first.json()) == (again.status_code, again.json())
    assert other.status_code in {409, 422}
    _check(other, "another body")


def test_a_bad_item_harms_no_neighbour(api: TestClient, platform: Platform, sender: Intruder) -> None:
    good = {"kind": "attributes", "type": "nickname", "value": "x", "subject": {"user_id": make.name("user")}}
    bad: list[Any] = [None, 7, MARK, {"kind": MARK}, {**good, "value": MARK * 9_000}, {**good, "occurred_at": "99999"}]
    mixed = [each for one in bad for each in (one, {**good, "subject": {"user_id": make.name("user")}})]

    answer = api.post("/v1/records", json={"items": mixed}, headers=dict(sender.headers))

    _check(answer, "bad items")
    assert ["rejected", "stored"] * len(bad) == [each["outcome"] for each in answer.json()["results"]]
