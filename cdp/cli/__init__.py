"""The command `cdp`: one module for each group, each thin over functions of the vault.

Exit codes: 0 done; 1 something was found or failed; 2 the command line is wrong; 3 unauthenticated; 4 refused;
5 not found; 6 conflict; 7 invalid; 8 the key ring; 9 the database.
"""

import sys
from importlib import metadata
from typing import Annotated, Final

import psycopg
import sqlalchemy.exc
import typer

from cdp.cli import (
    bundles,
    catalog,
    clients,
    demands,
    erasures,
    health,
    identity,
    imports,
    keys,
    logs,
    matching,
    organizations,
    pulls,
    quality,
    reviews,
    running,
    senders,
    signals,
    terminal,
)
from cdp.embedded.postgres_binaries import CannotStart
from cdp.keys.errors import KeyFailure
from consent.errors import Conflict, Invalid, NotFound, Problem, Refused, Unauthenticated

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(running.up)
app.command()(running.migrate)
app.command()(running.serve)
app.command("worker")(running.work)
app.command("doctor")(health.examine)
app.command()(health.schema)
app.command("import")(imports.import_file)
app.add_typer(organizations.group, name="org")
app.add_typer(clients.group, name="client")
app.add_typer(clients.write_keys, name="key")
app.add_typer(clients.signing, name="signing-key")
app.add_typer(keys.group, name="keys")
app.add_typer(logs.group, name="log")
logs.group.command("verify")(bundles.verify)
app.add_typer(catalog.group, name="catalog")
app.add_typer(pulls.group, name="pull")
app.add_typer(signals.group, name="signal")
app.add_typer(senders.group, name="sender")
app.add_typer(demands.group, name="demand")
app.command("quality")(quality.measure)
app.add_typer(erasures.group, name="erasures")
app.add_typer(identity.group, name="identity")
identity.group.add_typer(reviews.group, name="review")
identity.group.command()(matching.relink)
identity.group.command()(matching.explain)


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001 -- as the framework calls it
    if is_asked:
        typer.echo(f"cdp {metadata.version('cdp')}")
        raise typer.Exit


@app.callback()
def whole(
    *,
    is_version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A customer data platform in which the customer owns the profile."""  # noqa: D401 -- the help shows it


_CODES: Final = ((Unauthenticated, 3), (Refused, 4), (NotFound, 5), (Conflict, 6), (Invalid, 7))
_FAILED: Final = 1
_KEY_RING: Final = 8
_DATABASE: Final = 9


class _Named(Problem):
    """Something outside the rules is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]  # this one problem stands for several


def main() -> None:
    """Run the command line; an error is one line, with a code."""
    try:
        app()
    except Problem as error:
        _fail(error, next((code for kind, code in _CODES if isinstance(error, kind)), _FAILED))
    except KeyFailure as error:
        _fail(_Named("key-ring", str(error)), _KEY_RING)
    except CannotStart as error:
        _fail(_Named("postgres", str(error)), _DATABASE)
    except (psycopg.Error, sqlalchemy.exc.SQLAlchemyError) as error:
        _fail(_Named("database", f"the database did not answer as it should ({type(error).__name__})"), _DATABASE)


def _fail(error: Problem, code: int) -> None:
    terminal.print_error(error, as_json="--json" in sys.argv)
    sys.exit(code)
