"""Reading the audit by the API."""

from typing import Any

from starlette.testclient import TestClient

from tests.api.conftest import Headers


def listed(api: TestClient, what: str, headers: Headers, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(f"/v1/audit/{what}", params=query, headers=headers)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()[what]
    return found
