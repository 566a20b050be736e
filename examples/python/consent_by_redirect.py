"""Ask a customer who is there: push a request, lead their browser to it, and take the code that comes back.

Give your registered redirect address. Open what is printed; then type the address that the browser was led back to.
"""

import hashlib
import json
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from token_of_a_program import BASE

back = sys.argv[1]
proof = httpx.BasicAuth(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
wanted = {
    "type": "consent_grant",
    "purpose": "advice",
    "categories": ["contact"],
    "days": 90,
    "notice": {"nl": "Wij rekenen uit wat u kunt besparen.", "en": "We work out what you can save."},
}
asked = {
    "response_type": "code",
    "redirect_uri": back,
    "scope": "openid profiles:read",
    "state": state,
    "nonce": secrets.token_urlsafe(16),
    "authorization_details": json.dumps([wanted]),
    "code_challenge": urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("="),
    "code_challenge_method": "S256",
}

pushed = httpx.post(f"{BASE}/oauth/par", data=asked, auth=proof).raise_for_status().json()
words = {"client_id": os.environ["CLIENT_ID"], "request_uri": pushed["request_uri"]}
print(f"{BASE}/oauth/authorize?{urlencode(words)}", flush=True)

led = {name: values[0] for name, values in parse_qs(urlsplit(input()).query).items()}
if led["state"] != state or led["iss"] != BASE:
    sys.exit("this is not the answer to what we asked")
if "code" not in led:
    sys.exit(led["error"])
form = {"grant_type": "authorization_code", "code": led["code"], "redirect_uri": back, "code_verifier": verifier}
given = httpx.post(f"{BASE}/oauth/token", data=form, auth=proof).raise_for_status().json()
print(given["authorization_details"][0]["categories"])
