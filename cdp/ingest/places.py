"""Where in a record something is wrong, in our own names: what a sender called it is never repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

from cdp.ingest import decoding, salvage
from cdp.ingest.items import Reason

_PLACE: Final = re.compile(r"(\w*)(?:\[(\d+)\])?")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ALIKE: Final = 0.8
_LONGEST: Final = 64


def of_flaw(text: bytes, reason: Reason, names: Mapping[str, frozenset[str]]) -> str:
    """Return which member of the record `text` has the flaw, or the largest of one that is too large; else nothing."""
    try:
        parts = salvage.members(text)
    except salvage.UncuttableError:
        return ""
    if reason is Reason.TOO_LARGE:
        found = max(parts, key=lambda key: len(parts[key]), default=b"")
    else:
        found = next((key for key, part in parts.items() if decoding.flaw(part) is reason), b"")
    name = found.decode(errors="replace")
    return name if name in names[""] else ""


def of_unknown(text: bytes, place: str, names: Mapping[str, frozenset[str]]) -> str:
    """Return which of our names was probably meant by a member that we do not know, behind `place`; else `place`."""
    step = _PLACE.fullmatch(place)
    if step is None or step.group(1) not in names:
        return place
    try:
        part = msgspec.json.decode(text)
        part = part[step.group(1)] if step.group(1) else part
        part = part[int(step.group(2))] if step.group(2) else part
    except (*decoding.DECODE_ERRORS, LookupError, TypeError):
        return place
    if not isinstance(part, dict):
        return place
    known = names.get(step.group(1) or str(part.get("kind")), names[""])
    for key in sorted(part.keys() - known):
        meant = get_close_matches(_CAMEL.sub("_", key[:_LONGEST]).lower(), names[step.group(1)], n=1, cutoff=_ALIKE)
        if meant and (meant[0] == key or meant[0] not in part):
            return f"{place}.{meant[0]}".lstrip(".")
    return place
