"""`python -m consent`: verify a bundle or a receipt, or run a witness; needs cryptography and rfc8785 only."""

import argparse
import gc
import json
import os
import secrets
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final

from consent import without_models

without_models.settle()

from consent import verify, witness  # noqa: E402 - what stands above decides what this may import
from consent.errors import Problem  # noqa: E402 - as for the line above
from consent.notes import Algorithm, Key, Signer  # noqa: E402 - as for the line above
from consent.proofs import LONGEST_FILE  # noqa: E402 - as for the line above
from consent.verify import Trust, Verdict  # noqa: E402 - as for the line above

HOLDS: Final = 0
FAILS: Final = 1
MISUSED: Final = 2
_RECEIPT: Final = b"c2sp.org/tlog-proof@"
_LARGE: Final = 32 * 2**20
_STEP: Final = 4 * 2**20
_BAR: Final = 40
_SHOWN: Final = 10


class Watched:
    """A file that shows on stderr how much of it has been read."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """Watch `file`, which has `size` bytes; a small one, and one without a terminal, in silence."""
        self._file = file
        self._size = size
        self._read = 0
        self._shown = 0
        self._is_silent = size < _LARGE or not sys.stderr.isatty()

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes."""
        content = self._file.read(count)
        self._read += len(content)
        if not self._is_silent and (self._read - self._shown >= _STEP or self._read == self._size):
            self._shown = self._read
            done = self._read * _BAR // max(self._size, 1)
            sys.stderr.write(f"\r[{'#' * done}{'.' * (_BAR - done)}] {self._read * 100 // self._size:3d} %")
            sys.stderr.write("\n" if self._read == self._size else "")
            sys.stderr.flush()
        return content


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says, and return the exit code: 0 only if everything holds."""
    parser = argparse.ArgumentParser(prog="python -m consent", description=__doc__)
    commands = parser.add_subparsers(required=True)
    _add_verify(commands.add_parser("verify", help="check an auditor's bundle or a customer's receipt, offline"))
    _add_witness(commands.add_parser("witness", help="cosign checkpoints that extend what was seen before"))
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except Problem as problem:
        sys.stderr.write(f"{problem.message}\n")
        return MISUSED
    except OSError as error:
        sys.stderr.write(f"{error.strerror or 'cannot be read'}: {error.filename or ''}\n")
        return MISUSED
    return code


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a bundle (tar) or a receipt (.tlog-proof)")
    parser.add_argument("--known", type=Path, metavar="CHECKPOINT", help="a signed checkpoint that you kept")
    parser.add_argument("--vkey", action="append", default=[], help="a key that you trust (log or witness); repeatable")
    parser.add_argument("--accept-erased", action="store_true")
    parser.add_argument("--in-flight", type=float, default=verify.IN_FLIGHT.total_seconds(), metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="write the verdict as JSON")
    parser.set_defaults(run=_verify)


def _add_witness(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="the name under which you cosign, such as witness.example/w1")
    parser.add_argument("--key", type=Path, required=True, help="file with the private key; made if it is not there")
    parser.add_argument("--state", type=Path, required=True, help="file with what was seen; keep it as long as the key")
    parser.add_argument("--log", action="append", required=True, metavar="VKEY", help="a log to cosign; repeatable")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8400)
    parser.set_defaults(run=_witness)


def _verify(chosen: argparse.Namespace) -> int:
    known = None if chosen.known is None else chosen.known.read_bytes()
    keys = _keys(chosen.vkey)
    trust = Trust(keys, known, timedelta(seconds=max(0.0, min(chosen.in_flight, 3600.0))), chosen.accept_erased)
    gc.disable()  # a verdict makes millions of values and no cycles
    with chosen.file.open("rb") as file:
        is_receipt = file.read(len(_RECEIPT)) == _RECEIPT
        file.seek(0)
        if is_receipt and not keys:
            sys.stderr.write("a receipt is checked against a key that you trust: give it with --vkey\n")
            return MISUSED
        if is_receipt:
            verdict = verify.verify_receipt(file.read(LONGEST_FILE + 1), trust)
        else:
            verdict = verify.verify_bundle(Watched(file, os.fstat(file.fileno()).st_size), trust)
    sys.stdout.write(f"{json.dumps(verdict.to_json(), indent=1)}\n" if chosen.json else _said(verdict))
    return HOLDS if verdict.holds else FAILS


def _keys(given: list[str]) -> tuple[Key, ...]:
    """Return the keys that were named; a log that changed its key publishes several, one a line."""
    return tuple(Key.from_vkey(vkey) for each in given for vkey in each.split() or [each])


def _said(verdict: Verdict) -> str:
    lines = ["HOLDS: everything in this file was checked." if verdict.holds else "DOES NOT HOLD."]
    for each in verdict.failures[:_SHOWN]:
        where = each.log if each.index is None else f"{each.log} log, index {each.index}"
        lines.append(f"  {where}: {each.message}")
    if (left := len(verdict.failures[_SHOWN:]) + verdict.more_failures) > 0:
        lines.append(f"  and {left} more")
    counts = (f"{name.replace('_', ' ')} {count}" for name, count in verdict.checked.items())
    lines.append(f"Checked: {', '.join(counts) or 'nothing'}")
    lines += [f"Note: {caution}" for caution in verdict.cautions]
    return "".join(f"{line}\n" for line in lines)


def _witness(chosen: argparse.Namespace) -> int:
    signer = _signer(chosen.key, chosen.name)
    logs = list(_keys(chosen.log))
    seeing = witness.Witness(signer, logs, chosen.state, lambda: time.time_ns() // 10**9)
    with witness.server(seeing, chosen.host, chosen.port) as listening:
        sys.stdout.write(f"{seeing.key.to_vkey()}\nhttp://{chosen.host}:{listening.server_port}/add-checkpoint\n")
        sys.stdout.flush()
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            return HOLDS
    return HOLDS


def _signer(path: Path, name: str) -> Signer:
    if not path.exists():
        fresh = Signer.from_seed(name, secrets.token_bytes(32), Algorithm.COSIGNATURE)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh.to_skey() + "\n")
            file.flush()
            os.fsync(file.fileno())
    return Signer.from_skey(path.read_text().strip())


if __name__ == "__main__":
    sys.exit(main())
