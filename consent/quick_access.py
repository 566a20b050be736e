"""The short way to read and to write an access entry: a log has millions, and all are written in one form.

The pattern says what `consent.events` says field by field, in the order of canonical JSON. A body
that does not match is left to the long way, which says what is wrong with it.
"""

import re
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final
from uuid import UUID

from consent import fields
from consent.fields import LONGEST_LIST

_KEY: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_LIST: Final = rf'(?:"{_KEY}"(?:,"{_KEY}")*)?'
_HASH: Final = r"[0-9a-f]{64}"
_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = r"[!#-\[\]-~]{1,200}"  # without what JSON escapes
_LONGEST: Final = 4_096

_ENTRY: Final = re.compile(
    rf'\{{"asked":\[({_LIST})\],'
    r'"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)",'
    rf'(?:"client":"({_NAME})",)?'
    r'(?:"customer":"([A-Za-z0-9_-]{1,64})",)?'
    r'"event":"access",'
    rf'(?:"grant":"({_HASH})",)?'
    rf'(?:"organization":"({_ID})",)?'
    r'"outcome":"(released|refused|unknown)",'
    rf'(?:"path":"({_NAME})",)?'
    rf'(?:"prev":"({_HASH})",)?'
    rf'"principal":"({_KEY})",'
    rf'(?:"purpose":"({_KEY})",)?'
    rf'"reason":"({_KEY})",'
    r'"records":(0|[1-9]\d{0,14}),'
    rf'"released":\[({_LIST})\],'
    r'"seq":([1-9]\d{0,14})\}',
    re.ASCII,
)

Parts = tuple[
    tuple[str, ...],  # asked
    datetime,
    str | None,  # client
    str | None,  # customer
    bytes | None,  # grant
    UUID | None,  # organization
    str,  # outcome
    str | None,  # path
    bytes | None,  # prev
    str,  # principal
    str | None,  # purpose
    str,  # reason
    int,  # records
    tuple[str, ...],  # released
    int,  # seq
]


def parts(body: bytes) -> Parts | None:
    """Return the values of an access entry in the order of their names, or None if it has to be read slowly."""
    if len(body) > _LONGEST or not body.startswith(b'{"asked":'):
        return None
    match = _ENTRY.fullmatch(body.decode("latin-1"))
    if match is None:
        return None
    (
        asked,
        at,
        client,
        customer,
        grant,
        owner,
        outcome,
        path,
        prev,
        principal,
        purpose,
        reason,
        records,
        released,
        seq,
    ) = match.groups()
    found = _words(asked), _words(released)
    if found[0] is None or found[1] is None or not _are_short(principal, purpose, reason):
        return None
    if (seq == "1") != (prev is None):
        return None
    return (
        found[0],
        fields.moment(at),
        client,
        customer,
        _bytes(grant),
        None if owner is None else fields.uuid(owner),
        outcome,
        path,
        _bytes(prev),
        principal,
        purpose,
        reason,
        int(records),
        found[1],
        int(seq),
    )


def body(values: Parts) -> bytes:
    """Return the body of an access entry with these values; whoever wrote it reads it again to see that it is right."""
    (
        asked,
        at,
        client,
        customer,
        grant,
        owner,
        outcome,
        path,
        prev,
        principal,
        purpose,
        reason,
        records,
        released,
        seq,
    ) = values
    parts = (
        f'{{"asked":[{_listed(asked)}],"at":"{fields.from_moment(at)}"',
        "" if client is None else f',"client":"{client}"',
        "" if customer is None else f',"customer":"{customer}"',
        ',"event":"access"',
        "" if grant is None else f',"grant":"{grant.hex()}"',
        "" if owner is None else f',"organization":"{owner}"',
        f',"outcome":"{outcome}"',
        "" if path is None else f',"path":"{path}"',
        "" if prev is None else f',"prev":"{prev.hex()}"',
        f',"principal":"{principal}"',
        "" if purpose is None else f',"purpose":"{purpose}"',
        f',"reason":"{reason}","records":{records},"released":[{_listed(released)}],"seq":{seq}}}',
    )
    return "".join(parts).encode("utf-8", "surrogatepass")


@lru_cache(4_096)
def _listed(words: tuple[str, ...]) -> str:
    return ",".join(f'"{word}"' for word in words)


@lru_cache(4_096)
def _words(text: str) -> tuple[str, ...] | None:
    words = tuple(text[1:-1].split('","')) if text else ()
    if len(words) > LONGEST_LIST or not _are_short(*words) or any(one >= two for one, two in pairwise(words)):
        return None
    return words


@lru_cache(4_096)
def _are_short(*words: str | None) -> bool:
    return all(word is None or fields.KEY.fullmatch(word) is not None for word in words)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
