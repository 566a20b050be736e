"""The files that pages load: each under an address that follows from what it says, to be kept for ever."""

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from consent.errors import Invalid

_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_TEXTS: Final = frozenset({".css", ".js", ".svg"})
_REFERENCE: Final = re.compile(rb"url\(([a-z0-9.-]+)\)")
_COMMENT: Final = re.compile(rb"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(rb"\s*\n\s*")
_LARGEST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Static:
    """One file, as it is sent."""

    path: str
    content: bytes
    zipped: bytes | None
    media_type: str


@dataclass(frozen=True, slots=True)
class Statics:
    """All files by name."""

    by_name: dict[str, Static]
    by_path: dict[str, Static]

    def url(self, name: str) -> str:
        """Return where the file `name` is."""
        return self.by_name[name].path


def load(*, theme: Path | None = None, logo: Path | None = None) -> Statics:
    """Return the files of the portal with the operator's own; raises Invalid when one of those cannot be used."""
    folder = files("api.portal").joinpath("static")
    contents = {each.name: each.read_bytes() for each in folder.iterdir() if Path(each.name).suffix in _KINDS}
    for stem, path in (("theme", theme), ("logo", logo)):
        if path is not None:
            contents[f"{stem}{path.suffix}"] = _own(path)
    made: dict[str, Static] = {}
    for name in sorted(contents, key=lambda each: each.endswith(".css")):  # a stylesheet names the others
        made[name] = _static(name, contents[name], made)
    return Statics(made, {each.path: each for each in made.values()})


def _own(path: Path) -> bytes:
    if path.suffix not in _KINDS or not path.is_file():
        raise Invalid("a theme is a .css file, a logo an .svg or .png file", field="CDP_PORTAL_THEME")
    content = path.read_bytes()
    if len(content) > _LARGEST:
        raise Invalid("a theme or a logo is at most 1 MiB", field="CDP_PORTAL_THEME")
    return content


def _static(name: str, content: bytes, others: dict[str, Static]) -> Static:
    stem, suffix = Path(name).stem, Path(name).suffix
    if suffix == ".css":
        content = _SPACE.sub(b"\n", _COMMENT.sub(b"", content)).strip()
        content = _REFERENCE.sub(lambda found: _address(found, others), content)
    path = f"/static/{stem}.{sha256(content).hexdigest()[:12]}{suffix}"
    zipped = gzip.compress(content, 9, mtime=0) if suffix in _TEXTS else None
    return Static(path, content, zipped, _KINDS[suffix])


def _address(found: re.Match[bytes], others: dict[str, Static]) -> bytes:
    static = others.get(found[1].decode())
    return found[0] if static is None else b"url(" + static.path.encode() + b")"
