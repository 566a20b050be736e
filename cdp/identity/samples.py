"""Files of people of whom is known who is who: what matching is trained and measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cdp import progress
from cdp.catalog import files as catalog
from cdp.identity import traits
from cdp.identity.attributes import IDENTIFYING
from cdp.identity.traits import Traits
from cdp.ingest.files import BadRow, Reader, Row
from cdp.progress import Tell
from consent.errors import Invalid

FILE: Final = "file"
"""Given instead of a column of sources: each file is a source of its own."""
_EVERY: Final = 1000

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a file mean.

    `named` goes from an attribute to its column; a column that bears an attribute's name, or another name for it that
    the catalog knows, needs none. `truth` says who somebody is, `sources` who tells it (FILE: which file it is).
    """

    named: Mapping[str, str]
    truth: str | None = "cluster"
    sources: str | None = None

    def __post_init__(self) -> None:
        for attribute in self.named:
            if attribute not in IDENTIFYING:
                raise Invalid(f"{attribute} is nothing that people are compared by", field=attribute)


@dataclass(frozen=True, slots=True)
class Sample:
    """People as sources know them: traits, by number who each one is and whose record it is, and what was not read."""

    traits: Sequence[Traits]
    people: Numbers
    sources: Numbers | None
    compared: tuple[str, ...]

    def __repr__(self) -> str:
        """Say how many, never who."""
        return f"Sample({len(self.traits)})"


def read(paths: Sequence[Path], columns: Columns, *, tell: Tell = progress.unheard) -> Sample:
    """Return the people in these files; raises Invalid that names the column and line of what cannot be used."""
    known: list[Traits] = []
    people, sources = _Numbered(), _Numbered()
    compared: set[str] = set()
    for path in paths:
        with Reader(path) as reader:
            header = reader.columns()
        meaning = None if header is None else _meaning(columns, header)
        with Reader(path) as reader:
            for row in reader:
                fields = _fields(row)
                meaning = meaning or _meaning(columns, list(fields))
                compared |= meaning.keys()
                known.append(traits.of({name: fields.get(column) for name, column in meaning.items()}))
                people.note(_told(fields, columns.truth, row.number) if columns.truth else len(known))
                sources.note(_told(fields, columns.sources, row.number) if _is_named(columns) else path)
                if len(known) % _EVERY == 0:
                    tell(reader.done, reader.total)
    if not known:
        raise Invalid("there is nobody in the file", field="file")
    between = sources.numbers() if columns.sources else None
    return Sample(known, people.numbers(), between, tuple(sorted(compared)))


class _Numbered:
    """Gives each different name a number."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}
        self._noted: list[int] = []

    def note(self, name: object) -> None:
        self._noted.append(self._known.setdefault(name, len(self._known)))

    def numbers(self) -> Numbers:
        return np.array(self._noted, dtype=np.int64)


def _is_named(columns: Columns) -> bool:
    return columns.sources not in {None, FILE}


def _fields(row: Row | BadRow) -> Mapping[str, object]:
    if isinstance(row, BadRow):
        raise Invalid(f"line {row.number} cannot be read: {row.reason.value}", field=f"line {row.number}")
    return row.fields


def _told(fields: Mapping[str, object], column: str | None, line: int) -> object:
    told = fields.get(column or "")
    if told is None or told == "":
        raise Invalid(f"line {line} says nothing in the column {column}", field=column)
    return str(told)


def _meaning(columns: Columns, header: Sequence[str]) -> dict[str, str]:
    """Return the column of each attribute that the file has; raises Invalid for a column that is not there."""
    asked = [*columns.named.values(), columns.truth, columns.sources if _is_named(columns) else None]
    for column in asked:
        if column is not None and column not in header:
            raise Invalid(f"the file has no column {column}", field=column)
    taken = {columns.truth, columns.sources, *columns.named.values()}
    found = dict(_by_name(each for each in header if each not in taken)) | dict(columns.named)
    if not found:
        raise Invalid("no column of the file says who people are: tell with --column", field="column")
    return found


def _by_name(header: Iterator[str]) -> Iterator[tuple[str, str]]:
    names = catalog.shipped()
    for column in header:
        attribute = names.attribute_name(column)
        if attribute in IDENTIFYING:
            yield attribute, column
