"""What stands around every page: the way to the other pages, who is logged in, and what was just done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Literal

from api.portal import places
from api.portal.cookies import Theme
from api.portal.speech import Speech, later
from cdp.own.addressing import Print


class Room(StrEnum):
    """The pages of the menu."""

    OVERVIEW = "overview"
    DATA = "data"
    ORGANISATIONS = "organisations"
    MESSAGES = "messages"
    LOG = "log"
    PREFERENCES = "preferences"
    SIGN_IN = "sign-in"
    MORE = "more"


Width = Literal["both", "wide", "narrow"]


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the menu; `width` says on which screens, `waiting` how many things wait there."""

    room: Room
    href: str
    label: str
    width: Width
    is_here: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Tongue:
    """Another way to be spoken to, in its own words."""

    locale: str
    language: str
    label: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One of a few lists on the same page."""

    href: str
    label: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes the last act back."""

    action: str
    label: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the last form did."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Until when somebody is logged in, and in how many seconds that is."""

    until: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The same on every page; without a person nobody is logged in."""

    language: str
    locale: str
    theme: Theme
    brand: str
    here: str
    ways: tuple[Way, ...]
    tongues: tuple[Tongue, ...]
    person: str | None
    made: str
    """When the page was made, for the one who prints it."""
    stay: Stay | None
    notice: Notice | None
    print: Print = "usual"
    """How large the letters are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a template receives; one with a fault says so in its title."""

    template: ClassVar[str]

    frame: Frame
    title: str
    fault: str | None = None


_MENU: Final[tuple[tuple[Room, str, str, Width], ...]] = (
    (Room.OVERVIEW, places.OVERVIEW, later("Overzicht"), "both"),
    (Room.DATA, places.DATA, later("Gegevens"), "both"),
    (Room.ORGANISATIONS, places.ORGANISATIONS, later("Organisaties"), "both"),
    (Room.MESSAGES, places.MESSAGES, later("Berichten"), "both"),
    (Room.LOG, places.LOG, later("Logboek"), "wide"),
    (Room.PREFERENCES, places.PREFERENCES, later("Voorkeuren"), "wide"),
    (Room.SIGN_IN, places.SIGN_IN, later("Veilig inloggen"), "wide"),
    (Room.MORE, places.MORE, later("Meer"), "narrow"),
)
_IN_MORE: Final = frozenset({Room.LOG, Room.PREFERENCES, Room.SIGN_IN})


_TONGUES: Final = (
    Tongue("nl", "nl", "Zeg liever ‘u’"),
    Tongue("nl@je", "nl", "Zeg liever ‘je’"),
    Tongue("en", "en", "English"),
)
_FROM_ENGLISH: Final = (Tongue("nl", "nl", "Nederlands (u)"), Tongue("nl@je", "nl", "Nederlands (je)"))


def tongues(locale: str) -> tuple[Tongue, ...]:
    """Return the other ways to be spoken to."""
    return _FROM_ENGLISH if locale == "en" else tuple(each for each in _TONGUES if each.locale != locale)


def ways(speech: Speech, room: Room | None, *, waiting: int = 0) -> tuple[Way, ...]:
    """Return the menu as it looks from `room`; `waiting` is how many things wait for an answer."""
    return tuple(
        Way(each, href, speech.say(label), width, _is_here(each, room), waiting if each is Room.OVERVIEW else 0)
        for each, href, label, width in _MENU
    )


def _is_here(each: Room, room: Room | None) -> bool:
    return each is room or (each is Room.MORE and room in _IN_MORE)
