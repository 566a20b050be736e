"""What the database refuses becomes the Problem of that code, also one whose module was loaded later."""

from collections.abc import Iterator

import psycopg
import pytest

from cdp import refusals
from consent.errors import Conflict, NothingGranted, Problem


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def refused(connection: psycopg.Connection[tuple[object, ...]], code: str) -> Problem | None:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute("select refuse(%s)", (code,))
    return refusals.problem_of(caught.value)


@pytest.mark.postgres
def test_a_problem_that_came_to_be_later_is_known(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    assert type(refused(connection, "nothing-granted")) is NothingGranted

    class CameLater(Conflict):
        """This kind was not there before."""

        code = "came-later-in-a-test"

    assert type(refused(connection, "came-later-in-a-test")) is CameLater


@pytest.mark.postgres
def test_a_code_that_nobody_knows_passes_for_no_refusal(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with pytest.raises(refusals.UnknownRefusal):
        refused(connection, "no-problem-has-this-code")
