"""What the authorization server keeps for some minutes, sealed under the key ring."""

from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from cdp.ids import NIL
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.keys.sealing import DataKey

Words = TypeVar("Words", bound=msgspec.Struct)
_COLUMN: Final = "sealed"


def seal(ring: LocalKeyRing, words: msgspec.Struct, *, table: str) -> bytes:
    """Return the words sealed for `table`."""
    return _key(ring.single(Single.SYSTEM)).seal(msgspec.json.encode(words), table=table, row=NIL, column=_COLUMN)


def unseal(ring: LocalKeyRing, sealed: bytes, kind: type[Words], *, table: str) -> Words:
    """Return what was sealed for `table`; raises Unreadable for anything else."""
    text = _key(ring.single(Single.SYSTEM)).unseal(sealed, table=table, row=NIL, column=_COLUMN)
    return msgspec.json.decode(text, type=kind)


@lru_cache(maxsize=8)
def _key(system: bytes) -> DataKey:
    return DataKey(Mac(system).digest(b"seal of what apps ask"))
