"""Look somebody up, and read what they let you see for one purpose."""

import sys

import httpx
from token_of_a_program import api

email = sys.argv[1]

with api("profiles:read") as calls:
    named = {"purpose": "customer-care", "identifiers": [{"type": "email", "value": email}]}
    found = calls.post("/v1/profiles/lookup", json=named)
    if found.status_code == httpx.codes.NOT_FOUND:
        sys.exit("nobody who lets you see them")
    profile_id = found.raise_for_status().json()["profile_id"]
    profile = calls.get(f"/v1/profiles/{profile_id}", params={"purpose": "customer-care"}).raise_for_status().json()
    print(profile_id)
    for name, said in profile["attributes"].items():
        print(f"{name}: {said['value']} ({said['source']})")
