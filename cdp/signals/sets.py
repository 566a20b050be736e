"""Security Event Tokens (RFC 8417): one change, signed, about somebody known by the organization's own profile id.

Rules: (1) typed `secevent+jwt`, no `exp` and no `sub`, so that none passes for a token that opens anything (§4.6);
(2) the `jti` is the signal's own id: who gets it twice recognises it; (3) nothing in it is a value of anybody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.oauth import signing_keys
from cdp.oauth.signing_keys import Signer
from cdp.platform import Platform
from cdp.scope import DOORMAN
from cdp.signals import events
from cdp.signals.queue import Signal
from cdp.signals.streams import Stream

KIND: Final = "secevent+jwt"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs for one stream: the house, to an organization that reads its own slug as audience."""

    platform: Platform
    stream: Stream
    audience: str
    signer: Signer

    def token(self, signal: Signal, *, at: datetime) -> str:
        """Return the SET of a signal."""
        issuer = self.platform.settings.base_url
        claims = {
            "iss": issuer,
            "jti": str(signal.signal_id),
            "iat": int(at.timestamp()),
            "aud": self.audience,
            "txn": self._transaction(signal),
            "sub_id": {"format": "opaque", "id": self._subject(signal)},
            "events": self._events(issuer, signal),
        }
        return self.signer.sign(claims, kind=KIND)

    def _subject(self, signal: Signal) -> str:
        if signal.event == events.VERIFY:
            return str(self.stream.stream_id)
        return self.platform.profile_ids.profile_id(signal.customer_id, self.stream.organization)

    def _events(self, issuer: str, signal: Signal) -> dict[str, dict[str, Any]]:
        if signal.event == events.VERIFY:
            return {events.VERIFICATION: {} if signal.echo is None else {"state": signal.echo}}
        facts: dict[str, object] = {"event_timestamp": int(signal.at.timestamp())}
        if signal.purpose is not None:
            facts["purpose"] = signal.purpose
        facts |= signal.told or {}
        return events.body(issuer, signal.event, facts, wanted=self.stream.wanted)

    def _transaction(self, signal: Signal) -> str:
        """Return what names the change for this organization alone: nobody can join two organizations' words by it."""
        place = f"txn {self.stream.organization} {signal.transaction} {signal.change_id} {signal.echo}"
        return Mac(self.platform.ring.single(Single.SYSTEM)).digest(place.encode()).hex()[:32]


def issuer(platform: Platform, stream: Stream, audience: str, *, at: datetime) -> Issuer:
    """Return who signs what this stream tells, with the key that is published at `/oauth/jwks`."""
    with platform.database.scoped(DOORMAN) as session:
        return Issuer(platform, stream, audience, _signer(platform, session, at=at))


def _signer(platform: Platform, session: Session, *, at: datetime) -> Signer:
    return signing_keys.newest(session, platform.ring, at=at)
