"""Canaries: values that nobody else has, and every form in which one might escape."""

import io
import re
import secrets
import zipfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import md5, sha1, sha256
from typing import Final
from urllib.parse import quote

import httpx

from tests import make

_GROUP: Final = 3


def _unique(name: str) -> str:
    return f"canary{name}{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class Canaries:
    """What is planted about one person."""

    user_id: str = field(default_factory=lambda: _unique("user"))
    email: str = field(default_factory=lambda: f"{_unique('mail')}@example.org")
    phone: str = field(default_factory=make.phone)
    first_name: str = field(default_factory=lambda: _unique("name"))
    attribute: str = field(default_factory=lambda: _unique("attribute"))
    product_key: str = field(default_factory=lambda: _unique("key"))
    product: str = field(default_factory=lambda: _unique("product"))
    subject: str = field(default_factory=lambda: _unique("subject"))
    properties: str = field(default_factory=lambda: _unique("properties"))
    evidence: str = field(default_factory=lambda: _unique("evidence"))
    message_id: str = field(default_factory=lambda: _unique("message"))

    def named(self) -> Mapping[str, str]:
        """Return each with its name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def seen_in(self, haystack: bytes, *, but: frozenset[str] = frozenset()) -> set[str]:
        """Return the names of those that stand in `haystack` in any form."""
        return {name for name, value in self.named().items() if name not in but and is_in(value, haystack)}


def is_in(value: str, haystack: bytes) -> bool:
    """Tell whether `value` stands in `haystack` in any form."""
    return _pattern(value).search(haystack) is not None


@cache
def _pattern(value: str) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(form) for form in sorted(set(forms(value)))))


def forms(value: str) -> Iterator[bytes]:
    """Yield every form: cases, backwards, escaped, hex, base64 at each place it may begin, and plain hashes."""
    for text in (value, value.upper(), value.lower(), value[::-1]):
        yield text.encode()
        yield quote(text, safe="").encode()
        yield from (text.encode().hex().encode(), text.encode().hex().upper().encode())
        yield from _base64(text.encode())
        for hashed in (sha256, sha1, md5):
            digest = hashed(text.encode()).digest()
            yield from (digest.hex().encode(), digest.hex().upper().encode(), digest)
            yield from (b64encode(digest).rstrip(b"="), urlsafe_b64encode(digest).rstrip(b"="))
    yield "".join(f"\\u{ord(letter):04x}" for letter in value).encode()
    yield "".join(f"%{ord(letter):02X}" for letter in value).encode()
    yield "".join(f"&#{ord(letter)};" for letter in value).encode()


def _base64(text: bytes) -> Iterator[bytes]:
    """Yield what `text` looks like inside something longer that was encoded as a whole."""
    for shift in range(_GROUP):
        inner = text[(-shift) % _GROUP :]
        whole = inner[: len(inner) // _GROUP * _GROUP]
        yield from (b64encode(whole), urlsafe_b64encode(whole))


def heard(response: httpx.Response) -> bytes:
    """Return everything that an answer says: headers, body, and what is packed in it."""
    said = b"\n".join(name + b": " + value for name, value in response.headers.raw) + b"\n" + response.content
    return said + b"".join(_unpacked(response.content))


def _unpacked(content: bytes) -> Iterable[bytes]:
    if not content.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return [name.encode() + packed.read(name) for name in packed.namelist()]
