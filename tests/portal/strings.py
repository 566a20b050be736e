"""Every string that the portal says, as it stands in the code and in the catalogs."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.portal import speech
from cdp.catalog.files import Language
from tests.conftest import ROOT

PORTAL: Final = ROOT / "api" / "portal"
_METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
_KEYWORDS: Final = {"say": None, "later": None, "count": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2)}
Text = str | tuple[str, ...]


@cache
def said() -> dict[Text, str]:
    """Return every string of the code with where it stands."""
    options = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
    found = extract_from_dir(PORTAL, _METHODS, options, _KEYWORDS)
    return {text: f"{Path(place).name}:{line}" for place, line, text, _, _ in found}


@cache
def translated(locale: Language) -> dict[Text, tuple[str, ...]]:
    """Return every string of the catalogs of `locale` with what it becomes."""
    return {_id(each): _strings(each) for _, each in messages(locale)}


def messages(locale: Language) -> Iterator[tuple[str, Message]]:
    """Yield every message of the catalogs of `locale` with the file it stands in."""
    for name, text in speech.sources(locale).items():
        yield from ((name, each) for each in read_po(BytesIO(text), abort_invalid=True) if each.id)


def _id(message: Message) -> Text:
    return tuple(message.id) if isinstance(message.id, list | tuple) else message.id


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)
