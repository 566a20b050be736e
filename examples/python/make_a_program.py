"""Make a program of your organization that may read profiles. Its secret is shown once: keep it in a vault."""

from token_of_a_program import api

with api("org:admin") as calls:
    wanted = {"name": "till", "scopes": ["profiles:read"]}
    made = calls.post("/v1/organization/clients", json=wanted).raise_for_status().json()
    print(made["client_id"], made["client_secret"])
