"""`cdp org`: who supplies records and asks to see them."""

from typing import Annotated, Any

import typer

from cdp import clients, clock, organization_details, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json, Yes
from cdp.cli.terminal import Organization as Slug
from cdp.scope import OPERATOR
from cdp.tables import Organization

group = typer.Typer(help="Organizations: who supplies records and asks to see them.", no_args_is_help=True)
May = Annotated[
    list[str] | None,
    typer.Option(help="A scope that its own administrators may give their programs; may be given more than once."),
]


@group.command()
def add(
    slug: Slug,
    name: Annotated[str, typer.Option(help="What people call it.")],
    *,
    verified: Annotated[bool, typer.Option("--verified", help="You know who this is.")] = False,
    may: May = None,
    as_json: Json = False,
) -> None:
    """Register an organization."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        made = organizations.add(session, slug=slug, name=name, at=clock.now())
        if verified:
            organizations.verify(session, made.organization_id, at=clock.now())
        facts = _facts(organization_details.put(session, made.organization_id, may=may))
    terminal.print_facts(facts, as_json=as_json)


@group.command("list")
def list_(*, as_json: Json = False) -> None:
    """Show every organization, also the closed ones."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        rows = [
            _facts(each) | {"people": organizations.subjects_of(session, each.organization_id)}
            for each in organizations.registered(session)
        ]
    terminal.print_rows(rows, as_json=as_json, empty="no organization yet: cdp org add SLUG --name NAME")


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


@group.command("set")
def set_(
    slug: Slug,
    *,
    language: Annotated[str | None, typer.Option(help="Of letters to it: nl or en; '' for both.")] = None,
    privacy_mail: Annotated[str | None, typer.Option(help="Where letters about privacy go; '' for nowhere.")] = None,
    answer_days: Annotated[
        int | None, typer.Option(help="Within how many working days a human answers customers, 0 to 5.")
    ] = None,
    may: May = None,
    as_json: Json = False,
) -> None:
    """Say something about an organization; what you leave out stays as it was, and '' takes back what was said."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = organizations.named(session, slug).organization_id
        given = None if may is None else [each for each in may if each]
        words = {"language": language, "privacy_mail": privacy_mail}
        found = organization_details.put(session, owner, **words, may=given, answer_days=answer_days)
        facts = _facts(found)
    terminal.print_facts(facts, as_json=as_json)


@group.command()
def disable(
    slug: Slug,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End every program and write key of an organization at once; what it supplied and was granted stays."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        found = organizations.named(session, slug)
        terminal.confirm(f"End every program and write key of {slug}?", yes=yes)
        programs, keys = clients.end_all(session, found.organization_id, at=clock.now())
    terminal.print_facts({"slug": slug, "clients_disabled": programs, "keys_disabled": keys}, as_json=as_json)


@group.command()
def remove(
    slug: Slug,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Close an organization and take away everything that it supplied, for ever."""
    with opening.platform() as platform:
        with platform.database.scoped(OPERATOR) as session:
            found = organizations.named(session, slug).organization_id
            people = organizations.subjects_of(session, found)
        terminal.confirm(f"Remove {slug} with what it supplied about {people} people, for ever?", yes=yes)
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
    said = organization_details.said(of)
    return {
        "slug": of.slug,
        "name": of.name,
        "language": said.language,
        "privacy_mail": said.privacy_mail,
        "answer_days": said.answer_days,
        "may": list(said.may),
        "organization_id": str(of.organization_id),
        "created_at": of.created_at,
        "verified_at": of.verified_at,
        "closed_at": of.closed_at,
    }
