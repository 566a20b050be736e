"""Cutting JSON into pieces without decoding it, so that one bad piece cannot spoil its neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# The next mark of structure, strings skipped; a lone quote is a string that does not end.
_AMONG_ELEMENTS: Final = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+(["\[\]{},])', re.DOTALL)
_INSIDE: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+(["\[\]{}])', re.DOTALL)
_OPENING: Final = b"[{"
_MEMBER: Final = re.compile(rb'"((?:[^"\\]|\\.)*+)"\s*:\s*', re.DOTALL)
_SPACE: Final = b" \t\r\n"

MARKS: Final = 250_000
"""Most brackets in what is cut in memory: each costs about a microsecond, and honest batches hold far fewer."""


class UncuttableError(ValueError):
    """The bytes are not even built like JSON."""


class Piece(NamedTuple):
    """One element of an array, with where it stands in the stream."""

    start: int
    end: int
    text: bytes


class ArraySplitter:
    """Cuts an array into its elements as the bytes arrive; holds one element at a time.

    Brackets are counted, not matched: whether a piece is JSON is for whoever decodes it. Start
    with `inside` to go on behind an element.
    """

    def __init__(self, *, offset: int = 0, inside: bool = False, longest: int | None = None) -> None:
        """Begin at `offset`; refuse elements that are `longest` bytes or more."""
        self._buffer = b""
        self._offset = offset
        self._scanned = 0
        self._depth = 1 if inside else 0
        self._longest = longest
        self._is_empty = True
        self.ended = False

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Take in `chunk` and yield every element that is now complete."""
        self._buffer += chunk
        start = 0
        while token := (_INSIDE if self._depth > 1 else _AMONG_ELEMENTS).match(self._buffer, self._scanned):
            mark, at = token.group(1), token.start(1)
            if mark == b'"':
                self._scanned = at
                break
            self._scanned = at + 1
            if self._depth == 0:
                self._begin(at, mark)
                start = at + 1
            elif mark != b",":
                self._depth += 1 if mark in _OPENING else -1
                if self._depth == 0:
                    self.ended = True
                    yield from self._last(start, at)
                    start = at + 1
            elif self._depth == 1:
                yield Piece(self._offset + start, self._offset + at + 1, self._text(start, at))
                self._is_empty = False
                start = at + 1
        self._forget(start)

    def close(self) -> None:
        """Raise UncuttableError unless the array has ended and nothing but space came after it."""
        if not self.ended or self._buffer.strip(_SPACE):
            raise UncuttableError

    def _begin(self, position: int, mark: bytes) -> None:
        if self.ended or mark != b"[" or self._text(0, position):
            raise UncuttableError
        self._depth = 1

    def _text(self, start: int, end: int) -> bytes:
        return self._buffer[start:end].strip(_SPACE)

    def _last(self, start: int, end: int) -> Iterator[Piece]:
        """Yield what stands before the closing bracket; it stays in front of a reader who resumes here."""
        text = self._text(start, end)
        if text or not self._is_empty:
            yield Piece(self._offset + start, self._offset + end, text)

    def _forget(self, start: int) -> None:
        self._buffer = self._buffer[start:]
        self._offset += start
        self._scanned = max(self._scanned - start, 0)
        if self._longest is not None and len(self._buffer) >= self._longest:
            raise UncuttableError


def elements(array: bytes) -> list[bytes]:
    """Return the elements of `array` as they stand; raises UncuttableError."""
    if sum(array.count(mark) for mark in (b"[", b"]", b"{", b"}")) > MARKS:
        raise UncuttableError
    splitter = ArraySplitter()
    pieces = [piece.text for piece in splitter.feed(array)]
    splitter.close()
    return pieces


def members(obj: bytes) -> dict[bytes, bytes]:
    """Return the members of the object `obj`: key without quotes, value as it stands; raises UncuttableError."""
    text = obj.strip(_SPACE)
    if not (text.startswith(b"{") and text.endswith(b"}")):
        raise UncuttableError
    found: dict[bytes, bytes] = {}
    for member in elements(b"[" + text[1:-1] + b"]"):
        named = _MEMBER.match(member)
        if named is None:
            raise UncuttableError
        found[named.group(1)] = member[named.end() :]
    return found


def is_deeper(text: bytes, limit: int) -> bool:
    """Say whether `text` nests deeper than `limit`."""
    depth = position = 0
    while depth <= limit and (token := _INSIDE.match(text, position)):
        position = token.end()
        mark = token.group(1)
        depth += (mark in _OPENING) - (mark in b"]}")
    return depth > limit
