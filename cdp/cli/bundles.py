"""`cdp log verify`: the auditor's own program, for whoever has ours at hand; it needs no platform and no database."""

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.terminal import Json
from consent import __main__ as verifier


def verify(
    file: Annotated[Path, typer.Argument(help="An auditor's file (tar) or a receipt (.tlog-proof).")],
    *,
    known: Annotated[Path | None, typer.Option(metavar="CHECKPOINT", help="A checkpoint that you kept.")] = None,
    vkey: Annotated[list[str] | None, typer.Option(help="A key that you trust, log or witness; repeatable.")] = None,
    in_flight: Annotated[float, typer.Option(min=0, help="Seconds that a read and an act may cross.")] = 5.0,
    accept_erased: Annotated[
        bool, typer.Option("--accept-erased", help="Let reads rest on a merge with somebody who was erased since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check an auditor's file or a receipt, offline: the same as python -m consent verify; exit code 0 if it holds."""
    arguments = ["verify", str(file), f"--in-flight={in_flight}"]
    arguments += [] if known is None else [f"--known={known}"]
    arguments += [f"--vkey={each}" for each in vkey or ()]
    arguments += ["--accept-erased"] if accept_erased else []
    arguments += ["--json"] if as_json else []
    raise typer.Exit(verifier.main(arguments))
