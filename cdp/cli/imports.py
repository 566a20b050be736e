"""`cdp import`: a file of an organization into the store."""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Self, TextIO

import typer

from cdp import clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.import_standing import Rejects
from cdp.importing import Import, Imported
from cdp.ingest import mapping as mappings
from cdp.ingest.items import Outcome, Reason
from cdp.scope import Principal, Scope

_Mapping = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What the columns mean: docs/import.md.")]
_RejectsFile = Annotated[Path | None, typer.Option(help="Where rejected lines are told; FILE.rejects.jsonl otherwise.")]


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines, JSON or Parquet.")],
    *,
    organization: Annotated[str, typer.Option(help="The slug of the organization whose data it is.")],
    mapping: _Mapping,
    rejects: _RejectsFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and store nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Store a file; goes on where an earlier run stopped, and changes nothing when it was stored already."""
    meaning = mappings.load(mapping)
    told = _told(rejects or file.with_name(f"{file.name}.rejects.jsonl"), dry_run=dry_run)
    with opening.platform() as platform, ExitStack() as stack:
        with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            source = organizations.named(session, organization).organization_id
        job = Import(platform, source, file, meaning, at=clock.now(), is_rehearsal=dry_run)
        log = stack.enter_context(_Rejects(told))
        tell = stack.enter_context(terminal.progress("importing", None))
        done = job.run(report=tell, reject=log.note, begin=log.begin)
    terminal.print_facts(_facts(done, told, dry_run=dry_run), as_json=as_json)
    if done.rows and done.outcomes[Outcome.REJECTED] == done.outcomes.total():
        raise typer.Exit(1)


class _Rejects:
    """The file of rejected lines: of one run with all that it goes on with, and there only when there are any."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def begin(self, earlier: Rejects | None) -> None:
        """Take away what another run told; of one that this goes on with, tell what it could not before it ended."""
        if earlier is None:
            if self._path.is_file() and not self._path.is_symlink():
                self._path.unlink()
            return
        told = self._mend()
        for each in earlier:
            line = _line(*each)
            if told[line]:
                told[line] -= 1
            else:
                self.note(*each)

    def _mend(self) -> Counter[str]:
        """Return the lines that are told; one that is not whole, because its writer was killed, is taken away."""
        if not self._path.is_file():
            return Counter()
        with self._path.open("r+b") as file:
            whole, end, _ = file.read().rpartition(b"\n")
            file.truncate(len(whole) + len(end))
        return Counter(whole.decode("utf-8", "replace").split("\n"))

    def note(self, line: int, reason: Reason, field: str) -> None:
        """Tell one rejected line."""
        if self._file is None:
            self._file = self._path.open("a", buffering=1, encoding="utf-8")  # who is killed has told every line
        self._file.write(_line(line, reason, field) + "\n")


def _line(line: int, reason: Reason, field: str) -> str:
    return json.dumps({"line": line, "reason": reason.value, "field": field or None})


def _told(path: Path, *, dry_run: bool) -> Path:
    """Return where rejects are told; a rehearsal has a file of its own beside it."""
    return path.with_name(f"{path.stem}.dry-run{path.suffix}") if dry_run else path


def _facts(done: Imported, told: Path, *, dry_run: bool) -> dict[str, object]:
    facts: dict[str, object] = {"stored": "nothing: a rehearsal", "unmapped": done.unmapped} if dry_run else {}
    facts |= {"rows": done.rows, "rows_of_earlier_run": done.before, "new_people": done.new_subjects}
    facts |= {f"items_{outcome.value}": done.outcomes[outcome] for outcome in Outcome}
    return facts | {"rejects": done.rejects, "told_in": str(told) if done.rejects else None}
