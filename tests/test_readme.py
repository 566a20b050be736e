"""The README's tour and the guides, run as they stand against `cdp up` from nothing: they print what they say."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.ports import free_port
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
TOURS = ("README.md", "docs/service-developers.md", "docs/customers.md", "docs/identity.md", "docs/auditor.md")
"""Each is a terminal of its own; they follow different people of one demo, so that none needs another."""
PERSON = re.compile(r"c\['name'\] == '(?P<name>[^']+)'|\['customers'\](?P<number>\[\d+\])")
"""How a tour picks somebody of the demo: by name, or by a number that does not say who that is."""
BAR = "━"
"""What a progress bar is made of."""
BETWEEN = "=== the next block of the tour ==="
BLOCK = re.compile(r"^```(?P<language>sh|text)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#]+)(#[^)]*)?\)")
MASKS = (
    (re.compile(r"eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}|eyJ[A-Za-z0-9_-]+…"), "<token>"),
    (re.compile(r"(?<![A-Za-z0-9_-])p_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"), "<profile id>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r'(?<="request_id": ")[0-9a-f]+'), "<request id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<time>"),
    (re.compile(r"cdp_[a-z]{2}_[A-Za-z0-9]+"), "<key>"),
    (re.compile(r"/\S+(?=/tenants\.csv)"), "<folder>"),
)


class Step(NamedTuple):
    """Commands of the tour and what the README says they print."""

    commands: str
    expected: str


@cache
def steps(tour: str) -> list[Step]:
    """Return the blocks of a tour; a block of text belongs to the commands before it."""
    found: list[Step] = []
    for block in BLOCK.finditer((ROOT / tour).read_text(encoding="utf-8")):
        if block["language"] == "sh":
            found.append(Step(block["text"], ""))
        else:
            found[-1] = found[-1]._replace(expected=block["text"])
    return found


def masked(text: str) -> str:
    """Return the text without what differs from run to run."""
    for pattern, name in MASKS:
        text = pattern.sub(name, text)
    return text.strip()


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, str]]:
    """Start everything as `make up` does, in a home of its own, and return the environment of a second terminal."""
    home = Path(tempfile.mkdtemp(prefix="cdp-tour-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment |= {"CDP_HOME": str(home), "CDP_PORT": str(free_port()), "CDP_POSTGRES_BIN": "wheel"}
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cdp.cli", "up"], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "The platform is at" in line:
                break
        else:
            pytest.fail("the platform did not start")
        yield environment
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def printed(served: dict[str, str]) -> Callable[[str], list[str]]:
    """Return a function that runs a tour, once, and returns what each of its blocks prints."""

    @cache
    def run(tour: str) -> list[str]:
        script = f"\necho '{BETWEEN}'\n".join(step.commands for step in steps(tour))
        script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        terminal = served | {"TMPDIR": served["CDP_HOME"]}
        done = subprocess.run(
            ["bash", "-c", script],
            env=terminal,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,  # for all of its commands
            check=False,
        )
        complaints = [line for line in done.stderr.splitlines() if BAR not in line]
        return [*done.stdout.split(f"{BETWEEN}\n"), "\n".join(complaints)]

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("tour", "number"), [(tour, number) for tour in TOURS for number in range(len(steps(tour)))])
def test_a_tour_prints_what_it_says(printed: Callable[[str], list[str]], tour: str, number: int) -> None:
    *blocks, complaints = printed(tour)

    assert "" == complaints
    assert masked(steps(tour)[number].expected) == masked(blocks[number])


def test_a_token_is_masked_whole_whatever_its_letters_spell() -> None:
    profile_id = f"p_{'a' * 42}A"

    assert "<token> and <profile id>" == masked(f"eyJ0.eyJz.{'b' * 20}{profile_id}{'c' * 20} and {profile_id}")


def test_no_two_tours_follow_the_same_person() -> None:
    followed = {tour: {each.group() for each in PERSON.finditer((ROOT / tour).read_text())} for tour in TOURS}

    assert [] == [each for people in followed.values() for each in people if "name" not in each]
    assert len(set().union(*followed.values())) == sum(len(people) for people in followed.values())


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=str)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = [each["target"] for each in LINK.finditer(path.read_text(encoding="utf-8"))]

    assert [] == [each for each in targets if "://" not in each and not (path.parent / each).exists()]
