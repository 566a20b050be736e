"""Ask before you call: may this profile be read for this purpose, now? (AuthZEN Authorization API 1.0)."""

import sys

from token_of_a_program import api

organization, profile_id = sys.argv[1:]
question = {
    "subject": {"type": "organization", "id": organization},
    "action": {"name": "read"},
    "resource": {"type": "profile", "id": profile_id, "properties": {"categories": ["contact"]}},
    "context": {"purpose": "customer-care"},
}

with api("decisions:read") as calls:
    answer = calls.post("/access/v1/evaluation", json=question).raise_for_status().json()
    print(answer["decision"], answer["context"]["reason"])
