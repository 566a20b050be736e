"""Who runs the embedded PostgreSQL, and in which folder: PostgreSQL refuses to run as root.

An ordinary user runs it themselves. Root runs it as an account of its own, and no folder above
CDP_HOME is opened for that: where the account cannot reach, another place is taken.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdp.embedded.postgres_binaries import Binaries, CannotStart

_ACCOUNTS = ("postgres", "cdp-postgres", "nobody")
_SHARED = Path("/var/lib/cdp")
_SOCKET = ".s.PGSQL.5432.lock"
_LONGEST_SOCKET = 103  # bytes; 107 on Linux, 103 on macOS


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine; `switch` is whether we are root and must become them."""

    uid: int
    gid: int
    switch: bool

    def options(self) -> Mapping[str, Any]:
        """Return what `subprocess` needs to run something as this account, and with no secret of ours."""
        environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
        options: dict[str, Any] = {"cwd": "/", "env": environment | {"LC_ALL": "C"}, "stdin": subprocess.DEVNULL}
        if self.switch:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": [self.gid]}
        return options

    def make_folder(self, path: Path) -> Path:
        """Return `path` as a folder that only this account may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.switch:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)
        return path

    def write(self, path: Path, text: str) -> None:
        """Put `text` into `path`, for this account's eyes only."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            if self.switch:
                os.fchown(file.fileno(), self.uid, self.gid)
            file.write(text)

    def can_reach(self, path: Path) -> bool:
        """Return whether this account may pass every folder above `path` that exists, and enter `path`."""
        if not self.switch:
            return True
        return all(self._may_enter(each.stat()) for each in (path, *path.parents) if each.is_dir())

    def admit(self, folder: Path) -> None:
        """Let this account pass through `folder`, if its group had no rights there that would change hands."""
        status = folder.stat()
        if self.switch and status.st_uid == os.geteuid() and not status.st_mode & stat.S_IRWXG:
            os.chown(folder, -1, self.gid)
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXGRP)

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def for_server(data: Path) -> Account:
    """Return who runs the server: ourselves, or for root the owner of `data`, else an account made for it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid, switch=True)
    for name in _ACCOUNTS:
        if name == "cdp-postgres":
            _create(name)
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid, switch=True)
    raise CannotStart(
        "found no account to run PostgreSQL as: create a user named postgres, or run as another than root"
    )


def _create(name: str) -> None:
    """Try to add a system account; whether it worked shows when it is looked up."""
    for command in (
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
        ["adduser", "-S", "-D", "-H", name],  # busybox
    ):
        if shutil.which(command[0]) and subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return


def place(home: Path) -> Path:
    """Return the folder for the server's files: `home`/postgres, or where that link leads.

    A `home` that only root may enter lets root's server account pass, and nobody else. When that account
    cannot come as far as `home`, the link is made, to a folder below /var/lib/cdp.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = home / "postgres"
    if wanted.is_symlink():
        if not wanted.exists():
            raise CannotStart(f"{wanted} points at {wanted.readlink()}, which is gone; remove the link to start empty")
        return wanted.resolve()
    if wanted.exists():
        return wanted
    account = for_server(wanted)
    if account.can_reach(home.parent):
        account.admit(home)
    if account.can_reach(home):
        return wanted
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    away = for_server(_SHARED / name).make_folder(_shared() / name)
    wanted.symlink_to(away)
    return away


def usable(binaries: Binaries, account: Account) -> Binaries:
    """Return `binaries`, or a copy of the wheel's in a place that `account` can reach."""
    if account.can_reach(binaries.folder):
        return binaries
    if not binaries.from_wheel:
        raise CannotStart(f"the account that runs PostgreSQL may not enter {binaries.folder}")
    package = binaries.folder.parents[1]
    mark = (binaries.folder / "postgres").stat()
    name = hashlib.sha256(f"{package}\0{mark.st_mtime_ns}\0{mark.st_size}".encode()).hexdigest()[:16]
    copy = _shared() / f"binaries-{binaries.major}-{name}"
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=copy.parent))
        for folder in (binaries.folder.parent, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, making / folder.relative_to(package.parent))
        making.chmod(0o755)
        try:
            making.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return Binaries(copy / binaries.folder.relative_to(package.parent), binaries.major, from_wheel=True)


def _shared() -> Path:
    """Return /var/lib/cdp: all may pass through, none but root may look around."""
    _SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
    _SHARED.chmod(0o711)
    return _SHARED


def socket_folder(place: Path, account: Account) -> Path:
    """Return a private folder for the socket: in `place`, or a short one where that path is too long."""
    folder = place / "socket"
    if len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET:
        return account.make_folder(folder)
    for root in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes a folder of an unguessable name in it
        if len(os.fsencode(root)) < _LONGEST_SOCKET - 40 and account.can_reach(Path(root)):
            return account.make_folder(Path(tempfile.mkdtemp(prefix="cdp-", dir=root)))
    raise CannotStart("found no folder with a path short enough for PostgreSQL's socket: set TMPDIR or CDP_HOME")
