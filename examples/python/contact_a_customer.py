"""Before you approach somebody, ask whether, how and with which words; tell afterwards what you said."""

import sys

from token_of_a_program import api

(profile_id,) = sys.argv[1:]
question = {
    "profile_id": profile_id,
    "purpose": "customer-care",
    "topic": "service",
    "channels": ["email", "phone"],
    "sender": "human",
    "reservation": {"key": "answer-43"},
}

with api("contacts:write") as calls:
    answer = calls.post("/v1/contact/decide", json=question).raise_for_status().json()
    print(answer["allowed"], answer["reason"], answer["salutation"])
    if answer["allowed"]:
        made = {
            "profile_id": profile_id,
            "topic": "service",
            "channel": answer["channels"][0],
            "sender": "human",
            "contact_id": answer["reservation"]["contact_id"],
        }
        kept = calls.post("/v1/contacts", json={"contacts": [made]}).raise_for_status().json()
        print(kept["results"][0]["outcome"], kept["results"][0]["manner"])
