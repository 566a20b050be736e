"""Canonical JSON (RFC 8785): the one way to write a body, and the strict way to read one.

A body holds objects, arrays, strings and integers that every JSON reader understands
alike. It is written once; afterwards its bytes are kept and hashed as they are, never written anew.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

import rfc8785

from consent.errors import Malformed

LARGEST_NUMBER: Final = 2**53 - 1
LONGEST_BODY: Final = 65_535
_DEEPEST: Final = 9
"""How deep a value may stand: in a change of wishes hours and exceptions of a dossier that joined are that deep."""

Value = str | int | Sequence["Value"] | Mapping[str, "Value"]


def to_bytes(body: Mapping[str, Value]) -> bytes:
    """Return `body` as canonical bytes."""
    _check(body, _DEEPEST)
    try:
        content = rfc8785.dumps(body)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise Malformed("this has no canonical form") from error
    if len(content) > LONGEST_BODY:
        raise Malformed("a body is shorter")
    return content


def from_bytes(content: bytes) -> dict[str, Value]:
    """Return the body in `content`; a key that stands twice, a fraction, a null or a huge number is Malformed."""
    if len(content) > LONGEST_BODY:
        raise Malformed("a body is shorter")
    try:
        body = _DECODER.decode(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("this is not a body in JSON") from error
    if not isinstance(body, dict):
        raise Malformed("a body is an object")
    return body


def _check(value: object, deepest: int) -> None:
    if deepest == 0:
        raise Malformed("a body is not so deep")
    if isinstance(value, Mapping):
        for name, each in value.items():
            _check_text(name)
            _check(each, deepest - 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list | tuple):
        for each in value:
            _check(each, deepest - 1)
    elif isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
        raise Malformed("a body holds strings and small integers")


def _check_text(value: object) -> None:
    if not isinstance(value, str):
        raise Malformed("a name is text")


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a name stands twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(value := int(digits)) > LARGEST_NUMBER or digits == "-0":  # noqa: PLR2004 - of 2⁵³, with a sign
        raise Malformed("this number is too large")
    return value


def _refused(_: str) -> Value:
    raise Malformed("a body holds strings and small integers")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_refused, parse_int=_integer, parse_constant=_refused
)
