"""The key ring's file: read whole, written atomically, shared by the processes of one host.

Rules:
(1) Readers hold a shared and writers an exclusive flock on `ring.lock`, so nobody reads a half-written file.
(2) A write goes to a temporary file, fsync, rename, fsync of the directory; only then has it happened.
(3) The replaced file and any temporary file left by a crash are overwritten with zeros, so that destroyed nodes do not
    stay behind. (A copy-on-write file system or a flash disk may keep old blocks: encrypt the disk as well.)
(4) The directory is 0700 and the files 0600; a ring that others can read is not used.
(5) A file that is torn, changed or of an unknown version is an error, never a reason to begin anew.
"""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import msgspec

from cdp.keys.errors import RingBroken

FORMAT: Final = b"cdp key ring 1\n"
_DIGEST_BYTES: Final = 32
_NODE_BYTES: Final = 40
_OPEN_TO_OTHERS: Final = 0o077


class Generation(msgspec.Struct, frozen=True):
    """One tree: its number, when it was begun (seconds since 1970) and its packed live nodes."""

    number: int
    created: int
    nodes: bytes

    def __post_init__(self) -> None:
        """Check what a changed file could get wrong."""
        if self.number < 1 or len(self.nodes) % _NODE_BYTES:
            raise ValueError("a generation is malformed")

    def __repr__(self) -> str:
        """Give a text without the keys."""
        return f"Generation({self.number})"


class Contents(msgspec.Struct, frozen=True):
    """What stands in the file: the trees, oldest first, and the single keys by name."""

    generations: tuple[Generation, ...]
    singles: dict[str, bytes]

    def __repr__(self) -> str:
        """Give a text without the keys."""
        return f"Contents({len(self.generations)} generations)"


class Edition:
    """One version of the file as it was read, and the way to see whether it is still the present one."""

    __slots__ = ("__weakref__", "_identity", "contents")

    def __init__(self, contents: Contents, descriptor: int) -> None:
        """Keep the descriptor open while this edition lives: so its inode number cannot be given to a later file."""
        self.contents = contents
        self._identity = _identity(os.fstat(descriptor))
        weakref.finalize(self, os.close, descriptor)

    def is_present(self, path: str) -> bool:
        """Say whether the file at `path` is still this one; costs one stat."""
        try:
            return _identity(os.stat(path)) == self._identity  # noqa: PTH116 -- on the hot path, and twice as fast
        except OSError:
            raise RingBroken("the key ring is gone") from None


class RingFile:
    """The file `ring` in one directory."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing is touched yet."""
        self.directory = directory
        self.path: Final = directory / "ring"
        self._next: Final = directory / "ring.next"
        self._lock: Final = directory / "ring.lock"

    @classmethod
    def prepare(cls, directory: Path) -> Self:
        """Make the directory if it is not there, and refuse one that others can enter."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_open(directory)
        return cls(directory)

    def exists(self) -> bool:
        """Say whether there is a ring file, readable or not."""
        return os.path.lexists(self.path)

    @contextmanager
    def locked(self, *, exclusive: bool) -> Iterator[None]:
        """Hold the lock; not re-entrant, and threads of one process exclude each other too."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def read(self) -> Edition:
        """Return the present edition; call under the lock. Raises RingBroken."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise RingBroken("there is no key ring here") from None
        except OSError as error:
            raise RingBroken(f"the key ring cannot be opened: {error.strerror}") from error
        try:
            _refuse_open(self.path)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                contents = _parse(file.read())
            return Edition(contents, descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def write(self, contents: Contents) -> None:
        """Replace the file; durable when this returns. Call under the exclusive lock."""
        body = msgspec.msgpack.encode(contents)
        self._sweep()
        descriptor = os.open(self._next, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(FORMAT + sha256(body).digest() + body)
            file.flush()
            os.fsync(file.fileno())
        with _scrubbing(self.path):
            self._next.rename(self.path)
            self.sync()

    def sync(self) -> None:
        """Make the last rename durable."""
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        """Remove what a crashed write left."""
        if os.path.lexists(self._next):
            with _scrubbing(self._next):
                self._next.unlink()


def _identity(seen: os.stat_result) -> tuple[int, int, int, int]:
    return seen.st_ino, seen.st_mtime_ns, seen.st_size, seen.st_dev


def _parse(file: bytes) -> Contents:
    if not file.startswith(b"cdp key ring "):
        raise RingBroken("this file is not a key ring")
    if not file.startswith(FORMAT):
        raise RingBroken("the key ring has another format version; use the release that wrote it")
    digest, body = file[len(FORMAT) :][:_DIGEST_BYTES], file[len(FORMAT) + _DIGEST_BYTES :]
    if sha256(body).digest() != digest:
        raise RingBroken("the key ring is torn or was changed; restore it from its backup")
    try:
        contents = msgspec.msgpack.decode(body, type=Contents)
    except msgspec.MsgspecError:
        raise RingBroken("the key ring cannot be understood; restore it from its backup") from None
    if not contents.generations:
        raise RingBroken("the key ring holds no keys; restore it from its backup")
    return contents


def _refuse_open(path: Path) -> None:
    if path.stat().st_mode & _OPEN_TO_OTHERS:
        raise RingBroken(f"other users can reach the key ring's {path.name}; take their rights away (chmod go= )")


@contextmanager
def _scrubbing(path: Path) -> Iterator[None]:
    """Overwrite the old file with zeros after the block, if no name leads to it any more."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield
        return
    try:
        yield
        with suppress(OSError):  # the new file stands already: failing to clean up must not undo that
            _overwrite(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(descriptor: int) -> None:
    old = os.fstat(descriptor)
    if old.st_nlink == 0:
        os.write(descriptor, bytes(old.st_size))
        os.fsync(descriptor)
