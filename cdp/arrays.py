"""Columns of many rows as PostgreSQL arrays in their binary form, for the hot paths.

psycopg dumps a list element by element through adapters, which costs more than sealing the values; here a column is
one join. The form is that of `array_send`: dimensions, whether there are nulls, the type of the elements, the length
and the first index, and each element behind its length.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_NULL: Final = b"\xff\xff\xff\xff"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Column(bytes):
    """One column, ready to be sent; the subclass says of which type."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the type, never a value."""
        return f"{type(self).__name__}()"


class Uuids(Column):
    """A column of type uuid."""


class Texts(Column):
    """A column of type text."""


class Blobs(Column):
    """A column of type bytea."""


class Moments(Column):
    """A column of type timestamptz."""


class Flags(Column):
    """A column of type boolean."""


class Integers(Column):
    """A column of type integer."""


class Longs(Column):
    """A column of type bigint."""


class Reals(Column):
    """A column of type real."""


_OIDS: Final = {Uuids: 2950, Texts: 25, Blobs: 17, Moments: 1184, Flags: 16, Integers: 23, Longs: 20, Reals: 700}
_ARRAY_OIDS: Final = {
    Uuids: 2951,
    Texts: 1009,
    Blobs: 1001,
    Moments: 1185,
    Flags: 1000,
    Integers: 1007,
    Longs: 1016,
    Reals: 1021,
}


def uuids(values: Iterable[UUID]) -> Uuids:
    """Return a column of ids."""
    return Uuids(_fixed(Uuids, [value.bytes for value in values]))


def ids(values: Iterable[bytes]) -> Uuids:
    """Return a column of ids, each given as its 16 bytes."""
    return Uuids(_fixed(Uuids, list(values)))


def random_ids(count: int) -> Uuids:
    """Return a column of so many ids of 128 random bits."""
    drawn = os.urandom(16 * count)
    return ids(drawn[start : start + 16] for start in range(0, len(drawn), 16))


class _Packed(dict[str | None, bytes]):
    """Each text of a column as it is sent, made once: a column of words says few of them often."""

    def __missing__(self, value: str | None) -> bytes:
        packed = self[value] = _NULL if value is None else _packed(value.encode())
        return packed


def texts(values: Iterable[str | None]) -> Texts:
    """Return a column of texts."""
    packed = _Packed()
    parts = [packed[value] for value in values]
    return Texts(_head(Texts, len(parts), has_nulls=None in packed) + b"".join(parts))


def blobs(values: Iterable[bytes]) -> Blobs:
    """Return a column of bytes."""
    parts = [_packed(value) for value in values]
    return Blobs(_head(Blobs, len(parts)) + b"".join(parts))


def even_blobs(values: Sequence[bytes]) -> Blobs:
    """Return a column of bytes that are all of one length."""
    return Blobs(_fixed(Blobs, values))


def moments(values: Iterable[datetime]) -> Moments:
    """Return a column of moments, which have their offset."""
    return Moments(_fixed(Moments, [((value - _EPOCH) // _MICROSECOND).to_bytes(8, signed=True) for value in values]))


def flags(values: Iterable[bool]) -> Flags:
    """Return a column of truths."""
    return Flags(_fixed(Flags, [b"\x01" if value else b"\x00" for value in values]))


def integers(values: Iterable[int]) -> Integers:
    """Return a column of whole numbers of 32 bits."""
    return Integers(_fixed(Integers, [value.to_bytes(4, signed=True) for value in values]))


def longs(values: Iterable[int]) -> Longs:
    """Return a column of whole numbers of 64 bits."""
    return Longs(_fixed(Longs, [value.to_bytes(8, signed=True) for value in values]))


def reals(values: Iterable[float]) -> Reals:
    """Return a column of numbers."""
    return Reals(_fixed(Reals, [struct.pack("!f", value) for value in values]))


def _fixed(kind: type[Column], values: Sequence[bytes]) -> bytes:
    if not values:
        return _head(kind, 0)
    length = len(values[0]).to_bytes(4)
    return _head(kind, len(values)) + length + length.join(values)


def _packed(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value


def _head(kind: type[Column], length: int, *, has_nulls: bool = False) -> bytes:
    if not length:
        return struct.pack("!3i", 0, 0, _OIDS[kind])
    return struct.pack("!5i", 1, has_nulls, _OIDS[kind], length, 1)


class _AsItStands(Dumper):
    """Sends a column as it stands."""

    format = Format.BINARY

    def dump(self, obj: Column) -> Buffer | None:
        return obj


for _kind, _oid in _ARRAY_OIDS.items():
    psycopg.adapters.register_dumper(_kind, type(f"_{_kind.__name__}Dumper", (_AsItStands,), {"oid": _oid}))
