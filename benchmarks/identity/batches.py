"""A whole collection compared at once, in memory: how long it takes, and how much memory."""

import multiprocessing
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.identity.sets import Known
from cdp.identity import evaluation
from cdp.identity.model import Model


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch cost, and what it found."""

    records: int
    pairs: int
    read: float
    compared: float
    cpu: float
    mebibytes: float
    figures: evaluation.Evaluation


def measure(known: Known, folder: Path) -> Batch:
    """Compare everybody in a process of its own, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_compare, (known, folder))


def _compare(known: Known, folder: Path) -> Batch:
    began = time.monotonic()
    sample = known.read(folder)
    read = time.monotonic()
    found = evaluation.evaluate(sample, Model.shipped())
    done, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    return Batch(
        records=found.records,
        pairs=found.compared_pairs,
        read=read - began,
        compared=done - read,
        cpu=used.ru_utime + used.ru_stime,
        mebibytes=used.ru_maxrss / 1024,
        figures=found,
    )
