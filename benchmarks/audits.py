"""What an audit costs: a file with many entries, made by the law alone, and the offline verifier as its own process."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import BinaryIO, Final
from uuid import UUID

from cdp.log.growth import Growth
from consent import acts, bundle, event_bodies, events, merkle, tiles
from consent.checkpoints import Checkpoint
from consent.commitments import LEAF_SIZE, Opening
from consent.events import AccessEvent, ActEvent, AnchorEvent, Event, Outcome, Place
from consent.notes import Signer
from consent.policy import Policy
from consent.tiles import WIDTH, Tile

_START: Final = datetime(2025, 3, 1, 9, tzinfo=UTC)
_SHOP: Final = UUID("00000000-0000-7000-8000-00000000000a")
_PURPOSE: Final = "customer-care"
_CATEGORIES: Final = ("contact", "conversations", "products")
_MINUTE: Final = 2_000
"""Entries between two anchors: an act for every nine reads."""
_ACTS: Final = _MINUTE // 10
_PATIENCE: Final = 300.0
_VERIFY: Final = ("-P", "-m", "consent", "verify", "--json")


@dataclass(frozen=True, slots=True)
class Audit:
    """What the verifier took for a file of so many entries: seconds, and mebibytes of memory."""

    entries: int
    seconds: float
    processor: float
    """Seconds of processor time."""
    memory: float
    size: float
    """Mebibytes of the file."""


def measure(entries: int) -> Audit:
    """Make a file of about `entries` entries and have it verified; raises AssertionError if it does not hold."""
    with tempfile.TemporaryDirectory(prefix="cdp-audit-") as folder:
        path = Path(folder) / "bundle.tar"
        made = write(path, entries)
        with (Path(folder) / "verdict").open("w+b") as said:
            begun = time.perf_counter()
            process = subprocess.Popen([sys.executable, *_VERIFY, str(path)], stdout=said)
            at_last = Timer(_PATIENCE, process.kill)
            at_last.start()
            _, status, used = os.wait4(process.pid, 0)
            at_last.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - begun
            assert process.returncode == 0, "the verifier found something, or took too long"
            said.seek(0)
            checked = json.load(said)["checked"]
        assert made == checked["consent_size"] + checked["access_size"]
        size = path.stat().st_size / 2**20
    return Audit(made, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, size)


def write(path: Path, entries: int) -> int:
    """Write an auditor's file of two honest logs with about `entries` entries, and return how many they are."""
    with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
        consent, access = _Log("consent", first), _Log("access", second)
        for minute in range(max(1, entries // _MINUTE)):
            _happen(consent, access, minute)
        with path.open("wb") as file:
            file.writelines(bundle.stream(consent.part(), access.part()))
        return consent.growth.size + access.growth.size


def _happen(consent: "_Log", access: "_Log", minute: int) -> None:
    """Let some people give and take back, let others be read, and anchor all that."""
    at = _START + timedelta(minutes=minute)
    granted = []
    for number in range(_ACTS):
        who = f"customer-{minute % 100}-{number}"
        moment = at + timedelta(milliseconds=number)
        granted.append((who, consent.append(_act(consent.place(who), moment, may_end=number % 2 == 1))))
    for number in range(_MINUTE - _ACTS - 1):
        who, leaf = granted[number * 2 % _ACTS]  # one whose grant does not end
        access.append(_read(access.place(who), at + timedelta(seconds=10, milliseconds=number), leaf))
    anchor = AnchorEvent(
        place=consent.place(None),
        log=access.signer.key.name,
        size=access.growth.size,
        root=access.growth.root,
        at=at + timedelta(seconds=50),
    )
    consent.append(anchor)


def _act(place: Place, at: datetime, *, may_end: bool) -> ActEvent:
    """Return a grant, or, every second time if it `may_end`, an objection that takes it back."""
    act: acts.Act = acts.Grant(
        recipient=_SHOP,
        purpose=_PURPOSE,
        at=at,
        categories=frozenset(_CATEGORIES),
        expires_at=at + timedelta(days=90),
    )
    if may_end and place.seq % 2 == 0:
        act = acts.Object(recipient=_SHOP, purpose=_PURPOSE, at=at)
    act_id = UUID(bytes=hashlib.sha256(f"{place.customer} {place.seq}".encode()).digest()[:16])
    return ActEvent(place=place, act=act, by="customer", act_id=act_id, client="portal", language="nl")


def _read(place: Place, at: datetime, grant: bytes) -> AccessEvent:
    return AccessEvent(
        place=place,
        at=at,
        principal="service",
        outcome=Outcome.RELEASED,
        reason="granted",
        asked=_CATEGORIES,
        released=_CATEGORIES,
        records=7,
        purpose=_PURPOSE,
        client="benchmark",
        path="profile",
        grant=grant,
    )


class _Log:
    """One log, of which only hashes are kept in memory."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.signer: Final = Signer.from_seed(f"benchmark.example/{name}", hashlib.sha256(name.encode()).digest())
        self.growth: Final = Growth(merkle.Range(), [[] for _ in range(tiles.HIGHEST + 1)])
        self._leaves, self._nodes = bytearray(), dict[tuple[int, int], bytes]()
        self._chains: dict[str | None, Place] = {}
        self._bodies, self._begins = file, [0]

    def place(self, who: str | None) -> Place:
        """Return the place of somebody's next event; None stands for the platform."""
        return self._chains.get(who) or Place(1, None, who, _SHOP if who else None)

    def append(self, event: Event) -> bytes:
        """Add an event and return its leaf hash."""
        body = event_bodies.to_body(event)
        hashed = self.growth.append(Opening(_salt(self.growth.size), body).leaf(events.kind_of(event)))
        self._leaves += self.growth.leaves.pop()
        while self.growth.nodes:
            level, position, node = self.growth.nodes.pop()
            self._nodes[level, position] = node
        self._bodies.write(body)
        self._begins.append(self._begins[-1] + len(body))
        self._chains[event.place.customer] = event.place._replace(seq=event.place.seq + 1, prev=hashed)
        return hashed

    def part(self) -> bundle.Part:
        """Return what the file says about this log."""
        note = Checkpoint(self.signer.key.name, self.growth.size, self.growth.root).signed(self.signer)
        return bundle.Part(Policy((self.signer.key,)), note.to_bytes(), self._tile, self._openings)

    def _tile(self, tile: Tile) -> bytes:
        begin = tile.index * WIDTH
        if tile.level:
            return b"".join(self._nodes[tile.level, begin + place] for place in range(tile.width))
        places = range(begin * LEAF_SIZE, (begin + tile.width) * LEAF_SIZE, LEAF_SIZE)
        leaves = [bytes(self._leaves[at : at + LEAF_SIZE]) for at in places]
        return tiles.entries_to_bytes(leaves) if tile.level is None else b"".join(map(merkle.leaf_hash, leaves))

    def _openings(self, begin: int, end: int) -> list[tuple[int, Opening]]:
        first = self._begins[begin]
        self._bodies.seek(first)
        content = self._bodies.read(self._begins[end] - first)
        return [
            (place, Opening(_salt(place), content[self._begins[place] - first : self._begins[place + 1] - first]))
            for place in range(begin, end)
        ]


def _salt(place: int) -> bytes:
    return hashlib.sha256(b"%d" % place).digest()
