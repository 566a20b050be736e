"""`cdp identity review`: what limits on joining stopped, for somebody to look at. Levels and bits, never a value."""

from typing import Annotated, Final
from uuid import UUID

import typer

from cdp import clock, directory
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.identity import reviews
from cdp.scope import Principal, Scope

group = typer.Typer(help="Decide about links that a limit stopped.", no_args_is_help=True)
OPERATOR: Final = Scope(Principal.OPERATOR, client="cdp-identity-review")
_MOST: Final = 100

Subject = Annotated[UUID, typer.Argument(help="The id of a subject.")]
Bond = Annotated[UUID, typer.Argument(help="The bond, as listed.", metavar="BOND")]
Name = Annotated[str | None, typer.Argument(help="One limit; all without it.", metavar="NAME")]
Most = Annotated[
    int | None, typer.Argument(help="What it is from now on; without it the limit is shown.", metavar="MOST", min=0)
]


@group.callback()
def about() -> None:
    """Decide about links that a limit stopped; whoever it is about sees in their log that you looked."""


@group.command("list")
def list_(*, as_json: Json = False) -> None:
    """Show what waits, oldest first."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        names = directory.names(session)
        found = reviews.held(session, at_most=_MOST)
    rows = [
        {
            "bond": str(each.bond_id),
            "stopped_by": each.held_why,
            "since": each.held_at,
            "why": each.why,
            "bits": round(each.bits, 1) if each.evidence else None,
            "levels": ", ".join(f"{name}: {level} {bits:+.1f}" for name, (level, bits) in each.evidence.items()),
            "subjects": " + ".join(map(str, each.subjects)),
            "sources": " + ".join(names.slug(source) for source in each.sources),
            "sizes": " + ".join(str(size) for size in each.sizes),
            "is_claimed": each.is_claimed,
        }
        for each in found
    ]
    terminal.print_rows(rows, as_json=as_json, empty="nothing waits")


@group.command()
def accept(bond: Bond, *, as_json: Json = False) -> None:
    """Let a bond join two dossiers, whatever the limits say."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        joined = reviews.accept(session, bond, at=clock.now())
    terminal.print_facts({"bond": str(bond), "decision": "accepted", "is_one_person": joined}, as_json=as_json)


@group.command()
def refuse(bond: Bond, *, as_json: Json = False) -> None:
    """Keep two people apart, for good."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        reviews.refuse(session, bond, at=clock.now())
    terminal.print_facts({"bond": str(bond), "decision": "refused", "is_one_person": False}, as_json=as_json)


@group.command()
def part(one: Subject, other: Subject, *, as_json: Json = False) -> None:
    """Undo that two records became one person, while nobody logs in to them; for good."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        parted = reviews.part(session, one, other, at=clock.now())
    terminal.print_facts({"one": str(one), "other": str(other), "is_one_person": not parted}, as_json=as_json)


@group.command()
def limits(name: Name = None, most: Most = None, *, as_json: Json = False) -> None:
    """Show the limits on joining, or one of them, or set it: `subjects`, `email`, `strong-merges` and others."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        if name is not None and most is not None:
            reviews.limit(session, name, most)
        found = reviews.limits(session, name)
    terminal.print_facts(found, as_json=as_json)
