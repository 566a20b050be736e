"""Say where your organization is told of changes. The secret that signs is shown once: keep it in a vault."""

import sys

from token_of_a_program import api

with api("signals:manage") as calls:
    made = calls.post("/v1/webhooks", json={"url": sys.argv[1], "description": "example"}).raise_for_status().json()
    print(made["secret"])
