"""Stream the profile of everybody who granted you something for one purpose, one JSON document a line."""

import json

from token_of_a_program import api

with api("profiles:read") as calls, calls.stream("GET", "/v1/profiles/export?purpose=customer-care") as lines:
    lines.raise_for_status()
    for line in lines.iter_lines():
        profile = json.loads(line)
        print(profile["profile_id"], profile["granted"])
