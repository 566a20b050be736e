"""Every code that an error can have, as one table; `python -m api.codes` writes it to docs/errors.md, a test compares.

The words are those of the code: the first line of a problem's docstring. What the edge and the command say without a
problem of their own stands here.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import api
import cdp
import consent
from api import errors
from cdp.ingest.items import Reason
from consent.errors import Problem

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "errors.md"
EDGE: Final = {
    "address-too-long": (414, "The address of this request is too long."),
    "error": (500, "Something went wrong on our side; the operator finds it by its request id."),
    "headers-too-large": (431, "The headers of this request are too large."),
    "method-not-allowed": (405, "This resource does not take this method."),
    "unavailable": (503, "The store is not reachable at the moment; try again."),
    "unreadable-request": (400, "This request cannot be read."),
    "unsupported-content": (415, "This content type is not understood here; send application/json."),
}
COMMAND: Final = {
    "database": "The database did not answer as it should; exit code 9.",
    "key-ring": "The key ring is not there or not whole; exit code 8.",
    "postgres": "PostgreSQL did not start; exit code 9.",
}
REASONS: Final = {
    Reason.MALFORMED: "It is not JSON, or not an object.",
    Reason.WRONG_ENCODING: "It is not UTF-8.",
    Reason.WRONG_TYPE: "A field holds another type than it must.",
    Reason.UNKNOWN_FIELD: "A field is not known here, or belongs to another kind.",
    Reason.UNKNOWN_VALUE: "A field holds a word that it does not know.",
    Reason.MISSING: "A field is missing.",
    Reason.TOO_LARGE: "It is larger than an item may be.",
    Reason.TOO_LONG: "A text is longer than its field takes.",
    Reason.TOO_MANY: "A list holds more than it may.",
    Reason.TOO_MANY_FIELDS: "It has more fields than it may.",
    Reason.TOO_DEEP: "It is nested too deep.",
    Reason.NUMBER_OUT_OF_RANGE: "A number cannot be stored exactly.",
    Reason.UNSTORABLE_TEXT: "A text holds what cannot be stored: NUL or half a character.",
    Reason.UNREADABLE_TIME: "A moment cannot be read, or lies where none can be.",
    Reason.UNREADABLE_VALUE: "A value does not fit what its attribute holds.",
    Reason.PLACEHOLDER: "A name stands for nobody, such as `undefined` or `anonymous`.",
    Reason.UNKNOWN_CATEGORY: "There is no such category.",
    Reason.CATEGORY_FIXED: "The platform decides where this belongs.",
    Reason.SUPPRESSED: "An identifier belongs to somebody who was erased; the item was taken without it.",
    Reason.UNSTORABLE: "The store refused this one; send it once more, then tell the operator.",
}
_HEAD: Final = """\
# Errors

Every code, written by `python -m api.codes`. A code never changes its meaning and is never used for anything else.
Over HTTP it stands in `code` of the problem document, on the command line in brackets at the end of the line; where no
status stands, only the command says it. What to do about each status stands in
[the guide for service developers](service-developers.md#when-something-is-wrong).

| code | status | means |
|---|---|---|
"""
_REASONS_HEAD: Final = """
## Why an item was rejected

In the outcome of `POST /v1/records`, in `GET /v1/rejects` and in the reject file of an import, which has
[a few of its own](import.md).

| reason | means |
|---|---|
"""


class Code(NamedTuple):
    """One code, the status that goes with it over HTTP, and what it means."""

    code: str
    status: int | None
    means: str


def found() -> list[Code]:
    """Return every code, in order."""
    codes = {
        Code(kind.code, _status(kind), kind.title()) for kind in _kinds(Problem) if not kind.__name__.startswith("_")
    }
    codes |= {Code(code, *said) for code, said in EDGE.items()}
    codes |= {Code(code, None, means) for code, means in COMMAND.items()}
    return sorted(codes, key=lambda each: each.code)


def text() -> str:
    """Return the document as it is committed."""
    rows = [f"| `{code}` | {status or ''} | {means} |" for code, status, means in found()]
    reasons = [f"| `{reason}` | {means} |" for reason, means in REASONS.items()]
    return _HEAD + "\n".join(rows) + "\n" + _REASONS_HEAD + "\n".join(reasons) + "\n"


def _status(kind: type[Problem]) -> int | None:
    if kind.__module__.startswith("cdp.cli"):
        return None
    return errors.status_of(kind.__new__(kind))


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    """Yield every problem that any module of ours has."""
    if kind is Problem:
        for package in (consent, cdp, api):
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                if not module.name.endswith("__main__"):
                    importlib.import_module(module.name)
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
