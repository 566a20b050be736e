"""`cdp keys`: the key ring and its rotation."""

from typing import Annotated

import typer

from cdp import key_destruction, rotation
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json

group = typer.Typer(help="The key ring.", no_args_is_help=True)


@group.command()
def status(*, as_json: Json = False) -> None:
    """Show the generations and what is wrapped under them."""
    with opening.platform() as platform:
        stands = rotation.status(platform)
        waiting = key_destruction.waiting(platform)
    facts = {
        "generation": max(stands.generations),
        "rotation": "under way" if stands.is_rotating else "none",
        "nodes": stands.live_nodes,
        "destructions_waiting": waiting,
    }
    facts |= {f"keys_under_{generation}": count for generation, count in stands.data_keys.items()}
    terminal.print_facts(facts, as_json=as_json)


@group.command()
def rotate(
    *,
    chunk: Annotated[int, typer.Option(min=1, max=10_000, help="Keys in one transaction.")] = rotation.CHUNK,
    as_json: Json = False,
) -> None:
    """Move every data key under a new generation, while others read and write; takes up what was interrupted."""
    with opening.platform() as platform, terminal.progress("rotating", None) as tell:
        done = rotation.rotate(platform, chunk=chunk, report=tell)
    terminal.say("older backups cannot be read any more: take a new one now, of the database and of the key ring")
    facts = {"generation": done.generation, "rewrapped": done.rewrapped, "dead": done.dead}
    terminal.print_facts(facts | {"retired": list(done.retired)}, as_json=as_json)
