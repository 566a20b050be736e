"""Leaving and taking along over HTTP: only after a fresh login, only oneself, and for good."""

import io
import json
import zipfile
from datetime import timedelta

from starlette.testclient import TestClient

from cdp import clock
from cdp.platform import Platform
from tests import make

LONG_AGO = timedelta(minutes=20)


def test_leaving_and_taking_along_need_a_fresh_login(api: TestClient, platform: Platform) -> None:
    person = make.person(platform, proven_at=clock.now() - LONG_AGO)

    tried = [api.delete("/v1/me", headers=person.headers), api.get("/v1/me/export", headers=person.headers)]

    assert [(403, "fresh-login-needed")] * 2 == [(each.status_code, each.json()["code"]) for each in tried]
    assert 200 == api.get("/v1/me", headers=person.headers).status_code


def test_who_has_left_is_not_known_any_more(api: TestClient, platform: Platform) -> None:
    person = make.person(platform)

    gone = api.delete("/v1/me", headers=person.headers)
    after = [api.get(f"/v1/me{path}", headers=person.headers) for path in ("", "/records", "/accesses", "/export")]

    assert (200, {"erasure_id", "at", "subjects"}) == (gone.status_code, set(gone.json()))
    assert [401] * 4 == [each.status_code for each in after]
    assert 401 == api.delete("/v1/me", headers=person.headers).status_code


def test_one_leaving_leaves_the_other(api: TestClient, platform: Platform) -> None:
    person, other = make.person(platform), make.person(platform)
    before = api.get("/v1/me/records", headers=other.headers).json()

    api.delete("/v1/me", headers=person.headers)

    assert before == api.get("/v1/me/records", headers=other.headers).json()
    assert before["records"]


def test_the_export_is_a_zip_that_nobody_keeps(api: TestClient, platform: Platform) -> None:
    address = make.email()
    person = make.person(platform, address=address)

    answer = api.get("/v1/me/export", headers=person.headers)

    assert (200, "application/zip", "no-store") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["cache-control"],
    )
    whole = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("dossier.json"))
    assert [address] == whole["customer"]["emails"]


def test_without_a_session_there_is_nothing(api: TestClient) -> None:
    paths = ["", "/records", "/interactions", "/evidence", "/sources", "/accesses", "/export"]

    assert {401} == {api.get(f"/v1/me{path}").status_code for path in paths}
    assert 401 == api.delete("/v1/me").status_code
