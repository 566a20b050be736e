"""Webhooks as Standard Webhooks describes them: an id, a time, and HMAC-SHA256 over both and the body."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cdp.keys.mac import Mac
from cdp.signals import events
from cdp.signals.queue import Signal
from cdp.signals.sealing import PREFIX

TEST: Final = "webhook-test"


def body(signal: Signal, profile_id: str) -> bytes:
    """Return what a webhook is told: what happened, to whom by the organization's own id, and no value."""
    facts: dict[str, object] = {"profile_id": profile_id, "purpose": signal.purpose, **(signal.told or {})}
    if signal.event == events.VERIFY:
        facts = {"state": signal.echo}
    told = {
        "type": events.NAMES.get(signal.event, TEST),
        "timestamp": signal.at.isoformat().replace("+00:00", "Z"),
        "data": facts,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def headers(signal: Signal, content: bytes, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """Return the headers of a webhook, signed with each secret that is good now; the id stays when it is sent again."""
    stamp = str(int(at.timestamp()))
    signed = f"{signal.signal_id}.{stamp}.".encode() + content
    marks = (b64encode(Mac(b64decode(each.removeprefix(PREFIX))).digest(signed)).decode() for each in secrets)
    return {
        "webhook-id": str(signal.signal_id),
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }
