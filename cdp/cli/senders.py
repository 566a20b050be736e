"""`cdp sender`: from where organizations write and call, and what of it the operator checked."""

from typing import Annotated, Final

import typer

from cdp import clock, directory, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.messages import senders
from cdp.messages.likeness import SenderKind
from cdp.scope import Principal, Scope

group = typer.Typer(help="Check from where organizations write and call.", no_args_is_help=True)
OPERATOR: Final = Scope(Principal.OPERATOR, client="cdp-sender")

Slug = Annotated[str, typer.Argument(help="The organization, by its short name.")]
Kind = Annotated[SenderKind, typer.Argument(help="What kind of sender it is.")]
Value = Annotated[str, typer.Argument(help="The domain, address, number or name.", metavar="VALUE")]
Shared = Annotated[bool, typer.Option("--shared", help="Also where another organization has it.")]


@group.callback()
def about() -> None:
    """Check from where organizations write and call; what was checked is public."""


@group.command("list")
def list_(*, as_json: Json = False) -> None:
    """Show every sender, also those that wait to be checked, with whom each poses as."""
    with opening.platform() as platform:
        with platform.database.scoped(OPERATOR) as session:
            names, found = directory.names(session), senders.listed(session)
        with platform.database.scoped(Scope(Principal.VISITOR)) as session:
            known = senders.published(session)
    rows = []
    for each in found:
        alike = None if each.checked_at is not None else known.alike(each.kind, each.value)
        rows.append(
            {
                "organization": names.slug(each.organization),
                "kind": each.kind.value,
                "value": each.value,
                "is_complete": each.is_complete,
                "is_shared": each.is_shared,
                "checked_at": each.checked_at,
                "resembles": None if alike is None else f"{alike.of.value} ({alike.how})",
            }
        )
    terminal.print_rows(rows, as_json=as_json, empty="nobody published a sender")


@group.command()
def check(slug: Slug, kind: Kind, value: Value, *, shared: Shared = False, as_json: Json = False) -> None:
    """Say that a sender is this organization's, after you made sure of it."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        organization = organizations.named(session, slug).organization_id
        senders.check(session, organization, kind, value, is_shared=shared, at=clock.now())
    written = senders.written(kind, value)
    terminal.print_facts(
        {"organization": slug, "kind": kind.value, "value": written, "is_shared": shared}, as_json=as_json
    )


@group.command()
def remove(slug: Slug, kind: Kind, value: Value, *, as_json: Json = False) -> None:
    """Take a sender from an organization: it counts for nothing any more."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        organization = organizations.named(session, slug).organization_id
        senders.withdraw(session, organization, kind, value)
    terminal.print_facts({"organization": slug, "kind": kind.value, "removed": True}, as_json=as_json)
