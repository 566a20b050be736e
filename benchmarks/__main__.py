"""Measure everything in one run and print one table: `python -m benchmarks [--quick] [--json]`."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks import audits, bulk, contact, decisions, guards, logs, matching, reads, rules
from benchmarks.house import House, open_house
from benchmarks.serving import SERVED_BY, aside, at_the_product, served, two_processors

FULL: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (500,)
PEOPLE: Final = 100_000
"""Among how many people somebody is looked for here; `python -m benchmarks.matching` does it among a million."""
_AUDITED: Final = 150_000
"""How many entries the auditor's file holds; a check takes as long as they are many."""


@dataclass(slots=True)
class Report:
    """Every figure of one run, and the rows of the table."""

    figures: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def row(self, what: str, figure: str, ratio: str = "", aim: str = "") -> None:
        """Add a row to the table."""
        self.rows.append((what, figure, ratio, aim))


def main() -> None:
    """Run the measurements; judges nothing, so that a noisy machine fails nobody."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    wanted.add_argument("--quick", action="store_true", help="a small house and few requests: shows that it runs")
    wanted.add_argument("--json", action="store_true", help="print the figures instead of the table")
    told = wanted.parse_args()
    report, begun = Report(), time.monotonic()
    with two_processors() as where, open_house(min(10_000, (QUICK if told.quick else FULL)[0])) as house:
        who = report.figures["machine"] = f"{where}; {house.postgres}"
        with served(house) as port:
            aside()
            try:
                for step in _measure(house, port, report, is_quick=told.quick):
                    print(f"{time.monotonic() - begun:4.0f} s  {step}", file=sys.stderr, flush=True)
            finally:  # what was measured is told, whatever came after
                report.figures["seconds"] = time.monotonic() - begun
                report.row("this whole run", f"{report.figures['seconds']:.0f} s", "", "≤ 600 s")
                _tell(report, who, as_json=told.json)


def _measure(house: House, port: int, report: Report, *, is_quick: bool) -> Iterator[str]:
    requests, seconds = (400, 1) if is_quick else (8_000, 2)
    found: dict[int, reads.Reads] = {}
    for size in QUICK if is_quick else FULL:
        yield f"reads at {size:,} customers"
        house.fill(size)
        found[size] = reads.measure(house, port, requests, seconds=seconds)
        report.figures[f"reads at {size}"] = asdict(found[size])
        _reads(report, size, found[size])
    first, last = found[min(found)], found[max(found)]
    report.row("latency, most against fewest customers", "", f"{last.p50 / first.p50:.2f}", "≤ 1.5")
    for processes in (1, SERVED_BY):
        with served(house, processes=processes) as other:
            yield f"reads, batches and export with {processes} processes"
            _beside_raw(report, house, other, processes, is_quick=is_quick)
            _bulk(report, house, other, processes, is_quick=is_quick)
    for processes in (1, SERVED_BY):
        with served(house, processes=processes) as other:
            yield f"ingest with {processes} processes"
            _segment(report, house, other, processes, is_quick=is_quick)
            yield f"contact decisions with {processes} processes"
            _contact(report, house, other, processes, is_quick=is_quick)
    yield "rules"
    _rules(report, house, is_quick=is_quick)
    yield "import"
    _import(report, house, is_quick=is_quick)
    yield "decisions and revocations"
    _guards(report, house, port, is_quick=is_quick)
    yield "logs"  # after all that needs the permissions, which its acts change
    _logs(report, house, port, is_quick=is_quick)
    yield "matching"
    _matching(report, house, is_quick=is_quick)
    if not is_quick:
        yield "an auditor's file"
        _audit(report)


def _reads(report: Report, size: int, found: reads.Reads) -> None:
    at = f"at {size:,}"
    report.row(f"ready bytes, no database, {at}", f"{found.ready:,.0f}/s", "1.00")
    report.row(
        f"enforced, logged, unsealed read {at}",
        f"{found.enforced:,.0f}/s",
        f"{found.of_ready:.2f}",
        "≥ 0.5",
    )
    report.row(f"  against pgbench's raw rows {at}", f"{found.raw:,.0f}/s", f"{found.of_raw:.2f}", "≥ 0.2")
    report.row(f"  one at a time: bare rows {at}", f"{found.bare:,.0f}/s", f"{found.bare / found.ready:.2f}")
    for before, step in pairwise(reads.STEPS):
        rate, base = getattr(found, step), getattr(found, before)
        report.row(f"    then {step} {at}", f"{rate:,.0f}/s", f"{rate / base:.2f} of {before}")
    report.row(f"  latency at half load {at}", f"p50 {found.p50:.1f} ms", f"p99 {found.p99:.1f} ms", "p99 ≤ 15 ms")


def _beside_raw(report: Report, house: House, port: int, processes: int, *, is_quick: bool) -> None:
    by = f"processes of the API: {processes}"
    rate, of_raw = reads.beside_raw(house, port, 400 if is_quick else 8_000, seconds=1 if is_quick else 2)
    report.figures[f"reads beside pgbench, {by}"] = {"enforced": rate, "of_raw": of_raw}
    report.row(f"enforced, logged, unsealed read, {by}", f"{rate:,.0f}/s", f"{of_raw:.2f} of pgbench", "≥ 0.2")


def _bulk(report: Report, house: House, port: int, processes: int, *, is_quick: bool) -> None:
    by = f"processes of the API: {processes}"
    batch = bulk.batches(house, port, 4 if is_quick else 60, processes=processes)
    exported = bulk.export(house, port)
    copied = bulk.copy_out(house)
    found = {"batch": batch, "export": exported, "copy out": copied}
    report.figures[f"bulk, {by}"] = found
    report.row(f"batch, {by}", f"{batch:,.0f} profiles/s", "", "≥ 10,000")
    report.row(f"export, {by}", f"{exported:,.0f} profiles/s", f"{exported / copied:.2f} of COPY", "≥ 15,000")


def _segment(report: Report, house: House, port: int, processes: int, *, is_quick: bool) -> None:
    by = f"processes of the API: {processes}"
    events = bulk.segment(house, port, 2_000 if is_quick else 100_000, processes=processes)
    copied = bulk.copy_in(house)
    report.figures[f"ingest, {by}"] = {"segment": events, "copy in": copied}
    report.row(
        f"Segment batches, durable, {by}", f"{events:,.0f} events/s", f"{events / copied:.2f} of COPY", "≥ 20,000"
    )


def _contact(report: Report, house: House, port: int, processes: int, *, is_quick: bool) -> None:
    by = f"processes of the API: {processes}"
    found = contact.measure(house, port, 400 if is_quick else 6_000, processes=processes)
    report.figures[f"contact, {by}"] = asdict(found)
    report.row(f"contact decisions, one in a request, {by}", f"{found.single:,.0f}/s")
    report.row("  latency at half load", f"p50 {found.p50:.1f} ms", f"p99 {found.p99:.1f} ms", "p99 ≤ 15 ms")
    report.row(f"  a thousand in a request, {by}", f"{found.thousand:,.0f} customers/s", "", "≥ 20,000")
    report.row("    and what is allowed reserved", f"{found.reserved:,.0f} customers/s")
    report.row("  the law alone", f"{found.law:.1f} µs", "", "≤ 20 µs")


def _rules(report: Report, house: House, *, is_quick: bool) -> None:
    found = rules.measure(house, 500 if is_quick else 30_000, firings=3 if is_quick else 100)
    report.figures["rules"] = asdict(found)
    report.row("a rule over records in memory", f"{found.judged:,.0f} records/s and core", "", "≥ 10,000")
    report.row("  as the worker asks it: gated, logged, unsealed", f"{found.asked:,.0f} records/s", "", "≥ 10,000")
    kept = found.stored_with / found.stored_without
    report.row("  what it costs to store what it asks about", f"{found.stored_with:,.0f} records/s", f"{kept:.2f}")
    report.row(
        "  from the commit to the firing", f"p50 {found.p50:.0f} ms", f"p99 {found.p99:.0f} ms", "p99 ≤ 1,000 ms"
    )
    report.row(
        "  from the commit to a webhook",
        f"p50 {found.told_p50:.0f} ms",
        f"p99 {found.told_p99:.0f} ms",
        "p99 ≤ 1,000 ms",
    )


def _import(report: Report, house: House, *, is_quick: bool) -> None:
    records = bulk.imported(house, 500 if is_quick else 40_000)
    report.figures["import"] = records
    report.row("import", f"{records:,.0f} records/s", "", "≥ 20,000")


def _guards(report: Report, house: House, port: int, *, is_quick: bool) -> None:
    decided = guards.decisions(house, seconds=0.3 if is_quick else 3)
    report.figures["decisions"] = asdict(decided)
    report.row(
        "decisions in SQL, a hundred at a time", f"{decided.sql:,.0f}/s", f"{decided.sql / decided.casbin:.1f} × casbin"
    )
    report.row(
        "decisions in Python (the law)", f"{decided.python:,.0f}/s", f"{decided.python / decided.casbin:.1f} × casbin"
    )
    _decisions(report, decisions.over_http(house, port, 400 if is_quick else 6_000), decided)
    revoked = guards.revocations(house, port, 50 if is_quick else 4_000)
    report.figures["revocations"] = asdict(revoked)
    report.row(
        f"first read after {revoked.races:,} revocations",
        f"p50 {revoked.p50:.1f} ms, p99 {revoked.p99:.1f} ms",
        f"{revoked.stale} stale",
        "0 stale",
    )


def _decisions(report: Report, told: decisions.Decided, beside: guards.Decisions) -> None:
    report.figures["decisions over HTTP"] = asdict(told)
    report.row("decisions of casbin, in memory", f"{beside.casbin:,.0f}/s")
    report.row(
        "decisions of Cedar, in memory", f"{beside.cedar:,.0f}/s", f"{beside.cedar / beside.casbin:.1f} × casbin"
    )
    for name, rate in asdict(told).items():
        ratio = f"{rate / beside.casbin:.2f} × casbin, {rate / beside.cedar:.2f} × Cedar"
        report.row(f"decisions over HTTP, logged: {name}", f"{rate:,.0f}/s", ratio)


def _logs(report: Report, house: House, port: int, *, is_quick: bool) -> None:
    sizes = (
        {"leaves": 2_000, "seconds": 2, "acts": 100, "requests": 100}
        if is_quick
        else {"leaves": 100_000, "seconds": 15, "acts": 1_200, "requests": 4_000}
    )
    found = logs.measure(house, port, **sizes)
    report.figures["logs"] = asdict(found)
    report.row("sequencer, in batches", f"{found.leaves:,.0f} leaves/s", "", "≥ 10,000")
    report.row(
        f"act to signed checkpoint at {logs.ACTS_PER_SECOND} acts/s",
        f"p50 {found.signed_p50:.2f} s",
        f"p99 {found.signed_p99:.2f} s",
        "p99 ≤ 1.5 s",
    )
    cost = found.act / found.act_without_log - 1
    report.row("act, with its log", f"{found.act:.2f} ms", f"{cost:+.0%} for the log", "≤ 25 %")
    report.row("a full tile of the log, for anybody", f"{found.tiles:,.0f}/s")
    report.row("its checkpoint, for anybody", f"{found.checkpoints:,.0f}/s")


def _matching(report: Report, house: House, *, is_quick: bool) -> None:
    sizes = {"matches": 100, "deliveries": 5} if is_quick else {"matches": 1_000, "deliveries": 60}
    with at_the_product():
        found = matching.measure(house, matching.QUICK if is_quick else PEOPLE, **sizes)
    report.figures["matching"] = asdict(found)
    at = f"among {found.people:,}"
    report.row(
        f"who somebody may be, unsealed and weighed, {at}",
        f"p50 {found.lookup_p50:.2f} ms, p99 {found.lookup_p99:.2f} ms",
        f"{found.candidates:.0f} candidates",
        "1 ms, 5 ms",
    )
    report.row(
        "  on processors kept awake", f"p50 {found.lookup_awake_p50:.2f} ms, p99 {found.lookup_awake_p99:.2f} ms"
    )
    report.row(f"  with what is kept of it, {at}", f"p50 {found.match_p50:.2f} ms, p99 {found.match_p99:.2f} ms")
    whole = f"{found.people_per_core:,.0f} people/s"
    report.row("records that identify somebody, compared", f"{found.records_per_core:,.0f}/s and core", whole, "≥ 500")
    report.row("events that identify nobody", f"{found.plain_events_per_core:,.0f}/s and core")
    megabytes = {table: f"{size / 2**20:,.0f}" for table, size in found.bytes_of_tables.items()}
    report.row(
        f"MiB of likenesses, keys, {at}",
        f"{megabytes['likeness']} + {megabytes['match_key']}",
        f"{found.memory_mib:,} in memory",
    )


def _audit(report: Report) -> None:
    found = audits.measure(_AUDITED)
    report.figures["audit"] = asdict(found)
    report.row(
        f"offline check of {found.entries:,} entries",
        f"{found.seconds:.1f} s",
        f"{found.memory:,.0f} MiB",
        f"≤ {30 * _AUDITED / 1_000_000:.1f} s, ≤ 1 GiB",
    )


def _tell(report: Report, who: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.figures, indent=2))
        return
    table = Table(title=f"One run: {who}", title_justify="left")
    for heading in ("what", "figure", "ratio", "aim"):
        table.add_column(heading)
    for row in report.rows:
        table.add_row(*row)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
