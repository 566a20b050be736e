"""A zip that leaves while it is written, so that its size costs no memory."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CHUNK: Final = 64 * 1024

Member = tuple[str, Iterable[bytes]]
"""A file of the zip: its name and its content, piece by piece."""


class _Sink(io.RawIOBase):
    """Takes what a zip writes until it is fetched."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        before = len(self._written)
        self._written += memoryview(piece)  # type: ignore[arg-type]  # RawIOBase takes any buffer
        return len(self._written) - before

    def __len__(self) -> int:
        return len(self._written)

    def fetch(self) -> bytes:
        written = bytes(self._written)
        self._written.clear()
        return written


def stream(members: Iterable[Member], *, at: datetime) -> Iterator[bytes]:
    """Yield a zip of `members`, each dated `at`; what fails on the way breaks it off before its end."""
    sink = _Sink()
    archive = ZipFile(sink, "w", ZIP_DEFLATED)
    for name, pieces in members:
        info = ZipInfo(name, date_time=at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with archive.open(info, "w") as entry:
            for piece in pieces:
                entry.write(piece)
                if len(sink) >= CHUNK:
                    yield sink.fetch()
    archive.close()
    yield sink.fetch()
