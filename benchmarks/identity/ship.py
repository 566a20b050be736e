"""Make the shipped model anew from the development sets: `python -m benchmarks.identity.ship FOLDER OUT`."""

import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.identity import sets
from cdp import clock
from cdp.identity import candidates, guess, learning, training
from cdp.identity.model import Training


def main(folder: Path, out: Path) -> None:
    """Learn from each set by itself, put together what they say, and write it to `out`."""
    known = [each.read(folder) for each in sets.DEVELOPMENT]
    start = guess.model()
    learned = []
    for sample in known:
        pairs = learning.across(sample, candidates.find(sample.traits).pairs)
        sides = None if sample.sources is None else sample.sources.tolist()
        learned.append(training.train(sample.traits, pairs, prior=start, sides=sides).model)
    today = clock.now().date().isoformat()
    origin = Training(
        data=tuple(each.name for each in sets.DEVELOPMENT),
        at=today,
        records=sum(len(sample.traits) for sample in known),
        pairs=sum(each.training.pairs for each in learned),
    )
    together = training.pooled(learned, [sample.traits for sample in known], start=start)
    out.write_bytes(replace(together, version=today, training=origin).to_json())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
