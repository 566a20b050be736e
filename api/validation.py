"""What a validation error may say: the field by its own name and the rule, never what was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI

NONE_SAID: Final = "none_said"
NOT_ONE_SAID: Final = "not_one_said"
"""What our own validators raise (PydanticCustomError), with the `names` of which at least or exactly one is needed."""

_A_DATE: Final = "this is a date as YYYY-MM-DD"
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "this field is missing",
    "extra_forbidden": "there is a field here that is not known",
    "string_type": "this is a text",
    "string_too_short": "this is at least {min_length} characters long",
    "string_too_long": "this is at most {max_length} characters long",
    "string_pattern_mismatch": "this is not written as it must be",
    "string_unicode": "this text holds characters that cannot be stored",
    "int_type": "this is a whole number",
    "int_parsing": "this is a whole number",
    "bool_type": "this is true or false",
    "list_type": "this is a list",
    "dict_type": "this is an object",
    "model_type": "this is an object",
    "model_attributes_type": "this is an object",
    "too_short": "there are at least {min_length} of these",
    "too_long": "there are at most {max_length} of these",
    "greater_than_equal": "this is at least {ge}",
    "less_than_equal": "this is at most {le}",
    "greater_than": "this is more than {gt}",
    "less_than": "this is less than {lt}",
    "literal_error": "this is one of {expected}",
    "enum": "this is one of {expected}",
    "uuid_type": "this is a UUID",
    "uuid_parsing": "this is a UUID",
    NONE_SAID: "at least one of these is needed: {names}",
    NOT_ONE_SAID: "exactly one of these is needed: {names}",
    "timezone_aware": "a moment needs its offset from UTC",
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
}
_OTHERWISE: Final = "this is not what the field asks for"
_BODY: Final = "body"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a request, in words that hold nothing of it."""

    status: int
    code: str
    detail: str
    field: str | None


def first(errors: Iterable[Any], *, known: frozenset[str], headers: Mapping[str, str]) -> Flaw:
    """Return the first thing that is wrong; more would only help who guesses."""
    error = next(iter(errors))
    location, kind = tuple(error["loc"]), str(error["type"])
    if kind == "json_invalid":
        return Flaw(HTTPStatus.BAD_REQUEST, "unreadable-body", "the body is not JSON", None)
    if location == (_BODY,) and kind != "missing" and not is_json(headers.get("content-type", "")):
        detail = "the body of this call is JSON: send Content-Type: application/json"
        return Flaw(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-content", detail, None)
    detail = _sentence(kind, error.get("ctx") or {})
    return Flaw(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, _pointer(location, known))


def known_names(app: FastAPI) -> frozenset[str]:
    """Return every name that our own documents use, so that only these are repeated."""
    names: frozenset[str] | None = getattr(app.state, "known_names", None)
    if names is None:
        names = frozenset(_names(app.openapi()))
        app.state.known_names = names
    return names


def _names(document: object) -> Iterable[str]:
    if isinstance(document, dict):
        properties = document.get("properties")
        if isinstance(properties, dict):
            yield from properties
        if isinstance(document.get("name"), str):
            yield document["name"]
        for part in document.values():
            yield from _names(part)
    elif isinstance(document, list):
        for part in document:
            yield from _names(part)


def _pointer(location: tuple[Any, ...], known: frozenset[str]) -> str | None:
    """Return a JSON pointer (RFC 6901) into the body or to a parameter; unknown names are left out."""
    where, *parts = location
    names = [f"/{part}" for part in parts if isinstance(part, int) or part in known]
    if where != _BODY:
        return names[0] if names else None
    return "".join(names)


def _sentence(kind: str, limits: Mapping[str, Any]) -> str:
    try:
        return _SENTENCES.get(kind, _OTHERWISE).format_map(limits)
    except KeyError:
        return _OTHERWISE


def is_json(content_type: str) -> bool:
    """Tell whether a Content-Type means JSON."""
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
