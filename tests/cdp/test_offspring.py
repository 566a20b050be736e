"""Processes that work for another one do not outlive it, not even when it is killed."""

import signal
import subprocess
import sys
from multiprocessing import get_all_start_methods

import pytest

from cdp.embedded.postgres_watch import is_alive
from tests import waiting

PARENT = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from cdp import offspring

if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=get_context(sys.argv[1]), initializer=offspring.end_with_the_parent) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("method", sorted({"spawn", "forkserver"} & {*get_all_start_methods()}))
def test_who_works_for_a_process_that_was_killed_ends(method: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, method], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        was_there = is_alive(worker)
        parent.send_signal(signal.SIGKILL)

    waiting.until(lambda: not is_alive(worker))
    assert was_there
