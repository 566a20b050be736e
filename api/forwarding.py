"""Where a request really came from: the address of a client behind the operator's own proxy, or the caller's.

Rules: (1) a forwarding header is believed from a trusted proxy only, by the server, before we see it; (2) where
no proxy is trusted, a request that carries one came through somebody else's: it counts as nobody's on this machine;
(3) who asks on this machine may be a browser on somebody else's page, whose name leads here (DNS rebinding): what is
for this machine only is told to nobody who calls us by such a name.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

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


def is_own_name(request: Request, base_url: str) -> bool:
    """Tell whether the request calls us by our own name, by an address, or by a name that only this network knows.

    Any other name is somebody's who may point it at this machine: their page in a browser here would read our answers.
    """
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return name == urlsplit(base_url).hostname or "." not in name.rstrip(".") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(client: str) -> bool:
    """Tell whether the client is on this machine."""
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
