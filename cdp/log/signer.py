"""Signs checkpoints, and remembers on the disk, outside the database, what it signed.

Rules: (1) what is signed extends what was signed before, shown by a consistency proof from there; (2) size and root are
on the disk, file and folder, before the signature leaves; (3) so a database that was set back to an older state is
refused, for ever: two logs with one name and key would be worse than a log that stands still (`cdp log recover`);
(4) where memory and database were set back together only somebody else can tell: what a witness accuses us of is kept;
(5) a new key waits beside the old one until the database knows it (`cdp.log.key_rotation`), so no crash loses a key.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cdp.keys.errors import KeyFailure
from consent import merkle
from consent.checkpoints import Checkpoint
from consent.encoding import hash_from_base64, to_base64
from consent.errors import Malformed, VerificationFailed
from consent.notes import Note, Signer

_OTHERS: Final = 0o077

Prove = Callable[[int], Sequence[bytes]]
"""`prove(size)`: the proof that the log of `size` leaves is the beginning of the one to be signed."""


class Forked(KeyFailure):
    """The log in the database is not an extension of what was signed before."""


class SignerBroken(KeyFailure):
    """The key or the state of a log's signer is not there, or cannot be read."""


@dataclass(frozen=True, slots=True)
class State:
    """What was signed last."""

    origin: str
    size: int
    root: bytes


class LogSigner:
    """The private key of one log, and the memory of what it signed."""

    def __init__(self, folder: Path, name: str) -> None:
        """Name the files; nothing is read yet."""
        self.path: Final = folder / f"{name}.key"
        self._next: Final = folder / f"{name}.key.next"
        self._state: Final = folder / f"{name}.state"
        self._lock: Final = folder / f"{name}.lock"
        self._accusation: Final = folder / f"{name}.forked"

    def create(self, origin: str) -> Signer:
        """Make the key and an empty memory; one that signed nothing yet is taken as it is."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.held():
            if not self.path.exists():
                _write(self._state, _to_bytes(State(origin, 0, merkle.EMPTY_ROOT)))
                _write(self.path, Signer.from_seed(origin, os.urandom(32)).to_skey().encode())
            if self.state().size:
                raise Forked(f"{self.path.name} in CDP_HOME signs for another database")
        return self.signer()

    def prepare(self, origin: str) -> Signer:
        """Put a new key for the same log beside the old one, on the disk; the caller holds the signer."""
        fresh = Signer.from_seed(origin, os.urandom(32))
        _write(self._next, fresh.to_skey().encode())
        return fresh

    @property
    def has_prepared(self) -> bool:
        """Whether a new key lies beside the old one: its rotation runs, or a crash ended it."""
        return self._next.exists()

    def prepared(self) -> Signer | None:
        """Return the key beside the old one, if there is one; the caller holds the signer."""
        return _read(self._next) if self.has_prepared else None

    def adopt(self) -> None:
        """Let the prepared key sign from now on, on the disk; the caller holds the signer."""
        self._next.replace(self.path)
        _settle_folder(self.path.parent)

    def drop(self) -> None:
        """Forget the prepared key, which nobody knows; the caller holds the signer."""
        self._next.unlink(missing_ok=True)
        _settle_folder(self.path.parent)

    def signer(self) -> Signer:
        """Return the private key; raises SignerBroken."""
        return _read(self.path)

    def state(self) -> State:
        """Return what was signed last; raises SignerBroken."""
        try:
            kept = json.loads(self._state.read_bytes())
            return State(str(kept["origin"]), int(kept["size"]), hash_from_base64(kept["root"]))
        except (OSError, ValueError, KeyError, TypeError, Malformed):
            raise SignerBroken(f"{self._state.name} cannot be read: restore it, never begin anew") from None

    def accuse(self, said: str) -> None:
        """Sign nothing more, for ever: somebody was shown another log under this name."""
        with self.held():
            if self.accusation() is None:
                _write(self._accusation, said.encode())

    def accusation(self) -> str | None:
        """Return what somebody else saw that this log is not; None while nobody did."""
        try:
            return self._accusation.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeError):
            return "an accusation cannot be read"

    def check_accusation(self) -> None:
        """Raise Forked when somebody else was shown another log under this name."""
        said = self.accusation()
        if said is not None:
            raise Forked(f"{said}: see cdp log recover")

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> Note:
        """Return the signed checkpoint; raises Forked unless it extends what was signed before. Waits for the disk."""
        with self.held():
            self.check_accusation()
            signer, last = self.signer(), self.state()
            _check_extends(last, checkpoint, prove)
            if (last.size, last.root) != (checkpoint.size, checkpoint.root):
                _write(self._state, _to_bytes(State(checkpoint.origin, checkpoint.size, checkpoint.root)))
            return checkpoint.signed(signer)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process, and every other holder in this one, from signing and from changing the key."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _check_extends(last: State, checkpoint: Checkpoint, prove: Prove) -> None:
    if last.origin != checkpoint.origin:
        raise Forked(f"this key signs for {last.origin}, not for {checkpoint.origin}")
    if checkpoint.size < last.size:
        raise Forked(f"{last.size} leaves were signed and the database holds {checkpoint.size}: see cdp log recover")
    try:
        merkle.verify_consistency(last.size, checkpoint.size, prove(last.size), last.root, checkpoint.root)
    except (VerificationFailed, Malformed) as error:
        raise Forked("the database holds another log than the one that was signed: see cdp log recover") from error


def _to_bytes(state: State) -> bytes:
    return json.dumps({"origin": state.origin, "size": state.size, "root": to_base64(state.root)}).encode()


def _read(path: Path) -> Signer:
    try:
        if path.stat().st_mode & _OTHERS:
            raise SignerBroken(f"others can read {path.name}: chmod go= it")
        return Signer.from_skey(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise SignerBroken(f"the log's key {path.name} is not in CDP_HOME") from None
    except (Malformed, UnicodeError):
        raise SignerBroken(f"the log's key {path.name} cannot be read") from None


def _write(path: Path, content: bytes) -> None:
    """Put `content` on the disk, whole or not at all, for nobody else to read."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _settle_folder(path.parent)


def _settle_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
