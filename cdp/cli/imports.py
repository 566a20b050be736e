"""`cdp import`: a file of an organization into the store."""

import json
import os
import stat
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Self, TextIO

import typer

from cdp import clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.ingest import mapping as mappings
from cdp.ingest.import_standing import Reject
from cdp.ingest.importing import Import, Imported
from cdp.ingest.items import Outcome, Reason
from cdp.ingest.problems import UnfitRejectsFile
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

    def begin(self, earlier: Iterable[Reject] | None) -> None:
        """Take away what was told before, and tell anew all of the run that this one goes on with."""
        with suppress(FileNotFoundError):
            there = self._path.lstat()
            if not stat.S_ISREG(there.st_mode) or there.st_uid != os.geteuid():
                raise UnfitRejectsFile
            self._path.unlink()
        for each in earlier or ():
            self.note(*each)

    def note(self, line: int, reason: Reason, field: str) -> None:
        """Tell one rejected line."""
        if self._file is None:
            self._file = self._made()
        self._file.write(_line(line, reason, field) + "\n")

    def _made(self) -> TextIO:
        """Return the file, made just now: what somebody put there in between, a link too, is not written to."""
        try:
            made = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            raise UnfitRejectsFile from None
        return os.fdopen(made, "w", buffering=1, encoding="utf-8")  # who is killed has told every line


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
