"""The committed picture of the schema is the schema, whichever PostgreSQL draws it."""

import psycopg
import pytest

from cdp import schema_picture


@pytest.mark.postgres
def test_the_committed_picture_is_the_schema(database_url: str) -> None:
    """Changed on purpose? `make schema` draws it anew."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        actual = schema_picture.take(connection)

    assert "" == str(schema_picture.drift(schema_picture.COMMITTED.read_text(encoding="utf-8"), actual))
    assert schema_picture.COMMITTED.read_text(encoding="utf-8") == actual


def test_the_login_role_sees_the_same_picture_as_the_operator(database_url: str, app_url: str) -> None:
    with psycopg.connect(database_url) as operator, psycopg.connect(app_url) as login:
        assert schema_picture.take(operator) == schema_picture.take(login)


def test_drift_names_what_is_missing_and_what_is_extra() -> None:
    drift = schema_picture.drift("create table a;\ncreate table b;\n", "create table b;\n\ncreate table c;\n")

    assert "missing: create table a; extra: create table c" == str(drift)


def test_the_same_picture_does_not_drift() -> None:
    assert not schema_picture.drift("create table a;\n", "create table a;\n")
