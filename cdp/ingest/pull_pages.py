"""The answers of an outside register: how to ask for each page, what rows it holds, and where the next one is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import msgspec
from msgspec import Raw

from cdp.ingest import decoding
from cdp.ingest.files import BadRow, Position, Row
from cdp.ingest.pull_settings import Cursor, LinkHeader, Numbered, PullInvalid, PullSettings
from cdp.outside import BYTES, Answer, Target
from consent.errors import Problem

ITEMS: Final = 100_000
LONGEST_PLACE: Final = 2_000
_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_ROWS: Final = msgspec.json.Decoder(list[Raw])
_FIELDS: Final = msgspec.json.Decoder(dict[str, object])
_SCALAR: Final = msgspec.json.Decoder(str | int | None)
_LINK: Final = re.compile(r'<([^>]{1,2000})>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


class OddAnswer(Problem):
    """The register answered, but not with what its settings promise."""

    code = "odd-answer"


def headers(settings: PullSettings, state: Mapping[str, Any], *, is_first: bool) -> dict[str, str]:
    """Return the headers of one request; the condition stands on the first page only."""
    found = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "cdp-pull/1"}
    if settings.secret is not None:
        value = os.environ.get(settings.secret.environment)
        if value is None or not value.isascii() or not value.isprintable():
            raise PullInvalid(f"the environment lacks {settings.secret.environment}")
        found[settings.secret.name] = settings.secret.prefix + value
    if is_first:
        conditions = {"If-None-Match": state.get("etag"), "If-Modified-Since": state.get("last_modified")}
        found |= {name: value for name, value in conditions.items() if isinstance(value, str)}
    return found


def url(settings: PullSettings, place: str | None) -> str:
    """Return the address of a page; None is the first."""
    if isinstance(settings.paging, LinkHeader):
        return place or settings.url
    if isinstance(settings.paging, Numbered):
        return _with(settings.url, settings.paging.parameter, place or str(settings.paging.first))
    if isinstance(settings.paging, Cursor) and place:
        return _with(settings.url, settings.paging.parameter, place)
    return settings.url


def _with(address: str, parameter: str, value: str) -> str:
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != parameter]
    return urlunsplit(parts._replace(query=urlencode([*query, (parameter, value)])))


class Page:
    """One answer, cut into rows; one that cannot be read breaks nothing."""

    def __init__(self, settings: PullSettings, answer: Answer) -> None:
        """Find the rows; raises OddAnswer."""
        self._settings = settings
        self._answer = answer
        self._body = decoding.unpack(answer.body, encoding=answer.headers.get("content-encoding"), limit=BYTES)
        try:
            found = _ROWS.decode(_at(Raw(self._body), settings.items))
        except decoding.DECODE_ERRORS as error:
            raise OddAnswer("the answer holds no list of items where the settings say") from error
        if len(found) > ITEMS:
            raise OddAnswer("the answer holds too many items")
        self.rows = [_row(bytes(text), number) for number, text in enumerate(found)]

    def next(self, place: str | None) -> str | None:
        """Return the place of the next page, or None; raises OddAnswer for one that leads elsewhere or in a circle."""
        found = self._next(place)
        if found is not None and (found == place or len(found) > LONGEST_PLACE):
            raise OddAnswer("the next page is the same one")
        return found

    def _next(self, place: str | None) -> str | None:
        paging = self._settings.paging
        if isinstance(paging, Cursor):
            try:
                cursor = _SCALAR.decode(_at(Raw(self._body), paging.next, default=Raw(b"null")))
            except decoding.DECODE_ERRORS as error:
                raise OddAnswer("the cursor is neither text nor number") from error
            return None if cursor in {None, ""} else str(cursor)
        if isinstance(paging, Numbered):
            return str(int(place or paging.first) + 1) if self.rows else None
        if isinstance(paging, LinkHeader):
            link = _LINK.search(self._answer.headers.get("link", ""))
            return self._followed(url(self._settings, place), link.group(1)) if link else None
        return None

    def _followed(self, page: str, link: str) -> str:
        """Return where `link` leads from `page` if it is the same server: our secret goes to nobody else."""
        try:
            following = urljoin(page, link)
        except ValueError as error:
            raise OddAnswer("the link to the next page is no address") from error
        here, there = (Target.of(each, allow_private=True) for each in (self._settings.url, following))
        if here.origin != there.origin:
            raise OddAnswer("the next page is somebody else's")
        return following


def wait_asked(answer: Answer, *, at: datetime) -> float | None:
    """Return the seconds that the server asks us to wait (RFC 9110 §10.2.3), or None."""
    stated = answer.headers.get("retry-after", "").strip()
    if stated.isdecimal() and len(stated) < 10:  # noqa: PLR2004  # longer numbers are decades
        return float(stated)
    try:
        moment = parsedate_to_datetime(stated)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - at).total_seconds())


def _at(text: Raw, path: str, *, default: Raw | None = None) -> Raw:
    for step in filter(None, path.split(".")):
        members = _OBJECT.decode(text)
        if step not in members and default is not None:
            return default
        text = members.get(step, Raw(b""))
    return text


def _row(text: bytes, number: int) -> Row | BadRow:
    after = Position(number, number)
    reason = decoding.flaw(text, plain=decoding.is_utf8(text) and decoding.is_plain(text), longest=1024 * 1024)
    if reason is not None:
        return BadRow(number, after, reason)
    try:
        return Row(number, after, _FIELDS.decode(text))
    except decoding.DECODE_ERRORS as error:
        return BadRow(number, after, decoding.rejection(error).reason)
