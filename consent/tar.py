"""The one plain tar (POSIX ustar) that we write, and a reader that takes nothing else.

A header is accepted only if it is, byte for byte, the one that we would have written for this name
and size. So there are no links, no owners, no long names by extension, no padding that hides bytes.
"""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from consent.errors import Malformed

BLOCK: Final = 512
LARGEST_MEMBER: Final = 32 * 2**20
_NAME: Final = re.compile(rb"[a-z][a-z0-9]*(?:[/.][a-z0-9]+)*")
_LONGEST_NAME: Final = 99
_END: Final = bytes(2 * BLOCK)


def member(name: str, content: bytes) -> bytes:
    """Return the bytes of one member: header, content, padding."""
    return _header(name.encode("ascii"), len(content)) + content + bytes(-len(content) % BLOCK)


def end() -> bytes:
    """Return what stands after the last member."""
    return _END


class Readable(Protocol):
    """A file to read from front to back."""

    def read(self, count: int = ..., /) -> bytes:
        """Return the next `count` bytes, or fewer at the end."""
        ...


class Reader:
    """Takes the members in the order in which they stand, each by the name that the caller expects."""

    def __init__(self, file: Readable) -> None:
        """Read from `file`, which need not be seekable."""
        self._file = file
        self._next: tuple[str, int] | None = None
        self.read = 0
        """How many bytes have been read."""
        self._advance()

    @property
    def name(self) -> str | None:
        """The name of the next member."""
        return None if self._next is None else self._next[0]

    def take(self, name: str, *, longest: int = LARGEST_MEMBER) -> bytes:
        """Return the content of the next member, which is called `name`."""
        if self._next is None or self._next[0] != name:
            raise Malformed(f"{name} should stand here")
        size = self._next[1]
        if size > longest:
            raise Malformed(f"{name} is larger than it can be")
        content = self._exactly(size)
        if any(self._exactly(-size % BLOCK)):
            raise Malformed(f"something hides behind {name}")
        self._advance()
        return content

    def maybe(self, name: str, *, longest: int = LARGEST_MEMBER) -> bytes | None:
        """Return the content of the next member if it is called `name`."""
        return self.take(name, longest=longest) if self.name == name else None

    def series(self, form: str) -> Iterator[bytes]:
        """Yield the contents of the members `form` with 0, 1, 2 … for as long as they stand here."""
        count = 0
        while (content := self.maybe(form.format(count))) is not None:
            yield content
            count += 1

    def finish(self) -> None:
        """Refuse anything that is left."""
        if self._next is not None:
            raise Malformed("a member stands where none should be")

    def _advance(self) -> None:
        block = self._exactly(BLOCK)
        if not any(block):
            self._next = None
            if any(self._exactly(BLOCK)) or self._file.read(1):
                raise Malformed("something stands behind the end")
            return
        name, digits = block[:100].rstrip(b"\0"), block[124:135]
        if not re.fullmatch(rb"[0-7]{11}", digits) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            raise Malformed("this is not a bundle")
        size = int(digits, 8)
        if block != _header(name, size):
            raise Malformed("a header is not plain")
        self._next = name.decode("ascii"), size

    def _exactly(self, count: int) -> bytes:
        content = self._file.read(count) if count else b""
        self.read += len(content)
        if len(content) != count:
            raise Malformed("the file ends too early")
        return content


def _header(name: bytes, size: int) -> bytes:
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or size > LARGEST_MEMBER:
        raise Malformed("a member has a short plain name and at most 32 MiB")
    before = name.ljust(100, b"\0") + b"0000644\0" + 2 * b"0000000\0" + b"%011o\0" % size + b"%011o\0" % 0
    after = b"0" + bytes(100) + b"ustar\x0000" + bytes(247)
    total = sum(before) + sum(after) + 8 * ord(" ")
    return before + b"%06o\0 " % total + after
