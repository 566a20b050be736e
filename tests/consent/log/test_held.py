"""An auditor sees what was set aside, and lets it be told as late as that, and no later."""

from uuid import UUID

import pytest

from consent import acts, event_bodies, events, held, merkle
from consent.commitments import Opening
from consent.events import ActEvent, Change, PolicyEvent
from consent.verify import Trust
from tests.consent.log.workbench import CARE, SHOP, Log, Logs, minute, salt, verdict

LATE = "it is dated before an anchor that stands before it"


def say(log: Log, change: Change, subject: str, at: float) -> None:
    log.append(PolicyEvent(place=log.place(), change=change, subject=subject, at=minute(at)))


def hold(logs: Logs, at: float, subject: str = "consent:7") -> None:
    say(logs.consent, Change.FACT_HELD, subject, at)


def tell_late(logs: Logs, granted: float, at: float, subject: str = "consent:7") -> None:
    """Say that a grant was set aside, and append it."""
    event = granted_at(logs, granted)
    opening = Opening(salt(logs.consent.size + 1), event_bodies.to_body(event))
    hashed = merkle.leaf_hash(opening.leaf(events.kind_of(event)))
    say(logs.consent, Change.FACT_TOLD, f"{subject}:{hashed.hex()}", at)
    assert hashed == logs.consent.append(event)


def granted_at(logs: Logs, at: float) -> ActEvent:
    grant = acts.Grant(
        recipient=SHOP, purpose=CARE, at=minute(at), categories=frozenset({"contact"}), expires_at=minute(60 * 24)
    )
    return ActEvent(place=logs.consent.place("dora", SHOP), act=grant, by="customer", act_id=UUID(int=7))


def failures(logs: Logs) -> list[str]:
    return [each.message for each in verdict(logs.bundle(), Trust()).failures]


def test_what_is_set_aside_is_counted_and_said() -> None:
    logs = Logs()
    hold(logs, 1)
    logs.anchor(2)

    found = verdict(logs.bundle(), Trust())

    assert found.holds
    assert (1, 0) == (found.checked["held_aside"], found.checked["told_late"])
    assert "1 facts are set aside: they happened, and no log tells of them yet" in found.cautions


def test_a_fact_that_was_set_aside_in_time_is_told_late() -> None:
    logs = Logs()
    hold(logs, 1)
    logs.anchor(30)
    tell_late(logs, granted=0.5, at=31)

    found = verdict(logs.bundle(), Trust())

    assert found.holds
    assert (0, 1) == (found.checked["held_aside"], found.checked["told_late"])
    assert "1 facts had been set aside and were told later than they happened" in found.cautions


def test_a_fact_that_nobody_set_aside_is_not_told_late() -> None:
    logs = Logs()
    hold(logs, 1)
    logs.anchor(30)
    logs.consent.append(granted_at(logs, 0.5))

    assert [LATE] == failures(logs)


def test_setting_something_aside_does_not_make_older_what_it_becomes() -> None:
    logs = Logs()
    logs.anchor(20)
    hold(logs, 21)
    logs.anchor(40)
    tell_late(logs, granted=1, at=41)

    assert [LATE] == failures(logs)


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (Change.FACT_TOLD, f"consent:8:{'0' * 64}"),
        (Change.FACT_TOLD, f"access:7:{'0' * 64}"),
        (Change.FACT_TOLD, "consent:7"),
        (Change.FACT_TOLD, f"consent:7:{'0' * 63}"),
        (Change.FACT_HELD, "consent:7"),
        (Change.FACT_HELD, "consent:0"),
        (Change.FACT_HELD, "other:9"),
        (Change.FACT_HELD, "consent:9:9"),
    ],
)
def test_nothing_else_can_be_said_of_it(change: Change, subject: str) -> None:
    logs = Logs()
    hold(logs, 1)
    say(logs.consent, change, subject, 2)

    assert 1 == len(failures(logs))


def test_the_words_are_these() -> None:
    assert "access:12" == held.held_subject("access", 12)
    assert f"access:12:{'ab' * 32}" == held.told_subject("access", 12, b"\xab" * 32)
