"""Make a stream, fetch what it tells (Shared Signals, RFC 8936), and say that you have it. Keep the stream's id."""

import sys

from token_of_a_program import api

with api("signals:manage") as calls:
    if len(sys.argv) > 1:
        stream = sys.argv[1]
    else:
        stream = calls.post("/ssf/streams", json={}).raise_for_status().json()["stream_id"]
    told = calls.post(f"/ssf/poll/{stream}", json={"returnImmediately": True}).raise_for_status().json()["sets"]
    calls.post(f"/ssf/poll/{stream}", json={"ack": list(told), "maxEvents": 0}).raise_for_status()
    print(stream, len(told))  # each is a token, signed with a key at /oauth/jwks
