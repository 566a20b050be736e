"""A moment that no reader has words for comes into nothing that the logs tell, whoever writes it."""

import psycopg
import pytest
from psycopg import sql

from cdp.log import aside, sequencer
from cdp.platform import Platform
from tests import make
from tests.cdp.log import bundles

TOLD = {
    "act": ["at", "expires_at"],
    "link": ["at"],
    "wish_act": ["at"],
    "message": ["at", "registered_at"],
    "message_report": ["at"],
    "reply": ["at"],
    "demand": ["asked_at"],
    "firing": ["at"],
    "access": ["at"],
    "consent_outbox": ["at", "held_since"],
    "access_outbox": ["at", "held_since"],
    "log": ["begun_at", "ended_at"],
    "log_key": ["added_at"],
    "checkpoint": ["at"],
}
BEYOND = ["infinity", "-infinity", "10000-01-01", "0001-12-31 BC", "9999-12-31 12:00:00+00"]


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize("table", TOLD)
def test_a_moment_beyond_what_can_be_told_is_refused(database_url: str, table: str) -> None:
    refused, wanted = set(), {(column, moment) for column in TOLD[table] for moment in BEYOND}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # as who repairs by hand: no trigger looks
        connection.execute(f"create temp table probe (like {table} including constraints)".encode())
        needed = connection.execute(
            "select attname from pg_attribute where attrelid = 'probe'::regclass and attnum > 0 and attnotnull"
        ).fetchall()
        for (column,) in needed:
            drop = sql.SQL("alter table probe alter column {} drop not null")
            connection.execute(drop.format(sql.Identifier(column)))
        for column, moment in wanted:
            add = sql.SQL("insert into probe ({}) values ({})").format(sql.Identifier(column), sql.Literal(moment))
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                connection.execute(add)
            if caught.value.diag.constraint_name == f"{table}_{column}_is_told":
                refused.add((column, moment))

    assert wanted == refused


@pytest.mark.parametrize("table", ["act", "access"])
def test_both_logs_go_on_after_somebody_tried_it(platform: Platform, database_url: str, table: str) -> None:
    shop, person = make.organization(platform), make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    change = f"update {table} set at = 'infinity' where customer_id = %s".encode()

    by_hand = "-c session_replication_role=replica"
    with psycopg.connect(database_url, options=by_hand) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(change, (person.customer_id,))
    sequencer.step(platform)

    assert [] == aside.facts(platform)
    assert [] == bundles.settled_verdict(platform).failures
