"""A certified relying party (npm openid-client) against a running server, with the customer approving in Chromium."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc.jwk import ECKey

from cdp import clients, clock
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make, node
from tests.portal.visiting import Visitor

FOLDER: Final = Path(__file__).parent / "relying"
SCOPES: Final = ("openid", "profiles:read")
DETAILS: Final = [
    {"type": "consent_grant", "purpose": "advice", "categories": ["contact"], "notice": {"nl": "Om u te helpen."}}
]
METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")


class Relying:
    """The app's process."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running
        self.back: str = self.hear()["back"]

    def ask(self, **task: Any) -> dict[str, Any]:
        """Give it a task, and return the first thing that it tells."""
        assert self._running.stdin is not None
        self._running.stdin.write(json.dumps(task) + "\n")
        self._running.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Return the next thing that it tells."""
        assert self._running.stdout is not None
        told: dict[str, Any] = json.loads(self._running.stdout.readline())
        return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the app is installed, as its lock says."""
    return node.installed(FOLDER, tmp_path_factory.mktemp("relying"))


@pytest.fixture
def relying(folder: Path) -> Iterator[Relying]:
    """Start the app; it ends by itself when nothing comes of it."""
    with subprocess.Popen(
        ["node", "relying.mjs"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        yield Relying(running)
        running.terminate()


def _app(platform: Platform, back: str, way: str) -> tuple[Organization, dict[str, Any]]:
    owner, key = make.organization(platform), ECKey.generate_key("P-256")
    who: dict[str, Any] = {
        "organization": owner.organization_id,
        "name": "Huisapp",
        "scopes": SCOPES,
        "at": clock.now(),
    }
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        if way == "private_key_jwt":
            app = {"id": clients.create_with_keys(session, keys={"keys": [key.as_dict(private=False)]}, **who)}
        else:
            made = clients.create(session, platform.fingerprints, **who)
            app = {"id": made.client_id, "secret": made.client_secret}
        clients.lead_back(session, app["id"], redirects=[back])
    return owner, {**app, "way": way, "key": key.as_dict(private=True)}


@pytest.mark.parametrize("kind", ["bearer", "dpop"])
@pytest.mark.parametrize("way", METHODS)
def test_a_program_proves_itself(platform: Platform, port: int, relying: Relying, way: str, kind: str) -> None:
    _, app = _app(platform, relying.back, way)

    given = relying.ask(issuer=f"http://localhost:{port}", app=app, isBound=kind == "dpop")

    assert {"type": kind, "scope": "profiles:read"} == given


@pytest.mark.parametrize(("way", "kind"), [(METHODS[0], "bearer"), (METHODS[2], "dpop")])
def test_an_app_is_let_in_by_its_customer(
    platform: Platform, visitor: Visitor, relying: Relying, way: str, kind: str
) -> None:
    owner, app = _app(platform, relying.back, way)
    asked = relying.ask(
        issuer=visitor.base, api=visitor.base, app=app, isBound=kind == "dpop", details=DETAILS, refreshes=2
    )

    visitor.page.goto(asked["go"])
    visitor.page.get_by_text("U kwam hier vanuit Huisapp.").wait_for()
    visitor.page.get_by_role("button", name="Alles toestaan").click()
    visitor.page.get_by_role("heading", name="Terug in de app").wait_for()
    told = relying.hear()

    name = platform.profile_ids.profile_id(visitor.person.customer_id, owner.organization_id)
    assert (200, name, name) == (told["status"], told["sub"], told["who"]), told
    assert ["contact"] == told["granted"][0]["categories"]
    assert kind == told["type"]


def test_an_app_hears_that_its_customer_refused(platform: Platform, visitor: Visitor, relying: Relying) -> None:
    _, app = _app(platform, relying.back, METHODS[1])
    asked = relying.ask(issuer=visitor.base, api=visitor.base, app=app, details=DETAILS, refreshes=0)

    visitor.page.goto(asked["go"])
    visitor.page.get_by_role("button", name="Weigeren").click()
    visitor.page.get_by_role("heading", name="Terug in de app").wait_for()

    assert "access_denied" == relying.hear()["error"]
