"""Programs of Node that tests talk to: installed as their locks say, and locked anew by `python -m tests.node`."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from tests.house import source

_QUIETLY: Final = ("--ignore-scripts", "--no-audit", "--no-fund")
_TRIES: Final = 3  # a registry that is busy for a moment says nothing about this machine
_NOT_KEPT: Final = ("resolved", "funding", "deprecated")  # each may hold an address


def missing(why: str) -> NoReturn:
    """Skip and say why; under CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def installed(project: Path, into: Path, *, otherwise: Callable[[str], NoReturn] = missing) -> Path:
    """Return `into` with the files and packages of `project`, as its lock says; tell `otherwise` where npm cannot."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        otherwise("node and npm are not on this machine")
    shutil.copytree(project, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    install = [npm, "ci", "--omit=optional", *_QUIETLY]
    runs = (subprocess.run(install, cwd=into, capture_output=True, check=False, timeout=900) for _ in range(_TRIES))
    if all(each.returncode for each in runs):
        otherwise(f"npm cannot install {project.name} here")
    return into


def lock(project: Path) -> None:
    """Write the lock of `project` anew, from what its package.json asks for, without a single address."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, folder)
        subprocess.run(
            [shutil.which("npm") or "npm", "install", "--package-lock-only", *_QUIETLY], cwd=folder, check=True
        )
        made = json.loads(Path(folder, "package-lock.json").read_text(encoding="utf-8"))
    made["packages"] = {where: _kept(entry, made["packages"]) for where, entry in made["packages"].items()}
    text = json.dumps(made, indent=2, ensure_ascii=False)
    (project / "package-lock.json").write_text(text + "\n", encoding="utf-8")


def _kept(entry: dict[str, Any], packages: dict[str, Any]) -> dict[str, Any]:
    """Return what a lock needs of `entry`; `npm ci` refuses a lock that names optional packages it does not hold."""
    kept = {name: told for name, told in entry.items() if name not in _NOT_KEPT}
    for kind in {"optionalDependencies"} & kept.keys():
        kept[kind] = {name: told for name, told in kept[kind].items() if f"node_modules/{name}" in packages}
    return kept


if __name__ == "__main__":
    for each in source.files():
        if each.name == "package-lock.json":
            lock(source.ROOT / each.parent)
