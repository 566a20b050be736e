"""What commands print: tables for people, JSON for programs, progress for the patient, one clear line for errors."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

from cdp.progress import Tell
from consent.errors import Problem

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Organization = Annotated[str, typer.Argument(help="The organization's slug.", metavar="ORGANIZATION")]

_LEFT_MARGIN: Final = 2
_WIDE: Final = 250


class _Rate(TransferSpeedColumn):
    """How many a second, of whatever is counted."""

    def render(self, task: RichTask) -> Text:
        """Return the rate."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str = "nothing yet") -> None:
    """Print one line for each row, or a JSON array of them."""
    if as_json:
        print(json.dumps([_plain(row) for row in rows], ensure_ascii=False))
    elif not rows:
        print(empty)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _LEFT_MARGIN, 0, 0))
        for name in rows[0]:
            table.add_column(name.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(_shown(value) for value in row.values()))
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def print_facts(facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one fact a line, or a JSON object."""
    if as_json:
        print(json.dumps(_plain(facts), ensure_ascii=False))
        return
    width = max(len(name) for name in facts) + _LEFT_MARGIN
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<{width}}{_shown(value)}")


def confirm(question: str, *, yes: bool) -> None:
    """Go on after a yes, and end the command after anything else; who said --yes is not asked."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


def say(sentence: str) -> None:
    """Tell the person at the terminal something, apart from the answer."""
    print(sentence, file=sys.stderr, flush=True)


def print_error(error: Problem, *, as_json: bool) -> None:
    """Print what is wrong on one line, with the problem's code, and of which field it is if it does not say so."""
    if as_json:
        facts = {"code": error.code, "message": error.message, "field": error.field}
        print(json.dumps({"error": facts}), file=sys.stderr)
    else:
        named = (error.field or "").lstrip("/")
        say(f"error: {error.message} [{error.code if named in error.message else f'{error.code}: {named}'}]")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Tell]:
    """Show a bar with rate and time left while the block runs; yield `tell(done, total)`."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(what, total=total)
        (shown,) = bar.tasks

        def tell(done: int, of: int | None) -> None:
            if of != shown.total:  # set here: `update` forgets the rate whenever an estimate changes
                shown.total, shown.finished_time, shown.finished_speed = of, None, None
            bar.update(task, completed=done)

        yield tell


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case list() | tuple():
            return " ".join(str(each) for each in value)
    return str(value)
