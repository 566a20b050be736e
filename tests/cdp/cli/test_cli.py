"""The command: what it prints for people and programs, its errors and exit codes, and a whole system up and down."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from cdp.embedded.postgres_watch import is_alive
from cdp.platform import Platform
from tests import make
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow
NO_ORGANIZATION = "error: There is no such organization. [organization-unknown]\n"


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of the command answered."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


Cdp = Callable[..., Said]


def test_it_says_which_version_it_is(cdp: Cdp) -> None:
    said = cdp("--version")

    assert (0, f"cdp {metadata.version('cdp')}\n", "") == (said.code, said.out, said.err)


@pytest.fixture
def cdp(platform: Platform, app_url: str, database_url: str) -> Cdp:
    """Return the command, on this module's database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment |= {
        "CDP_HOME": str(platform.settings.home),
        "CDP_APP_DATABASE_URL": app_url,
        "CDP_DATABASE_URL": database_url,
        "COLUMNS": "200",
    }

    def run(*arguments: str, **settings: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "cdp.cli", *arguments],
            env=environment | settings,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


def test_an_organization_from_the_first_day_to_the_last(cdp: Cdp) -> None:
    slug = make.name("org")

    added = cdp("org", "add", slug, "--name", "De Winkel", "--json")
    verified = cdp("org", "verify", slug, "--json")
    client = cdp("client", "add", slug, "--name", "kassa", "--scope", "records:write", "--json")
    rotated = cdp("client", "rotate", client.facts["client_id"], "--json")
    key = cdp("key", "add", slug, "--name", "site", "--json")
    keys = cdp("key", "list", slug, "--json")
    revoked = cdp("key", "disable", slug, key.facts["key_id"], "--json")
    removed = cdp("org", "remove", slug, "--yes", "--json")
    listed = {each["slug"]: each for each in cdp("org", "list", "--json").facts}

    assert (slug, None) == (added.facts["slug"], added.facts["verified_at"])
    assert verified.facts["verified_at"]
    assert re.fullmatch(r"cdp_cs_\w+", client.facts["client_secret"])
    assert client.facts["client_secret"] != rotated.facts["client_secret"]
    assert key.facts["write_key"] not in keys.out
    assert revoked.facts["disabled"]
    assert {"removed": 0, "keys_destroyed": 0} == removed.facts
    assert listed[slug]["closed_at"]


def test_what_was_ended_comes_back_with_a_new_secret_and_nothing_that_it_held(cdp: Cdp) -> None:
    slug = make.name("org")
    cdp("org", "add", slug, "--name", "De Winkel", "--may", "profiles:read", "--json")
    client = cdp("client", "add", slug, "--name", "kassa", "--scope", "records:write", "--json").facts
    key = cdp("key", "add", slug, "--name", "site", "--batch-bytes", "65536", "--json").facts

    turned = cdp("key", "rotate", slug, key["key_id"], "--json").facts
    disabled = cdp("org", "disable", slug, "--yes", "--json").facts
    again = cdp("client", "disable", client["client_id"])
    enabled = cdp("client", "enable", client["client_id"], "--json").facts
    keys = cdp("key", "list", slug, "--json").facts

    assert turned["write_key"] != key["write_key"]
    assert {"slug": slug, "clients_disabled": 1, "keys_disabled": 1} == disabled
    assert 5 == again.code
    assert enabled["client_secret"] not in {None, client["client_secret"]}
    assert [True, True] == [each["revoked_at"] is not None for each in keys]
    assert {65536} == {each["batch_bytes"] for each in keys}


def test_what_an_organization_says_of_itself_is_set_piece_by_piece(cdp: Cdp) -> None:
    slug = make.name("org")
    cdp("org", "add", slug, "--name", "De Winkel", "--verified")

    cdp("org", "set", slug, "--language", "nl")
    cdp("org", "set", slug, "--privacy-mail", "privacy@example.org", "--may", "profiles:read", "--may", "org:admin")
    said = cdp("org", "unverify", slug, "--json").facts

    assert ("nl", "privacy@example.org", None) == (said["language"], said["privacy_mail"], said["verified_at"])
    assert ["org:admin", "profiles:read"] == said["may"]
    taken_back = cdp("org", "set", slug, "--language", "", "--privacy-mail", "", "--may", "", "--json").facts
    assert (None, None, []) == (taken_back["language"], taken_back["privacy_mail"], taken_back["may"])
    for wrong in (("--language", "fr"), ("--privacy-mail", "nobody"), ("--may", "everything")):
        assert 7 == cdp("org", "set", slug, *wrong).code


def test_a_mapping_is_made_and_undone(cdp: Cdp, platform: Platform) -> None:
    slug = make.organization(platform).slug

    mapped = cdp("catalog", "map", slug, "shoeSize", "personal", "--json")
    typed = cdp("catalog", "add-type", slug, "Ruimteschip", "products", "--kind", "product",
                "--nl", "Ruimteschip", "--en", "Spaceship", "--json")  # fmt: skip
    own = [each for each in cdp("catalog", "list", slug, "--json").facts if each["own"]]
    cdp("catalog", "unmap", slug, "shoeSize", "--json")
    left = [each["name"] for each in cdp("catalog", "list", slug, "--json").facts if each["own"]]

    assert ("shoe_size", "personal", True) == tuple(mapped.facts[key] for key in ("name", "category", "done"))
    assert "ruimteschip" == typed.facts["name"]
    assert [("attributes", "shoe_size"), ("product", "ruimteschip")] == [(each["kind"], each["name"]) for each in own]
    assert ["ruimteschip"] == left


def test_the_catalog_is_extended(cdp: Cdp, platform: Platform) -> None:
    slug = make.organization(platform).slug
    words = ("--nl", "Lezen", "--en", "Reading", "--json")

    category = cdp("catalog", "extend-category", slug, f"{slug}-reading", "--dpv", "pd:Interest",
                   "--explanation-nl", "Wat u leest.", "--explanation-en", "What you read.", *words)  # fmt: skip
    purpose = cdp("catalog", "extend-purpose", slug, f"{slug}-tips", "--dpv", "dpv:Personalisation", "--sentence-nl",
                  "{organization} tipt.", "--sentence-en", "{organization} gives tips.", *words)  # fmt: skip

    topic = cdp("catalog", "extend-topic", slug, f"{slug}-recall", "--under", "service", "--explanation-nl", "Gevaar.",
                "--explanation-en", "Danger.", "--reason-nl", "De wet.", "--reason-en", "The law.", *words)  # fmt: skip
    channel = cdp("catalog", "extend-channel", slug, f"{slug}-board", "--quiet", *words)

    assert f"{slug}-reading" == category.facts["category"]
    assert f"{slug}-tips" == purpose.facts["purpose"]
    assert (f"{slug}-recall", True) == (topic.facts["topic"], topic.facts["required"])
    assert (f"{slug}-board", False) == (channel.facts["channel"], channel.facts["disturbs"])


def test_keys_rotate_with_their_progress_beside_the_answer(cdp: Cdp, platform: Platform) -> None:
    make.subject(platform, make.organization(platform))
    before = cdp("keys", "status", "--json").facts["generation"]

    rotated = cdp("keys", "rotate", "--json")

    assert before + 1 == rotated.facts["generation"]
    assert rotated.facts["rewrapped"] >= 1
    assert "rotating" in rotated.err
    assert "take a new one now" in rotated.err


def test_the_doctor_answers_with_its_exit_code(cdp: Cdp, platform: Platform) -> None:
    make.logged(platform)  # however long ago others here did what waits

    said = cdp("doctor", "--json")

    wrong = {each["check"] for each in said.facts if each["verdict"] == "failure"}
    assert (1, {"durability"}) == (said.code, wrong)  # the tests' server gives up crash safety


def test_the_schema_is_as_committed(cdp: Cdp) -> None:
    assert (0, "as committed\n") == (cdp("schema").code, cdp("schema").out)


def test_for_people_there_is_a_table(cdp: Cdp, platform: Platform) -> None:
    slug = make.organization(platform).slug

    said = cdp("org", "list").out

    assert said.startswith("slug")
    assert slug in said


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("client", "list", "nobody"), 5, NO_ORGANIZATION),
        (("client", "disable", "c-none"), 5, "error: There is no such client or write key. [client-unknown]\n"),
        (
            ("catalog", "map", "nobody", "a", "contact"),
            5,
            "error: There is no such organization. [organization-unknown]\n",
        ),
        (("org", "add", "A B", "--name", "x"), 7, "error: a slug is 2 to 40 lower-case letters"),
        (("identity", "review", "limits", "e-mail"), 5, "error: there is no such limit [not-found: name]\n"),
        (("identity", "review", "limits", "e-mail", "3"), 5, "error: there is no such limit [not-found: name]\n"),
        (
            ("client", "add", "--name", "x", "--scope", "all"),
            7,
            "error: There is no such OAuth scope. [unknown-scope: scopes]\n",
        ),
    ],
)
def test_an_error_is_one_line_with_a_code(cdp: Cdp, arguments: tuple[str, ...], code: int, line: str) -> None:
    said = cdp(*arguments)

    assert (code, "") == (said.code, said.out)
    assert line in said.err
    assert "Traceback" not in said.err


def test_one_limit_on_joining_is_shown_by_its_name(cdp: Cdp) -> None:
    every = json.loads(cdp("identity", "review", "limits", "--json").out)

    assert {"email": every["email"]} == json.loads(cdp("identity", "review", "limits", "email", "--json").out)
    assert str(every["email"]) in cdp("identity", "review", "limits", "email").out
    assert len(every) > 1


def test_an_error_for_programs_is_json(cdp: Cdp) -> None:
    said = cdp("client", "list", "nobody", "--json")

    assert "organization-unknown" == json.loads(said.err)["error"]["code"]


def test_a_database_that_is_not_there_is_one_line_without_its_password(cdp: Cdp) -> None:
    said = cdp("org", "list", CDP_APP_DATABASE_URL="postgresql://cdp_login:hunter2@127.0.0.1:1/cdp")

    assert 9 == said.code
    assert said.err.startswith("error: the database did not answer")
    assert "hunter2" not in said.err
    assert "Traceback" not in said.err


def test_a_key_ring_that_is_gone_is_one_line(cdp: Cdp, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)

    said = cdp("keys", "status", CDP_HOME=str(tmp_path))

    assert (8, "error: there is no key ring here [key-ring]\n") == (said.code, said.err)


def test_a_setting_that_is_wrong_is_named(cdp: Cdp) -> None:
    said = cdp("org", "list", CDP_POOL_SIZE="many")

    assert (7, "error: the setting CDP_POOL_SIZE is a positive whole number [invalid]\n") == (said.code, said.err)


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a home that is empty, short in name and reachable for the server's account."""
    made = Path(tempfile.mkdtemp(prefix="cdp-up-"))
    yield made
    shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_up_serves_and_stops_everything_that_it_started(home: Path, last: signal.Signals) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment |= {"CDP_HOME": str(home), "CDP_PORT": str(port), "CDP_DEMO": "0", "CDP_POSTGRES_BIN": "wheel"}

    with subprocess.Popen(
        [sys.executable, "-m", "cdp.cli", "up"], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as up:
        assert up.stderr is not None
        said = list(takewhile(lambda line: line != "  stop         Ctrl-C\n", up.stderr))
        assert up.poll() is None, said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=300) as answer:
            ready = json.load(answer)["status"]
        children = [int(pid) for pid in Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split()]
        up.send_signal(last)
        said += list(up.stderr)

    assert "ok" == ready
    assert f"The platform is at http://localhost:{port}\n" in said
    assert (0, "stopped; nothing was lost\n") == (up.returncode, said[-1])
    assert 3 == len(children)  # PostgreSQL, the worker, the door
    assert [] == [pid for pid in children if is_alive(pid)]


def test_up_says_that_a_port_is_taken_before_it_starts_anything(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = os.environ | {"CDP_HOME": str(home), "CDP_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "cdp.cli", "up"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert (6, True) == (done.returncode, "[port-taken]" in done.stderr)
    assert [] == list(home.iterdir())
