"""The table of the law, run on the SQL that the gate reads: the same rows must give the same answers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import scalar_row
from sqlalchemy import text

from cdp import ids
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import Problem
from tests.spec.decisions import CASES, LONGEST, Case, Happened
from tests.spec.moments import end_of, moment, party

OPEN = {"granted", "attested"}
BY_THE_CUSTOMER = {"grant", "narrow", "extend", "revoke", "refuse", "object"}
BY_THE_KEEPER = {
    "merge": "merged(standing_of(%(customer)s, %(recipient)s, %(purpose)s),"
    " standing_of(%(other)s, %(recipient)s, %(purpose)s), %(at)s)",
    "split": "split_from(standing_of(%(customer)s, %(recipient)s, %(purpose)s),"
    " standing_of(%(other)s, %(recipient)s, %(purpose)s))",
    "erase": "permission_after(standing_of(%(customer)s, %(recipient)s, %(purpose)s),"
    " 'erase', '{}', null, null, %(at)s)",
}
RECORD = text(
    "select record_act(:customer, :act, :kind, :recipient, :purpose, :categories, :sources, :until, :at, 'customer',"
    " '', null, cast(:proof as jsonb))"
)


@pytest.fixture(scope="module")
def keeper(database_url: str) -> Iterator[psycopg.Connection[object]]:
    """Return a look behind the wall, to do what only the keeper's own functions do."""
    with psycopg.connect(database_url, autocommit=True, row_factory=scalar_row) as connection:
        for category in ("contact", "financial", "health", "products"):
            connection.execute(
                "insert into category values (%s, null, true, false, '{}') on conflict do nothing", (category,)
            )
        connection.execute("insert into category values ('unmapped', null, false, false, '{}') on conflict do nothing")
        for purpose, longest in LONGEST.items():
            connection.execute(
                "insert into purpose values (%s, null, %s, '{}') on conflict do nothing", (purpose, longest.days)
            )
        yield connection


def _customer(keeper: psycopg.Connection[object]) -> UUID:
    customer = ids.row()
    keeper.execute("insert into customer (customer_id, created_at) values (%s, now())", (customer,))
    return customer


def _happen(platform: Platform, keeper: psycopg.Connection[object], customer: UUID, row: Happened) -> None:
    if row.kind in BY_THE_KEEPER:
        other = _customer(keeper)
        for earlier in row.other:
            _happen(platform, keeper, other, earlier)
        facts = {"customer": customer, "other": other, "recipient": party(row.recipient), "purpose": row.purpose}
        keeper.execute(
            f"select settle_permission({BY_THE_KEEPER[row.kind]}, %(kind)s, %(at)s)",
            facts | {"kind": row.kind, "at": moment(row.at)},
        )
        return
    with platform.database.scoped(_scope(customer, row)) as session:
        session.execute(RECORD, _arguments(customer, row))


def _scope(customer: UUID, row: Happened) -> Scope:
    if row.kind in BY_THE_CUSTOMER:
        return Scope(Principal.CUSTOMER, customer=customer)
    if row.kind == "attest":
        return Scope(Principal.SOURCE, organization=party(row.by))
    return Scope(Principal.SEQUENCER)


def _arguments(customer: UUID, row: Happened) -> dict[str, object]:
    has_end = row.kind in {"grant", "narrow", "extend", "attest"}
    evidence = moment(row.at if row.evidence_at is None else row.evidence_at)
    return {
        "customer": customer,
        "act": uuid4(),
        "kind": row.kind,
        "recipient": party(row.recipient),
        "purpose": row.purpose,
        "categories": list(row.categories),
        "sources": None if row.sources is None else [party(source) for source in row.sources],
        "until": end_of(row) if has_end else None,
        "at": moment(row.at),
        "proof": json.dumps({"at": evidence.isoformat()} if row.kind == "attest" else {}),
    }


@pytest.mark.postgres
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_table_holds_in_sql(case: Case, platform: Platform, keeper: psycopg.Connection[object]) -> None:
    customer = _customer(keeper)
    for row in case.acts:
        if row.rejected is None:
            _happen(platform, keeper, customer, row)
        else:
            with pytest.raises(Problem) as caught:
                _happen(platform, keeper, customer, row)
            assert row.rejected == caught.value.code

    facts = {
        "customer": customer,
        "recipient": party(case.recipient),
        "purpose": case.purpose,
        "source": party(case.source),
        "category": case.category,
        "at": moment(case.at),
    }
    standing = "standing_of(%(customer)s, %(recipient)s, %(purpose)s)"
    reason = keeper.execute(
        f"select decision_reason({standing}, %(recipient)s, %(source)s, %(category)s, %(at)s)", facts
    ).fetchone()
    by_words = keeper.execute(
        f"select words_of(%(source)s, %(category)s) && opened_by({standing}, %(at)s)", facts
    ).fetchone()
    by_row = keeper.execute(
        "select opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at,"
        f" p.recipient_id, %(source)s, %(category)s, %(at)s) from {standing} p",
        facts,
    ).fetchone()

    assert case.expected == reason
    assert (case.expected in OPEN) == by_words == by_row


def test_an_act_a_moment_behind_the_latest_counts_as_the_same_moment(
    platform: Platform, keeper: psycopg.Connection[object]
) -> None:
    customer = _customer(keeper)
    late = Happened(kind="grant", categories=("contact",), at=timedelta(seconds=3))
    early = Happened(kind="revoke")

    for row in (late, early):
        _happen(platform, keeper, customer, row)

    stopped = keeper.execute("select stopped from permission where customer_id = %s", (customer,)).fetchone()
    assert "revoked" == stopped
