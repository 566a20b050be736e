"""`cdp log`: the two transparency logs."""

from dataclasses import asdict
from typing import Annotated

import typer

from cdp import recovery
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.demo import credentials
from cdp.log import aside, database_check, gauges, key_rotation, store
from cdp.scope import VISITOR

group = typer.Typer(help="The transparency logs of consents and accesses.", no_args_is_help=True)

FOUND = 1
"""The exit code when something does not agree."""


@group.command()
def status(*, as_json: Json = False) -> None:
    """Show how large the logs are, what waits and how old the last checkpoints are."""
    with opening.platform() as platform:
        rows = [asdict(each) for each in gauges.read(platform)]
    terminal.print_rows(rows, as_json=as_json, empty="no log yet: start the worker")


@group.command()
def vkey(*, as_json: Json = False) -> None:
    """Show the keys with which the logs are checked, old ones too: give them to auditors by another way."""
    with opening.platform() as platform, platform.database.scoped(VISITOR) as session:
        rows = [{"log": log.name, "vkey": key.to_vkey()} for log in store.logs(session) for key in log.keys]
    terminal.print_rows(rows, as_json=as_json, empty="no log yet: start the worker")


@group.command("verify-database")
def verify_database(*, as_json: Json = False) -> None:
    """Work out both logs again and compare what the database says with them; exit code 1 on a difference."""
    with opening.platform() as platform, terminal.progress("verifying", None) as tell:
        report = database_check.check(platform, tell)
    if as_json:
        terminal.print_facts(
            {"holds": not report.differences} | report.checked
            | {"differences": [asdict(each) for each in report.differences]},
            as_json=True,
        )  # fmt: skip
    else:
        terminal.print_facts(report.checked, as_json=False)
        terminal.print_rows(
            [asdict(each) for each in report.differences], as_json=False, empty="the database says what the logs tell"
        )
    if report.differences:
        raise typer.Exit(FOUND)


@group.command()
def recover(
    *, yes: Annotated[bool, typer.Option("--yes", help="End the old logs and begin new ones.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """After a restore: say whether the logs can go on; with --yes end them, and begin new ones with new keys."""
    with opening.platform() as platform:
        if not yes:
            reason = recovery.why_it_stands_still(platform)
            terminal.print_facts({"can_go_on": reason is None, "reason": reason}, as_json=as_json)
            return
        done = recovery.recover(platform)
        credentials.renew(platform)
    terminal.say("publish the new keys, and tell auditors why the old logs end")
    terminal.print_facts(asdict(done), as_json=as_json)


@group.command()
def held(*, as_json: Json = False) -> None:
    """List the facts that are set aside: that no entry of the log can say, or that wait behind such a one."""
    with opening.platform() as platform:
        rows = [asdict(each) for each in aside.facts(platform)]
    terminal.print_rows(rows, as_json=as_json, empty="nothing is set aside")


@group.command()
def release(*, as_json: Json = False) -> None:
    """Give every fact that is set aside another turn: once what kept it from the log is mended."""
    with opening.platform() as platform:
        terminal.print_facts({"released": aside.release(platform)}, as_json=as_json)


@group.command("rotate-key")
def rotate_key(
    kind: Annotated[str, typer.Argument(help="consent or access", metavar="LOG")], *, as_json: Json = False
) -> None:
    """Let a new key sign a log from the next checkpoint on; the old one stays good for what it signed."""
    with opening.platform() as platform:
        fresh = key_rotation.rotate(platform, kind)
        credentials.renew(platform)
    terminal.say("publish the new key, and give it to auditors by another way")
    terminal.print_facts({"log": kind, "vkey": fresh}, as_json=as_json)
