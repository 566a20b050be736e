"""A process that nobody asks anything holds no destroyed key for long."""

import threading
from pathlib import Path
from uuid import uuid4

from cdp.keys.ring import LocalKeyRing


class Twice(threading.Event):
    """Lets whoever waits for it go on once, and stops them then."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 1.0
        before = self.is_set()
        self.set()
        return before


def test_a_key_that_another_process_destroyed_leaves_the_memory_at_the_next_look(tmp_path: Path) -> None:
    busy = LocalKeyRing.open(tmp_path / "keys", may_create=True)
    idle = LocalKeyRing.open(tmp_path / "keys", may_create=False)
    subject = uuid4()
    wrapped = idle.wrap(idle.new_slot(), b"k" * 32, subject=subject)
    assert [None] != idle.open_many([(wrapped, subject.bytes)])
    held = idle._loaded
    busy.destroy([wrapped])
    assert held is idle._loaded

    idle.keep_present(Twice())

    assert held is not idle._loaded
    assert 0 == idle._loaded.opened.cache_info().currsize  # type: ignore[attr-defined]  # a remembering function
