"""No command prints a person: every command that prints anything, on a vault full of canaries."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from cdp import ids
from cdp.cli import app
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests.attack.walk import World

RUNNING: Final = {"up", "serve", "worker", "migrate"}
"""They run the house until they are stopped, or bring its schema up to date; what they serve is walked elsewhere."""


def _commands(group: object, *path: str) -> Iterator[str]:
    children = getattr(group, "commands", None)
    if children is None:
        yield " ".join(path)
        return
    for name, child in children.items():
        yield from _commands(child, *path, name)


COMMANDS: Final = sorted(set(_commands(typer.main.get_command(app))) - RUNNING)


@pytest.fixture(scope="module")
def world(platform: Platform, database_url: str) -> World:
    planted = World.plant(platform, database_url)
    make.anchored(platform)
    return planted


_FILE: Final = "canary,first_name\n{user},{name}\n,{attribute}\n"
_MAPPING: Final = """
[file]
format = "csv"

[subject]
user_id = "canary"

[[attributes]]
name = "first_name"
value = "first_name"
"""


def _file(world: World, folder: Path) -> list[str]:
    """Return how a file is imported that names the person, and has a line that cannot be taken."""
    known = world.canaries
    file, mapping = folder / "people.csv", folder / "mapping.toml"
    file.write_text(
        _FILE.format(user=known.user_id, name=known.first_name, attribute=known.attribute), encoding="utf-8"
    )
    mapping.write_text(_MAPPING, encoding="utf-8")
    return [str(file), "--organization", world.source.slug, "--mapping", str(mapping)]


_REGISTER: Final = """
url = "https://register.invalid/{attribute}"

[mapping.subject]
user_id = "id"

[[mapping.externals]]
type = "energy-label"
key = "id"
"""


def _register(world: World, folder: Path) -> str:
    """Return a file that describes a register, with a person in its address."""
    file = folder / "register.toml"
    file.write_text(_REGISTER.format(attribute=world.canaries.attribute), encoding="utf-8")
    return str(file)


def _of_organizations(world: World, slug: str, new: str) -> Mapping[str, list[str]]:
    return {
        "org add": [new, "--name", "Nieuw"],
        "org list": [],
        "org verify": [slug],
        "org unverify": [make.organization(world.platform).slug],
        "org set": [slug, "--language", "nl", "--privacy-mail", "privacy@example.org", "--may", "profiles:read"],
        "org disable": [make.organization(world.platform).slug, "--yes"],
        "org remove": [make.organization(world.platform).slug, "--yes"],
    }


def _of_programs(world: World, folder: Path, slug: str) -> Mapping[str, list[str]]:
    return {
        "client add": [slug, "--name", "kassa", "--scope", "profiles:read"],
        "client add-with-keys": [slug, _file(world, folder)[0], "--name", "kassa", "--scope", "profiles:read"],
        "client list": [slug],
        "client rotate": [world.canaries.user_id],
        "client disable": [world.canaries.user_id],
        "client enable": [world.canaries.user_id],
        "client lead-back": [world.canaries.user_id, "--redirect-uri", "https://app.example.org/back"],
        "key add": [slug, "--name", "site"],
        "key list": [slug],
        "key rotate": [slug, "none"],
        "key disable": [slug, "none"],
    }


def _arguments(world: World, folder: Path) -> Mapping[str, list[str]]:
    slug, new = world.source.slug, make.name("org")
    dutch_and_english = ["--nl", "Lezen", "--en", "Reading"]
    return {
        "import": _file(world, folder),
        "demand list": [],
        "sender list": [],
        "sender check": [slug, "domain", f"{new}.example.org"],
        "sender remove": [slug, "domain", f"{new}.example.org"],
        "quality": [],
        "pull add": [slug, new, _register(world, folder)],
        "pull list": [slug],
        "pull run": [slug, "none"],
        "pull remove": [slug, "none"],
        "doctor": [],
        "schema": [],
        **_of_organizations(world, slug, new),
        **_of_programs(world, folder, slug),
        **_of_identity(world, folder),
        "signing-key list": [],
        **{f"signal {verb}": [slug] for verb in ("list", "dead", "replay")},
        "signing-key rotate": [],
        "keys status": [],
        "keys rotate": [],
        "erasures replay": ["--yes"],
        **{f"log {word}": [] for word in ("status", "held", "release", "vkey")},
        "log verify": [_file(world, folder)[0]],
        "log verify-database": [],
        "log recover": [],
        "log rotate-key": ["consent"],
        "catalog list": [slug],
        "catalog map": [slug, "shoeSize", "personal"],
        "catalog unmap": [slug, "nickname"],
        "catalog add-type": [slug, "Ruimteschip", "products", "--kind", "product", *dutch_and_english],
        "catalog extend-category": [
            *(slug, f"{slug}-reading", "--dpv", "pd:Interest", *dutch_and_english),
            *("--explanation-nl", "Wat u leest.", "--explanation-en", "What you read."),
        ],
        "catalog extend-purpose": [
            *(slug, f"{slug}-tips", "--dpv", "dpv:Personalisation", *dutch_and_english),
            *("--sentence-nl", "{organization} tipt.", "--sentence-en", "{organization} gives tips."),
        ],
        "catalog extend-topic": [
            *(slug, f"{slug}-nieuws", "--under", "news", *dutch_and_english),
            *("--explanation-nl", "Nieuws.", "--explanation-en", "News."),
        ],
        "catalog extend-channel": [slug, f"{slug}-bord", *dutch_and_english],
    }


def _of_identity(world: World, folder: Path) -> Mapping[str, list[str]]:
    """Return how people in a file are measured, the person among them, and how those who are stored are compared."""
    known = [_file(world, folder)[0], "--column", "last_name=canary"]
    with world.platform.database.scoped(Scope(Principal.MATCHER)) as session:
        kept = [str(each) for each in session.execute(text("select subject_id from likeness limit 2")).scalars()]
    return {
        "identity explain": [kept[0], kept[-1]],
        "identity relink": [],
        "identity review list": [],
        "identity review accept": [str(ids.NIL)],
        "identity review refuse": [str(ids.NIL)],
        "identity review limits": [],
        "identity review part": [str(ids.NIL), str(ids.NIL)],
        "identity evaluate": [*known, "--truth", "first_name"],
        "identity train": [*known, "--out", str(folder / "model.json")],
    }


def _environment(world: World, app_url: str, database_url: str) -> dict[str, Any]:
    home = str(world.platform.settings.home)
    return {"CDP_HOME": home, "CDP_APP_DATABASE_URL": app_url, "CDP_DATABASE_URL": database_url, "COLUMNS": "200"}


@pytest.mark.parametrize("as_json", [False, True], ids=["table", "json"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_person(
    world: World,
    app_url: str,
    database_url: str,
    command: str,
    *,
    as_json: bool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    arguments = _arguments(world, tmp_path).get(command)
    assert arguments is not None, f"teach the walk about cdp {command}: an example in this file"
    caplog.set_level(logging.DEBUG)

    said = CliRunner().invoke(
        app,
        [*command.split(), *arguments, *(["--json"] if as_json and command != "schema" else [])],
        env=_environment(world, app_url, database_url),
    )

    assert said.output or said.exception
    assert set() == world.canaries.seen_in(said.output.encode() + repr(said.exception).encode() + caplog.text.encode())
