"""What a document says needs somebody is refused to nobody, and to a credential that we never gave."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import audiences
from api.app import described

ID = "0195f0c2-7d1a-7c3e-9f10-3f1d5b7a9c01"
WHOLE = described().openapi()
CALLS = {
    (audience, method, path): operation
    for audience in audiences.AUDIENCES
    for path, methods in audiences.document_for(audience, WHOLE)["paths"].items()
    for method, operation in methods.items()
    if operation["security"] and {} not in operation["security"]
}


@pytest.mark.parametrize(
    "credential", [{}, {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}], ids=["none", "made-up"]
)
@pytest.mark.parametrize(("audience", "method", "path"), CALLS)
def test_what_needs_somebody_is_refused_to_nobody(
    api: TestClient, audience: str, method: str, path: str, credential: dict[str, str]
) -> None:
    content: dict[str, Any] = CALLS[audience, method, path].get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("example")

    answer = api.request(method, re.sub(r"\{\w+\}", ID, path), json=body, headers=credential)

    assert 401 == answer.status_code, answer.text
