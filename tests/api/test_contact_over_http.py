"""The table of contact, asked over HTTP: the same cases as in Python."""

import pytest
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests.api.approaching import ONCE, PURPOSES, Sender, arrange, moment
from tests.spec.contacts import CASES, Case


@pytest.fixture(scope="module")
def sender(api: TestClient, platform: Platform) -> Sender:
    return Sender.new(api, platform)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_table_of_contact_holds_over_http(case: Case, sender: Sender, database_url: str) -> None:
    person = arrange(case, sender, database_url)
    asked = {
        "purpose": PURPOSES[case.topic],
        "topic": case.topic,
        "channels": list(case.offered),
        "sender": case.sender,
        "urgency": "urgent" if case.urgent else "usual",
        **(ONCE if case.done else {"at": moment(case.at)}),
    }

    told = sender.ask(person.customer_id, **asked).json()

    assert told["allowed"] is bool(case.channels)
    assert case.expected == told["reason"]
    assert list(case.channels) == told["channels"]
    start = case.at if case.channels else case.not_before
    assert told["not_before"] == (None if start is None else moment(start))
    assert list(case.must_say) == [each["code"] for each in told["must_say"]]
    assert (told["salutation"] is None) is not bool(case.channels)
    if case.permission != "erased":
        lines = sender.api.get("/v1/me/accesses", headers=person.headers).json()["accesses"]
        assert _logged(case) == next((each["outcome"], each["reason"]) for each in lines if each["path"] == "contact")


def _logged(case: Case) -> tuple[str, str]:
    """Return what the customer reads in their log: the answer's reason, or why the permission is shut."""
    if case.permission in {"granted", "attested"}:
        return "released" if case.channels else "refused", case.expected
    return "refused", case.expected if case.channels else case.permission
