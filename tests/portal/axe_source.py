"""axe-core as its lock says, installed by npm into a folder of the run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "axe"


def source(folder: Path) -> str:
    """Return the text of axe-core; skips where npm cannot fetch it, which CI does not allow."""
    npm = shutil.which("npm")
    if npm is None:
        missing("npm is not on this machine")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, folder)
    install = [npm or "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        missing("npm cannot install axe-core here")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def missing(why: str) -> None:
    """Skip and say why; under CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
