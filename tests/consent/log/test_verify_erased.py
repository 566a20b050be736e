"""What the verifier says of events with somebody who cannot be seen any more."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from consent import acts
from consent.permission import Permission, apply
from consent.verify import Trust, verify_bundle
from tests.consent.log.workbench import CARE, SHOP, Logs, honest, minute, verdict


def merged_with_somebody_unseen(logs: Logs) -> bytes:
    other = Permission(categories=frozenset({"health"}), expires_at=minute(500))
    return logs.act("cora", acts.Merge(recipient=SHOP, purpose=CARE, at=minute(20), other=other), other="nobody-knows")


def cora_now() -> Permission:
    """Return what stands of her after that."""
    bert = Permission(categories=frozenset({"address"}), expires_at=minute(7) + timedelta(days=90), chosen_at=minute(7))
    health = Permission(categories=frozenset({"health"}), expires_at=minute(500))
    before = apply(Permission(), acts.Merge(recipient=SHOP, purpose=CARE, at=minute(9), other=bert))
    return apply(before, acts.Merge(recipient=SHOP, purpose=CARE, at=minute(20), other=health))


def test_a_merge_with_somebody_who_was_erased_is_accepted_and_said() -> None:
    logs = honest()
    merged_with_somebody_unseen(logs)

    found = verdict(logs.bundle())

    assert found.holds
    assert 1 == found.checked["with_erased"]
    assert any("erased since" in each for each in found.cautions)


def test_a_read_that_only_such_a_merge_opened_does_not_hold() -> None:
    logs = honest()
    merged = merged_with_somebody_unseen(logs)
    logs.read("cora", 21, merged, "address")
    logs.read("cora", 22, merged, "health")
    logs.anchor(23)

    found = verdict(logs.bundle())

    assert [("access", logs.access.size - 1)] == [(each.log, each.index) for each in found.failures]
    assert "cannot be seen any more" in found.failures[0].message


def test_an_auditor_may_accept_what_an_erasure_took_away() -> None:
    logs = honest()
    merged = merged_with_somebody_unseen(logs)
    logs.read("cora", 21, merged, "health")
    logs.anchor(22)

    found = verify_bundle(BytesIO(logs.bundle()), Trust(accepts_erased=True))

    assert [] == found.failures
    assert 1 == found.checked["on_erased"]
    assert any("1 reads rest on a merge" in each for each in found.cautions)


@pytest.mark.parametrize(
    ("opens", "holds"),
    [
        (acts.Grant, {"health": True, "address": True}),
        (acts.Extend, {"health": True, "address": True}),
        (acts.Narrow, {"health": False, "address": True}),
    ],
)
def test_what_the_customer_allows_again_rests_on_that(opens: Any, holds: dict[str, bool]) -> None:
    for category, expected in holds.items():
        logs = honest()
        merged_with_somebody_unseen(logs)
        extent = frozenset({"address", "health"})
        until = minute(400) if opens is acts.Narrow else minute(500)
        again = opens(recipient=SHOP, purpose=CARE, at=minute(21), categories=extent, expires_at=until)
        logs.read("cora", 22, logs.act("cora", again), category)
        logs.anchor(23)

        assert expected == verdict(logs.bundle()).holds, category


def test_what_rests_on_somebody_unseen_is_carried_on_by_the_next_merge() -> None:
    logs = honest()
    merged_with_somebody_unseen(logs)
    had = replace(cora_now(), latest_at=None)
    onward = logs.act("eva", acts.Merge(recipient=SHOP, purpose=CARE, at=minute(21), other=had), other="cora")
    logs.read("eva", 22, onward, "address")
    logs.read("eva", 23, onward, "health")
    logs.anchor(24)

    assert [logs.access.size - 1] == [each.index for each in verdict(logs.bundle()).failures]


def test_a_split_from_somebody_unseen_opens_nothing_and_holds() -> None:
    logs = honest()
    other = Permission(stopped_categories=frozenset({"products"}), chosen_at=minute(20))
    split = logs.act("cora", acts.Split(recipient=SHOP, purpose=CARE, at=minute(20), other=other), other="nobody-knows")
    logs.read("cora", 21, split, "address")
    logs.anchor(22)

    found = verdict(logs.bundle())

    assert [] == found.failures
    assert 1 == found.checked["with_erased"]


def test_a_merge_with_somebody_unseen_is_named_while_nobody_was_erased() -> None:
    logs = Logs()
    logs.grant("cora", 0)
    merged_with_somebody_unseen(logs)
    logs.anchor(30)

    assert [("consent", 1)] == [(each.log, each.index) for each in verdict(logs.bundle()).failures]
