"""The plans of the reads: whatever the tables hold, a read goes by an index, under every role that it runs as."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from cdp import clock, database
from cdp.authzen import deciding
from cdp.contact import looking
from cdp.reads import lookup, reading
from cdp.reads.reading import NEWEST, Asker
from cdp.scope import Principal, Scope
from tests.cdp.dossiers import Behind, Reads

BIG = """-- Twenty thousand customers, each with a key, five attributes, three interactions and two names.
insert into customer (customer_id, created_at) select gen_random_uuid(), now() from generate_series(1, 20000);
insert into permission (customer_id, recipient_id, purpose, categories, expires_at, act_id, since, changed_at, epoch)
    select customer_id, '{recipient}', 'customer-care', '{{contact}}', now() + interval '1 day', gen_random_uuid(),
        now(), now(), 1 from customer;
insert into data_key select customer_id, gen_random_uuid(), '', 1, now() from customer;
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing, occurred_at,
        received_at, digest, sealed)
    select customer_id, gen_random_uuid(), subject_id, '{recipient}', 'attributes', 'contact', 'attribute-' || n,
        'given', 'stated', now(), now(), '', '' from data_key, generate_series(1, 5) n;
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, occurred_at, received_at,
        sealed)
    select customer_id, gen_random_uuid(), subject_id, '{recipient}', 'contact', 'phone',
        now() - n * interval '200 days', now(), '' from data_key, generate_series(0, 2) n;
insert into identifier select customer_id, subject_id, '{recipient}', 'contact', 'email',
    substr(decode(md5(customer_id::text), 'hex'), 1, 16), true, now() from data_key;
insert into reference select '{recipient}', 'user_id', substr(decode(md5(customer_id::text), 'hex'), 1, 16),
    customer_id, subject_id, '' from data_key;
analyze"""


@pytest.fixture(scope="module")
def asker(behind: Behind) -> Iterator[Asker]:
    """Return a program whose organization twenty thousand customers granted something."""
    recipient = behind.organization()
    behind.connection.execute(BIG.format(recipient=recipient).encode())
    yield Asker(recipient, "test", "customer-care")
    behind.connection.execute("truncate customer, permission, data_key, record, interaction, identifier, reference")


def planned(reads: Reads, url: str, scope: Scope, statement: bytes, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the generic plan that the role of `scope` gets."""
    names = list(dict.fromkeys(re.findall(rb"%\((\w+)\)s", statement)))
    numbered = re.sub(rb"%\((\w+)\)s", lambda found: b"$%d" % (names.index(found[1]) + 1), statement)
    values = ", ".join(["%s"] * len(names)).encode()
    with psycopg.connect(url, options="-c plan_cache_mode=force_generic_plan -c jit=off") as connection:
        connection.execute(database.ENTER, reads.platform.database.words(scope))
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(b"prepare hot as " + numbered)
        cursor.execute(b"explain (format json) execute hot(" + values + b")", [facts[name.decode()] for name in names])
        row = cursor.fetchone()
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def scanned(behind: Behind, plan: dict[str, Any]) -> list[str]:
    """Return the big tables that are read from end to end: by a scan, or by an index without a condition."""
    small = {name for (name,) in behind.connection.execute("select relname::text from pg_class where reltuples < 1000")}
    whole = [
        node
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and not node.get("Index Cond"))
    ]
    return [node["Relation Name"] for node in whole if node.get("Relation Name", "organization") not in small]


def reading_facts(customers: list[UUID]) -> dict[str, Any]:
    at, source, record = NEWEST
    return {
        "asked": None, "customers": customers, "path": "profile", "facts": True, "page": 10,
        "after_at": at, "after_source": source, "after_record": record, "accesses": customers,
    }  # fmt: skip


@pytest.mark.parametrize("principal", [Principal.READER, Principal.EXPORTER])
def test_a_read_goes_by_indexes(behind: Behind, reads: Reads, app_url: str, asker: Asker, principal: Principal) -> None:
    scope = asker.scope(principal, uuid4() if principal is Principal.READER else None)

    plan = planned(reads, app_url, scope, reading._STATEMENTS[principal], reading_facts([uuid4()]))

    assert [] == scanned(behind, plan)
    conditions = [node["Index Cond"] for node in nodes(plan) if node.get("Relation Name") == "record"]
    assert conditions
    assert all("customer_id" in each for each in conditions)


def test_what_many_customers_opened_is_looked_up_once_for_all_of_their_records(
    reads: Reads, app_url: str, asker: Asker
) -> None:
    statement = reading._STATEMENTS[Principal.EXPORTER]

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), statement, reading_facts([uuid4(), uuid4()]))

    (records,) = (node for node in nodes(plan) if node.get("Relation Name") == "record")
    assert "hashed SubPlan" in records["Filter"]
    once = [node for node in nodes(records) if node.get("Relation Name") == "permission"]
    assert ["ANY" in node["Index Cond"] for node in once] == [True, False]


def test_a_lookup_goes_by_indexes(behind: Behind, reads: Reads, app_url: str, asker: Asker) -> None:
    facts = {"types": ["email"], "blinds": [b"0" * 16], "own_types": ["user_id"], "own_blinds": [b"0" * 16]}

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), lookup._LOOKUP, facts)

    assert [] == scanned(behind, plan)


def test_the_list_of_an_export_goes_on_where_the_index_stopped(
    behind: Behind, reads: Reads, app_url: str, asker: Asker
) -> None:
    facts = {"after": uuid4(), "limit": 1000}

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), reading._GRANTING, facts)

    assert [] == scanned(behind, plan)
    assert "Sort" not in {node["Node Type"] for node in nodes(plan)}


@pytest.mark.parametrize("stop", [None, True])
def test_a_decision_goes_by_indexes(
    behind: Behind, reads: Reads, app_url: str, asker: Asker, *, stop: bool | None
) -> None:
    customers = [uuid4(), uuid4()]
    facts = {"customers": customers, "words": ["contact", ""], "slugs": ["", "x"], "accesses": customers, "stop": stop}

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), deciding._DECIDE, facts)

    assert [] == scanned(behind, plan)


def test_a_decision_about_contact_goes_by_indexes(behind: Behind, reads: Reads, app_url: str, asker: Asker) -> None:
    customers = [uuid4(), uuid4()]
    facts = {"customers": customers, "contacts": customers, "root": "service", "at": clock.now()}

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), looking._DECIDE, facts)

    assert [] == scanned(behind, plan)
    (records,) = (node for node in nodes(plan) if node.get("Relation Name") == "record")
    assert "customer_id" in records["Index Cond"]


def test_a_search_goes_on_where_the_index_stopped(behind: Behind, reads: Reads, app_url: str, asker: Asker) -> None:
    facts = {"words": "contact", "slug": "", "after": uuid4(), "page": 10, "most": 2_000, "accesses": [uuid4()]}

    plan = planned(reads, app_url, asker.scope(Principal.EXPORTER), deciding._SEARCH, facts)

    assert [] == scanned(behind, plan)


def test_the_check_of_tokens_goes_by_an_index(behind: Behind, reads: Reads, database_url: str) -> None:
    behind.connection.execute(
        "insert into client (client_id, name, secret_hash, scopes) values ('plans', 'x', '', '{}')"
    )
    behind.connection.execute(
        "insert into access_token (token_hash, client_id, scopes, issued_at, expires_at)"
        " select decode(md5(n::text), 'hex'), 'plans', '{}', now(), now()"
        " from generate_series(1, 20000) n"
    )
    behind.connection.execute("analyze access_token")
    (body,) = behind.connection.execute("select prosrc from pg_proc where proname = 'check_tokens'").fetchone() or ("",)
    query = re.search(r"select h\.place.*closed_at is null", body, re.DOTALL)
    assert query is not None

    with psycopg.connect(database_url, options="-c plan_cache_mode=force_generic_plan") as connection:
        connection.execute("prepare hot (bytea[]) as " + query[0].replace("unnest(hashes)", "unnest($1)"))
        row = connection.execute("explain (format json) execute hot ('{}')").fetchone()

    assert row is not None
    assert [] == scanned(behind, row[0][0]["Plan"])
