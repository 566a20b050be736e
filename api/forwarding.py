"""Where a request really came from: the address of a client behind the operator's own proxy, or the caller's.

Rules: (1) a forwarding header is believed from a trusted proxy only, by the server, before we see it; (2) where
no proxy is trusted, a request that carries one came through somebody else's: it counts as nobody's on this machine.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request

FORWARDING: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def options(trusted_proxies: Sequence[str]) -> dict[str, Any]:
    """Return what uvicorn has to know of the proxies before us."""
    if not trusted_proxies:
        return {"proxy_headers": False}
    return {"proxy_headers": True, "forwarded_allow_ips": list(trusted_proxies)}


def client_of(request: Request, trusted_proxies: Sequence[str]) -> str:
    """Return the address that asks; empty when somebody whom we do not trust passed the request on."""
    if not trusted_proxies and any(name in request.headers for name in FORWARDING):
        return ""
    return request.client.host if request.client else ""


def is_loopback(client: str) -> bool:
    """Tell whether the client is on this machine."""
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
