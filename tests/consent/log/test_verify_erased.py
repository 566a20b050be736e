"""What the verifier says of events with somebody who cannot be seen any more."""

from consent import acts
from consent.permission import Permission
from tests.consent.log.workbench import CARE, SHOP, Logs, honest, minute, verdict


def merged_with_somebody_unseen(logs: Logs) -> None:
    other = Permission(categories=frozenset({"health"}), expires_at=minute(500))
    logs.act("cora", acts.Merge(recipient=SHOP, purpose=CARE, at=minute(20), other=other), other="nobody-knows")


def test_a_merge_with_somebody_who_was_erased_is_accepted_and_said() -> None:
    logs = honest()
    merged_with_somebody_unseen(logs)

    found = verdict(logs.bundle())

    assert found.holds
    assert 1 == found.checked["with_erased"]
    assert any("erased since" in each for each in found.cautions)


def test_a_merge_with_somebody_unseen_is_named_while_nobody_was_erased() -> None:
    logs = Logs()
    logs.grant("cora", 0)
    merged_with_somebody_unseen(logs)
    logs.anchor(30)

    assert [("consent", 1)] == [(each.log, each.index) for each in verdict(logs.bundle()).failures]
