"""A real OpenID provider on loopback, and a browser's way there and back."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx

from tests import node

FOLDER = Path(__file__).parent / "provider"
SECRET = "secret of the test /+%:"  # of a provider that lives for one test


@contextmanager
def issuer(folder: Path, *redirects: str) -> Iterator[str]:
    """Run the provider, as its lock says, and give where it is."""
    command = ["node", "provider.mjs", *redirects]
    installed = node.installed(FOLDER, folder)
    with subprocess.Popen(command, cwd=installed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        yield next(line.strip() for line in run.stdout if line.startswith("http"))
        run.terminate()


def is_now(issuer: str, **facts: str) -> None:
    """Say whom the provider logs in from now on."""
    assert "ok" == httpx.get(f"{issuer}/who?{urlencode(facts)}", timeout=300).text


def there(place: str, path: str) -> str:
    """Go where a browser is sent, and return where the provider sends it back to, without the host."""
    with httpx.Client(timeout=300) as browser:
        for _ in range(10):
            if urlsplit(place).path == path:
                return str(place.partition("//")[2].partition("/")[2])
            seen = browser.get(place)
            place = str(httpx.URL(place).join(seen.headers["location"]))
    raise AssertionError("the provider did not send the browser back")
