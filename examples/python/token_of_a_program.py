"""Get an access token (OAuth 2.0 client credentials); the other examples import `api` from here."""

import os

import httpx

BASE = os.environ["BASE"]  # where the platform is, such as https://cdp.example.org


def token(*scopes: str) -> str:
    """Return an access token that may do `scopes` for ten minutes."""
    proof = httpx.BasicAuth(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
    answer = httpx.post(f"{BASE}/oauth/token", data=form, auth=proof).raise_for_status()
    return str(answer.json()["access_token"])


def api(*scopes: str) -> httpx.Client:
    """Return a client whose calls carry a token for `scopes`."""
    return httpx.Client(base_url=BASE, headers={"Authorization": f"Bearer {token(*scopes)}"}, timeout=30)


if __name__ == "__main__":
    print(token("profiles:read")[:3])
