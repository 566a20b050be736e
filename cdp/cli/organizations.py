"""`cdp organization`: who supplies records and asks to see them."""

from typing import Annotated, Any

import typer

from cdp import clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.cli.terminal import Organization as Slug
from cdp.scope import Principal, Scope
from cdp.tables import Organization

group = typer.Typer(help="Organizations: who supplies records and asks to see them.", no_args_is_help=True)
OPERATOR = Scope(Principal.OPERATOR)


@group.command()
def add(
    slug: Slug,
    name: Annotated[str, typer.Option(help="What people call it.")],
    *,
    verified: Annotated[bool, typer.Option("--verified", help="You know who this is.")] = False,
    as_json: Json = False,
) -> None:
    """Register an organization."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        made = organizations.add(session, slug=slug, name=name, at=clock.now())
        if verified:
            organizations.verify(session, made.organization_id, at=clock.now())
        facts = _facts(made)
    terminal.print_facts(facts, as_json=as_json)


@group.command("list")
def list_(*, as_json: Json = False) -> None:
    """Show every organization, also the closed ones."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        rows = [
            _facts(each) | {"people": organizations.subjects_of(session, each.organization_id)}
            for each in organizations.registered(session)
        ]
    terminal.print_rows(rows, as_json=as_json, empty="no organization yet: cdp organization add SLUG --name NAME")


@group.command()
def verify(slug: Slug, *, as_json: Json = False) -> None:
    """Note that you know who this is: its verified identifiers link people from now on."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        found = organizations.named(session, slug)
        organizations.verify(session, found.organization_id, at=clock.now())
        facts = _facts(found)
    terminal.print_facts(facts, as_json=as_json)


@group.command()
def unverify(slug: Slug, *, as_json: Json = False) -> None:
    """Note that you do not know any more who this is: customers are warned, and it may ask few people."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        found = organizations.named(session, slug)
        organizations.unverify(session, found.organization_id)
        facts = _facts(found)
    terminal.print_facts(facts, as_json=as_json)


@group.command()
def remove(
    slug: Slug,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Close an organization and take away everything that it supplied, for ever."""
    with opening.platform() as platform:
        with platform.database.scoped(OPERATOR) as session:
            found = organizations.named(session, slug).organization_id
            people = organizations.subjects_of(session, found)
        if not yes:
            typer.confirm(f"Remove {slug} with what it supplied about {people} people, for ever?", abort=True)
        with terminal.progress("removing", people) as tell:
            done = 0

            def report(taken: int) -> None:
                nonlocal done
                done += taken
                tell(done, max(people, done))

            removal = organizations.remove(platform, found, at=clock.now(), report=report)
    if removal.has_rotated:
        terminal.say("the keys were rotated: older backups cannot be read any more, take a new one now")
    terminal.print_facts({"removed": removal.subjects, "keys_destroyed": removal.keys}, as_json=as_json)


def _facts(of: Organization) -> dict[str, Any]:
    return {
        "slug": of.slug,
        "name": of.name,
        "organization_id": str(of.organization_id),
        "created_at": of.created_at,
        "verified_at": of.verified_at,
        "closed_at": of.closed_at,
    }
