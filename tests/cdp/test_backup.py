"""Backup and restore: everything comes back but the people who were erased since."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from cdp import clock, erasure, schema_picture
from cdp.embedded import postgres_binaries
from cdp.embedded.postgres import Cluster
from cdp.keys.sealing import DataKey
from cdp.platform import Platform
from tests import make


def run(cluster: Cluster, program: str, *arguments: str) -> None:
    binaries = postgres_binaries.find(os.environ.get("CDP_TEST_POSTGRES", "wheel"))
    subprocess.run([binaries.path(program), *arguments], check=True, capture_output=True)


@pytest.fixture
def restored(cluster: Cluster) -> Iterator[str]:
    """Yield the URL of an empty database."""
    name = f"restored_{secrets.token_hex(6)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template template0".encode())
        yield cluster.url(name)
        connection.execute(f"drop database {name} with (force)".encode())


def values_of(platform: Platform, url: str, customer: UUID) -> list[bytes | None]:
    """Return what can be read of a customer's records, None for what cannot, with the key ring as it is now."""
    query = "select record_id, subject_id, sealed, wrapped from record join data_key using (customer_id, subject_id)"
    with psycopg.connect(url) as connection:
        rows = connection.execute(f"{query} where customer_id = %s order by record_id".encode(), (customer,)).fetchall()
    read: list[bytes | None] = []
    for record_id, subject_id, sealed, wrapped in rows:
        (data_key,) = platform.ring.unwrap_many([(bytes(wrapped), subject_id)])
        place = {"table": "record", "row": record_id, "column": "sealed"}
        read.append(None if data_key is None else DataKey(data_key).unseal(bytes(sealed), **place))
    return read


@pytest.mark.postgres
def test_an_older_backup_reads_everybody_but_who_was_erased_since(
    platform: Platform, cluster: Cluster, database_url: str, restored: str, tmp_path: Path
) -> None:
    source, leaving, staying = make.organization(platform), make.email(), make.email()
    make.known_person(platform, source, leaving)
    make.known_person(platform, source, staying)
    gone, kept = make.person(platform, address=leaving), make.person(platform, address=staying)
    before = {each: values_of(platform, database_url, each) for each in (gone.customer_id, kept.customer_id)}

    backup = str(tmp_path / "backup")
    run(cluster, "pg_dump", "--format=custom", f"--file={backup}", database_url)
    erasure.erase(platform, gone.scope, at=clock.now())
    run(cluster, "pg_restore", "--exit-on-error", f"--dbname={restored}", backup)

    assert before[kept.customer_id] == values_of(platform, restored, kept.customer_id)
    assert all(before[gone.customer_id])
    assert before[gone.customer_id]
    assert {None} == set(values_of(platform, restored, gone.customer_id))


@pytest.mark.postgres
def test_a_restored_database_stands_guard_as_before(
    platform: Platform, cluster: Cluster, database_url: str, restored: str, tmp_path: Path
) -> None:
    backup = str(tmp_path / "backup")

    run(cluster, "pg_dump", "--format=custom", f"--file={backup}", database_url)
    run(cluster, "pg_restore", "--exit-on-error", f"--dbname={restored}", backup)

    with psycopg.connect(database_url) as one, psycopg.connect(restored) as other:
        assert "" == str(schema_picture.drift(schema_picture.take(one), schema_picture.take(other)))
