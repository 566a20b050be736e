"""The description of the door is the committed one, and says what every operation answers when it cannot."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api import openapi
from api.app import described

METHODS = {"get", "put", "post", "delete", "patch"}
OPEN = {
    "ask_login",
    "authzen_metadata",
    "consume_login",
    "health",
    "list_senders",
    "message_keys",
    "log_checkpoint",
    "log_tile",
    "log_vkey",
    "metrics",
    "oauth_keys",
    "oauth_metadata",
    "openid_configuration",
    "readiness",
    "show_catalog",
    "signals_metadata",
}
"""Operations that need nobody; a new one is a decision, so it is added here on purpose."""

DOCUMENT = described().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_committed_documents_are_the_present_ones() -> None:
    present = openapi.texts_of(described())
    committed = {path.name: path.read_text(encoding="utf-8") for path in openapi.FOLDER.glob("*.json")}

    assert present.keys() == committed.keys()
    assert [] == [name for name, text in present.items() if text != committed[name]], "run: python -m api.openapi"


def test_the_running_door_serves_the_same_document(api: TestClient) -> None:
    assert DOCUMENT == api.get("/openapi/v1.json").json()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does_and_how_it_fails(name: str) -> None:
    operation = OPERATIONS[name]

    assert operation["summary"]
    assert operation["description"]
    assert operation["operationId"].replace("_", "").isalnum()
    assert "default" in operation["responses"]
    assert "HTTPValidationError" not in str(operation)
    assert {"application/problem+json", "application/json"} & operation["responses"]["default"]["content"].keys()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_needs_somebody_unless_it_is_meant_not_to(operation: dict[str, Any]) -> None:
    assert (operation["operationId"] not in OPEN) == bool(operation.get("security"))


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(names) == len(set(names))


def test_every_scheme_that_is_named_is_described() -> None:
    choices = [choice for operation in OPERATIONS.values() for choice in operation.get("security", [])]
    named = {scheme for choice in choices for scheme in choice}

    assert named <= DOCUMENT["components"]["securitySchemes"].keys()
