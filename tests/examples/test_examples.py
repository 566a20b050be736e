"""The examples run as they stand, against a real server on loopback, and do what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.portal import cookies
from cdp import clients, clock, organization_details
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import streams
from cdp.signals.streams import Kind
from cdp.tables import Organization
from tests import make
from tests.cdp.signals import receiving
from tests.conftest import ROOT
from tests.ports import free_port
from tests.waiting import is_open, until

PYTHON: Final = ROOT / "examples" / "python"
CURL: Final = ROOT / "examples" / "curl"
BACK: Final = "https://app.example.org/back"
SCOPES: Final = (
    "contacts:write", "decisions:read", "grants:request", "openid", "org:admin", "profiles:read", "records:write",
    "signals:manage",
)  # fmt: skip
TASKS: Final = {
    "ask_for_access", "consent_by_redirect", "contact_a_customer", "decide", "export", "list_changes", "make_a_program",
    "poll_signals", "pull_and_verify_the_log", "read_a_batch", "read_a_profile", "register_a_webhook",
    "send_records", "verify_a_webhook",
}  # fmt: skip
TOOLS: Final = {"token", "token_of_a_program", "consent_by_redirect_code"}


@dataclass(frozen=True)
class Organizations:
    """A server, the organization that tries the examples on it, and somebody who let it see their address."""

    base: str
    mine: Organization
    program: dict[str, str]
    auditor: dict[str, str]
    person: make.Person
    email: str
    profile_id: str

    def python(self, name: str, *words: str, typed: str = "", **env: str) -> str:
        """Return what an example in Python prints."""
        return self._run([sys.executable, f"{name}.py", *words], PYTHON, typed, env)

    def curl(self, name: str, *words: str, typed: str = "", **env: str) -> str:
        """Return what an example with curl prints."""
        if any(shutil.which(each) is None for each in ("curl", "openssl")):
            pytest.skip("no curl or openssl on this machine")
        return self._run(["sh", f"{name}.sh", *words], CURL, typed, env)

    def _run(self, command: list[str], folder: Path, typed: str, env: dict[str, str]) -> str:
        known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "BASE": self.base}
        done = subprocess.run(
            command,
            cwd=folder,
            env=known | self.program | env,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr + done.stdout
        return done.stdout


def _client(platform: Platform, organization: Organization | None, *scopes: str) -> dict[str, str]:
    owner = None if organization is None else organization.organization_id
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        made = clients.create(
            session, platform.fingerprints, organization=owner, name="example", scopes=scopes, at=clock.now()
        )
        if "openid" in scopes:
            clients.lead_back(session, made.client_id, redirects=[BACK])
    return {"CLIENT_ID": made.client_id, "CLIENT_SECRET": made.client_secret}


@pytest.fixture(scope="module")
def served(platform: Platform) -> Iterator[Organizations]:
    """Serve the platform in a process of its own."""
    port, mine, email = free_port(), make.organization(platform), make.email()
    make.known_person(platform, mine, email)
    person = make.person(platform, address=email)
    make.grant(platform, person, mine, categories=frozenset({"contact", "products"}))
    make.anchored(platform)
    settings = {
        "CDP_HOME": str(platform.settings.home),
        "CDP_APP_DATABASE_URL": platform.settings.app_url.set(drivername="postgresql").render_as_string(
            hide_password=False
        ),
        "CDP_DEMO": "1",
        "CDP_BASE_URL": f"http://127.0.0.1:{port}",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    command = [sys.executable, "-m", "api.serve", "--port", str(port)]
    with subprocess.Popen(command, env=kept | settings, stdout=subprocess.DEVNULL) as server:
        try:
            until(lambda: is_open(port))
            yield Organizations(
                f"http://127.0.0.1:{port}",
                mine,
                _client(platform, mine, *SCOPES),
                _client(platform, None, "audit:read"),
                person,
                email,
                platform.profile_ids.profile_id(person.customer_id, mine.organization_id),
            )
        finally:
            server.terminate()


def test_every_task_has_an_example_in_both() -> None:
    assert TASKS == {each.stem for each in PYTHON.glob("*.py")} - TOOLS
    assert TASKS == {each.stem for each in CURL.glob("*.sh")} - TOOLS


def test_get_a_token(served: Organizations) -> None:
    assert "eyJ" == served.python("token_of_a_program").strip()
    assert served.curl("token", "profiles:read").startswith("eyJ")


def test_send_records(served: Organizations) -> None:
    sent = json.loads(served.curl("send_records", KEY=make.name("batch")))

    assert ["stored", "stored"] == [each["outcome"] for each in sent["results"]]
    assert "unchanged\nunchanged\n" == served.python("send_records")


def test_look_up_and_read_a_profile(served: Organizations) -> None:
    printed = served.python("read_a_profile", served.email).splitlines()
    read = json.loads(served.curl("read_a_profile", served.email))

    assert served.profile_id == printed[0]
    assert f"first_name: Noor ({served.mine.slug})" in printed
    assert "Noor" == read["attributes"]["first_name"]["value"]


def test_read_a_batch(served: Organizations) -> None:
    printed = served.python("read_a_batch", served.profile_id, "p_nobody").splitlines()

    assert ["released ['email', 'first_name']", "not-found []"] == printed
    assert "released" == json.loads(served.curl("read_a_batch", served.profile_id))["profiles"][0]["status"]


def test_export(served: Organizations) -> None:
    assert f"{served.profile_id} ['contact', 'products']\n" == served.python("export")
    assert served.profile_id == json.loads(served.curl("export"))["profile_id"]


def test_ask_for_access(served: Organizations) -> None:
    assert "pending\n" == served.python("ask_for_access", make.email())
    assert "pending" == json.loads(served.curl("ask_for_access", make.email()))["state"]


def test_list_changes(served: Organizations) -> None:
    assert f"grant customer-care {served.profile_id}" in served.python("list_changes").splitlines()
    assert "grant" in {each["kind"] for each in json.loads(served.curl("list_changes"))["changes"]}


def test_make_a_program(platform: Platform, served: Organizations) -> None:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organization_details.put(session, served.mine.organization_id, may=["profiles:read"])

    client_id, secret = served.python("make_a_program").split()
    shown = served.curl("token", "profiles:read", CLIENT_ID=client_id, CLIENT_SECRET=secret)

    assert shown.startswith("eyJ")
    assert {"client_id", "client_secret"} == json.loads(served.curl("make_a_program")).keys()


def test_poll_signals(platform: Platform, served: Organizations) -> None:
    stream, nothing = served.python("poll_signals").split()
    make.grant(platform, make.person(platform), served.mine)
    shown = json.loads(served.curl("poll_signals", stream))

    assert "0" == nothing
    assert 1 == len(shown["sets"])
    assert [stream, "1"] == served.python("poll_signals", stream).split()
    assert {} == json.loads(served.curl("poll_signals", stream))["sets"]


def test_register_a_webhook_and_verify_what_it_is_told(platform: Platform, served: Organizations) -> None:
    hook = "https://hook.example.org/changes"
    assert json.loads(served.curl("register_a_webhook", hook))["secret"].startswith("whsec_")
    assert served.python("register_a_webhook", hook).startswith("whsec_")

    opened, reader = receiving.opened(platform), make.organization(platform)
    with receiving.receiving() as receiver:
        stream = receiving.stream(opened, reader, receiver.url, Kind.WEBHOOK)
        secret = streams.kept(opened, stream).signing(at=clock.now())[0]
        make.grant(opened, make.person(opened), reader)
        receiving.turns(opened, at=clock.now())
        headers, body = receiver.told[0]
    told = json.dumps({"headers": headers, "body": body.decode()})
    forged = json.dumps({"headers": headers, "body": body.decode().replace("given", "ended")})
    shown = {"WEBHOOK_ID": headers["webhook-id"], "WEBHOOK_TIMESTAMP": headers["webhook-timestamp"]}

    assert ["True\n", "False\n"] == [
        served.python("verify_a_webhook", typed=each, WEBHOOK_SECRET=secret) for each in (told, forged)
    ]
    mark = served.curl("verify_a_webhook", typed=body.decode(), WEBHOOK_SECRET=secret, **shown)
    assert headers["webhook-signature"] == mark.strip()


def test_ask_for_a_decision(served: Organizations) -> None:
    words = served.mine.slug, served.profile_id

    assert "True granted\n" == served.python("decide", *words)
    assert json.loads(served.curl("decide", *words))["decision"]


def test_a_customer_is_contacted_as_they_wish(served: Organizations) -> None:
    assert "True welcome" in served.python("contact_a_customer", served.profile_id)
    assert "as-allowed" == json.loads(served.curl("contact_a_customer", served.profile_id))["results"][0]["manner"]


def test_consent_by_redirect(platform: Platform, served: Organizations) -> None:
    command = [sys.executable, "consent_by_redirect.py", BACK]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BASE": served.base} | served.program
    with subprocess.Popen(
        command, cwd=PYTHON, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdin is not None
        assert asking.stdout is not None
        printed, _ = asking.communicate(_allowed(served, make.person(platform), asking.stdout.readline().strip()))

    assert "['contact']\n" == printed


def test_consent_by_redirect_with_curl(platform: Platform, served: Organizations) -> None:
    verifier = "v" * 43
    led = _allowed(served, make.person(platform), served.curl("consent_by_redirect", BACK, VERIFIER=verifier).strip())
    code = parse_qs(urlsplit(led).query)["code"][0]

    given = json.loads(served.curl("consent_by_redirect_code", BACK, code, verifier))

    assert ["contact"] == given["authorization_details"][0]["categories"]


def _allowed(served: Organizations, person: make.Person, address: str) -> str:
    """Be the customer: open what the app printed, allow all, and return where the browser is led back to."""
    word = person.headers["Authorization"].removeprefix("Bearer ")
    page = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=served.base, headers=page, cookies={cookies.SESSION: word}, timeout=300) as browser:
        asked = browser.get(address, follow_redirects=True)
        form = re.search(r'<form method="post" action="(/verzoeken/[^"]+)"', asked.text)
        assert form is not None, asked.text
        led: str = browser.post(form[1], data={"antwoord": "alles"}).headers["location"]
        return led


def test_pull_and_verify_the_log(served: Organizations) -> None:
    keys = [httpx.get(f"{served.base}/log/{log}/vkey", timeout=300).text.strip() for log in ("consent", "access")]
    auditing = replace(served, program=served.auditor)

    assert auditing.python("pull_and_verify_the_log", *keys).startswith("HOLDS")
    assert auditing.curl("pull_and_verify_the_log", *keys).startswith("HOLDS")
