"""Send what your organization knows of its own customers; one outcome for each item, in order."""

from uuid import uuid4

from token_of_a_program import api

you = {"user_id": "customer-1"}
items = [
    {"kind": "attributes", "type": "city", "value": "Bergen", "subject": you},
    {"kind": "product", "type": "energy-contract", "key": "C-17", "subject": you, "properties": {"tariff": "fixed"}},
]

with api("records:write") as calls:
    # The same key with the same body is done once, however often the network makes you ask.
    answer = calls.post("/v1/records", json={"items": items}, headers={"Idempotency-Key": str(uuid4())})
    for each in answer.raise_for_status().json()["results"]:
        print(each["outcome"])
