"""Read what changed: permissions, corrections, erasures. Keep `next`, and go on from it the next time."""

from token_of_a_program import api

with api("grants:request") as calls:
    after: dict[str, str] = {}
    while True:
        page = calls.get("/v1/changes", params={"limit": "100", **after}).raise_for_status().json()
        for each in page["changes"]:
            print(each["kind"], each["purpose"], each["profile_id"])
        if not page["changes"]:
            break
        after = {"after": page["next"]}
