"""Looks whether everything stands as it should, and says what does not: for an operator, by hand or from a monitor.

Every check is a function that returns findings; none changes anything, prints a person, or stops the others.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory

from cdp import clock, key_destruction, recovery, rotation, schema_picture
from cdp.database import acting_as, sql
from cdp.keys.errors import KeyFailure
from cdp.log import gauges
from cdp.platform import Platform
from consent.errors import Problem

Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST: Final = 150_000
MOST_NODES: Final = 300_000
LEAST_FREE: Final = 2 * 2**30
LEAST_SHARE: Final = 0.05
LONGEST_WAIT: Final = 60.0
MOST_SKEW: Final = timedelta(seconds=2)
_OTHERS: Final = 0o077
_ROOT: Final = Path(__file__).parents[1]


class Verdict(StrEnum):
    """How bad it is."""

    FINE = "fine"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave, in one sentence."""

    check: str
    verdict: Verdict
    said: str


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: the platform, and a connection of the operator's that may see the catalogs."""

    platform: Platform
    admin: Connection

    def asked(self, question: str, *values: object) -> tuple[Any, ...]:
        """Return the first row of the answer."""
        return self.admin.execute(question.encode(), values or None).fetchone() or ()


Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient, checks: tuple[tuple[str, Check], ...] | None = None) -> list[Finding]:
    """Return what all checks found; one that cannot be made is a failure by itself."""
    found: list[Finding] = []
    for name, check in checks or CHECKS:
        try:
            found += check(patient)
        except (psycopg.Error, KeyFailure, Problem, OSError) as error:
            told = str(error) if isinstance(error, KeyFailure | Problem) else type(error).__name__
            found.append(Finding(name, Verdict.FAILURE, f"could not be looked at: {told}"))
    return found


def _judged(check: str, is_fine: bool, fine: str, bad: str, verdict: Verdict = Verdict.FAILURE) -> Finding:  # noqa: FBT001 - what the sentence is about
    return Finding(check, Verdict.FINE, fine) if is_fine else Finding(check, verdict, bad)


def _server(patient: Patient) -> Iterator[Finding]:
    (version,) = patient.asked("select current_setting('server_version_num')::integer")
    shown = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    yield _judged("server", version >= OLDEST, shown, f"{shown} is older than 15")


def _durability(patient: Patient) -> Iterator[Finding]:
    wanted = {"fsync": {"on"}, "full_page_writes": {"on"}, "data_checksums": {"on"}}
    wanted["synchronous_commit"] = {"on", "local", "remote_write", "remote_apply"}
    for setting, good in wanted.items():
        (value,) = patient.asked("select current_setting(%s)", setting)
        verdict = Verdict.WARNING if setting == "data_checksums" else Verdict.FAILURE
        yield _judged("durability", value in good, f"{setting} is {value}", f"{setting} is {value}", verdict)


def _migrations(patient: Patient) -> Iterator[Finding]:
    head = ScriptDirectory.from_config(Config(_ROOT / "alembic.ini")).get_current_head()
    with acting_as(patient.admin, "cdp_owner"):
        (stands,) = patient.asked("select version_num from alembic_version") or (None,)
    yield _judged("migrations", stands == head, f"at {head}", f"at {stands}, wanted {head}: run cdp migrate")


def _schema(patient: Patient) -> Iterator[Finding]:
    committed = schema_picture.COMMITTED.read_text(encoding="utf-8")
    drift = schema_picture.drift(committed, schema_picture.take(patient.admin))
    kinds: dict[str, tuple[str, ...]] = {"policies": ("create policy",), "roles": ("create role", "grant ")}
    kinds["schema"] = ("create table", "CREATE", "alter table", "create function", "view", "trigger")
    for check, begins in kinds.items():
        of_kind = schema_picture.Drift(
            tuple(each for each in drift.missing if each.startswith(begins)),
            tuple(each for each in drift.extra if each.startswith(begins)),
        )
        yield _judged(check, not of_kind, "as the migrations made them", str(of_kind))


def _row_security(patient: Patient) -> Iterator[Finding]:
    (open_ones,) = patient.asked(sql("doctor_unforced_tables"))
    yield _judged("row-security", not open_ones, "forced on every table", f"not forced on {', '.join(open_ones or [])}")


def _makers(patient: Patient) -> Iterator[Finding]:
    (is_open,) = patient.asked("select has_schema_privilege('public', 'public', 'create')")
    yield _judged("makers", not is_open, "not everybody", "everybody may make things in the schema: run cdp migrate")


def _partitions(patient: Patient) -> Iterator[Finding]:
    (missing,) = patient.asked(sql("doctor_missing_partitions"), clock.now())
    yield _judged(
        "partitions", not missing, "made ahead", f"missing: {', '.join(missing or [])}; is the worker running?"
    )


def _keys(patient: Patient) -> Iterator[Finding]:
    ring = patient.platform.ring
    opened, unreadable = _sample(patient)
    yield _judged("keys", not unreadable, f"{opened} data keys tried, all open", "this key ring does not open the data")
    yield _judged(
        "keys", ring.live_nodes <= MOST_NODES, f"{ring.live_nodes} nodes",
        f"{ring.live_nodes} nodes make it slow: run cdp keys rotate", Verdict.WARNING,
    )  # fmt: skip
    standing = rotation.status(patient.platform)
    yield _judged(
        "keys", not standing.is_rotating, f"generation {ring.generation}",
        "a rotation is not finished: run cdp keys rotate", Verdict.WARNING,
    )  # fmt: skip
    waiting = key_destruction.waiting(patient.platform)
    yield _judged(
        "keys", waiting == 0, "no destruction waits", f"{waiting} destructions wait for the worker", Verdict.WARNING
    )


def _sample(patient: Patient) -> tuple[int, int]:
    newest = "select wrapped, subject_id from data_key order by created_at desc limit 50"
    with acting_as(patient.admin, "cdp_keeper"):
        rows = patient.admin.execute(newest).fetchall()
    unreadable = 0
    for wrapped, subject in rows:
        try:
            patient.platform.ring.unwrap_many([(bytes(wrapped), subject)])
        except KeyFailure:
            unreadable += 1
    return len(rows), unreadable


def _files(patient: Patient) -> Iterator[Finding]:
    home = patient.platform.settings.home
    folders = [home / "keys", home / "secrets", home / "log"]
    places = [*folders, *(path for folder in folders for path in folder.glob("*"))]
    for path in [each for each in places if each.exists()]:
        status = path.stat()
        if status.st_mode & _OTHERS or status.st_uid not in (os.geteuid(), 0):
            yield Finding("files", Verdict.FAILURE, f"others can reach {path.relative_to(home)}: chmod go= it")
    yield Finding("files", Verdict.FINE, "looked at the modes of keys and secrets")


def _clock(patient: Patient) -> Iterator[Finding]:
    before: datetime = clock.now()
    (there,) = patient.asked("select clock_timestamp()")
    skew = max(before - there, there - clock.now(), timedelta(0))
    yield _judged("clock", skew <= MOST_SKEW, "agrees with the database", f"differs by {skew.total_seconds():.1f} s")


def _disk(patient: Patient) -> Iterator[Finding]:
    usage = shutil.disk_usage(patient.platform.settings.home)
    is_enough = usage.free >= LEAST_FREE and usage.free >= LEAST_SHARE * usage.total
    said = f"{usage.free / 2**30:.1f} GiB free where CDP_HOME is"
    yield _judged("disk", is_enough, said, said, Verdict.WARNING)


def _log(patient: Patient) -> Iterator[Finding]:
    found = gauges.read(patient.platform)
    yield _judged("log", bool(found), "the logs have begun", "no log yet: is the worker running?", Verdict.WARNING)
    for each in found:
        waits = each.waiting_seconds or 0
        fine = f"{each.log}: {each.size} leaves, {each.size - (each.signed or 0)} not signed yet"
        late = f"{each.log}: something has waited for {waits:.0f} s: is the worker running?"
        yield _judged("log", waits < LONGEST_WAIT, fine, late)
        aside = f"{each.log}: {each.held} facts are set aside: see cdp log held"
        yield _judged("log", not each.held, f"{each.log}: no fact is set aside", aside)
    if found:
        reason = recovery.why_it_stands_still(patient.platform)
        yield _judged("log", reason is None, "the logs are the ones that were signed", f"{reason}: see cdp log recover")


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("server", _server),
    ("durability", _durability),
    ("migrations", _migrations),
    ("schema", _schema),
    ("row-security", _row_security),
    ("makers", _makers),
    ("partitions", _partitions),
    ("files", _files),
    ("keys", _keys),
    ("log", _log),
    ("clock", _clock),
    ("disk", _disk),
)
