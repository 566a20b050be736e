"""From a cell of a file to a value: which column, and how its text is to be read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from string import Formatter
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Fields = Mapping[str, object]
Getter = Callable[[Fields], object]
"""Returns a value for JSON, or None where the row says nothing; raises UnreadableCellError."""

_PLAIN_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?")
_FALSE: Final = ("false", "no", "nee", "n", "0")
_TRUE: Final = ("true", "yes", "ja", "j", "y", "1")


class UnreadableCellError(ValueError):
    """A cell does not hold what the mapping says it holds."""


class Value(BaseModel):
    """Where a value comes from, exactly one of `column`, `template` and `constant`, and how to read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str | None = Field(
        default=None, min_length=1, description="Dots lead into nested values: addresses.0.city."
    )
    template: str | None = Field(default=None, min_length=1, description="Text with columns in braces.")
    constant: str | int | float | bool | None = None
    read_as: Literal["as-is", "text", "number", "boolean", "date", "time"] = Field(default="as-is", alias="as")
    formats: tuple[str, ...] = Field(default=(), description="Of a date or time, as in strptime; left out: ISO 8601.")
    zone: str = Field(default="UTC", description="Of times without an offset.")
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    true: tuple[str, ...] = _TRUE
    false: tuple[str, ...] = _FALSE
    split: str | None = Field(default=None, min_length=1, description="Cut the text into a list.")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone") from error
        return zone

    @field_validator("template")
    @classmethod
    def _only_names_in_braces(cls, template: str | None) -> str | None:
        if template is not None:
            _parts(template)
        return template

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = (self.column, self.template, self.constant)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("needs exactly one of column, template and constant")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands cannot be the same mark")
        return self

    def columns(self) -> list[str]:
        """Return the columns that the value is made of."""
        if self.column is not None:
            return [self.column]
        return [name for _, name in _parts(self.template) if name] if self.template is not None else []

    def getter(self, empty: frozenset[str]) -> Getter:
        """Return the function that takes this value out of a row; texts in `empty` say nothing."""
        take = self._origin(empty)
        if self.read_as == "as-is" and self.split is None:
            return take
        convert = _CONVERSIONS[self.read_as]

        def get(fields: Fields) -> object:
            cell = take(fields)
            if cell is None:
                return None
            if self.split is None:
                return convert(cell, self)
            pieces = cell if isinstance(cell, list) else _text(cell, self).split(self.split)
            kept = (piece.strip() if isinstance(piece, str) else piece for piece in pieces)
            return [convert(piece, self) for piece in kept if piece not in empty]

        return get

    def _origin(self, empty: frozenset[str]) -> Getter:
        if self.column is not None:
            return _column(self.column, empty)
        if self.template is not None:
            return _template(self.template, empty)
        return lambda _: self.constant


def _shorthand(stated: Any) -> Any:  # noqa: ANN401  # whatever the TOML holds; pydantic checks what comes out
    return {"column": stated} if isinstance(stated, str) else stated


def _constant(stated: Any) -> Any:  # noqa: ANN401  # whatever the TOML holds; pydantic checks what comes out
    return {"constant": stated} if isinstance(stated, str) else stated


Cell = Annotated[Value, BeforeValidator(_shorthand)]
"""A Value; a bare text names a column."""

Word = Annotated[Value, BeforeValidator(_constant)]
"""A Value; a bare text stands for itself."""


def _column(path: str, empty: frozenset[str]) -> Getter:
    steps = path.split(".")

    def take(fields: Fields) -> object:
        if path in fields:
            return _said(fields[path], empty)
        place: object = fields
        for step in steps:
            if isinstance(place, Mapping):
                place = place.get(step)
            elif isinstance(place, list) and step.isdecimal() and int(step) < len(place):
                place = place[int(step)]
            else:
                return None
        return _said(place, empty)

    return take


def _said(cell: object, empty: frozenset[str]) -> object:
    """Return the cell, or None where it says nothing: an empty text, list or object, or not a number."""
    if isinstance(cell, str):
        return None if cell.strip() in empty else cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, dict | list) and not cell:
        return None
    return cell


def _parts(template: str) -> list[tuple[str, str | None]]:
    """Return the texts of a template, each with the column behind it."""
    parts = []
    for text, name, form, conversion in Formatter().parse(template):
        if name == "" or form or conversion:
            raise ValueError("braces hold the name of a column and nothing else")
        parts.append((text, name))
    return parts


def _template(template: str, empty: frozenset[str]) -> Getter:
    parts = [(text, _column(name, empty) if name else None) for text, name in _parts(template)]

    def take(fields: Fields) -> object:
        found, pieces = False, []
        for text, get in parts:
            cell = get(fields) if get else None
            found = found or cell is not None
            pieces.append(text + ("" if cell is None else str(cell)))
        return " ".join("".join(pieces).split()) if found else None

    return take


def _as_is(cell: object, _: Value) -> object:
    return cell


def _text(cell: object, _: Value) -> str:
    if isinstance(cell, dict | list | bytes):
        raise UnreadableCellError
    return str(cell).strip()


def _number(cell: object, value: Value) -> object:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return cell
    text = _text(cell, value)
    if value.thousands:
        text = text.replace(value.thousands, "")
    if value.decimal == ",":
        if "." in text:
            raise UnreadableCellError
        text = text.replace(",", ".")
    if not _PLAIN_NUMBER.fullmatch(text):
        raise UnreadableCellError
    return Decimal(text) if "." in text else int(text)


def _boolean(cell: object, value: Value) -> bool:
    if isinstance(cell, bool):
        return cell
    text = _text(cell, value).lower()
    if text in {word.lower() for word in value.true}:
        return True
    if text in {word.lower() for word in value.false}:
        return False
    raise UnreadableCellError


def _date(cell: object, value: Value) -> str:
    if isinstance(cell, date):
        return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
    text = _text(cell, value)
    if value.formats:
        return _strptime(text, value.formats).date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UnreadableCellError from None


def _time(cell: object, value: Value) -> datetime:
    if isinstance(cell, datetime):
        moment = cell
    elif isinstance(cell, date):
        moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # the zone follows
    else:
        text = _text(cell, value)
        try:
            moment = _strptime(text, value.formats) if value.formats else datetime.fromisoformat(text)
        except ValueError:
            raise UnreadableCellError from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(value.zone))
    try:
        return zoned.astimezone(UTC)
    except OverflowError:
        raise UnreadableCellError from None


def _strptime(text: str, formats: tuple[str, ...]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # a date has no zone; a time gets it in _time
        except ValueError:
            continue
    raise UnreadableCellError


_CONVERSIONS: Final[dict[str, Callable[[object, Value], object]]] = {
    "as-is": _as_is,
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
}
