"""Rotations of a log's key that are killed without a chance to tidy up, at the step that a line of the input says.

A step is the way into or out of whatever reaches the disk or the database. Each rotation is a process of its own; the
answer is a line with the signal that ended it, or 0.
"""

import os
import signal
import sys
from types import FrameType

from cdp.log import key_rotation, store
from cdp.platform import Platform
from cdp.settings import Settings

_ON_THE_DISK = {"fsync", "replace", "unlink"}
_IN_THE_DATABASE = {"execute", "commit"}


class Killer:
    """Kills this process at a step."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        """Count a step, and be gone at the last."""
        code = frame.f_code
        is_file = event in {"c_call", "c_return"} and getattr(arg, "__name__", "") in _ON_THE_DISK
        is_row = event in {"call", "return"} and code.co_name in _IN_THE_DATABASE and "psycopg/" in code.co_filename
        if is_file or is_row:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Rotate the consent log's key as often as asked, each time as far as that goes."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            platform = Platform.open(Settings.read(dict(os.environ)))
            sys.setprofile(Killer(int(line)))
            key_rotation.rotate(platform, store.CONSENT)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
