"""`cdp quality`: how right the data of each source are, in counts."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlmodel import col, select

from cdp import clock
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.quality import report
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

Source = Annotated[str | None, typer.Option("--source", help="Only this organization, by its short name.")]


def measure(*, source: Source = None, as_json: Json = False) -> None:
    """Show what is missing, stale, disputed, corrected, conflicting and verified of what each source says.

    A dash stands where it would tell of fewer than ten people.
    """
    with opening.platform() as platform:
        at = clock.now()
        with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
            living = select(Organization.organization_id, Organization.slug).where(
                col(Organization.closed_at).is_(None)
            )
            named = session.exec(living.order_by(Organization.slug)).all()
        wanted = [each for each in named if each[0] != CUSTOMER_SOURCE and source in {None, each[1]}]
        if not wanted and source is not None:
            raise NotFound("there is no such organization")
        rows = [
            {"source": slug, "subjects": found.subjects} | asdict(said)
            for organization, slug in wanted
            for found in [report.of_source(platform, Scope(Principal.SOURCE, organization), at=at)]
            for said in found.attributes
        ]
    terminal.print_rows(rows, as_json=as_json)
