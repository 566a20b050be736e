"""The files that the rules of the house look at: what git knows or would take in."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("consent", "cdp", "api")


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the project, tracked or about to be, relative to its root."""
    trusting = ["-c", "safe.directory=*"]  # CI checks out as one user and runs as another
    listing = ["git", *trusting, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(Path(name) for name in sorted(set(names)) if name and (ROOT / name).is_file())


def modules() -> list[Path]:
    """Return the Python files of the product and its tools."""
    return [path for path in files() if path.suffix == ".py"]


def product() -> list[Path]:
    """Return the Python files of the three packages."""
    return [path for path in modules() if path.parts[0] in PACKAGES]


@cache
def text(path: Path) -> str:
    """Return what stands in `path`."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return `path` as syntax."""
    return ast.parse(text(path), filename=str(path))
