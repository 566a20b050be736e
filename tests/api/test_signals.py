"""Streams of Shared Signals and webhooks, as an organization's program manages and polls them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from cdp import clock
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import polling, streams
from cdp.tables import Organization
from tests import make
from tests.cdp.signals import receiving

POLL = {"method": "urn:ietf:rfc:8936"}


def asking(platform: Platform, reader: Organization) -> dict[str, str]:
    return make.service(platform, reader, "signals:manage")


def streamed(api: TestClient, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = api.post("/ssf/streams", json={"delivery": POLL, **more}, headers=headers)
    assert 201 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def polled(api: TestClient, headers: dict[str, str], stream: dict[str, Any], **asked: Any) -> dict[str, Any]:
    asked = {"returnImmediately": True, **asked}
    answer = api.post(f"/ssf/poll/{stream['stream_id']}", json=asked, headers=headers)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_configuration_says_where_everything_is(api: TestClient, platform: Platform) -> None:
    said = api.get("/.well-known/ssf-configuration").json()

    assert platform.settings.base_url == said["issuer"]
    assert ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"] == said["delivery_methods_supported"]
    for name, path in (("configuration", "streams"), ("status", "status"), ("verification", "verify")):
        assert said[f"{name}_endpoint"].endswith(f"/ssf/{path}")


def test_who_polls_gets_the_oldest_of_each_customer_until_it_is_acknowledged(
    api: TestClient, platform: Platform
) -> None:
    reader = make.organization(platform)
    headers = asking(platform, reader)
    stream = streamed(api, headers)
    for _ in range(2):
        giver = make.person(platform)
        make.grant(platform, giver, reader)
        make.revoke(platform, giver, reader)

    first = polled(api, headers, stream, maxEvents=1, returnImmediately=True)
    assert (1, True) == (len(first["sets"]), first["moreAvailable"])
    both = polled(api, headers, stream)
    assert first["sets"].keys() < both["sets"].keys()
    assert ["grant-given"] * 2 == receiving.names(platform, [({}, each.encode()) for each in both["sets"].values()])
    (bad, good) = sorted(both["sets"])
    then = polled(api, headers, stream, ack=[good], setErrs={bad: {"err": "invalid_key", "description": "x"}})
    assert ["grant-revoked"] == receiving.names(platform, [({}, each.encode()) for each in then["sets"].values()])
    assert {"invalid_key"} == {each["failure"] for each in receiving.standings(platform, reader) if each["failure"]}
    assert {} == polled(api, headers, stream, maxEvents=0, ack=list(then["sets"]))["sets"]
    assert {"sets": {}, "moreAvailable": False} == polled(api, headers, stream)


def test_a_stream_that_wants_only_the_words_of_others_gets_claims_change(api: TestClient, platform: Platform) -> None:
    reader, caep = (
        make.organization(platform),
        "https://schemas.openid.net/secevent/caep/event-type/token-claims-change",
    )
    headers = asking(platform, reader)
    stream = streamed(api, headers, events_requested=[caep, "https://unknown.example/event"])
    make.grant(platform, make.person(platform), reader)

    (body,) = polled(api, headers, stream)["sets"].values()
    assert [caep] == stream["events_delivered"] == list(receiving.claims(platform, body.encode())["events"])


def test_a_stream_is_paused_verified_replaced_and_removed(api: TestClient, platform: Platform) -> None:
    headers = asking(platform, make.organization(platform))
    stream = streamed(api, headers)
    one = {"stream_id": stream["stream_id"]}

    paused = api.post("/ssf/status", json=one | {"status": "paused", "reason": "later"}, headers=headers).json()
    assert one | {"status": "paused", "reason": "later"} == paused
    assert paused == api.get("/ssf/status", params=one, headers=headers).json()
    api.post("/ssf/status", json=one | {"status": "enabled"}, headers=headers)
    assert 204 == api.post("/ssf/verify", json=one | {"state": "echo"}, headers=headers).status_code
    assert 429 == api.post("/ssf/verify", json=one, headers=headers).status_code
    ((jti, body),) = polled(api, headers, stream)["sets"].items()
    assert [{"state": "echo"}] == list(receiving.claims(platform, body.encode())["events"].values())
    polled(api, headers, stream, ack=[jti])
    assert "new" == api.put("/ssf/streams", json={**one, "description": "new"}, headers=headers).json()["description"]
    assert [stream["stream_id"]] == [each["stream_id"] for each in api.get("/ssf/streams", headers=headers).json()]
    assert 204 == api.delete("/ssf/streams", params=one, headers=headers).status_code
    assert 404 == api.get("/ssf/streams", params=one, headers=headers).status_code


def test_no_stream_is_anothers_to_see_or_change(api: TestClient, platform: Platform) -> None:
    mine, other = (asking(platform, make.organization(platform)) for _ in range(2))
    one = {"stream_id": streamed(api, mine)["stream_id"]}

    assert 404 == api.get("/ssf/streams", params=one, headers=other).status_code
    assert 404 == api.delete("/ssf/streams", params=one, headers=other).status_code
    assert 404 == api.post(f"/ssf/poll/{one['stream_id']}", json={}, headers=other).status_code
    assert 404 == api.post("/ssf/status", json=one | {"status": "paused"}, headers=other).status_code
    assert 404 == api.post(f"/v1/webhooks/{one['stream_id']}/secret", headers=mine).status_code
    assert [] == api.get("/ssf/streams", headers=other).json()


def test_without_the_scope_nothing_is_managed(api: TestClient, platform: Platform) -> None:
    headers = make.service(platform, make.organization(platform), "profiles:read")

    assert 403 == api.get("/ssf/streams", headers=headers).status_code
    assert 401 == api.get("/v1/webhooks").status_code


@pytest.mark.parametrize(
    "delivery",
    [
        {"method": "urn:ietf:rfc:8935"},
        {"method": "urn:ietf:rfc:8935", "endpoint_url": "http://receiver.example.org/"},
        {"method": "urn:ietf:rfc:8935", "endpoint_url": "https://user@receiver.example.org/"},
        {
            "method": "urn:ietf:rfc:8935",
            "endpoint_url": "https://receiver.example.org/",
            "authorization_header": "a\nb",
        },
        {"method": "https://example.org/other"},
    ],
)
def test_an_address_or_header_that_cannot_be_used_is_refused(
    api: TestClient, platform: Platform, delivery: dict[str, str]
) -> None:
    headers = asking(platform, make.organization(platform))

    assert 422 == api.post("/ssf/streams", json={"delivery": delivery}, headers=headers).status_code


def test_a_webhook_shows_its_secret_once(api: TestClient, platform: Platform) -> None:
    headers = asking(platform, make.organization(platform))
    wanted = {"url": "https://hook.example.org/", "events": ["grant-revoked", "erasure"]}
    made = api.post("/v1/webhooks", json=wanted, headers=headers).json()

    (seen,) = api.get("/v1/webhooks", headers=headers).json()["webhooks"]
    assert ("whsec_", True) == (made["secret"][:6], "secret" not in seen)
    assert {"grant-revoked", "erasure"} == set(seen["events"])
    path = f"/v1/webhooks/{made['webhook_id']}"
    assert made["secret"] != api.post(f"{path}/secret", headers=headers).json()["secret"]
    assert 202 == api.post(f"{path}/test", headers=headers).status_code
    assert 204 == api.delete(path, headers=headers).status_code
    assert 404 == api.delete(path, headers=headers).status_code
    assert 422 == api.post("/v1/webhooks", json=wanted | {"events": ["unknown"]}, headers=headers).status_code
    assert clock.now().isoformat() > seen["created_at"]


def patience(patch: pytest.MonkeyPatch, api: TestClient, *, seconds: float) -> None:
    """Let polls wait for so long, and look often."""
    waiting = api.app.state.long_polls  # type: ignore[attr-defined]  # Starlette types it as any ASGI application
    patch.setattr(waiting, "_seconds", seconds)
    patch.setattr(waiting, "_pause", 0.01)


def test_a_poll_waits_until_there_is_something_to_tell(api: TestClient, platform: Platform) -> None:
    reader = make.organization(platform)
    headers = asking(platform, reader)
    stream = streamed(api, headers)
    looked, real = threading.Event(), polling.poll

    def watched(*given: Any, **named: Any) -> Any:
        looked.set()
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as waiting:
        patch.setattr(polling, "poll", watched)
        patience(patch, api, seconds=300)
        told = waiting.submit(polled, api, headers, stream, returnImmediately=False)
        assert looked.wait(300)
        make.grant(platform, make.person(platform), reader)

        (body,) = told.result(300)["sets"].values()

    assert ["grant-given"] == receiving.names(platform, [({}, body.encode())])


@pytest.mark.parametrize("asked", [{}, {"returnImmediately": False}, {"returnImmediately": False, "maxEvents": 0}])
def test_a_poll_that_waited_in_vain_is_empty(api: TestClient, platform: Platform, asked: dict[str, Any]) -> None:
    headers = asking(platform, make.organization(platform))
    stream = streamed(api, headers)

    with pytest.MonkeyPatch.context() as patch:
        patience(patch, api, seconds=0.05)
        answer = api.post(f"/ssf/poll/{stream['stream_id']}", json=asked, headers=headers)

    assert {"sets": {}, "moreAvailable": False} == answer.json()


def test_a_poll_that_waits_ends_with_its_token(api: TestClient, platform: Platform) -> None:
    headers = asking(platform, make.organization(platform))
    stream, looked, real = streamed(api, headers), threading.Event(), polling.poll

    def watched(*given: Any, **named: Any) -> Any:
        looked.set()
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as waiting:
        patch.setattr(polling, "poll", watched)
        patience(patch, api, seconds=300)
        place = f"/ssf/poll/{stream['stream_id']}"
        answer = waiting.submit(api.post, place, json={}, headers=headers)
        assert looked.wait(300)
        with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            session.execute(text("update access_token set revoked_at = now() where revoked_at is null"))

        assert 401 == answer.result(300).status_code


WRONG_CHANGES: list[dict[str, Any]] = [
    {"url": "http://b.example.org/"},
    {"events": []},
    {"events": ["none"]},
    {"status": "off"},
    {"secret": ""},
]


def test_a_webhook_changes_piece_by_piece_and_keeps_its_secret(api: TestClient, platform: Platform) -> None:
    owner = make.organization(platform)
    headers, stranger = asking(platform, owner), asking(platform, make.organization(platform))
    made = api.post(
        "/v1/webhooks", json={"url": "https://a.example.org/", "description": "old"}, headers=headers
    ).json()
    place = f"/v1/webhooks/{made['webhook_id']}"

    moved = api.patch(place, json={"url": "https://b.example.org/"}, headers=headers).json()
    fewer = api.patch(place, json={"events": ["grant-revoked"], "description": "new"}, headers=headers).json()
    paused = api.patch(place, json={"status": "paused"}, headers=headers).json()
    again = api.patch(place, json={"status": "enabled"}, headers=headers).json()

    assert ("https://b.example.org/", made["events"], "old") == (moved["url"], moved["events"], moved["description"])
    assert ("https://b.example.org/", ["grant-revoked"], "new") == (fewer["url"], fewer["events"], fewer["description"])
    assert ("paused", "enabled", ["grant-revoked"]) == (paused["status"], again["status"], again["events"])
    with platform.database.scoped(Scope(Principal.SOURCE, owner.organization_id)) as session:
        kept = streams.kept(platform, streams.read(session, UUID(made["webhook_id"])))
    assert made["secret"] == kept.signing(at=clock.now())[0]
    assert 404 == api.patch(place, json={"status": "disabled"}, headers=stranger).status_code
    for wrong in WRONG_CHANGES:
        assert 422 == api.patch(place, json=wrong, headers=headers).status_code


def test_a_stream_of_shared_signals_is_no_webhook_to_change(api: TestClient, platform: Platform) -> None:
    headers = asking(platform, make.organization(platform))
    stream = streamed(api, headers)["stream_id"]

    assert 404 == api.patch(f"/v1/webhooks/{stream}", json={"description": "x"}, headers=headers).status_code


def test_a_stream_changes_piece_by_piece(api: TestClient, platform: Platform) -> None:
    headers = asking(platform, make.organization(platform))
    stream = streamed(api, headers, description="old")
    one, wanted = {"stream_id": stream["stream_id"]}, stream["events_supported"][:1]

    def patched(**change: Any) -> Any:
        return api.patch("/ssf/streams", json=one | change, headers=headers)

    said = patched(description="new").json()
    fewer = patched(events_requested=wanted).json()
    same = patched(delivery=POLL).json()
    push = patched(delivery={"method": "urn:ietf:rfc:8935", "endpoint_url": "https://push.example.org/"})

    assert ("new", stream["events_delivered"]) == (said["description"], said["events_delivered"])
    assert ("new", wanted) == (fewer["description"], fewer["events_delivered"])
    assert (fewer, 404) == (same, push.status_code)
    assert 404 == patched(stream_id="00000000-0000-7000-8000-000000000007").status_code


def test_the_header_of_a_push_stays_when_something_else_changes(platform: Platform, api: TestClient) -> None:
    reader = make.organization(platform)
    headers, push = (
        asking(platform, reader),
        {"method": "urn:ietf:rfc:8935", "endpoint_url": "https://push.example.org/"},
    )
    stream = streamed(api, headers, delivery=push | {"authorization_header": "Bearer known"})

    api.patch("/ssf/streams", json={"stream_id": stream["stream_id"], "description": "new"}, headers=headers)

    with platform.database.scoped(Scope(Principal.SOURCE, reader.organization_id)) as session:
        kept = streams.kept(platform, streams.read(session, UUID(stream["stream_id"])))
    assert "Bearer known" == kept.authorization
