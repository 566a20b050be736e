"""What a signal can tell: each kind of change, its event in a SET and its type in a webhook. None carries a value."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from consent.errors import Invalid

VERIFY: Final = "verify"
"""Not a change: asks a receiver to say that it hears."""
VERIFICATION: Final = "https://schemas.openid.net/secevent/ssf/event-type/verification"
CLAIMS: Final = "claims"
"""Wanted by those who know no other word: a change of a grant as CAEP's token-claims-change."""
CLAIMS_CHANGE: Final = "https://schemas.openid.net/secevent/caep/event-type/token-claims-change"
CLAIMS_KINDS: Final = ("grant", "attest", "extend", "narrow", "revoke", "object", "expire", "merge", "split")

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "grant": "grant-given",
        "attest": "grant-attested",
        "extend": "grant-extended",
        "narrow": "grant-narrowed",
        "revoke": "grant-revoked",
        "object": "objection",
        "expire": "grant-expired",
        "merge": "grant-merged",
        "split": "grant-split",
        "correct": "correction",
        "dispute": "dispute",
        "dispute-withdrawn": "dispute-withdrawn",
        "dispute-answered": "dispute-answered",
        "erase": "erasure",
        "rule": "rule-fired",
        "forgery": "message-reported",
        "speaker": "speaker-reported",
        "reply": "customer-replied",
    }
)
"""The kinds of change, as `change.kind` has them, by the name that receivers read."""


class EventUnknown(Invalid):
    """There is no event of this name."""

    code = "event-unknown"


def uri(issuer: str, kind: str) -> str:
    """Return the URI of an event of ours."""
    return f"{issuer}/events/{NAMES[kind]}"


def supported(issuer: str) -> list[str]:
    """Return the URIs of every event."""
    return [*(uri(issuer, kind) for kind in NAMES), CLAIMS_CHANGE]


def kinds_of(issuer: str, uris: Iterable[str]) -> list[str]:
    """Return what is wanted, of the URIs asked for; unknown ones are left out, as Shared Signals says."""
    known = {uri(issuer, kind): kind for kind in NAMES} | {CLAIMS_CHANGE: CLAIMS}
    return sorted({known[each] for each in uris if each in known})


def uris_of(issuer: str, wanted: Iterable[str]) -> list[str]:
    """Return the URIs of what is wanted."""
    return [CLAIMS_CHANGE if each == CLAIMS else uri(issuer, each) for each in wanted]


def kinds_named(names: Iterable[str]) -> list[str]:
    """Return the kinds of change by the names that a webhook uses; raises EventUnknown."""
    known = {name: kind for kind, name in NAMES.items()}
    asked = set(names)
    if not asked <= known.keys():
        raise EventUnknown(field="/events")
    return sorted(known[each] for each in asked)


def body(issuer: str, kind: str, facts: Mapping[str, object], *, wanted: Iterable[str]) -> dict[str, dict[str, object]]:
    """Return the `events` of a SET about a change: our own event, or CAEP's for a receiver that wants only that."""
    if kind in wanted:
        return {uri(issuer, kind): dict(facts)}
    consent = {"change": NAMES[kind], "purpose": facts.get("purpose")}
    return {CLAIMS_CHANGE: {"event_timestamp": facts["event_timestamp"], "claims": {"consent": consent}}}
