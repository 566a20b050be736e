"""Cutting JSON into pieces without decoding it, so that one bad piece cannot spoil its neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# A whole string, or one mark of structure; a lone quote is a string that does not end.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|["\[\]{},:]', re.DOTALL)
_SPACE: Final = b" \t\r\n"


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
        for token in _TOKEN.finditer(self._buffer, self._scanned):
            mark = token.group()
            if mark == b'"':
                self._scanned = token.start()
                break
            self._scanned = token.end()
            if self._depth == 0:
                self._begin(token.start(), mark)
                start = token.end()
                continue
            self._depth += (mark in b"[{") - (mark in b"]}")
            if self._depth == 0:
                self.ended = True
                yield from self._last(start, token.start())
                start = token.end()
            elif self._depth == 1 and mark == b",":
                yield Piece(self._offset + start, self._offset + token.end(), self._text(start, token.start()))
                self._is_empty = False
                start = token.end()
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
    splitter = ArraySplitter()
    pieces = [piece.text for piece in splitter.feed(array)]
    splitter.close()
    return pieces


def members(obj: bytes) -> dict[bytes, bytes]:
    """Return the members of the object `obj`: key without quotes, value as it stands; raises UncuttableError."""
    found: dict[bytes, bytes] = {}
    depth, start, key = 0, 0, b""
    for token in _TOKEN.finditer(obj):
        mark = token.group()
        depth += (mark in b"[{") - (mark in b"]}")
        if mark == b'"' or (depth == 0 and mark != b"}"):
            raise UncuttableError
        if depth == 1 and mark == b":" and not key:
            key, start = obj[start : token.start()].strip(_SPACE)[1:-1], token.end()
        elif (depth == 1 and mark in b"{,") or depth == 0:
            if key:
                found[key] = obj[start : token.start()].strip(_SPACE)
            key, start = b"", token.end()
        if depth == 0:
            break
    if depth or obj[start:].strip(_SPACE) or not obj.lstrip(_SPACE).startswith(b"{"):
        raise UncuttableError
    return found


def depth(text: bytes) -> int:
    """Return how deep `text` nests, at most."""
    now = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        now += (mark in b"[{") - (mark in b"]}")
        deepest = max(deepest, now)
    return deepest
