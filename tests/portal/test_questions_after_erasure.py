"""What others were asked about a record goes with whoever it was of."""

from uuid import UUID

import psycopg
from psycopg import sql

from cdp import erasure
from cdp.clock import now
from cdp.permissions import confirmations
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.portal.asked import bound
from tests.portal.conftest import Enter


def test_nothing_of_a_question_is_left_of_whom_the_record_was(
    platform: Platform, database_url: str, enter: Enter
) -> None:
    source, owner_s, user = make.organization(platform), make.email(), make.name("user")
    make.known_person(platform, source, owner_s, user=user)
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select subject_id from subject where source_id = %s", (source.organization_id,)
        ).fetchone()
    assert row is not None
    for said in ("ja", "nee"):
        person = make.person(platform)
        bound(database_url, person, row[0])
        portal = enter(person)
        portal.get("/bent-u-dit")
        portal.post(f"/bent-u-dit/{row[0]}/code", data={"code": "0000 0000"})
        portal.post(f"/bent-u-dit/{row[0]}", data={"antwoord": said})
    scope = Scope(Principal.SOURCE, source.organization_id)
    with platform.database.scoped(scope) as session:
        confirmations.make(session, platform, scope, user, at=now())

    before = rows_about(database_url, row[0])
    erasure.erase(platform, make.person(platform, address=owner_s).scope, at=now())

    assert {"cannot_link", "confirmation", "question", "question_try"} <= before
    assert {"key_destruction"} >= rows_about(database_url, row[0])


def rows_about(behind: str, subject: UUID) -> set[str]:
    """Return the tables that name a subject."""
    with psycopg.connect(behind) as connection:
        tables = connection.execute(
            "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace"
            " and c.relkind in ('r', 'p') and not c.relispartition"
        ).fetchall()
        return {
            name
            for (name,) in tables
            if connection.execute(
                sql.SQL("select 1 from {} t where to_jsonb(t)::text like %s limit 1").format(sql.Identifier(name)),
                (f"%{subject}%",),
            ).fetchone()
        }
