"""The operators' guide names every setting, every command and every role."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cdp.cli import app
from cdp.scope import Principal
from tests.house import source

GUIDE = source.text(Path("docs/operators.md"))
NAME = re.compile(r"[\"'](CDP_[A-Z_]+[A-Z])[\"']")
SETTINGS = sorted({
    name.removesuffix("_FILE") for path in source.product() for name in NAME.findall(source.text(path))
})  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_stands_in_the_guide(setting: str) -> None:
    assert f"| `{setting}`" in GUIDE


def test_the_guide_names_no_setting_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `(CDP_[A-Z_]+)`", GUIDE, re.MULTILINE)) <= set(SETTINGS)


@pytest.mark.parametrize("principal", list(Principal))
def test_every_role_stands_in_the_guide(principal: Principal) -> None:
    assert f"`cdp_{principal}`" in GUIDE


def test_every_command_that_the_guide_names_exists() -> None:
    command = get_command(app)
    known = set(getattr(command, "commands", {}))

    named = set(re.findall(r"cdp ([a-z-]+)", " ".join(re.findall(r"`(cdp [a-z-]+)[^`]*`", GUIDE))))

    assert named - {"pull", "import"} <= known
