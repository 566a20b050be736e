"""`cdp demand`: what customers ask of organizations under the law, without a word of it."""

from typing import Annotated

import typer

from cdp import clock, demands, directory
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.scope import OPERATOR

group = typer.Typer(help="What customers ask of organizations under the law.", no_args_is_help=True)

Late = Annotated[bool, typer.Option("--late", help="Only those whose day is over.")]


@group.callback()
def about() -> None:
    """Show what customers ask of organizations under the law, and whether it is answered in time."""


@group.command("list")
def list_(*, late: Late = False, as_json: Json = False) -> None:
    """Show what is open, the most urgent first; `platform` stands for yourself."""
    at = clock.now()
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        names = directory.names(session)
        found = [each for each in demands.open_now(session) if not late or each.due_at <= at]
    rows = [
        {
            "demand_id": str(each.demand_id),
            "organization": names.slug(each.organization) if each.organization in names.by_id else "platform",
            "kind": each.kind,
            "asked_at": each.asked_at,
            "due_at": each.due_at,
            "is_late": each.due_at <= at,
        }
        for each in found
    ]
    terminal.print_rows(rows, as_json=as_json)
