"""Reading and writing the fields of a logged body: every value in one form, nothing left over."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar
from uuid import UUID

from consent.canonical import LARGEST_NUMBER, Value
from consent.errors import Malformed
from consent.types import LONGEST_KEY

T = TypeVar("T")

KEY: Final = re.compile(rf"(?=.{{1,{LONGEST_KEY}}}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
PSEUDONYM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
HASH: Final = re.compile(r"[0-9a-f]{64}")
NAME: Final = re.compile(r"[!-~]{1,200}")
"""A client, a path, a signing key: printable ASCII without spaces."""
LONGEST_LIST: Final = 4_096
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Fields:
    """The fields of a body, each of which is taken once; `finish` refuses what nobody took."""

    __slots__ = ("_left",)

    def __init__(self, body: Mapping[str, Value]) -> None:
        """Take from a copy of `body`."""
        self._left = dict(body)

    def has(self, name: str) -> bool:
        """Tell whether the field is there and not yet taken."""
        return name in self._left

    def text(self, name: str, form: re.Pattern[str]) -> str:
        """Return a text of exactly this form."""
        value = self._left.pop(name, None)
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise Malformed(f"{name} is missing or has another form")
        return value

    def number(self, name: str) -> int:
        """Return a number from 0 up."""
        value = self._left.pop(name, None)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_NUMBER:
            raise Malformed(f"{name} is missing or not a number")
        return value

    def moment(self, name: str) -> datetime:
        """Return a moment in UTC with microseconds."""
        return moment(self.text(name, _MOMENT))

    def uuid(self, name: str) -> UUID:
        """Return an id."""
        return uuid(self._left.pop(name, None))

    def keys(self, name: str) -> tuple[str, ...]:
        """Return words in their order, each once."""
        values = self._left.pop(name, None)
        if not isinstance(values, list) or len(values) > LONGEST_LIST:
            raise Malformed(f"{name} is missing or not a list")
        for each in values:
            if not isinstance(each, str) or KEY.fullmatch(each) is None:
                raise Malformed(f"{name} holds something else than words")
        if any(one >= two for one, two in pairwise(values)):
            raise Malformed(f"{name} is not in order")
        return tuple(values)

    def uuids(self, name: str) -> frozenset[UUID]:
        """Return ids, which stand in their order, each once."""
        values = self._left.pop(name, None)
        if not isinstance(values, list) or len(values) > LONGEST_LIST:
            raise Malformed(f"{name} is missing or not a list")
        found = [uuid(each) for each in values]
        if any(one >= two for one, two in pairwise(found)):
            raise Malformed(f"{name} is not in order")
        return frozenset(found)

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return numbers from 0 up in their order, each once, at least one."""
        values = self._left.pop(name, None)
        if not isinstance(values, list) or not 1 <= len(values) <= LONGEST_LIST:
            raise Malformed(f"{name} is missing or not a list")
        if not all(type(each) is int and each >= 0 for each in values):
            raise Malformed(f"{name} holds something else than numbers")
        if any(one >= two for one, two in pairwise(values)):
            raise Malformed(f"{name} is not in order")
        return tuple(values)

    def within(self, name: str) -> "Fields":
        """Return the fields of an object inside."""
        value = self._left.pop(name, None)
        if not isinstance(value, dict):
            raise Malformed(f"{name} is missing or not an object")
        return Fields(value)

    def object(self, name: str) -> Mapping[str, Value]:
        """Return an object as it is, for whoever knows its form."""
        value = self._left.pop(name, None)
        if not isinstance(value, dict):
            raise Malformed(f"{name} is missing or not an object")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return texts of any form in the order in which they stand."""
        values = self._left.pop(name, None)
        if not isinstance(values, list) or len(values) > LONGEST_LIST:
            raise Malformed(f"{name} is missing or not a list")
        if not all(isinstance(each, str) for each in values):
            raise Malformed(f"{name} holds something else than text")
        return tuple(str(each) for each in values)

    def maybe(self, name: str, take: Callable[[str], T]) -> T | None:
        """Return what `take` makes of the field, or None where it is absent."""
        return take(name) if name in self._left else None

    def finish(self) -> None:
        """Refuse a body with fields that nobody took."""
        if self._left:
            raise Malformed("a body has a field that its event does not have")


def uuid(value: object) -> UUID:
    """Return the id that `value` spells in lower case with hyphens."""
    if not isinstance(value, str):
        raise Malformed("an id is text")
    return _uuid(value)


def moment(text: str) -> datetime:
    """Return the moment that `text` says, which has the form of `from_moment`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed("there is no such moment") from error


def from_moment(at: datetime) -> str:
    """Return `at` in UTC with microseconds: `2025-03-01T10:00:00.000000Z`."""
    plain = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{plain.isoformat(timespec='microseconds')[:-6]}Z"


def without_none(**fields: Value | None) -> dict[str, Value]:
    """Return the fields that are there."""
    return {name: value for name, value in fields.items() if value is not None}


def from_uuids(ids: Iterable[UUID] | None) -> list[Value] | None:
    """Return ids in their order as text."""
    return None if ids is None else [str(each) for each in sorted(ids)]


@lru_cache(16_384)
def _uuid(value: str) -> UUID:
    try:
        found = UUID(value)
    except ValueError as error:
        raise Malformed("this is not an id") from error
    if str(found) != value:
        raise Malformed("this id has another spelling")
    return found
