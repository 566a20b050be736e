"""Importing a small file of customers, and counting what came of it."""

from pathlib import Path
from uuid import UUID

from cdp import clock
from cdp.ingest import mapping as mappings
from cdp.ingest.importing import Import
from cdp.platform import Platform
from tests.cdp.ingest.arrange import look

MAPPING = """
[subject]
user_id = "id"
[[attributes]]
name = "city"
value = "city"
[[products]]
type = "order"
key = "order"
properties = { total = { column = "total", as = "number" } }
"""
MEANING = mappings.parse(MAPPING)


def written(folder: Path, rows: int, *, bad: frozenset[int] = frozenset(), note: str = "") -> Path:
    """Return a CSV file of people who each have a city and an order; the totals of some rows are nonsense."""
    file = folder / "people.csv"
    lines = [f"u-{n},Bergen {n},o-{n},{'x' if n in bad else n},{note}" for n in range(rows)]
    file.write_text("id,city,order,total,note\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def run(platform: Platform, source: UUID, file: Path, *, is_rehearsal: bool = False) -> Import:
    return Import(platform, source, file, MEANING, at=clock.now(), is_rehearsal=is_rehearsal)


def counted(url: str, source: UUID) -> tuple[int, int]:
    """Return how many records and people a source has."""
    ((records,),) = look(url, "select count(*) from record where source_id = %s", source)
    ((people,),) = look(url, "select count(*) from subject where source_id = %s", source)
    return records, people
