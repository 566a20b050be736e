"""Authorization requests, pushed or plain, read by the same code (RFC 6749 §4.1.1, RFC 7636, RFC 9126, RFC 9396).

Rules: (1) until the client is known and the address is one of its own, nobody is led anywhere; (2) PKCE with S256,
always; (3) a code is the only answer, in the query, with our name beside it (RFC 9207); (4) a parameter that is given
twice or that asks for something we do not do is refused, one that we do not know is passed over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from joserfc.util import urlsafe_b64decode

from cdp.client_scopes import LOGIN_SCOPE
from cdp.database import Session
from cdp.oauth import redirects, wanted
from cdp.oauth.applicants import Applicant
from cdp.oauth.wanted import Consent, UnfitDetails, Wanted
from cdp.platform import Platform
from cdp.reads.profiles import NEEDED

SCOPES: Final = (LOGIN_SCOPE, NEEDED)
"""What an app may get with a customer; the second comes with every permission."""
PROMPTS: Final = ("none", "login", "consent")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_STATE: Final = 1_000
_NOT_HERE: Final = {
    "request": "request_not_supported",
    "request_uri": "invalid_request",
    "registration": "registration_not_supported",
}


@dataclass(eq=False)
class Refusal(Exception):
    """What is wrong with a request, and where to say so; without an address only to who sent it."""

    error: str
    description: str
    redirect_uri: str | None = None
    state: str | None = None

    def address(self, issuer: str) -> str | None:
        """Return where the browser is led with this, if it may be led anywhere."""
        if self.redirect_uri is None:
            return None
        words = {"error": self.error, "error_description": self.description, "state": self.state, "iss": issuer}
        return redirects.led(self.redirect_uri, words)


def read(
    session: Session,
    platform: Platform,
    applicant: Applicant,
    words: Mapping[str, str],
    *,
    at: datetime,
    key_hash: bytes | None = None,
) -> Wanted:
    """Return what the app wants, with everything checked; raises Refusal."""
    is_app = applicant.is_living and "authorization_code" in applicant.grant_types
    redirect_uri = words.get("redirect_uri", "")
    if not is_app or redirect_uri not in applicant.redirect_uris:
        raise Refusal("invalid_request", "the client or its redirect_uri is not known")
    try:
        return _wanted(session, platform, applicant, words, at=at, key_hash=key_hash)
    except Refusal as refusal:
        state = words.get("state")
        raise Refusal(refusal.error, refusal.description, redirect_uri, state) from None


def _wanted(
    session: Session,
    platform: Platform,
    applicant: Applicant,
    words: Mapping[str, str],
    *,
    at: datetime,
    key_hash: bytes | None,
) -> Wanted:
    _check_form(words)
    consent = _consent(session, platform, words.get("authorization_details"))
    prompts = _prompts(words.get("prompt", ""))
    return Wanted(
        client_id=applicant.client_id,
        redirect_uri=words["redirect_uri"],
        scopes=_scopes(applicant, words.get("scope", ""), consent),
        state=words.get("state"),
        nonce=words.get("nonce"),
        challenge=words["code_challenge"],
        key_hash=_key(words.get("dpop_jkt"), key_hash),
        consent=consent,
        proven_after=at if "login" in prompts else _proven_after(words.get("max_age"), at),
        is_silent="none" in prompts,
    )


def _check_form(words: Mapping[str, str]) -> None:
    for name, error in _NOT_HERE.items():
        if name in words:
            raise Refusal(error, f"{name} is not read here")
    if "response_type" not in words:
        raise Refusal("invalid_request", "the parameter response_type is missing")
    if words["response_type"] != "code":
        raise Refusal("unsupported_response_type", "the only response_type is code")
    if words.get("response_mode", "query") != "query":
        raise Refusal("invalid_request", "the only response_mode is query")
    if len(words.get("state", "")) > _LONGEST_STATE or len(words.get("nonce", "")) > _LONGEST_STATE:
        raise Refusal("invalid_request", "state and nonce have at most 1,000 characters")
    if words.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(words.get("code_challenge", "")):
        raise Refusal("invalid_request", "send a code_challenge with the method S256")


def _consent(session: Session, platform: Platform, details: str | None) -> Consent | None:
    if details is None:
        return None
    try:
        return wanted.consent(session, platform, details)
    except UnfitDetails as problem:
        raise Refusal("invalid_authorization_details", problem.message) from None


def _scopes(applicant: Applicant, asked: str, consent: Consent | None) -> list[str]:
    scopes = set(asked.split())
    if consent is not None:
        scopes.add(NEEDED)
    if not scopes or not scopes <= {LOGIN_SCOPE, NEEDED} or not scopes <= applicant.scopes:
        raise Refusal("invalid_scope", "ask for openid, or for a consent_grant, as far as the client is registered")
    if NEEDED in scopes and consent is None:
        raise Refusal("invalid_scope", "profiles are read with a consent_grant")
    return sorted(scopes)


def _prompts(asked: str) -> set[str]:
    prompts = set(asked.split())
    if not prompts <= set(PROMPTS) or ("none" in prompts and len(prompts) > 1):
        raise Refusal("invalid_request", "prompt is none, login or consent")
    return prompts


def _proven_after(max_age: str | None, at: datetime) -> datetime | None:
    if max_age is None:
        return None
    if not max_age.isascii() or not max_age.isdigit() or len(max_age) > len("999999999"):
        raise Refusal("invalid_request", "max_age is a number of seconds")
    return at - timedelta(seconds=int(max_age))


def _key(thumbprint: str | None, key_hash: bytes | None) -> bytes | None:
    """Return to which key the code is bound (RFC 9449 §10)."""
    if thumbprint is None:
        return key_hash
    if not _CHALLENGE.fullmatch(thumbprint):
        raise Refusal("invalid_request", "dpop_jkt is the SHA-256 thumbprint of a key")
    named = urlsafe_b64decode(thumbprint.encode())
    if key_hash not in (None, named):
        raise Refusal("invalid_request", "dpop_jkt is not the key of the proof")
    return named
