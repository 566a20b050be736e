"""The documents lint clean, and what is generated from them compiles and reads a profile from a running door."""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from api import audiences
from api.app import create_app
from cdp.ingest.items import Kind
from cdp.platform import Platform
from tests import make
from tests import node as programs

ROOT = Path(__file__).parents[2]
OPENAPI, CLIENTS = ROOT / "openapi", ROOT / "tests" / "clients"
STRICT = ("--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom")
AS_JSON = ("--format", "json")
READ = """
import sys
from services import AuthenticatedClient
from services.api.profiles import read_profile

base, token, profile_id, purpose = sys.argv[1:]
with AuthenticatedClient(base_url=base, token=token) as client:
    profile = read_profile.sync(profile_id, client=client, purpose=purpose)
    print(profile.granted, profile.attributes["city"].value)
"""


@dataclass(frozen=True)
class Reader:
    """A running door, and what a program needs to read one profile that somebody granted."""

    url: str
    token: str
    profile_id: str

    @property
    def arguments(self) -> list[str]:
        return [self.url, self.token, self.profile_id, "advice"]


@pytest.fixture(scope="module")
def reader(platform: Platform) -> Iterator[Reader]:
    source, address = make.organization(platform), make.email()
    user = make.name("user")
    make.known_person(platform, source, address, user=user)
    make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "Bergen", user=user))
    person = make.person(platform, address=address)
    recipient = make.granted(platform, person, "address")
    token = make.service(platform, recipient, "profiles:read")["Authorization"].removeprefix("Bearer ")
    profile_id = platform.profile_ids.profile_id(person.customer_id, recipient.organization_id)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(platform), log_config=None, access_log=False))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield Reader(f"http://127.0.0.1:{listening.getsockname()[1]}", token, profile_id)
    server.should_exit = True
    serving.join()
    listening.close()


def run(command: list[str], folder: Path) -> str:
    """Return what a command prints, which must end well."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the Node tools, as their lock says, and the documents."""
    folder = programs.installed(CLIENTS, tmp_path_factory.mktemp("clients"), otherwise=pytest.skip)
    for path in OPENAPI.glob("*.json"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment of its own: what the generator needs is older than what we need."""
    folder = tmp_path_factory.mktemp("generator")
    run([sys.executable, "-m", "venv", str(folder)], folder)
    install = [str(folder / "bin" / "pip"), "install", "--require-hashes", "-r", str(CLIENTS / "requirements.txt")]
    if subprocess.run(install, cwd=folder, capture_output=True, check=False, timeout=900).returncode:
        pytest.skip("pip cannot install the generator here")
    return folder / "bin"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in OPENAPI.glob("*.json")))
def test_a_document_lints_clean(node: Path, name: str) -> None:
    told = json.loads(run(["node_modules/.bin/redocly", "lint", name, "--config", "redocly.yaml", *AS_JSON], node))

    assert [] == [(each["ruleId"], each["message"]) for each in told["problems"]]


@pytest.mark.slow
def test_typescript_reads_a_profile_with_generated_types(node: Path, reader: Reader) -> None:
    for audience in audiences.AUDIENCES:
        run(["node_modules/.bin/openapi-typescript", f"{audience}.json", "-o", f"{audience}.ts"], node)
        run(["node_modules/.bin/tsc", "--noEmit", *STRICT, f"{audience}.ts"], node)
    run(["node_modules/.bin/tsc", *STRICT, "read.ts"], node)

    printed = json.loads(run(["node", "read.js", *reader.arguments], node))

    assert {"granted": ["address"], "city": "Bergen"} == printed


@pytest.mark.slow
def test_python_reads_a_profile_with_a_generated_client(generator: Path, reader: Reader, tmp_path: Path) -> None:
    for audience in audiences.AUDIENCES:
        document = ["--path", str(OPENAPI / f"{audience}.json"), "--output-path", str(tmp_path / audience)]
        run([str(generator / "openapi-python-client"), "generate", "--meta", "none", *document], tmp_path)
        run([str(generator / "python"), "-c", f"import {audience}.api, {audience}.models"], tmp_path)

    printed = run([str(generator / "python"), "-c", READ, *reader.arguments], tmp_path)

    assert "['address'] Bergen\n" == printed
