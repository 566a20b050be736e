"""The same people, weighed by other libraries: each in an environment of its own, and absent when that is."""

import csv
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from cdp.identity.evaluation import Point, Weighed
from cdp.identity.samples import Sample
from cdp.identity.traits import Traits

PEERS: Final = {"splink": "Splink 5", "recordlinkage": "recordlinkage ECM"}
ENVIRONMENT: Final = Path(__file__).resolve().parents[2] / ".venv-peers"
DECIDES: Final = {"splink": 4.25, "recordlinkage": 0.0}
"""In bits, where each calls a pair a match: Splink's usual 0.95, and an even chance."""
_SCRIPT: Final = Path(__file__).with_name("peers.py")
_HEADER: Final = (
    *("unique_id", "source", "first_name", "last_name", "dob", "email"),
    *("phone", "postcode", "house_number", "street", "city"),
)


class Absent(Exception):
    """A peer cannot be measured here; says why."""


def measure(peer: str, sample: Sample, environment: Path) -> tuple[list[Point], float]:
    """Return what a peer's own threshold and the best ones give, and the seconds that it took; raises Absent."""
    if not (environment / "bin" / "python").is_file():
        raise Absent("not installed: make peers")
    with tempfile.TemporaryDirectory() as folder:
        people, pairs = Path(folder, "people.csv"), Path(folder, "pairs.csv")
        _write(sample, people)
        began = time.monotonic()
        command = [environment / "bin" / "python", _SCRIPT, peer, people, pairs]
        between = ["--between"] if sample.sources is not None else []
        done = subprocess.run([*map(str, command), *between], check=False, capture_output=True, text=True)
        if done.returncode:
            raise Absent(done.stderr.strip().splitlines()[-1][:80] if done.stderr.strip() else "it stopped")
        seconds = time.monotonic() - began
        rows = np.loadtxt(pairs, delimiter=",", ndmin=2)
    both = np.sort(rows[:, :2].astype(np.int64), axis=1)
    weighed = Weighed(sample, both, rows[:, 2])
    return [weighed.point("as it decides", DECIDES[peer]), *weighed.chosen()], seconds


def _write(sample: Sample, path: Path) -> None:
    """Write the people as we normalise them, so that nobody loses by spelling."""
    sources = np.zeros(len(sample.traits), np.int64) if sample.sources is None else sample.sources
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        for place, (each, source) in enumerate(zip(sample.traits, sources.tolist(), strict=True)):
            rows.writerow((place, source, *_columns(each)))


def _columns(each: Traits) -> tuple[str, ...]:
    return (
        each.given[0] if each.given else each.initials[:1],
        " ".join(each.surname),
        "{:04}-{:02}-{:02}".format(*each.birth) if each.birth else "",
        each.emails[0] if each.emails else "",
        next(iter((*each.mobiles, *each.landlines)), ""),
        each.postcode,
        each.house_number,
        each.street,
        each.city,
    )
