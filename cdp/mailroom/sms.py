"""Text messages to customers: by the HTTP gateway of the settings, or in the demo caught beside its letters.

The gateway takes `POST` of `{"to", "from", "text"}` as JSON with a bearer token, and answers with any 2xx. What another
one wants is a translation of a few lines in front of it. It is asked as everything outside is: by TLS, and at no
private address unless the settings allow it.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from cdp import outside
from cdp.mailroom.mail import TextMessage
from cdp.settings import Settings
from consent.errors import Problem

_LARGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """A gateway that sends what is posted to it."""

    url: str
    token: str | None = field(repr=False)
    sender: str
    allow_private: bool

    def carry(self, message: TextMessage) -> None:
        """Hand the message over; raises OSError when it was not taken."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        body = msgspec.json.encode({"to": message.to, "from": self.sender, "text": message.text})
        try:
            answer = outside.post(self.url, headers, body, allow_private=self.allow_private, limit=_LARGEST_ANSWER)
        except Problem as problem:
            raise OSError(problem.code) from None
        if not 200 <= answer.status < 300:  # noqa: PLR2004 -- RFC 9110 §15.3
            raise OSError("the gateway did not take it")


def gateway(settings: Settings) -> HttpGateway | None:
    """Return the gateway that the settings name, if any."""
    if settings.sms_url is None:
        return None
    return HttpGateway(settings.sms_url, settings.sms_token, settings.sms_from, settings.allow_private_addresses)
