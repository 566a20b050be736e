"""Everything that goes wrong at the door is a problem document."""

from starlette.testclient import TestClient


def test_an_unknown_path_is_a_problem_document(api: TestClient) -> None:
    response = api.get("/v1/nothing")

    assert 404 == response.status_code
    assert "application/problem+json" == response.headers["content-type"]
    assert "not-found" == response.json()["code"]


def test_a_wrong_method_is_a_problem_document(api: TestClient) -> None:
    response = api.post("/healthz")

    assert (405, "method-not-allowed") == (response.status_code, response.json()["code"])
    assert "GET" in response.headers["allow"]


def test_health_needs_nobody(api: TestClient) -> None:
    assert {"status": "ok"} == api.get("/healthz").json()
