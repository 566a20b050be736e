"""Links, wishes and statements in the log: what is one, and what is refused."""

from typing import Final

import pytest

from consent import canonical, event_bodies
from consent.canonical import Value
from consent.errors import Malformed
from tests.consent.log.workbench import SHOP


@pytest.mark.parametrize(
    "body",
    [
        {"organization": str(SHOP), "customer": "anna"},  # a source's auditor would see that somebody joined
        {},
    ],
)
@pytest.mark.parametrize(
    "event",
    [
        {"event": "link", "source": str(SHOP), "subject": "s", "by": "time"},
        {"event": "wish", "wish": str(SHOP), "set": {"language": "en"}, "clear": ["/first"]},
    ],
)
def test_links_and_wishes_stand_in_a_chain_of_their_customer_alone(
    event: dict[str, Value], body: dict[str, Value]
) -> None:
    rest: dict[str, Value] = {"at": "2025-03-01T10:00:00.000000Z", "seq": 1, **event}

    event_bodies.from_body(canonical.to_bytes({**rest, "customer": "anna"}))
    with pytest.raises(Malformed):
        event_bodies.from_body(canonical.to_bytes({**rest, **body}))


WISH: Final[dict[str, Value]] = {
    "at": "2025-03-01T10:00:00.000000Z",
    "seq": 1,
    "customer": "anna",
    "event": "wish",
    "wish": str(SHOP),
    "set": {"language": "en"},
    "clear": ["/first", "/never"],
}


@pytest.mark.parametrize(
    "changed",
    [
        {"set": {"mood": "good"}},
        {"set": {"channels": {"a b": []}}},
        {"set": {"language": "x" * 65}},
        {"set": {"hours": {"quiet": [{"days": [[[[1]]]]}]}}},
        {"set": {}, "clear": []},
        {"clear": ["/never", "/first"]},
        {"clear": ["/first", "/first"]},
        {"clear": ["first"]},
        {"clear": ["/mood"]},
        {"clear": [1]},
        {"clear": "/first"},
        {"set": []},
        {"wish": "anna"},
        {"more": 1},
    ],
)
def test_a_wish_that_is_none_is_malformed(changed: dict[str, Value]) -> None:
    event_bodies.from_body(canonical.to_bytes(WISH))

    with pytest.raises(Malformed):
        event_bodies.from_body(canonical.to_bytes({**WISH, **changed}))


def test_a_statement_is_an_organizations() -> None:
    body: dict[str, Value] = {
        "at": "2025-03-01T10:00:00.000000Z",
        "seq": 1,
        "event": "message",
        "fact": str(SHOP),
        "digest": "0" * 64,
    }

    event_bodies.from_body(canonical.to_bytes({**body, "organization": str(SHOP)}))
    with pytest.raises(Malformed):
        event_bodies.from_body(canonical.to_bytes(body))
