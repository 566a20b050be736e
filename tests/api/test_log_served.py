"""A log that the running system serves, before a program that nobody here wrote: Go's checksum database client."""

import base64
import io
import json
import socket
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from cdp.log import witnesses
from cdp.platform import Platform
from consent import tiles
from consent.notes import Note
from consent.proofs import ConsistencyProof, InclusionProof
from consent.tiles import Tile
from tests import independent, make
from tests.cdp.log.witnessing import Running, start, with_witness
from tests.consent.log import workbench
from tests.waiting import PATIENCE

ACTS = 400


class Tampering:
    """The application, with one byte changed in the answer of one path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.path, self.place = "", 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            if self.path and scope.get("path") == self.path and message.get("body"):
                body = bytearray(message["body"])
                body[self.place] ^= 1
                message = {**message, "body": bytes(body)}
            await send(message)

        await self._app(scope, receive, changed)


@dataclass
class Served:
    """The system at an address on this machine."""

    url: str
    tampering: Tampering

    def get(self, path: str, **headers: str) -> bytes:
        answer = httpx.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE)
        assert 200 == answer.status_code, path
        return answer.content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return independent.built(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def served(platform: Platform) -> Iterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    tampering = Tampering(create_app(platform))
    server = uvicorn.Server(uvicorn.Config(tampering, log_config=None, access_log=False))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", tampering)
    server.should_exit = True
    serving.join()
    listening.close()


@pytest.fixture(scope="module")
def person(platform: Platform) -> make.Person:
    return make.person(platform)


@pytest.fixture(scope="module")
def older(platform: Platform, served: Served, person: make.Person, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the checkpoint that somebody kept, before the log grew over a tile."""
    organization = make.organization(platform)
    make.grant(platform, person, organization)
    served.get("/v1/me", **person.headers)
    make.anchored(platform)
    file = tmp_path_factory.mktemp("kept") / "checkpoint"
    file.write_bytes(served.get("/log/consent/checkpoint"))
    for _ in range(ACTS // 2):
        make.revoke(platform, person, organization)
        make.grant(platform, person, organization)
    make.anchored(platform)
    return file


def vkey(served: Served, log: str = "consent") -> str:
    return served.get(f"/log/{log}/vkey").decode().splitlines()[0]


def holds(program: Path, *arguments: str | Path, asked: str | None = None) -> bool:
    run = subprocess.run(
        [program, *arguments], input=asked, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert run.returncode in {0, 1}, run.stderr
    return run.returncode == 0


@pytest.mark.parametrize("log", ["consent", "access"])
def test_every_tile_and_entry_fits_the_checkpoint(program: Path, served: Served, older: Path, log: str) -> None:
    kept = [older] if log == "consent" else []

    assert holds(program, f"{served.url}/log/{log}", vkey(served, log), *kept)


def test_a_checkpoint_with_a_cosignature_is_still_one(
    program: Path, platform: Platform, served: Served, older: Path, tmp_path: Path
) -> None:
    running: Running = start(platform, tmp_path, "w2")
    with running.process:
        witnesses.collect(with_witness(platform, running.setting), running.setting)
        running.process.terminate()

    assert 2 <= len(Note.from_bytes(served.get("/log/consent/checkpoint")).signatures)
    assert holds(program, f"{served.url}/log/consent", vkey(served), older)


def _changes() -> dict[str, tuple[str, int]]:
    return {
        "checkpoint, size": ("checkpoint", -150),
        "tile, first hash": ("tile/0/000", 0),
        "tile, last hash": ("tile/0/000", 256 * 32 - 1),
        "higher tile": ("tile/1/000.p/1", 5),
        "entries, length": ("tile/entries/000", 1),
        "entries, first": ("tile/entries/000", 2),
        "entries, last": ("tile/entries/000", -1),
    }


@pytest.mark.parametrize("name", _changes())
def test_one_changed_byte_of_what_is_served_is_found(program: Path, served: Served, older: Path, name: str) -> None:
    path, place = _changes()[name]
    served.tampering.path, served.tampering.place = f"/log/consent/{path}", place
    try:
        assert not holds(program, f"{served.url}/log/consent", vkey(served), older)
    finally:
        served.tampering.path = ""


@pytest.mark.parametrize("bundle", [False, True], ids=["hashes", "entries"])
def test_one_changed_byte_at_the_edge_of_the_log_is_found(
    program: Path, served: Served, older: Path, *, bundle: bool
) -> None:
    size = int(served.get("/log/consent/checkpoint").split(b"\n")[1])
    index, width = divmod(size, tiles.WIDTH)
    tile = Tile(None if bundle else 0, index, width)
    served.tampering.path, served.tampering.place = f"/log/consent/{tile.to_path()}", -1
    try:
        assert not holds(program, f"{served.url}/log/consent", vkey(served), older)
    finally:
        served.tampering.path = ""


def test_an_older_checkpoint_of_another_log_is_refused(
    program: Path, served: Served, older: Path, tmp_path: Path
) -> None:
    forged = tmp_path / "forged"
    content = older.read_bytes()
    forged.write_bytes(content[:-10] + bytes([content[-10] ^ 1]) + content[-9:])

    assert not holds(program, f"{served.url}/log/consent", vkey(served), forged)
    assert not holds(program, f"{served.url}/log/consent", vkey(served, "access"))
    assert not holds(program, f"{served.url}/log/access", vkey(served))


# ------------------------------------------------------------------------- proofs that we made


@pytest.fixture
def question(platform: Platform, served: Served, person: make.Person, older: Path) -> dict[str, object]:
    """Return what a receipt and an auditor's file prove, as the program asks for it."""
    listed = json.loads(served.get("/v1/me/receipts", **person.headers))["receipts"]
    receipt = served.get(f"/v1/me/receipts/{listed[3]['receipt_id']}?format=tlog-proof", **person.headers)
    proof = InclusionProof.from_bytes(receipt)
    size = int(older.read_bytes().split(b"\n")[1])
    whole = make.auditor(platform)
    with tarfile.open(fileobj=io.BytesIO(served.get(f"/v1/audit/bundle?from={size}", **whole))) as file:
        member = file.extractfile("consent/consistency")
        assert member is not None
        consistency = ConsistencyProof.from_bytes(member.read())
    now = int(proof.checkpoint.split(b"\n")[1])
    entries: list[bytes] = []
    for bundle in tiles.bundles_of_log(now):
        entries += workbench.entries_of(served.get(f"/log/consent/{bundle.to_path()}"))
    return {
        "VKey": vkey(served),
        "Checkpoint": proof.checkpoint,
        "Old": older.read_bytes(),
        "Entries": entries,
        "Consistency": list(consistency.hashes),
        "Index": proof.index,
        "Inclusion": list(proof.hashes),
    }


def as_text(asked: dict[str, object]) -> str:
    def text(value: object) -> object:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return [text(each) for each in value] if isinstance(value, list) else value

    return json.dumps({name: text(value) for name, value in asked.items()})


def test_a_receipt_and_an_auditors_proof_hold(program: Path, question: dict[str, object]) -> None:
    assert holds(program, asked=as_text(question))


def _flipped(value: object) -> object:
    if isinstance(value, list):
        return [*value[:-1], _flipped(value[-1])]
    assert isinstance(value, bytes)
    own = len(value)
    if value.startswith(b"localhost/"):  # a checkpoint: a witness's line behind the log's own is not the log's promise
        own = value.index(b"\n", value.index(b"\n\n") + 2)
    place = own - 10  # not at the end: the last letter of base64 may hold bits that say nothing
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


@pytest.mark.parametrize("name", ["Checkpoint", "Old", "Entries", "Consistency", "Inclusion"])
def test_a_changed_proof_is_refused(program: Path, question: dict[str, object], name: str) -> None:
    assert not holds(program, asked=as_text(question | {name: _flipped(question[name])}))
