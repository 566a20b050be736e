"""Letters that a test reads."""

from starlette.testclient import TestClient


def posts(portal: TestClient, to: str) -> list[dict[str, str]]:
    """Return the letters and text messages to somebody, newest first."""
    found = portal.get("/demo/mail", headers={"Accept": "application/json"}).json()["letters"]
    return [each for each in found if each["to"] == to]
