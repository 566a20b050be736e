"""How the customer in scope is spoken to: the language, u or je, and the name."""

from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from cdp.catalog.files import Language as Voice
from cdp.database import sql
from cdp.own import own_names
from cdp.own.unsealing import OwnKeys
from consent.errors import NotFound
from consent.types import CUSTOMER_SOURCE

Language = Literal["nl", "en"]
Address = Literal["u", "je"]
Greeting = Literal["whole", "first", "other"]
Theme = Literal["auto", "light", "dark"]
Print = Literal["usual", "large", "largest"]
ReadingLevel = Literal["easy", "usual"]
_ADDRESSING: Final = text(sql("own_addressing"))


@dataclass(frozen=True, slots=True)
class Addressing:
    """What a page needs to greet somebody; a name that nobody told is empty."""

    language: Language
    address: Address
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    greeting: Greeting | None = None
    """Nobody chose yet: None."""
    own_name: str = field(default="", repr=False)
    pronunciation: str = field(default="", repr=False)
    """How the name is said, as the customer writes it."""
    theme: Theme | None = None
    print: Print = "usual"
    reading_level: ReadingLevel | None = None
    has_reminders: bool = True
    """Whether a letter asks after ninety days if a permission is still right."""
    gpc_since: datetime | None = None
    """When their browser first said that data are not to be used for advertising (Sec-GPC)."""

    @property
    def name(self) -> str:
        """The whole name, or the one that the customer chose."""
        chosen = self.own_name if self.greeting == "other" else ""
        return chosen or f"{self.first_name} {self.last_name}".strip()

    @property
    def called(self) -> str:
        """How to call them in a greeting."""
        calling = calling_of(self.language, self.address, self.greeting)
        return calling.by(self.first_name, self.last_name, self.own_name)


class Calling(NamedTuple):
    """By which of their names somebody is called in a greeting: by their own choice, if they made one; by the first."""

    is_other: bool
    is_first: bool

    def by(self, first_name: str, last_name: str, own_name: str) -> str:
        """Return the name; a first name that nobody told is none."""
        if self.is_other and own_name:
            return own_name
        return (first_name if self.is_first else "") or f"{first_name} {last_name}".strip()


def calling_of(language: Language, address: Address, greeting: str | None) -> Calling:
    """Return by which name: as they chose, else by the first name to who is addressed with je."""
    is_familiar = greeting is None and address == "je" and language == "nl"
    return Calling(is_other=greeting == "other", is_first=greeting == "first" or is_familiar)


def voice_of(language: Language, address: str) -> Voice:
    """Return the voice for somebody who wants to be addressed like this."""
    if language == "en":
        return Voice.EN
    return Voice.NL_JE if address == "je" else Voice.NL


def read(session: Session, keys: OwnKeys) -> Addressing:
    """Return how the customer in scope wants to be addressed; raises NotFound when they have left."""
    row = session.execute(_ADDRESSING, {"source": CUSTOMER_SOURCE}).first()
    if row is None:
        raise NotFound
    chosen = own_names.opened(keys, row)
    return Addressing(
        row.details.get("language", "nl"),
        row.details.get("address", "u"),
        _best(keys, row.names, "first_name"),
        f"{_best(keys, row.names, 'name_prefix')} {_best(keys, row.names, 'last_name')}".strip(),
        greeting=row.details.get("greeting"),
        own_name=chosen.get("name", ""),
        pronunciation=chosen.get("pronunciation", ""),
        theme=row.details.get("theme"),
        print=row.details.get("print", "usual"),
        reading_level=row.details.get("reading_level"),
        has_reminders=row.details.get("reminders") != "none",
        gpc_since=datetime.fromisoformat(said) if (said := row.details.get("gpc")) else None,
    )


def _best(keys: OwnKeys, names: list[dict[str, Any]], wanted: str) -> str:
    """Return the first value of this kind that is a text: the customer's own, then a verified, then the newest."""
    for each in names:
        if each["type"] == wanted and (value := _opened(keys, each)):
            return value
    return ""


def _opened(keys: OwnKeys, name: dict[str, Any]) -> str:
    opened = keys.open(UUID(name["subject"]), b64decode(name["sealed"]), table="record", row=UUID(name["record"]))
    value = None if opened is None else msgspec.json.decode(opened)
    return value.strip() if isinstance(value, str) else ""
