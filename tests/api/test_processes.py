"""Several processes behind one socket: one port, numbers that add up, and an end that leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from cdp.platform import Platform
from tests.ports import free_port
from tests.waiting import PATIENCE, is_open, until

ASKED = 40


@contextmanager
def doors(platform: Platform) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start two processes and yield the one that started them, and where they listen."""
    port = free_port()
    url = platform.settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {
        "CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": url, "CDP_DEMO": "1", "CDP_PROCESSES": "2",
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    command = [sys.executable, "-m", "api.serve", "--port", str(port)]
    with subprocess.Popen(command, env=kept | settings, stdout=subprocess.DEVNULL) as parent:
        try:
            until(lambda: len(children(parent)) == 2 and is_open(port))
            yield parent, f"http://127.0.0.1:{port}"
        finally:
            parent.kill()


def children(parent: "subprocess.Popen[bytes]") -> list[int]:
    """Return the processes that serve."""
    with suppress(FileNotFoundError):
        return [int(each) for each in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()]
    return []


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits for its parent does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def answered(url: str, route: str) -> float:
    """Return how often a route has answered; it counts an answer that is out, so that who has one may be early."""
    line = f'cdp_requests_total{{method="GET",route="{route}",status="200"}} '
    numbers = httpx.get(f"{url}/metrics", timeout=PATIENCE).text
    return sum(float(each.removeprefix(line)) for each in numbers.splitlines() if each.startswith(line))


@pytest.fixture(scope="module")
def served(platform: Platform) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    with doors(platform) as found:
        yield found


def test_the_numbers_of_all_processes_add_up_whichever_is_asked(
    served: tuple["subprocess.Popen[bytes]", str],
) -> None:
    _, url = served

    for _ in range(ASKED):  # each over a connection of its own: any process may take it
        assert httpx.get(f"{url}/readyz", timeout=PATIENCE).is_success
    until(lambda: answered(url, "/readyz") == ASKED)

    assert [ASKED] * 6 == [answered(url, "/readyz") for _ in range(6)]


def test_one_that_dies_is_started_anew_and_what_it_counted_stays(
    served: tuple["subprocess.Popen[bytes]", str],
) -> None:
    parent, url = served
    before, first = answered(url, "/healthz"), children(parent)
    until(lambda: all(Path(f"/proc/{each}").stat().st_mtime < time.time() - 2 for each in first))

    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(set(children(parent)) - set(first)) == 1 and first[0] not in children(parent))

    assert before <= answered(url, "/healthz")


def test_all_end_with_a_signal_to_the_first(platform: Platform) -> None:
    with doors(platform) as (parent, _):
        started = children(parent)
        parent.terminate()

        assert 0 == parent.wait(PATIENCE)
        assert [] == [each for each in started if is_alive(each)]


def test_all_end_with_the_first_however_it_ends(platform: Platform) -> None:
    with doors(platform) as (parent, _):
        started = children(parent)
        parent.kill()

        until(lambda: not any(is_alive(each) for each in started))
