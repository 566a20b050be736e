"""A witness that runs, and a log that asks it."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from cdp.log import store
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.witness_setting import WitnessSetting
from consent.notes import Key
from tests import make
from tests.ports import free_port

VISITOR = Scope(Principal.VISITOR)


@dataclass
class Running:
    """A witness process, and how the platform knows it."""

    setting: WitnessSetting
    process: subprocess.Popen[str]
    state: Path


def start(platform: Platform, folder: Path, name: str) -> Running:
    make.logged(platform)
    with platform.database.scoped(VISITOR) as session:
        vkeys = [log.vkey for log in store.logs(session)]
    command = [sys.executable, "-m", "consent", "witness", "--name", f"witness.example/{name}"]
    command += ["--key", str(folder / f"{name}.key"), "--state", str(folder / f"{name}.state")]
    command += [part for vkey in vkeys for part in ("--log", vkey)] + ["--port", str(free_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    vkey, url = (process.stdout.readline().strip() for _ in range(2))
    setting = WitnessSetting(Key.from_vkey(vkey), url.removesuffix("/add-checkpoint"))
    return Running(setting, process, folder / f"{name}.state")


def with_witness(platform: Platform, *settings: WitnessSetting, allow_private: bool = True) -> Platform:
    told = replace(platform.settings, witnesses=settings, allow_private_addresses=allow_private)
    return replace(platform, settings=told)
