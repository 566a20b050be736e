"""The doctor finds what is wrong, and only that."""

from collections.abc import Iterator

import psycopg
import pytest

from cdp import doctor
from cdp.doctor import Patient, Verdict
from cdp.log import sequencer
from cdp.platform import Platform
from tests import make

TEST_SERVER = {"durability"}  # the tests' server gives up crash safety for speed


@pytest.fixture
def patient(platform: Platform, admin: psycopg.Connection) -> Patient:
    return Patient(platform, admin)


def wrong(patient: Patient) -> dict[str, str]:
    """Return what is wrong, by check."""
    found = doctor.examine(patient)
    return {
        each.check: each.said for each in found if each.verdict is not Verdict.FINE and each.check not in TEST_SERVER
    }


def test_a_house_in_order_has_nothing_wrong(
    platform: Platform, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 0)
    monkeypatch.setattr(doctor, "LEAST_SHARE", 0.0)  # how full the disk of this machine is
    make.subject(platform, make.organization(platform))
    sequencer.step(platform)

    assert {} == wrong(patient)


@pytest.mark.parametrize(("limit", "most"), [("LEAST_FREE", 2**70), ("LEAST_SHARE", 1.1)])
def test_a_full_disk_is_found(patient: Patient, monkeypatch: pytest.MonkeyPatch, limit: str, most: float) -> None:
    monkeypatch.setattr(doctor, limit, most)

    assert wrong(patient)["disk"].endswith("GiB free where CDP_HOME is")


def test_every_check_is_made(patient: Patient) -> None:
    made = {each.check for each in doctor.examine(patient)}

    assert {name for name, _ in doctor.CHECKS} | {"policies", "roles"} == made


@pytest.mark.parametrize(
    ("damage", "check", "told"),
    [
        (
            "drop policy reader_gate on record",
            "policies",
            "missing: create policy reader_gate on record",
        ),
        ("alter policy reader_gate on record using (true)", "policies", "extra: create policy reader_gate on record"),
        ("create policy open on record for select to cdp_source using (true)", "policies", "extra: create policy open"),
        ("alter table record no force row level security", "row-security", "not forced on record"),
        ("alter table access_rest no force row level security", "row-security", "not forced on access_rest"),
        ("alter table interaction disable row level security", "row-security", "not forced on interaction"),
        ("create table loose (customer_id uuid)", "row-security", "not forced on loose"),
        ("grant select on record to cdp_auditor", "roles", "extra: grant select on record to cdp_auditor"),
        ("revoke select on permission from cdp_reader", "roles", "missing: grant select on permission to cdp_reader"),
        ("grant select (sealed) on record to cdp_source", "roles", "cdp_source"),
        ("drop index permission_recipient", "schema", "missing: CREATE INDEX permission_recipient"),
        ("alter table record add column note text", "schema", "create table record"),
        ("alter function is_sealed(text) owner to cdp_owner", "schema", "create function is_sealed"),
        (
            (
                "create or replace function words_of(source_id uuid, category text) returns text[] language sql"
                " immutable parallel safe return array['contact']"
            ),
            "schema",
            "create function words_of",
        ),
        ("grant create on schema public to public", "makers", "everybody may make things"),
        ("update alembic_version set version_num = '0000'", "migrations", "at 0000, wanted"),
        ("delete from alembic_version", "migrations", "at None"),
        ("drop table alembic_version", "migrations", "could not be looked at"),
    ],
)
def test_damage_in_the_database_is_found(
    patient: Patient, admin: psycopg.Connection, damage: str, check: str, told: str
) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute(damage.encode())

        assert told in wrong(patient)[check]


def test_a_missing_partition_is_found(patient: Patient, admin: psycopg.Connection) -> None:
    with admin.transaction(force_rollback=True):
        latest = "select max(relname) from pg_class where relname ~ '^access_[0-9]{4}_[0-9]{2}$'"
        (name,) = admin.execute(latest).fetchone() or ("",)
        admin.execute(f"drop table {name}".encode())

        assert f"missing: {name}; is the worker running?" == wrong(patient)["partitions"]


@pytest.mark.parametrize(("name", "mode", "right"), [("keys/ring", 0o640, 0o600), ("keys", 0o711, 0o700)])
def test_a_key_ring_that_others_can_reach_is_found(
    platform: Platform, patient: Patient, name: str, mode: int, right: int
) -> None:
    path = platform.settings.home / name
    path.chmod(mode)

    said = wrong(patient)
    path.chmod(right)

    assert f"others can reach {name}: chmod go= it" == said["files"]


def test_a_key_ring_that_does_not_open_the_data_is_found(
    platform: Platform, patient: Patient, admin: psycopg.Connection
) -> None:
    make.subject(platform, make.organization(platform))
    with admin.transaction(force_rollback=True):
        admin.execute("update data_key set wrapped = set_byte(wrapped, 40, (get_byte(wrapped, 40) + 1) % 256)")

        assert "this key ring does not open the data" == wrong(patient)["keys"]


def test_a_rotation_that_was_not_finished_is_found(platform: Platform, patient: Patient) -> None:
    fresh = platform.ring.rotate()

    said = wrong(patient)

    assert "a rotation is not finished: run cdp keys rotate" == said["keys"]
    platform.ring.retire(fresh - 1)  # this module stores nothing after it


def test_a_server_that_gives_up_crash_safety_is_found(patient: Patient) -> None:
    found = doctor.examine(patient)

    assert "fsync is off" in {each.said for each in found if each.verdict is Verdict.FAILURE}


def test_one_check_that_fails_does_not_stop_the_others(patient: Patient) -> None:
    def broken(_: Patient) -> Iterator[doctor.Finding]:
        raise OSError("a secret text")

    found = doctor.examine(patient, (("broken", broken), ("clock", dict(doctor.CHECKS)["clock"])))

    assert [("broken", Verdict.FAILURE), ("clock", Verdict.FINE)] == [(each.check, each.verdict) for each in found]
    assert "a secret text" not in found[0].said
