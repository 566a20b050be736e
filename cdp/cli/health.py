"""`cdp doctor` and `cdp schema`: whether everything stands as it should."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cdp import bootstrap, doctor, schema_picture
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.database import connect
from cdp.doctor import Verdict
from cdp.platform import Platform
from cdp.settings import Settings

FOUND = 1
"""The exit code when something is not as it should be."""


def examine(*, as_json: Json = False) -> None:
    """Look at roles, policies, keys, clock, disk and durability; exit code 1 when something is wrong."""
    opening.check_home()
    with opening.admin() as admin:
        platform = Platform.open(Settings.read(os.environ if opening.has_app_url() else opening.with_app_url(admin)))
        with connect(admin) as connection:
            found = doctor.examine(doctor.Patient(platform, connection))
        platform.database.dispose()
    terminal.print_rows(
        [{"check": x.check, "verdict": x.verdict.value, "said": x.said} for x in found], as_json=as_json
    )
    if any(each.verdict is Verdict.FAILURE for each in found):
        raise typer.Exit(FOUND)


def schema(
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write the picture of a fresh database to the repository.")
    ] = False,
    to: Annotated[Path, typer.Option(help="Where --write puts it.")] = schema_picture.COMMITTED,
) -> None:
    """Show how the database differs from the committed picture of the schema, or make that picture anew."""
    if write:
        to.write_text(_fresh_picture(), encoding="utf-8")
        return
    with opening.admin() as admin, connect(admin) as connection:
        picture = schema_picture.take(connection)
    drift = schema_picture.drift(schema_picture.COMMITTED.read_text(encoding="utf-8"), picture)
    print(drift or "as committed")
    if drift:
        raise typer.Exit(FOUND)


def _fresh_picture() -> str:
    """Return the picture of a database that knows nothing but the migrations, on a server of its own."""
    home = Path(tempfile.mkdtemp(prefix="cdp-schema-"))
    try:
        with opening.admin({"CDP_HOME": str(home)}, may_create=True) as admin:
            bootstrap.migrate(admin)
            with connect(admin) as connection:
                return schema_picture.take(connection)
    finally:
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
