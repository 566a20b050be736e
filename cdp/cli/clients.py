"""`cdp client`, `cdp key` and `cdp signing-key`: what programs log in with, and what signs their tokens."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cdp import clients, clock, organizations
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.cli.terminal import Organization as Slug
from cdp.ingest.items import BATCH_BYTES
from cdp.oauth import signing_keys
from cdp.oauth.client_keys import UnfitKeys
from cdp.scope import OPERATOR

group = typer.Typer(help="OAuth clients: programs that read, write or audit.", no_args_is_help=True)
signing = typer.Typer(help="Signing keys: what access tokens are signed with.", no_args_is_help=True)
write_keys = typer.Typer(help="Write keys: for sending events as Segment's libraries do.", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(help="The client's id.")]
KeyId = Annotated[str, typer.Argument(help="As `list` shows it.")]
Name = Annotated[str, typer.Option(help="What it is for.")]
Bound = Annotated[bool, typer.Option("--bound", help="Its tokens are good only with a key of its own (DPoP).")]
Redirects = Annotated[
    list[str] | None,
    typer.Option("--redirect-uri", help="Where customers are led back to; may be given more than once."),
]
Logouts = Annotated[
    list[str] | None, typer.Option("--logout-uri", help="Where customers may be led to after they logged out here.")
]
BatchBytes = Annotated[int, typer.Option(min=32_768, max=4_096_000, help="How large a batch may be, unpacked.")]


@group.command()
def add(
    slug: Annotated[str | None, typer.Argument(help="The organization; leave out for the platform's auditor.")] = None,
    *,
    name: Name,
    scope: Annotated[list[str], typer.Option(help="What it may do; may be given more than once.")],
    human: Annotated[
        bool, typer.Option("--human", help="People look through it; customers read so in their log.")
    ] = False,
    bound: Bound = False,
    as_json: Json = False,
) -> None:
    """Make a client and show its secret, once."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = None if slug is None else organizations.named(session, slug).organization_id
        fresh = clients.create(
            session,
            platform.fingerprints,
            organization=owner,
            name=name,
            scopes=scope,
            is_human=human,
            is_bound=bound,
            at=clock.now(),
        )
    terminal.print_facts({"client_id": fresh.client_id, "client_secret": fresh.client_secret}, as_json=as_json)


@group.command("add-with-keys")
def add_with_keys(  # what a client is, each an option
    slug: Slug,
    jwks: Annotated[Path, typer.Argument(help="A file with its public keys, as a JSON Web Key Set.", exists=True)],
    *,
    name: Name,
    scope: Annotated[list[str], typer.Option(help="What it may do; may be given more than once.")],
    algorithm: Annotated[
        list[str] | None, typer.Option(help="What it signs with, RS256 too; else ES256, EdDSA or PS256.")
    ] = None,
    bound: Bound = False,
    as_json: Json = False,
) -> None:
    """Make a client that proves itself by signing (private_key_jwt) and has no secret."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        client_id = clients.create_with_keys(
            session,
            organization=organizations.named(session, slug).organization_id,
            name=name,
            scopes=scope,
            keys=_keys(jwks),
            algorithms=algorithm or (),
            is_bound=bound,
            at=clock.now(),
        )
    terminal.print_facts({"client_id": client_id}, as_json=as_json)


def _keys(file: Path) -> dict[str, Any]:
    try:
        keys = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise UnfitKeys(field="/jwks") from None
    if not isinstance(keys, dict):
        raise UnfitKeys(field="/jwks")
    return keys


@group.command("list")
def list_(
    slug: Annotated[str | None, typer.Argument(help="The organization; leave out for the platform's.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the clients of an organization."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = None if slug is None else organizations.named(session, slug).organization_id
        rows = [
            {"client_id": each.client_id, "name": each.name, "scopes": list(each.scopes), "revoked_at": each.revoked_at}
            for each in clients.of_organization(session, owner)
        ]
    terminal.print_rows(rows, as_json=as_json)


@group.command()
def rotate(client_id: ClientId, *, as_json: Json = False) -> None:
    """Give a client a new secret; the old one ends at once."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        fresh = clients.rotate(session, platform.fingerprints, client_id, at=clock.now())
    terminal.print_facts({"client_id": fresh.client_id, "client_secret": fresh.client_secret}, as_json=as_json)


@group.command()
def disable(client_id: ClientId, *, as_json: Json = False) -> None:
    """End a client and every token that it holds."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        clients.revoke(session, client_id, at=clock.now())
    terminal.print_facts({"client_id": client_id, "disabled": True}, as_json=as_json)


@group.command()
def enable(client_id: ClientId, *, as_json: Json = False) -> None:
    """Let a client log in again, with a new secret; what it held before stays ended."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        secret = clients.enable(session, platform.fingerprints, client_id)
    terminal.print_facts({"client_id": client_id, "client_secret": secret}, as_json=as_json)


@group.command("lead-back")
def lead_back(
    client_id: ClientId,
    *,
    redirect_uri: Redirects = None,
    logout_uri: Logouts = None,
    app_only: Annotated[bool, typer.Option("--app-only", help="It acts with customers, never by itself.")] = False,
    as_json: Json = False,
) -> None:
    """Say where an app may have its customers led back to, in place of what was said before; without any, nowhere."""
    redirects, logouts = redirect_uri or [], logout_uri or []
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        clients.lead_back(session, client_id, redirects=redirects, logouts=logouts, is_app_only=app_only)
    terminal.print_facts({"client_id": client_id, "redirect_uris": redirects, "logout_uris": logouts}, as_json=as_json)


@signing.command("list")
def list_signing_keys(*, as_json: Json = False) -> None:
    """Show the keys that are published; the newest signs."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        rows = [
            {"key_id": each.key_id, "since": each.since, "ended_at": each.ended_at}
            for each in signing_keys.published(session, at=clock.now())
        ]
    terminal.print_rows(rows, as_json=as_json, empty="none yet: the first is made with the first token")


@signing.command("rotate")
def rotate_signing_key(*, as_json: Json = False) -> None:
    """Sign with a new key from now on; the old one is published for another day."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        key_id = signing_keys.rotate(session, platform.ring, at=clock.now())
    terminal.print_facts({"key_id": key_id}, as_json=as_json)


@write_keys.command("add")
def add_write_key(slug: Slug, *, name: Name, batch_bytes: BatchBytes = BATCH_BYTES, as_json: Json = False) -> None:
    """Make a write key and show it, once."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = organizations.named(session, slug).organization_id
        fresh = clients.create_write_key(
            session, platform.fingerprints, owner, name=name, at=clock.now(), batch_bytes=batch_bytes
        )
    terminal.print_facts({"key_id": fresh.key_id, "write_key": fresh.write_key}, as_json=as_json)


@write_keys.command("list")
def list_write_keys(slug: Slug, *, as_json: Json = False) -> None:
    """Show the write keys of an organization, without the keys."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = organizations.named(session, slug).organization_id
        rows = [
            {
                "key_id": each.key_id,
                "name": each.name,
                "batch_bytes": each.batch_bytes,
                "created_at": each.created_at,
                "revoked_at": each.revoked_at,
            }
            for each in clients.write_keys_of(session, owner)
        ]
    terminal.print_rows(rows, as_json=as_json)


@write_keys.command("rotate")
def rotate_write_key(slug: Slug, key_id: KeyId, *, as_json: Json = False) -> None:
    """Put a new write key in the place of one, which ends at once."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = organizations.named(session, slug).organization_id
        fresh = clients.rotate_write_key(session, platform.fingerprints, owner, key_id, at=clock.now())
    terminal.print_facts({"key_id": fresh.key_id, "write_key": fresh.write_key}, as_json=as_json)


@write_keys.command("disable")
def disable_write_key(slug: Slug, key_id: KeyId, *, as_json: Json = False) -> None:
    """End a write key."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = organizations.named(session, slug).organization_id
        clients.revoke_write_key(session, owner, key_id, at=clock.now())
    terminal.print_facts({"key_id": key_id, "disabled": True}, as_json=as_json)
