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
from consent.encoding import HASH_SIZE
from consent.fields import LONGEST_LIST

_KEY: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_LIST: Final = rf'(?:"{_KEY}"(?:,"{_KEY}")*)?'
_HASH: Final = r"[0-9a-f]{64}"
_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = r"[!#-\[\]-~]{1,200}"  # without what JSON escapes
_LONGEST: Final = 4_096

_ENTRY: Final = re.compile(
    r'\{"asked":\[([^\]]*)\],'
    r'"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)",'
    r'(?:"client":"([^"]*)",)?'
    r'(?:"customer":"([A-Za-z0-9_-]{1,64})",)?'
    r'"event":"access",'
    rf'(?:"grant":"({_HASH})",)?'
    r'(?:"organization":"([^"]*)",)?'
    r'"outcome":"([^"]*)",'
    r'(?:"path":"([^"]*)",)?'
    rf'(?:"prev":"({_HASH})",)?'
    r'"principal":"([^"]*)",'
    r'(?:"purpose":"([^"]*)",)?'
    r'"reason":"([^"]*)",'
    r'"records":(0|[1-9]\d{0,14}),'
    r'"released":\[([^\]]*)\],'
    r'"seq":([1-9]\d{0,14})\}',
    re.ASCII,
)
_ALIKE: Final = re.compile(
    rf"({_LIST})\n({_LIST})\n(?:{_NAME})?\n(?:{_ID})?\n(?:released|refused|unknown)\n(?:{_NAME})?\n{_KEY}\n(?:{_KEY})?\n{_KEY}"
)
"""What `_ENTRY` leaves open, each on its line: what many entries say alike is looked at once."""

Alike = tuple[
    tuple[str, ...],  # asked
    str | None,  # client
    UUID | None,  # organization
    str,  # outcome
    str | None,  # path
    str,  # principal
    str | None,  # purpose
    str,  # reason
    tuple[str, ...],  # released
]
"""What many entries say alike."""
Own = tuple[
    datetime,  # at
    str | None,  # customer
    bytes | None,  # grant
    bytes | None,  # prev
    int,  # records
    int,  # seq
]
"""What each entry says for itself."""
Parts = tuple[Alike, Own]
"""Each half in the order of the names; plain tuples, for there are millions."""

_Names = tuple[str | None, str | None, str, str | None, str, str | None, str]
_ENDLESS: Final = 10**15
"""A number that is too long for the short way."""
_TRIED: Final = "2025-03-01T09:00:00.000000Z"


def parts(body: bytes) -> Parts | None:
    """Return the values of an access entry, or None if it has to be read slowly."""
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
    alike = _alike(asked, released, (client, owner, outcome, path, principal, purpose, reason))
    if alike is None or (seq == "1") != (prev is None):
        return None
    return alike, (fields.moment(at), customer, _bytes(grant), _bytes(prev), int(records), int(seq))


@lru_cache(4_096)
def _alike(asked: str, released: str, names: _Names) -> Alike | None:
    """Return what many entries say alike, if all that has the one form that it may have."""
    if "" in names or _ALIKE.fullmatch("\n".join((asked, released, *(each or "" for each in names)))) is None:
        return None
    client, owner, outcome, path, principal, purpose, reason = names
    lists = _words(asked), _words(released)
    if lists[0] is None or lists[1] is None or not _are_short(principal, purpose, reason):
        return None
    whose = None if owner is None else fields.uuid(owner)
    return lists[0], client, whose, outcome, path, principal, purpose, reason, lists[1]


def body(values: Parts) -> bytes | None:
    """Return the body of an access entry that `parts` reads back as `values`, or None if it has to be written slowly.

    What many entries say alike is written once and read back; what each says for itself is looked at here.
    """
    alike, (at, customer, grant, prev, records, seq) = values
    frame = _frame(alike, customer is not None, grant is not None, prev is not None)
    if (
        frame is None
        or at.tzinfo is None
        or not (customer is None or fields.PSEUDONYM.fullmatch(customer))
        or not (grant is None or len(grant) == HASH_SIZE)
        or not (prev is None or len(prev) == HASH_SIZE)
        or not (type(records) is int and 0 <= records < _ENDLESS)
        or not (type(seq) is int and 0 < seq < _ENDLESS and (seq == 1) == (prev is None))
    ):
        return None
    return _filled(frame, values[1]).encode("ascii")


@lru_cache(4_096)
def _frame(alike: Alike, has_customer: bool, has_grant: bool, has_prev: bool) -> str | None:  # noqa: FBT001 - parts of a key
    """Return a body with a place for each value that an entry has for itself; None for what `parts` does not read."""
    asked, client, owner, outcome, path, principal, purpose, reason, released = alike
    frame = "".join(
        (
            f'{{"asked":[{_listed(asked)}],"at":"%s"',
            _said("client", client),
            ',"customer":"%s"' if has_customer else "%s",
            ',"event":"access"',
            ',"grant":"%s"' if has_grant else "%s",
            "" if owner is None else f',"organization":"{owner}"',
            _said("outcome", outcome),
            _said("path", path),
            ',"prev":"%s"' if has_prev else "%s",
            _said("principal", principal),
            _said("purpose", purpose),
            _said("reason", reason),
            f',"records":%d,"released":[{_listed(released)}],"seq":%d}}',
        )
    )
    customer, seq = "a" * 64 if has_customer else None, _ENDLESS - 1 if has_prev else 1
    grant, prev = (hashed if there else None for hashed, there in ((bytes(32), has_grant), (bytes(32), has_prev)))
    own = (fields.moment(_TRIED), customer, grant, prev, _ENDLESS - 1, seq)
    return frame if parts(_filled(frame, own).encode("utf-8", "surrogatepass")) == (alike, own) else None


def _filled(frame: str, own: Own) -> str:
    at, customer, grant, prev, records, seq = own
    return frame % (fields.from_moment(at), customer or "", (grant or b"").hex(), (prev or b"").hex(), records, seq)


def _said(name: str, value: str | None) -> str:
    return "" if value is None else f',"{name}":"{value.replace("%", "%%")}"'


@lru_cache(4_096)
def _listed(words: tuple[str, ...]) -> str:
    return ",".join(f'"{word}"' for word in words).replace("%", "%%")


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
