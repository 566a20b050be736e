"""Every reading stands in the log of the customer, their own too: nobody who holds their session reads unseen."""

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make


@pytest.mark.parametrize(
    ("address", "path", "categories"),
    [
        ("/v1/me/messages", "messages", ["conversations"]),
        ("/v1/me/replies", "messages", ["conversations"]),
        ("/v1/me/surveys", "surveys", ["conversations"]),
        ("/v1/me/offers", "offers", []),
        ("/v1/me/firings", "firings", []),
        ("/v1/me/preferences", "preferences", ["contact"]),
    ],
)
def test_what_somebody_reads_of_their_own_stands_in_their_log(
    platform: Platform, api: TestClient, address: str, path: str, categories: list[str]
) -> None:
    person = make.person(platform)

    read = api.get(address, headers=person.headers)

    assert 200 == read.status_code, read.text
    lines = api.get("/v1/me/accesses?own=true", headers=person.headers).json()["accesses"]
    assert [(path, categories)] == [(each["path"], each["released"]) for each in lines]
