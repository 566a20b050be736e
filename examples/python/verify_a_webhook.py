"""Check that a webhook comes from the platform (Standard Webhooks), before a word of it is believed."""

import hmac
import json
import os
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping

OLDEST = 300  # seconds


def is_ours(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Tell whether `body` was signed with `secret`, a few minutes ago at most."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > OLDEST:
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mark = b64encode(hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, "sha256")).decode()
    shown = (each.removeprefix("v1,") for each in headers["webhook-signature"].split())
    return any(hmac.compare_digest(mark, each) for each in shown)


if __name__ == "__main__":
    told = json.load(sys.stdin)  # {"headers": {…}, "body": "…"}
    print(is_ours(told["headers"], told["body"].encode(), os.environ["WEBHOOK_SECRET"]))
