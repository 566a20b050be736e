"""No role of the application can do anything about acts, accesses and permissions that the logs do not hear of."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cdp.platform import Platform
from cdp.scope import Principal
from cdp.tables import Organization
from tests import make
from tests.cdp.log import bundles

ROLES = [*(f"cdp_{each}" for each in Principal), "cdp_keeper", "cdp_owner"]
ACT = """
insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, at, by)
values (gen_random_uuid(), 1, gen_random_uuid(), 'revoke', gen_random_uuid(), 'advice', '{}', now(), 'customer')
"""
ACCESS = """
insert into access (customer_id, at, access_id, principal, path, asked, released, records, outcome, reason)
values (gen_random_uuid(), now(), gen_random_uuid(), 'service', 'profile', '{}', '{}', 0, 'refused', 'never-granted')
"""
MANY = """
insert into access (customer_id, at, access_id, principal, path, asked, released, records, outcome, reason)
select md5(number::text)::uuid, now(), md5(number || clock_timestamp()::text)::uuid, 'service', 'profile', '{}', '{}',
    0, 'refused', 'never-granted'
from generate_series(1, 50) number
"""
PERMISSION = "update permission set categories = '{contact,financial}'"
LINK = """
insert into link (customer_id, link_id, merge_id, subject_id, from_id, kind, reason, at)
values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'link', '',
    now())
"""


@pytest.fixture
def admin(platform: Platform, database_url: str) -> Iterator[psycopg.Connection[Any]]:
    shop: Organization = make.organization(platform)
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    with psycopg.connect(database_url) as connection:
        yield connection
        connection.rollback()


def waiting(connection: psycopg.Connection[Any], table: str) -> int:
    connection.execute("reset role")
    row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("statement", "table"), [(ACT, "consent_outbox"), (LINK, "consent_outbox"), (ACCESS, "access_outbox")]
)
def test_whatever_a_role_may_write_down_waits_for_the_log(
    admin: psycopg.Connection[Any], role: str, statement: str, table: str
) -> None:
    before = waiting(admin, table)
    admin.execute("savepoint here")
    admin.execute(f"set local role {role}".encode())
    try:
        written = admin.execute(statement.encode()).rowcount
    except psycopg.errors.InsufficientPrivilege:
        admin.execute("rollback to here")
        written = 0

    assert before + written == waiting(admin, table)
    assert written == (role == "cdp_keeper")


def test_every_access_has_a_salt_of_its_own_though_a_statement_draws_once(admin: psycopg.Connection[Any]) -> None:
    admin.execute("delete from access_outbox")
    for _ in range(2):
        admin.execute(MANY)

    salts = [bytes(salt) for (salt,) in admin.execute("select salt from access_outbox").fetchall()]

    assert (100, 100, {32}) == (len(salts), len(set(salts)), {len(salt) for salt in salts})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("more", ["", ", epoch = epoch + 1"])
def test_no_role_changes_a_permission_without_an_act(admin: psycopg.Connection[Any], role: str, more: str) -> None:
    admin.execute(f"set local role {role}".encode())
    try:
        changed = admin.execute((PERMISSION + more).encode()).rowcount
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityConstraintViolation):
        changed = 0

    assert 0 == changed


@pytest.mark.parametrize("table", ["leaf", "node", "checkpoint", "log_key", "opening", "act", "access"])
def test_what_was_written_is_changed_by_nobody(admin: psycopg.Connection[Any], table: str) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="written once"):
        admin.execute(f"update {table} set {FIRST[table]} = {FIRST[table]}".encode())


FIRST = dict.fromkeys(("leaf", "node", "opening"), "position") | {
    "checkpoint": "size", "log_key": "vkey", "act": "seq", "access": "at",
}  # fmt: skip
