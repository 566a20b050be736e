"""The sets that people are recognized in: files with truth, and what their columns mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.identity import people
from cdp.identity import samples
from cdp.identity.samples import FILE, Columns, Sample

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "identity"
_DUTCH: Final = Columns({"house_number_suffix": "house_suffix"})


@dataclass(frozen=True, slots=True)
class Known:
    """Files of people of whom is known who is who."""

    name: str
    files: tuple[str, ...]
    columns: Columns

    def read(self, folder: Path) -> Sample:
        """Return the people."""
        return samples.read([folder / each for each in self.files], self.columns)

    def is_in(self, folder: Path) -> bool:
        """Say whether the files are there."""
        return all((folder / each).is_file() for each in self.files)


DEVELOPMENT: Final = (
    Known("fake_1000", ("fake_1000.csv",), Columns({})),
    Known("febrl3", ("febrl3.csv",), Columns({"street": "address_1", "city": "suburb"})),
    Known(
        "census 2020 × 2030",
        ("psp_census2020.csv", "psp_census2030.csv"),
        Columns({"middle_name": "middle", "house_number_suffix": "unit"}, sources=FILE),
    ),
    Known("nl_synth_20k", ("nl_synth_20k.csv",), _DUTCH),
)


def made(folder: Path, records: int) -> Known:
    """Return a set of made-up people, written to `folder`."""
    name = f"made_{records}"
    people.write(folder / f"{name}.csv", records)
    return Known(name, (f"{name}.csv",), _DUTCH)
