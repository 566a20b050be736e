"""The schema as text: committed, so that reviewers see what a migration does, and compared, so that drift shows.

`cdp schema --write` makes `migrations/schema.sql` anew; a test and `cdp doctor` hold a database against it. It is read
from PostgreSQL's catalogs, in words that versions 15 to 18 share; a function stands in it with the hash of its body.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from cdp.database import sql

COMMITTED: Final = Path(__file__).parents[1] / "migrations" / "schema.sql"
_HEADER: Final = """\
-- The schema as the migrations make it: a picture to read and to compare, not to run. Written by `make schema`.
"""
_END: Final = ";\n"
_LONGEST: Final = 100
_BEGINNING: Final = 70


@dataclass(frozen=True, slots=True)
class Drift:
    """What a database lacks of the committed picture, and what it has beside it; each a statement."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.missing or self.extra)

    def __str__(self) -> str:
        """Name the first ones."""
        named = [f"missing: {_short(each)}" for each in self.missing] + [
            f"extra: {_short(each)}" for each in self.extra
        ]
        more = f"; and {len(named) - 5} more" if len(named) > 5 else ""  # noqa: PLR2004 - enough to see what it is about
        return "; ".join(named[:5]) + more


def take(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    """Return the picture of the database at `connection`, whoever looks."""
    with connection.transaction():
        connection.execute("set local search_path = public")
        rows = connection.execute(sql("schema_picture")).fetchall()
    text, last = _HEADER, None
    for section, of_object, statement in rows:
        text += ("\n" if (section, of_object) != last else "") + statement.replace("public.", "") + _END
        last = (section, of_object)
    return text


def drift(expected: str, actual: str) -> Drift:
    """Return where `actual` is not as `expected`."""
    wanted, found = _statements(expected), _statements(actual)
    return Drift(tuple(sorted(wanted - found)), tuple(sorted(found - wanted)))


def _statements(picture: str) -> set[str]:
    return {each.strip() for each in picture.removeprefix(_HEADER).split(_END) if each.strip()}


def _short(statement: str) -> str:
    line = statement.partition("\n")[0]
    return line if len(line) <= _LONGEST else f"{line[:_BEGINNING]}…{line[_BEGINNING + 1 - _LONGEST :]}"
