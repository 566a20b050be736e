"""Forms come from our own pages only: no other site can log somebody in or have letters sent for them.

Rules: (1) the browser's `Sec-Fetch-Site` decides where it is sent (Fetch Metadata Request Headers §2); (2) without it
`Origin` must be ours; (3) a form without either is refused.
"""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.principals import PlatformDep
from consent.errors import Refused


class ForeignForm(Refused):
    """This form was not sent from our own page."""

    code = "foreign-form"


def only(request: Request, platform: PlatformDep) -> None:
    """Let a form of ours pass; raises ForeignForm for every other."""
    site, ours = request.headers.get("sec-fetch-site"), urlsplit(platform.settings.base_url)
    if site is None and request.headers.get("origin") == f"{ours.scheme}://{ours.netloc}":
        return
    if site in {"same-origin", "none"}:
        return
    raise ForeignForm


OURS: Final = [Depends(only)]
"""What every route asks for that a form of ours leads to."""
