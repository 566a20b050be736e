"""Laat uzelf zien: a code to show at a counter or to say on the phone, drawn and in letters."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.speech import Speech
from cdp.reads.presentations import Presentation

QUIET: int = 4
"""How much white a reader needs around a QR code (ISO/IEC 18004 §5.3.8), in squares."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code as one path, and how many squares wide it is with the white around it."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that is good now: in two groups, letter by letter for who hears it, and until when."""

    code: str
    spelled: str
    until: str
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentPage(Page):
    """What it is for, and the code if one was just made."""

    template: ClassVar[str] = "present.html"

    shown: Shown | None


def present(speech: Speech, frame: Frame, made: Presentation | None, *, fault: str | None = None) -> PresentPage:
    """Return the page."""
    shown = None
    if made is not None:
        spelled, until = " ".join(made.code), speech.clock(made.expires_at)
        shown = Shown(
            made.spoken, spelled, speech.say("De code werkt 1 keer, tot %(clock)s.", clock=until), _drawn(made)
        )
    return PresentPage(frame=frame, title=speech.say("Laat uzelf zien"), fault=fault, shown=shown)


def _drawn(made: Presentation) -> Picture:
    rows = made.rows()
    squares = (
        f"M{QUIET + x} {QUIET + y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return Picture("".join(squares), len(rows) + 2 * QUIET)
