"""`cdp pull`: outside registers that an organization's records come from."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cdp import clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.cli.terminal import Organization as Slug
from cdp.ingest import pull, pull_settings
from cdp.ingest.items import Outcome
from cdp.platform import Platform
from cdp.scope import OPERATOR, Principal, Scope

group = typer.Typer(help="Outside registers that records come from.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="What the pull is called.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Its settings, TOML: see docs/ingest.md.")]


def _source(platform: Platform, slug: str) -> UUID:
    with platform.database.scoped(OPERATOR) as session:
        return organizations.named(session, slug).organization_id


@group.command()
def add(slug: Slug, name: Name, file: File, *, as_json: Json = False) -> None:
    """Add a pull; the worker runs it from now on."""
    stated = pull_settings.load(file)
    with opening.platform() as platform:
        pull.check(pull_settings.parse(stated), allow_private=platform.settings.allow_private_addresses)
        source = _source(platform, slug)
        with platform.database.scoped(Scope(Principal.SOURCE, source)) as session:
            pull.add(session, source, name, stated, at=clock.now())
    terminal.print_facts({"added": name}, as_json=as_json)


@group.command("list")
def list_(slug: Slug, *, as_json: Json = False) -> None:
    """Show the pulls of an organization and how they stand."""
    with opening.platform() as platform:
        source = _source(platform, slug)
        with platform.database.scoped(Scope(Principal.SOURCE, source)) as session:
            found = pull.listed(session, source)
    terminal.print_rows([_row(each) for each in found], as_json=as_json)


@group.command()
def run(slug: Slug, name: Name, *, as_json: Json = False) -> None:
    """Run a pull now, whenever it is due."""
    with opening.platform() as platform:
        source = _source(platform, slug)
        done = pull.run(platform, source, name, at=clock.now())
    facts: dict[str, object] = {"pages": done.pages, "failure": done.failure, "why": done.why}
    terminal.print_facts(facts | {f"items_{each.value}": done.outcomes[each] for each in Outcome}, as_json=as_json)
    if done.failure is not None:
        raise typer.Exit(1)


@group.command()
def remove(slug: Slug, name: Name, *, as_json: Json = False) -> None:
    """Remove a pull; what it stored stays."""
    with opening.platform() as platform:
        source = _source(platform, slug)
        with platform.database.scoped(Scope(Principal.SOURCE, source)) as session:
            pull.remove(session, source, name)
    terminal.print_facts({"removed": name}, as_json=as_json)


def _row(facts: pull.PullFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in pull.PullFacts.__dataclass_fields__}
