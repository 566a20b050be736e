"""`cdp import`: a file of an organization into the store."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cdp import clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.importing import Import, Imported
from cdp.ingest import mapping as mappings
from cdp.ingest.items import Outcome, Reason
from cdp.scope import Principal, Scope

_Mapping = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What the columns mean: docs/import.md.")]
_Rejects = Annotated[Path | None, typer.Option(help="Where rejected lines are told; FILE.rejects.jsonl otherwise.")]


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines, JSON or Parquet.")],
    *,
    organization: Annotated[str, typer.Option(help="The slug of the organization whose data it is.")],
    mapping: _Mapping,
    rejects: _Rejects = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and store nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Store a file; goes on where an earlier run stopped, and changes nothing when it was stored already."""
    meaning = mappings.load(mapping)
    told = rejects or file.with_name(f"{file.name}.rejects.jsonl")
    with opening.platform() as platform:
        with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            source = organizations.named(session, organization).organization_id
        job = Import(platform, source, file, meaning, at=clock.now(), is_rehearsal=dry_run)
        with told.open("a", encoding="utf-8") as log, terminal.progress("importing", None) as tell:

            def reject(line: int, reason: Reason, field: str) -> None:
                log.write(json.dumps({"line": line, "reason": reason.value, "field": field or None}) + "\n")

            done = job.run(report=tell, reject=reject)
    if not done.rejects and not told.stat().st_size:
        told.unlink()
    terminal.print_facts(_facts(done, told, dry_run=dry_run), as_json=as_json)


def _facts(done: Imported, told: Path, *, dry_run: bool) -> dict[str, object]:
    facts: dict[str, object] = {"stored": "nothing: a rehearsal"} if dry_run else {}
    facts |= {"rows": done.rows, "rows_of_earlier_run": done.before, "new_people": done.new_subjects}
    facts |= {f"items_{outcome.value}": done.outcomes[outcome] for outcome in Outcome}
    return facts | {"rejects": done.rejects, "told_in": str(told) if done.rejects else None}
