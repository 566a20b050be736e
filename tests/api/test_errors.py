"""Everything that goes wrong at the door is a problem document."""

import pytest
from starlette.testclient import TestClient

from api import validation


def test_an_unknown_path_is_a_problem_document(api: TestClient) -> None:
    response = api.get("/v1/nothing")

    assert 404 == response.status_code
    assert "application/problem+json" == response.headers["content-type"]
    assert "not-found" == response.json()["code"]


def test_a_wrong_method_is_a_problem_document(api: TestClient) -> None:
    response = api.post("/healthz")

    assert (405, "method-not-allowed") == (response.status_code, response.json()["code"])
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("location", "field"),
    [
        (("body", "email"), "/email"),
        (("body", "items", 3, "email"), "/items/3/email"),
        (("body", "properties", "canary@example.org"), "/properties"),
        (("body",), ""),
        (("query", "after"), "/after"),
        (("query", "canary"), None),
    ],
)
def test_a_field_is_named_by_our_own_names_only(location: tuple[str | int, ...], field: str | None) -> None:
    known = frozenset({"email", "items", "properties", "after"})
    error = {"type": "missing", "loc": location, "msg": "canary", "input": "canary"}

    flaw = validation.first([error], known=known, headers={"content-type": "application/json"})

    assert (422, field) == (flaw.status, flaw.field)
    assert "canary" not in repr(flaw)


@pytest.mark.parametrize(
    ("kind", "context", "sentence"),
    [
        ("string_too_long", {"max_length": 5}, "this is at most 5 characters long"),
        ("string_too_long", {}, "this is not what the field asks for"),
        ("union_tag_invalid", {"tag": "canary"}, "this is not what the field asks for"),
        ("enum", {"expected": "'nl' or 'en'"}, "this is one of 'nl' or 'en'"),
        ("date_from_datetime_parsing", {"error": "canary"}, "this is a date as YYYY-MM-DD"),
        (validation.NONE_SAID, {"names": "a, b"}, "at least one of these is needed: a, b"),
    ],
)
def test_a_rule_is_told_in_words_without_the_value(kind: str, context: dict[str, object], sentence: str) -> None:
    error = {"type": kind, "loc": ("body", "email"), "msg": "canary", "input": "canary", "ctx": context}

    assert sentence == validation.first([error], known=frozenset(), headers={}).detail
