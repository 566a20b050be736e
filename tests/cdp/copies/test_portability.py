"""Everything in one file: whole, one's own, bounded in memory, and broken off when its owner leaves or logs out."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from cdp import clock, erasure
from cdp.copies import log_export, portability, zip_stream
from cdp.credentials import CredentialEnded
from cdp.ingest.items import Kind
from cdp.logins import sessions
from cdp.own import accesses
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization
from consent import acts as law
from consent.errors import NotFound
from tests import make

FILES = {
    "README.txt", "dossier.json", "records.csv", "older_records.csv", "interactions.csv", "evidence.csv", "sources.csv",
    "grants.csv", "requests.csv", "acts.csv", "demands.csv", "surveys.csv", "messages.csv", "replies.csv", "offers.csv",
    "firings.csv", "contacts.csv",
    "preferences.csv", "preference_changes.csv",
    "accesses.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture(scope="module")
def noor(platform: Platform, shop: Organization) -> make.Person:
    """Return somebody with a bit of everything."""
    address, user = make.email(), make.name("noor")
    make.known_person(platform, shop, address, user=user)
    make.delivery(
        platform,
        shop,
        make.item(Kind.ATTRIBUTES, "first_name", "=HYPERLINK(1)", user=user),
        *(make.item(Kind.INTERACTION, "visit", {"properties": {"n": n}}, user=user, key=make.name()) for n in range(6)),
    )
    person = make.person(platform, address=address)
    at = clock.now()
    act = law.Grant(
        recipient=shop.organization_id,
        purpose="advice",
        at=at,
        categories=frozenset({"contact"}),
        sources=frozenset({shop.organization_id}),
        expires_at=at + timedelta(days=300),
    )
    with platform.database.scoped(person.scope) as session:
        grants.record(session, person.scope, person.customer_id, act)
    return person


def opened(platform: Platform, person: make.Person) -> zipfile.ZipFile:
    written = b"".join(portability.export(platform, person.scope, at=clock.now()))
    archive = zipfile.ZipFile(io.BytesIO(written))
    assert archive.testzip() is None
    return archive


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"), newline="")))


def document(archive: zipfile.ZipFile) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(archive.read("dossier.json"))
    return whole


def test_the_export_holds_one_document_and_a_table_for_each_list(platform: Platform, noor: make.Person) -> None:
    archive = opened(platform, noor)

    whole = document(archive)

    assert set(archive.namelist()) == FILES
    assert portability.SCHEMA == whole["schema"]
    lists = {name.removesuffix(".csv") for name in FILES if name.endswith(".csv")}
    assert {"schema", "exported_at", "customer"} | lists == set(whole)
    for name in lists:
        assert len(whole[name]) == len(table(archive, name)), name


def test_the_export_says_what_the_dossier_says(platform: Platform, noor: make.Person, shop: Organization) -> None:
    whole = document(opened(platform, noor))

    values = {each["type"]: (each["value"], each["source"], each["source_name"]) for each in whole["records"]}
    assert ("=HYPERLINK(1)", shop.slug, shop.name) == values["first_name"]
    assert ["Noor"] == [each["value"] for each in whole["older_records"]]
    assert 7 == len(whole["interactions"])
    assert [(shop.slug, True, [shop.slug])] == [
        (each["organization"], each["is_live"], each["sources"]) for each in whole["grants"]
    ]
    assert ["grant"] == [each["kind"] for each in whole["acts"]]
    assert {"customer", shop.slug} == {each["source"] for each in whole["sources"]}
    assert [{"marketing": True}] == [each["value"] for each in whole["evidence"]]


def test_a_cell_that_looks_like_a_formula_is_made_safe(platform: Platform, noor: make.Person) -> None:
    rows = table(opened(platform, noor), "records")

    assert ["'=HYPERLINK(1)"] == [each["value"] for each in rows if each["type"] == "first_name"]


def test_the_readme_speaks_both_languages_and_names_every_file(platform: Platform, noor: make.Person) -> None:
    text = opened(platform, noor).read("README.txt").decode()

    dutch, english = text.split("Your data\n")
    assert dutch.startswith("Uw gegevens")
    for name in FILES - {"README.txt"}:
        assert f"\n{name} " in dutch
        assert f"\n{name} " in english


def test_pages_do_not_lose_or_repeat_a_row(
    platform: Platform, noor: make.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = document(opened(platform, noor))

    monkeypatch.setattr(portability, "PAGE", 2)
    paged = document(opened(platform, noor))

    for name in ("records", "older_records", "interactions", "evidence", "sources", "grants", "acts"):
        assert whole[name] == paged[name], name
    assert len({each["access_id"] for each in paged["accesses"]}) == len(paged["accesses"])


def test_another_customers_export_holds_nothing_of_it(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    stranger = make.person(platform)

    whole = document(opened(platform, stranger))

    assert [["email"], [], [], []] == [
        [each["type"] for each in whole["records"]],
        whole["interactions"],
        whole["grants"],
        whole["evidence"],
    ]
    assert shop.slug not in json.dumps(whole)


def test_the_export_is_in_the_access_log_before_its_first_byte(platform: Platform) -> None:
    person = make.person(platform)

    portability.export(platform, person.scope, at=clock.now())

    with platform.database.scoped(person.scope) as session:
        (seen,) = accesses.of_customer(session, until=clock.now(), limit=9, with_own=True)
    assert ("export", "released", 1, ["contact"]) == (seen.path, seen.outcome, seen.records, seen.released)


def test_who_leaves_on_the_way_gets_no_complete_file(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make.person(platform)
    monkeypatch.setattr(zip_stream, "CHUNK", 1)
    made = portability.export(platform, person.scope, at=clock.now())
    received = io.BytesIO(next(made))
    received.seek(0, io.SEEK_END)
    erasure.erase(platform, person.scope, at=clock.now())

    with pytest.raises(NotFound):
        received.writelines(made)

    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(received)


@pytest.mark.parametrize("export", [portability.export, partial(log_export.export, form="csv")])
def test_who_logs_out_on_the_way_gets_no_complete_file(
    platform: Platform, export: Callable[..., Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_stream, "CHUNK", 1)
    monkeypatch.setattr(log_export, "PAGE", 1)
    person = make.person(platform)
    with platform.database.scoped(person.scope) as session:
        (one,) = sessions.living(session, at=clock.now())
    here, elsewhere = replace(person.scope, client=str(one.session_id)), replace(person.scope, client=str(uuid4()))
    for _ in range(3):
        b"".join(export(platform, here, at=clock.now()))
    begun = {scope.client: export(platform, scope, at=clock.now()) for scope in (here, elsewhere)}
    for made in begun.values():
        next(made)

    with platform.database.scoped(here) as session:
        sessions.end(session, one.session_id, at=clock.now())

    assert b"".join(begun[elsewhere.client])
    with pytest.raises(CredentialEnded):
        b"".join(begun[here.client])


def test_who_has_left_gets_no_file_at_all(platform: Platform) -> None:
    person = make.person(platform)
    erasure.erase(platform, person.scope, at=clock.now())

    with pytest.raises(NotFound):
        portability.export(platform, person.scope, at=clock.now())


def test_the_memory_does_not_grow_with_the_dossier(
    platform: Platform, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, user = make.email(), make.name("user")
    make.known_person(platform, shop, address, user=user)
    note = {"properties": {"note": "x" * 8_000}}
    make.delivery(
        platform,
        shop,
        *(make.item(Kind.INTERACTION, "visit", note, user=user, key=make.name()) for _ in range(1_500)),
    )
    person = make.person(platform, address=address)
    monkeypatch.setattr(portability, "PAGE", 50)

    tracemalloc.start()
    size = sum(len(piece) for piece in portability.export(platform, person.scope, at=clock.now()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 0
    assert peak < 6_000_000  # what is held is 12 MB, twice
