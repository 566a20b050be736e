"""Reading bytes that nobody has checked yet: unpacking, encoding, JSON and its limits.

Rules: (1) what arrives is UTF-8, with or without a byte order mark, plain or gzip; (2) unpacking
stops at the limit, whatever the packed size promises; (3) JSON is RFC 8259 to the letter, with
finite numbers, and text that PostgreSQL can hold: no NUL, no lone surrogate; (4) where an object
repeats a key the last one counts, as in ECMA-262; (5) nothing that was read is echoed.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

import msgspec

from cdp.ingest import salvage
from cdp.ingest.items import FIELDS, ITEM_BYTES, NESTING, Reason, Rejection
from cdp.ingest.problems import TooLarge, UnreadableBody

GZIP_MEMBERS: Final = 16
DECODE_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"


def unpack(body: bytes, *, encoding: str | None, limit: int) -> bytes:
    """Return the body as plain bytes without byte order mark, at most `limit` of them.

    `encoding` is the Content-Encoding; gzip is known by its first bytes too, because JSON cannot
    begin with them. Raises TooLarge or UnreadableBody.
    """
    stated = (encoding or "").strip().lower()
    if stated not in {"", "identity", "gzip", "x-gzip"}:
        raise UnreadableBody("the content encoding is neither gzip nor identity")
    if body.startswith(_GZIP):
        body = _inflate(body, limit)
    elif len(body) > limit:
        raise TooLarge("the body is larger than this call takes")
    return body.removeprefix(_BOM)


def _inflate(packed: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    room = limit
    for _ in range(GZIP_MEMBERS):
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(packed, room + 1)
        except zlib.error as error:
            raise UnreadableBody("the body is not valid gzip") from error
        parts.append(part)
        room -= len(part)
        if room < 0:
            raise TooLarge("the body is larger than this call takes once unpacked")
        if not stream.eof:
            raise UnreadableBody("the gzip body is cut off")
        packed = stream.unused_data
        if not packed.strip(b"\0"):
            return b"".join(parts)
    raise UnreadableBody("the gzip body has too many members")


_LONG_NUMBER: Final = b"0" * 300
_STEP: Final = 16
_LONG_SAMPLE: Final = b"0" * (len(_LONG_NUMBER) // _STEP)
_DIGITS: Final = bytes.maketrans(b"123456789", b"0" * 9)
_BONES: Final = bytes.maketrans(b"E,[", b"e::")
_NUMBER_PARTS: Final = b"0123456789.+- \t\r\n"
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGEST_INTEGER: Final = 2**1024


def is_plain(text: bytes) -> bool:
    """Say whether `text`, already known to be JSON, can be taken without looking closer.

    True only when it holds no NUL escape, no exponent and no number of hundreds of digits. A
    number with an exponent, without its digits, is an e behind a colon, comma or bracket. Every
    16th letter tells whether there can be a long number at all.
    """
    if b"\\u0000" in text:
        return False
    if _LONG_SAMPLE in text[::_STEP].translate(_DIGITS) and _LONG_NUMBER in text.translate(_DIGITS):
        return False
    bones = text.translate(_BONES, _NUMBER_PARTS)
    return not (b":e" in bones or bones.startswith(b"e"))


def flaw(text: bytes, *, plain: bool = False, longest: int = ITEM_BYTES) -> Reason | None:
    """Return why the JSON `text` cannot be taken as one item, or None.

    `plain` says that `is_plain` and the encoding have already been checked for the whole of which
    `text` is a part, and that the whole was JSON.
    """
    if len(text) > longest:
        return Reason.TOO_LARGE
    if plain and text.count(b"{") + text.count(b"[") <= NESTING and (len(text) <= FIELDS or text.count(b":") <= FIELDS):
        return None
    return _closer(text)


def _closer(text: bytes) -> Reason | None:
    if salvage.is_deeper(text, NESTING):
        return Reason.TOO_DEEP
    try:
        value = msgspec.json.decode(text)
    except UnicodeDecodeError:
        return Reason.WRONG_ENCODING
    except msgspec.ValidationError:
        return Reason.NUMBER_OUT_OF_RANGE
    except msgspec.DecodeError:
        return Reason.UNSTORABLE_TEXT if _SURROGATE.search(text) else Reason.MALFORMED
    return _content_flaw(value)


def _content_flaw(value: object) -> Reason | None:
    """Walk a decoded value, whose depth is known to be bounded."""
    fields, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and "\0" in part:
            return Reason.UNSTORABLE_TEXT
        if isinstance(part, int) and abs(part) >= _LARGEST_INTEGER:
            return Reason.NUMBER_OUT_OF_RANGE
        if isinstance(part, dict):
            fields += len(part)
            waiting.extend(part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return Reason.TOO_MANY_FIELDS if fields > FIELDS else None


def is_utf8(text: bytes) -> bool:
    """Say whether `text` is UTF-8 throughout."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


_PATH: Final = re.compile(r" - at `\$\.?([A-Za-z0-9_.\[\]]*)`$")
_MISSING: Final = re.compile(r"^Object missing required field `(\w+)`")
_REASONS: Final = (
    ("Object contains unknown field", Reason.UNKNOWN_FIELD),
    ("Invalid enum value", Reason.UNKNOWN_VALUE),
    ("Invalid value", Reason.UNKNOWN_VALUE),
    ("Expected `str` of length <=", Reason.TOO_LONG),
    ("Expected `str` of length >=", Reason.MISSING),
    ("Expected `array` of length <=", Reason.TOO_MANY),
    ("Expected `array` of length >=", Reason.MISSING),
    ("Expected `str` matching regex", Reason.UNREADABLE_VALUE),
    ("Invalid RFC3339", Reason.UNREADABLE_TIME),
    ("Expected `datetime`", Reason.UNREADABLE_TIME),
)


def rejection(error: BaseException) -> Rejection:
    """Return what a decoding error says, in our words and with our field names only."""
    if isinstance(error, UnicodeDecodeError):
        return Rejection(Reason.WRONG_ENCODING)
    if isinstance(error, RecursionError):
        return Rejection(Reason.TOO_DEEP)
    if not isinstance(error, msgspec.ValidationError):
        return Rejection(Reason.MALFORMED)
    message = str(error)
    path = _PATH.search(message)
    field = path.group(1) if path else ""
    if missing := _MISSING.match(message):
        return Rejection(Reason.MISSING, f"{field}.{missing.group(1)}".lstrip("."))
    for start, reason in _REASONS:
        if message.startswith(start):
            return Rejection(reason, field)
    return Rejection(Reason.WRONG_TYPE, field)
