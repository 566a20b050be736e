"""A change of the witnesses that are asked is an event of the consent log, told once."""

from dataclasses import replace
from hashlib import sha256

import pytest

from cdp.log import sequencer, store
from cdp.platform import Platform
from cdp.witness_setting import WitnessSetting
from consent import event_bodies
from consent.events import Change, PolicyEvent
from consent.notes import Algorithm, Signer
from tests.cdp.log import bundles

FIRST, SECOND = (
    Signer.from_seed(f"witness.example/w{each}", bytes([each]) * 32, Algorithm.COSIGNATURE).key for each in (1, 2)
)


def asking(platform: Platform, *keys: object) -> Platform:
    """Return the platform with these witnesses, who are never reached."""
    witnesses = tuple(WitnessSetting(key, "http://127.0.0.1:9") for key in keys)  # type: ignore[arg-type]  # keys they are
    return replace(platform, settings=replace(platform.settings, witnesses=witnesses))


def told(platform: Platform) -> list[str]:
    with platform.database.scoped(bundles.AUDITOR) as session:
        log = store.current(session, store.CONSENT)
        events = [event_bodies.from_body(each.opening.body) for each in store.entries(session, log, 0, log.size)]
    return [each.subject for each in events if isinstance(each, PolicyEvent) and each.change is Change.POLICY_CHANGED]


def named(*keys: object) -> str:
    lines = "".join(sorted(f"{key.to_vkey()}\n" for key in keys))  # type: ignore[attr-defined]  # keys they are
    return f"witnesses:{sha256(lines.encode()).hexdigest()}"


def test_a_change_of_the_witnesses_is_told_once(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdp.log.witnesses.ask_first", lambda *_: None)
    sequencer.step(platform)
    assert [] == told(platform)  # none is no change

    for keys in ((FIRST,), (FIRST,), (SECOND, FIRST), (FIRST, SECOND), (), ()):
        sequencer.step(asking(platform, *keys))

    assert [named(FIRST), named(FIRST, SECOND), named()] == told(platform)
    assert [] == bundles.settled_verdict(platform).failures


def test_a_change_that_still_waits_is_not_told_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdp.log.witnesses.ask_first", lambda *_: None)
    before = len(told(platform))
    changed = asking(platform, SECOND)
    for _ in range(3):
        sequencer.Sequencer(changed).has_work  # noqa: B018  # it looks at the logs, as a worker that starts does
    sequencer.step(changed)

    assert [named(SECOND)] == told(platform)[before:]
