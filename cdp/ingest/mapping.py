"""The mapping file: what the columns of a source's file mean. `docs/import.md` describes it for its writers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cdp.ingest.conversions import Cell, Value, Word
from cdp.ingest.files import Layout
from cdp.ingest.items import NAME_LENGTH, REFERENCES, IdentifierType
from cdp.ingest.problems import BadMapping

MAPPING_BYTES: Final = 256 * 1024
ENTRIES: Final = 1_000

_Category = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


def _as_list(stated: object) -> object:
    return stated if isinstance(stated, list) else [stated]


Cells = Annotated[tuple[Cell, ...], BeforeValidator(_as_list), Field(max_length=REFERENCES)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def values(self) -> Iterator[tuple[str, Value]]:
        """Yield every value in this part with the key it stands under."""
        for name in type(self).model_fields:
            stated = getattr(self, name)
            if isinstance(stated, Value):
                yield name, stated
            elif isinstance(stated, tuple):
                yield from ((name, each) for each in stated if isinstance(each, Value))
            elif isinstance(stated, dict):
                yield from ((f"{name}.{key}", each) for key, each in stated.items())


class SubjectPart(_Part):
    """Which columns say who the row is about."""

    user_id: Cell | None = None
    anonymous_id: Cells = ()

    @model_validator(mode="after")
    def _someone(self) -> SubjectPart:
        if self.user_id is None and not self.anonymous_id:
            raise ValueError("needs user_id or anonymous_id")
        return self


class IdentifierPart(_Part):
    """A column with an identifier, and whether the source has checked that it is the person's."""

    type: IdentifierType
    value: Cell
    verified: bool = False


class AttributePart(_Part):
    """A value that becomes the attribute `name`."""

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    value: Cell
    category: _Category | None = None
    occurred_at: Cell | None = None


class RecordPart(_Part):
    """A product or an external fact in each row that has its key."""

    type: Word
    key: Cell
    category: _Category | None = None
    occurred_at: Cell | None = None
    properties: dict[str, Cell] = Field(default_factory=dict, max_length=ENTRIES)


class InteractionPart(_Part):
    """An interaction in each row; without a key, the same content again is the same interaction."""

    type: Word
    key: Cell | None = None
    category: _Category | None = None
    occurred_at: Cell | None = None
    channel: Word | None = None
    speaker: Word | None = None
    direction: Word | None = None
    subject_line: Cell | None = None
    outcome: Cell | None = None
    properties: dict[str, Cell] = Field(default_factory=dict, max_length=ENTRIES)


class Mapping(_Part):
    """What a file holds."""

    file: Layout = Layout()
    empty: tuple[str, ...] = Field(default=("",), description="Texts that say nothing.")
    occurred_at: Cell | None = None
    subject: SubjectPart
    identifiers: tuple[IdentifierPart, ...] = Field(default=(), max_length=REFERENCES)
    attributes: tuple[AttributePart, ...] = Field(default=(), max_length=ENTRIES)
    products: tuple[RecordPart, ...] = Field(default=(), max_length=ENTRIES)
    externals: tuple[RecordPart, ...] = Field(default=(), max_length=ENTRIES)
    interactions: tuple[InteractionPart, ...] = Field(default=(), max_length=ENTRIES)

    def values(self) -> Iterator[tuple[str, Value]]:
        """Yield every value in the mapping with the TOML key it stands under."""
        yield from super().values()
        yield from ((f"subject.{key}", value) for key, value in self.subject.values())
        for name in ("identifiers", "attributes", "products", "externals", "interactions"):
            for number, part in enumerate(getattr(self, name)):
                yield from ((f"{name}.{number}.{key}", value) for key, value in part.values())

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise BadMapping, naming the TOML key, if a value comes from a column that is not in the file.

        For CSV and Parquet, whose rows all have the same columns; `columns` are the file's.
        """
        known = set(columns)
        for key, value in self.values():
            for column in value.columns():
                if column not in known and column.split(".")[0] not in known:
                    raise BadMapping(f"{key}: the file has no column {column}", field=_pointer(key.split(".")))


def load(path: Path) -> Mapping:
    """Return the mapping in the TOML file `path`; raises BadMapping, naming the key."""
    try:
        text = path.read_bytes()[:MAPPING_BYTES].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BadMapping("the mapping cannot be read as UTF-8 text") from error
    return parse(text)


def parse(text: str) -> Mapping:
    """Return the mapping in the TOML `text`; raises BadMapping, naming the key."""
    try:
        return Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"the mapping is not TOML: {error}") from error
    except RecursionError as error:
        raise BadMapping("the mapping nests too deep") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(step) for step in first["loc"])
        raise BadMapping(f"{key}: {first['msg']}", field=_pointer(first["loc"])) from error


def _pointer(steps: Iterable[int | str]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
