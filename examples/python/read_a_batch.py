"""Read up to 1,000 profiles at once; each is released, refused or not found."""

import sys

from token_of_a_program import api

wanted = {"purpose": "customer-care", "profile_ids": sys.argv[1:]}

with api("profiles:read") as calls:
    for each in calls.post("/v1/profiles/batch", json=wanted).raise_for_status().json()["profiles"]:
        print(each["status"], each.get("reason") or sorted(each.get("profile", {}).get("attributes", ())))
