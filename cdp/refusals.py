"""What the database refuses, in the words of the law: no database text ever leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import sqlalchemy.exc
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from consent.errors import Problem

REFUSED: Final = "CDP01"
"""The SQLSTATE with which the keeper's functions refuse; the message is the code of a Problem."""


_known: dict[str, type[Problem]] = {}


def _kind(code: str) -> type[Problem]:
    """Return the Problem of this code; looks anew for one that was not there before, since modules are loaded late."""
    if code not in _known:
        _known.update(_by_code())
    if code not in _known:
        raise UnknownRefusal
    return _known[code]


def _by_code() -> dict[str, type[Problem]]:
    found: dict[str, type[Problem]] = {}
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return found


class UnknownRefusal(Exception):
    """The database refused with a code that no Problem has: our own mistake, of which the door says nothing."""


def problem_of(error: BaseException | None) -> Problem | None:
    """Return the Problem that a database error stands for, or None when it is not a refusal of ours."""
    if not isinstance(error, psycopg.Error) or error.sqlstate != REFUSED:
        return None
    code = error.diag.message_primary or ""
    field = error.diag.column_name
    return _kind(code)(field=f"/{field}" if field else None)


def sqlstate_of(error: BaseException) -> str | None:
    """Return PostgreSQL's code of a database error: it names the kind of failure and no value."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database could not be reached or had no connection left, so that trying again may help."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, (psycopg.OperationalError, PoolTimeout, sqlalchemy.exc.TimeoutError))


def translate(context: ExceptionContext) -> None:
    """Raise the Problem instead of SQLAlchemy's error (a listener of the engine)."""
    problem = problem_of(context.original_exception)
    if problem is not None:
        raise problem from None


@contextmanager
def translated() -> Iterator[None]:
    """Raise the Problem instead of psycopg's error."""
    try:
        yield
    except psycopg.Error as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from None
