"""Ask a customer who is not there. The answer is the same for everybody, known here or not; they get a letter."""

import sys

from token_of_a_program import api

asked = {
    "identifiers": [{"type": "email", "value": sys.argv[1]}],
    "purpose": "advice",
    "categories": ["products"],
    "days": 90,
    "notice": {"nl": "Wij rekenen uit wat beter bij u past.", "en": "We work out what suits you better."},
    "consequences": {"nl": "U krijgt dan geen advies. Verder verandert er niets."},
    "by": "human",
}

with api("grants:request") as calls:
    request_id = calls.post("/v1/access-requests", json=asked).raise_for_status().json()["request_id"]
    print(calls.get(f"/v1/access-requests/{request_id}").raise_for_status().json()["state"])
