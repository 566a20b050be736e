"""`cdp erasures`: who was erased, after a restore."""

from dataclasses import asdict

import typer

from cdp import clock, replaying
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json, Yes

group = typer.Typer(help="Erasures, after a restore.", no_args_is_help=True)


@group.callback()
def about() -> None:
    """Do again what a restore of an older backup took back."""


@group.command()
def replay(*, yes: Yes = False, as_json: Json = False) -> None:
    """Erase again whoever was erased since the backup, and end all sessions and tokens; may be run again."""
    terminal.confirm("Erase again whoever has no key any more, for ever, and end every session and token?", yes=yes)
    with opening.platform() as platform, terminal.progress("looking at keys", None) as tell:
        done = replaying.replay(platform, at=clock.now(), tell=tell)
    terminal.print_facts(asdict(done), as_json=as_json)
