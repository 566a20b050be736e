"""What an organization registers, and can only end: its offers and its rules, found again, listed and ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from consent.errors import NotFound

LONGEST: Final = 500
"""How many are listed at most."""
Thing = TypeVar("Thing")


class Register(Generic[Thing]):
    """One table of them, in which a row has an id, `registered_at` and `ended_at`; the wall shows each its own."""

    def __init__(self, table: str, columns: str, thing: Callable[[Row[Any]], Thing], unknown: type[NotFound]) -> None:
        """Take names of the schema, what makes a thing of a row, and what is raised where there is none."""
        self._thing, self._unknown = thing, unknown
        row, order = f"{table}_id = :row", f"registered_at desc, {table}_id"
        self._read = text(f"select {columns} from {table} where {row}")  # noqa: S608 - names of the schema
        self._list = text(f"select {columns} from {table} order by {order} limit {LONGEST}")  # noqa: S608 - names of the schema
        self._end = text(f"update {table} set ended_at = :at where {row} and ended_at is null")  # noqa: S608 - names of the schema

    def read(self, session: Session, row: UUID) -> Thing:
        """Return one of the organization in scope; raises the NotFound of this register."""
        found = session.execute(self._read, {"row": row}).one_or_none()
        if found is None:
            raise self._unknown
        return self._thing(found)

    def listed(self, session: Session) -> list[Thing]:
        """Return those of the organization in scope, also what has ended, the newest first."""
        return [self._thing(row) for row in session.execute(self._list)]

    def end(self, session: Session, row: UUID, *, at: datetime) -> Thing:
        """End one, unless it has ended, and return it; raises the NotFound of this register."""
        self.read(session, row)
        session.execute(self._end, {"row": row, "at": at})
        return self.read(session, row)
