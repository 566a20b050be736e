"""What a client may be allowed to do: the OAuth scopes, each with what it opens."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LOGIN_SCOPE: Final = "openid"
"""Never for a program by itself: it is about a customer who is there."""
WIRE_SCOPE: Final = "tracking_api:write"
"""As the libraries of Segment ask for it."""
ADMIN_SCOPE: Final = "org:admin"
"""Whoever holds it manages what belongs to its own organization."""
SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "profiles:read": "Look up and read profiles, as far as the customer granted.",
        "decisions:read": "Ask whether profiles may be read, without reading them.",
        "records:write": "Send records of the organization's own customers, and see which were rejected.",
        WIRE_SCOPE: "Send events as Segment's libraries do, with an access token instead of a write key.",
        "grants:request": "See the organization's own grants and what changed, and record those given elsewhere.",
        "subjects:confirm": "Give a person a code that proves to them that the organization's own records are theirs.",
        "signals:manage": "Say where the organization is told of changes: streams and webhooks.",
        "messages:register": "Register what the organization is about to send, and see what customers say back.",
        "demands:answer": "See what customers ask of the organization under the law, and answer.",
        "contacts:write": "Ask how customers may be approached, and record what was said to them.",
        "surveys:ask": "Ask customers how a conversation was, as far as they want to be asked.",
        "offers:manage": "Register offers, and ask which few are relevant to whom, as far as the customer granted.",
        "rules:manage": "Say of which incoming records the organization is told at once, as far as customers granted.",
        "metrics:read": "See how customers found the organization's service, and how right its data are.",
        "catalog:write": "Say where the organization's own attributes and types belong.",
        LOGIN_SCOPE: "Learn, as an app, which customer it is that says yes (OpenID Connect).",
        ADMIN_SCOPE: "Manage the organization's own programs, keys, types and webhooks; reads no profile by itself.",
        "audit:read": "See acts and accesses, never a value.",
    }
)
IMPLIED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {ADMIN_SCOPE: frozenset({"catalog:write", "signals:manage"})}
)
"""What a scope holds besides itself: an administrator says where types belong, and where the organization is told."""


def opened(held: frozenset[str]) -> frozenset[str]:
    """Return the scopes that a token with `held` may be used for."""
    return held.union(*(IMPLIED.get(each, frozenset()) for each in held))
