"""A verifier that nobody here wrote: Debian's Go with its checksum database client, around one small program."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "consent" / "log" / "go" / "main.go"
LIBRARY = Path(os.environ.get("GOPATH") or "/usr/share/gocode")
PACKAGES = ("golang-go", "golang-golang-x-mod-dev")


def built(folder: Path) -> Path:
    """Return the program, built in `folder`; skips where Go is not and cannot be installed, which CI does not allow."""
    if not _is_there():
        _install()
    if not _is_there():
        missing(f"{' and '.join(PACKAGES)} are not installed")
    program = folder / "verify"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(LIBRARY), "GOCACHE": str(folder / "cache")}
    subprocess.run(["go", "build", "-o", str(program), str(PROGRAM)], check=True, env=environment, timeout=900)
    return program


def missing(why: str) -> None:
    """Skip and say why; under CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def _is_there() -> bool:
    return shutil.which("go") is not None and (LIBRARY / "src/golang.org/x/mod/sumdb/tlog").is_dir()


def _install() -> None:
    """Let Debian install it where we may; of several test workers one at a time."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    with (Path(tempfile.gettempdir()) / "cdp-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_there():
            return
        for order in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *PACKAGES]):
            command = ["apt-get", "-o", "Acquire::Retries=3", *order]
            if subprocess.run(command, check=False, capture_output=True, timeout=900).returncode:
                return
