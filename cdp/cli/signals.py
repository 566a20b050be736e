"""`cdp signal`: what organizations are told, and what could not be told. Never about whom."""

from typing import Annotated
from uuid import UUID

import typer

from cdp import clock, directory, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.platform import Platform
from cdp.scope import OPERATOR
from cdp.signals import dead_letters

group = typer.Typer(help="Signals: streams, dead letters, and sending them again.", no_args_is_help=True)
Slug = Annotated[str | None, typer.Argument(help="The organization's slug; leave out for all.", metavar="ORGANIZATION")]
One = Annotated[UUID | None, typer.Option("--signal", help="One dead letter; leave out for all.")]


@group.command("list")
def list_(slug: Slug = None, *, as_json: Json = False) -> None:
    """Show the streams and how they stand."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        names = directory.names(session)
        rows = [
            {"organization": names.slug(each.organization_id), "stream": str(each.stream_id), "kind": each.kind}
            | {"status": each.status, "verified_at": each.verified_at, "waiting": each.waiting, "dead": each.dead}
            | {"failures": each.failures, "failure": each.failure}
            for each in dead_letters.streams(session, _organization(platform, slug))
        ]
    terminal.print_rows(rows, as_json=as_json)


@group.command()
def dead(slug: Slug = None, *, as_json: Json = False) -> None:
    """Show what was given up after 24 tries or 72 hours."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        names = directory.names(session)
        rows = [
            {"organization": names.slug(each["organization_id"]), "stream": str(each["stream_id"])}
            | {"signal": str(each["signal_id"]), "event": each["event"], "at": each["at"]}
            | {"tries": each["tries"], "failure": each["failure"]}
            for each in dead_letters.listed(session, _organization(platform, slug))
        ]
    terminal.print_rows(rows, as_json=as_json, empty="none")


@group.command()
def replay(slug: terminal.Organization, *, signal: One = None, as_json: Json = False) -> None:
    """Send an organization's dead letters again, with what came later for the same customers."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        organization = organizations.named(session, slug).organization_id
        sent = dead_letters.replay(session, organization, signal, at=clock.now())
    terminal.print_facts({"replayed": sent}, as_json=as_json)


def _organization(platform: Platform, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    with platform.database.scoped(OPERATOR) as session:
        return organizations.named(session, slug).organization_id
