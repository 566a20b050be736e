"""What the demo alone shows is shown to the machine that it runs on."""

from fastapi import Request

from api.forwarding import client_of, is_loopback, is_own_name
from api.principals import PlatformDep
from consent.errors import NotFound


def only_here(request: Request, platform: PlatformDep) -> None:
    """Raise NotFound outside the demo, and for everybody but the demo's own machine under its own name."""
    is_here = is_loopback(client_of(request, platform.settings.trusted_proxies))
    if not (platform.settings.is_demo and is_here and is_own_name(request, platform.settings.base_url)):
        raise NotFound
