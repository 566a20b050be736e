"""A process that works for another one ends when that one is gone, however it went."""

import multiprocessing
import os
from threading import Thread
from typing import Final

_FAILED: Final = 1


def end_with_the_parent() -> None:
    """End this process at once when the one that began it by `multiprocessing` is gone; nobody waits for its answer.

    Who is killed tells nobody: processes that wait for work would wait for ever. What was not committed is taken back.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(_FAILED)

    Thread(target=wait, daemon=True).start()
