"""A witness (C2SP tlog-witness v1.0.0): it cosigns a log's checkpoint only if the log grew from what it saw last.

Whoever runs one keeps the platform from showing different logs to different people. The state, one
checkpoint for each log, is on disk before the cosignature leaves; a log is never taken back.
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Final

from consent import checkpoints, merkle
from consent.checkpoints import Checkpoint
from consent.encoding import hash_from_base64, to_base64
from consent.errors import Malformed, VerificationFailed
from consent.notes import Algorithm, Key, Note, Signer
from consent.proofs import LONGEST_FILE, ConsistencyProof

LONGEST_WAIT: Final = 10
"""Seconds after which a sender that says nothing is left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness says: an HTTP status, a body and what kind of text it is."""

    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


class Witness:
    """Remembers the latest checkpoint of every log that it knows, and cosigns what extends it."""

    def __init__(self, signer: Signer, logs: Iterable[Key], state: Path, now: Callable[[], int]) -> None:
        """Cosign for `logs` with `signer`; keep what was seen in the file `state`."""
        if signer.key.algorithm is not Algorithm.COSIGNATURE:
            raise ValueError("a witness signs with a cosignature key")
        self._signer = signer
        self._logs = tuple(logs)
        self._state = state
        self._now = now
        self._lock = Lock()
        self._seen = _read(state)

    @property
    def key(self) -> Key:
        """The key that others need to check its cosignatures."""
        return self._signer.key

    def add_checkpoint(self, body: bytes) -> Answer:
        """Return the cosignature on the checkpoint in `body`, or why there is none."""
        try:
            proof = ConsistencyProof.from_bytes(body)
            note = Note.from_bytes(proof.checkpoint)
            claimed = Checkpoint.from_text(note.text)
        except Malformed as problem:
            return Answer(400, f"{problem.message}\n")
        if not any(key.name == claimed.origin for key in self._logs):
            return Answer(404, "this log is not known here\n")
        try:
            here = checkpoints.verified(proof.checkpoint, self._logs).checkpoint
        except (Malformed, VerificationFailed) as problem:
            return Answer(403, f"{problem.message}\n")
        if proof.old > here.size:
            return Answer(400, "the old size is larger than the checkpoint\n")
        with self._lock:
            return self._cosign(proof, here, note)

    def _cosign(self, proof: ConsistencyProof, here: Checkpoint, note: Note) -> Answer:
        size, root = self._seen.get(here.origin, (0, merkle.EMPTY_ROOT))
        if proof.old != size or (here.size == size and here.root != root):
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        try:
            merkle.verify_consistency(size, here.size, proof.hashes, root, here.root)
        except (Malformed, VerificationFailed) as problem:
            return Answer(422, f"{problem.message}\n")
        seen = self._seen | {here.origin: (here.size, here.root)}
        _write(self._state, seen)
        self._seen = seen
        return Answer(200, self._signer.cosign(note.text, at=self._now()).to_line())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    witness: Witness


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "witness"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = LONGEST_WAIT

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_FILE:
            self._say(Answer(413, "a checkpoint is shorter\n"))
        elif self.path != "/add-checkpoint":
            self._say(Answer(404, "there is only /add-checkpoint\n"))
        else:
            self._say(self.server.witness.add_checkpoint(self.rfile.read(int(length))))

    def _say(self, answer: Answer) -> None:
        content = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(content)))
        if answer.status == 413:  # noqa: PLR2004 - what was not read must not be taken for the next request
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: who asks is nobody's business."""


def server(witness: Witness, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """Return a server that answers for `witness`; call `serve_forever` and `shutdown` on it."""
    listening = _Server((host, port), _Handler)
    listening.witness = witness
    return listening


def _read(path: Path) -> dict[str, tuple[int, bytes]]:
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_bytes())
        return {origin: (int(size), hash_from_base64(root)) for origin, (size, root) in kept.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise Malformed("the witness's state cannot be read: restore it, never begin anew") from error


def _write(path: Path, seen: dict[str, tuple[int, bytes]]) -> None:
    """Put the state on disk, whole or not at all, before anything is said."""
    content = json.dumps({origin: [size, to_base64(root)] for origin, (size, root) in seen.items()}).encode()
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
