"""Measure in one go how well people are recognized: `python -m benchmarks.identity [--quick] [--json]`.

Ours with the shipped model and its frozen thresholds; with what is learned from the set without its truth; and beside
them Splink 5 and recordlinkage, when `make peers` installed them. Then a large made-up collection at once.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.identity import batches, beside, sets
from benchmarks.identity.sets import Known
from cdp.identity import evaluation, learning
from cdp.identity.evaluation import JOINS, Evaluation, Point
from cdp.identity.intervals import Measured
from cdp.identity.model import Model
from cdp.identity.samples import Sample

FULL: Final = 1_000_000
QUICK: Final = 3_000
HEADINGS: Final = (
    *("set", "who", "precision, frozen", "recall, frozen", "best F1", "recall at .995", "recall at .999", "seconds"),
)


@dataclass(slots=True)
class Report:
    """Every figure of one run, and the rows of its tables."""

    figures: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    facts: list[tuple[str, str, str]] = field(default_factory=list)

    def points(self, where: str, who: str, points: list[Point], seconds: float) -> None:
        """Add a row: the frozen threshold first, then the best ones."""
        self.figures.setdefault(where, {})[who] = [asdict(each) for each in points]
        frozen, best, some, most = points
        shown = (frozen.precision, frozen.recall, best.f1, some.recall, most.recall)
        self.rows.append((where, who, *map(_shown, shown), f"{seconds:.1f}"))


def main() -> None:
    """Run the measurements; judges nothing."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    wanted.add_argument("--quick", action="store_true", help="a small made-up set only: shows that it runs")
    wanted.add_argument("--json", action="store_true", help="print the figures instead of the tables")
    wanted.add_argument("--sets", type=Path, default=sets.FOLDER, help="the folder of the development sets")
    wanted.add_argument("--peers", type=Path, default=beside.ENVIRONMENT, help="the environment of the peers")
    wanted.add_argument("--batch", type=int, default=None, help="how many records the large collection has; 0: none")
    told = wanted.parse_args()
    report = Report()
    try:
        for step in _measure(report, told):
            print(step, file=sys.stderr, flush=True)
    finally:  # what was measured is told, whatever came after
        _tell(report, as_json=told.json)


def _measure(report: Report, told: argparse.Namespace) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as made:
        if told.quick:
            yield "a small made-up set"
            yield from _set(report, sets.made(Path(made), QUICK), Path(made), told.peers)
        for known in () if told.quick else sets.DEVELOPMENT:
            yield known.name
            if known.is_in(told.sets):
                yield from _set(report, known, told.sets, told.peers)
            else:
                report.rows.append((known.name, "its files are not there: --sets", *[""] * 6))
        records = (QUICK if told.quick else FULL) if told.batch is None else told.batch
        if records:
            yield f"a collection of {records:,}"
            _batch(report, sets.made(Path(made), records), Path(made))


def _set(report: Report, known: Known, folder: Path, peers: Path) -> Iterator[str]:
    sample = known.read(folder)
    shipped = Model.shipped()
    _ours(report, known, sample, shipped, "ours, as shipped")
    yield "  learning"
    _ours(report, known, sample, learning.learn(sample, shipped), "ours, learned from the set")
    for peer, name in beside.PEERS.items():
        yield f"  {name}"
        try:
            report.points(known.name, name, *beside.measure(peer, sample, peers))
        except beside.Absent as why:
            report.rows.append((known.name, f"{name}: {why}", *[""] * 6))


def _ours(report: Report, known: Known, sample: Sample, model: Model, who: str) -> None:
    began = time.monotonic()
    found = evaluation.evaluate(sample, model)
    seconds = time.monotonic() - began
    points = {each.threshold: each for each in found.points}
    kept = [points[JOINS], *(each for each in found.points if not each.is_frozen)]
    report.points(known.name, who, kept, seconds)
    report.figures[known.name][f"{who}: all"] = asdict(found)
    _facts(report, f"{known.name}, {who}", found)


def _facts(report: Report, where: str, found: Evaluation) -> None:
    report.facts.append((f"{where}: pairs that are candidates", _shown(found.candidate_recall), "≥ .92"))
    report.facts.append((f"{where}: candidates, 95th percentile", f"{found.candidates_p95:.0f}", "≤ 50"))
    for each in found.groups:
        sizes = f"largest {each.largest}, in truth {each.largest_true}"
        told = f"F1 {_shown(each.f1)}, exact {each.exact.value:.3f}, {sizes}"
        report.facts.append((f"{where}: groups of what is {each.of}", told, "largest ≤ 2 ×"))


def _batch(report: Report, known: Known, folder: Path) -> None:
    found = batches.measure(known, folder)
    report.figures["batch"] = asdict(found)
    report.facts.append((f"{found.records:,} records: read and normalised", f"{found.read:.0f} s", ""))
    report.facts.append((f"  {found.pairs:,} pairs compared and grouped", f"{found.compared:.0f} s", "≤ 300 s"))
    report.facts.append(("  processor, of one core", f"{found.cpu:.0f} s", ""))
    report.facts.append(("  memory", f"{found.mebibytes:,.0f} MiB", "≤ 2 GiB"))
    _facts(report, "  as shipped", found.figures)


def _shown(measured: Measured) -> str:
    return f"{measured.value:.3f} ({measured.low:.3f}–{measured.high:.3f})"


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.figures, indent=2))
        return
    for headings, rows in ((HEADINGS, report.rows), (("what", "figure", "aim"), report.facts)):
        table = Table()
        for heading in headings:
            table.add_column(heading)
        for row in rows:
            table.add_row(*row)
        Console(width=200).print(table)


if __name__ == "__main__":
    main()
