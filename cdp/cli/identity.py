"""`cdp identity`: who is the same person, and how well that is told: measured and learned on files of your own."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Final

import typer

from cdp import clock
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.identity import evaluation, learning, samples, teaching
from cdp.identity import model as models
from cdp.identity.evaluation import Evaluation, Groups, Point
from cdp.identity.intervals import Measured
from cdp.identity.learning import Known
from cdp.identity.model import Model
from cdp.identity.samples import Columns
from cdp.progress import Tell
from consent.errors import Invalid

group = typer.Typer(help="Identity: who is the same person, how that is told, and how well.", no_args_is_help=True)

_Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines or Parquet.")]
_MaybeFiles = Annotated[
    list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines, Parquet; else the database.")
]
_Column = Annotated[
    list[str] | None, typer.Option("--column", help="What a column holds: first_name=given_name; once for each.")
]
_Truth = Annotated[str, typer.Option(help="The column that says who somebody is.")]
_Known = Annotated[
    str | None, typer.Option("--truth", help="The column that says who somebody is, if it is to be learned from.")
]
_Sources = Annotated[
    str | None,
    typer.Option(help="The column of sources, or `file`: only records of different sources are compared."),
]
_Model = Annotated[
    Path | None, typer.Option("--model", exists=True, dir_okay=False, help="Another model than the shipped one.")
]
_Learn = Annotated[bool, typer.Option("--learn", help="Learn from the file first, without looking at who somebody is.")]
_Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="Where the model is written, as JSON.")]
_WAIT: Final = 2


@group.command()
def evaluate(
    files: _Files,
    *,
    column: _Column = None,
    truth: _Truth = "cluster",
    sources: _Sources = None,
    model: _Model = None,
    learn: _Learn = False,
    as_json: Json = False,
) -> None:
    """Measure a model on people of whom you know who is who; nothing is stored and no database is asked."""
    began = time.monotonic()
    with _patience("reading") as tell:
        sample = samples.read(files, Columns(_named(column), truth, sources), tell=tell)
    weighing = _model(model)
    if learn:
        with _patience("learning") as tell:
            weighing = learning.learn(sample, weighing, tell=tell)
    with _patience("comparing") as tell:
        measured = evaluation.evaluate(sample, weighing, tell=tell)
    facts = {"model": weighing.version, "compared_by": list(sample.compared)} | _facts(measured)
    _print(measured, facts | {"seconds": round(time.monotonic() - began, 1)}, as_json=as_json)


@group.command()
def train(
    files: _MaybeFiles = None,
    *,
    out: _Out,
    column: _Column = None,
    truth: _Known = None,
    sources: _Sources = None,
    model: _Model = None,
    as_json: Json = False,
) -> None:
    """Learn a model from people, whether or not you know who is who; the thresholds stay those of the first model.

    Without a file it learns from everybody in the database, and from what is known there for certain: verified links,
    customers' answers, partings and operators' decisions.
    """
    if not out.parent.is_dir():  # said before the work, not after it
        raise Invalid("there is no such folder", field="out")
    with _patience("reading") as tell:
        if files:
            sample = samples.read(files, Columns(_named(column), truth, sources), tell=tell)
            known = Known() if truth is not None else None
        else:
            with opening.platform() as platform:
                sample, known = teaching.lessons(platform, tell=tell)
    with _patience("learning") as tell:
        learned = learning.learn(sample, _model(model), known=known, tell=tell)
    today, data = clock.now().date().isoformat(), [each.stem for each in files or ()] or ["database"]
    out.write_bytes(learning.written(learned, sample, version=out.stem, data=data, at=today))
    facts = {"records": learned.training.records, "pairs": learned.training.pairs, "labels": learned.training.labels}
    terminal.print_facts(facts | {"version": out.stem, "written": str(out)}, as_json=as_json)


def _named(columns: Sequence[str] | None) -> dict[str, str]:
    """Return the column of each attribute."""
    named = {}
    for each in columns or ():
        attribute, is_said, column = each.partition("=")
        if not is_said or not attribute or not column:
            raise Invalid("a column is told as first_name=given_name", field="column")
        named[attribute] = column
    return named


def _model(path: Path | None) -> Model:
    return Model.shipped() if path is None else models.from_json(path.read_bytes())


@contextmanager
def _patience(what: str) -> Iterator[Tell]:
    """Yield `tell(done, total)`, which shows a bar as soon as the block takes longer than anybody likes to wait."""
    began = time.monotonic()
    with ExitStack() as stack:
        bars: list[Tell] = []

        def tell(done: int, total: int | None) -> None:
            if not bars and time.monotonic() - began > _WAIT:
                bars.append(stack.enter_context(terminal.progress(what, total)))
            for bar in bars:
                bar(done, total)

        yield tell


def _facts(found: Evaluation) -> dict[str, object]:
    return {
        "records": found.records,
        "people": found.people,
        "true_pairs": found.true_pairs,
        "compared_pairs": found.compared_pairs,
        "keys_for_each_record": round(found.keys / found.records, 1),
        "candidate_recall": _share(found.candidate_recall),
        "candidates": round(found.candidates, 1),
        "candidates_p95": found.candidates_p95,
    }


def _print(found: Evaluation, facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print everything as one JSON object, or as two tables and the facts."""
    points = [_shown(each) for each in found.points]
    groups = [_shown(each) for each in found.groups]
    if as_json:
        terminal.print_facts({**facts, "thresholds": points, "groups": groups}, as_json=True)
        return
    for rows in (points, groups):
        terminal.print_rows([{name: _in_words(told) for name, told in row.items()} for row in rows], as_json=False)
        print()
    terminal.print_facts({name: _in_words(told) for name, told in facts.items()}, as_json=False)


def _shown(figures: Point | Groups) -> dict[str, object]:
    told = {each.name: getattr(figures, each.name) for each in fields(figures)}
    return {name: _share(each) if isinstance(each, Measured) else each for name, each in told.items()}


def _share(measured: Measured) -> dict[str, float]:
    return {name: round(each, 4) for name, each in measured._asdict().items()}


def _in_words(told: object) -> object:
    match told:
        case {"value": value, "low": low, "high": high}:
            return f"{value:.4f} ({low:.4f}–{high:.4f})"
        case float():
            return f"{told:.2f}"
    return told
