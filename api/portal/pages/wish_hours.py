"""Voorkeuren, tijden: when somebody may be disturbed and when not, by the clock of their own place."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from babel.dates import get_day_names, get_timezone_location

from api.portal.frame import Frame, Page
from api.portal.pages.log import Option
from api.portal.pages.whose import EVERYBODY, Whose
from api.portal.speech import Speech
from consent.hours import DAY, EVERY_DAY, Hours, Window
from consent.wish_form import to_clock
from consent.wishes import Wishes

ZONES: Final = (
    *("Europe/Amsterdam", "Europe/Brussels", "Europe/Berlin", "Europe/Paris", "Europe/London", "Europe/Dublin"),
    *("Europe/Madrid", "Europe/Lisbon", "Europe/Rome", "Europe/Athens", "Europe/Warsaw", "Europe/Bucharest"),
    *("Europe/Stockholm", "Europe/Helsinki", "Europe/Kyiv", "Europe/Istanbul", "Atlantic/Canary"),
    *("Africa/Casablanca", "Africa/Cairo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Jakarta"),
    *("Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "America/Curacao", "America/Aruba"),
    *("America/Paramaribo", "America/Sao_Paulo", "America/New_York", "America/Chicago", "America/Los_Angeles"),
)
"""Where people of this house are; another one that a program chose stays, and is shown."""
WORKDAYS: Final = frozenset(range(5))
PRESETS: Final = (("welkom", Window(9 * 60, 17 * 60, WORKDAYS)), ("stil", Window(20 * 60, 9 * 60)))
ALWAYS: Final = ("welkom", Window(0, DAY))
"""What one organization may be let do while others may not."""
_RUN: Final = 3
_DAYS: Final = frozenset(str(each + 1) for each in EVERY_DAY)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window of hours in words, and how a form names it."""

    kind: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class Entered:
    """Hours as somebody filled them in who is shown them again, and what of it is wrong; nothing by itself."""

    days: Collection[str] = ()
    start: str = ""
    end: str = ""
    lacks_days: bool = False
    lacks_times: bool = False

    @classmethod
    def refused(cls, days: Collection[str], start: str, end: str) -> Self:
        """Return what was filled in, and which part of it can be no window of hours."""
        lacks_days = not days or not _DAYS.issuperset(days)
        lacks_times = not lacks_days or start == end or not (start and end)  # with good days it is the times
        return cls(days, start, end, lacks_days, lacks_times)

    def fault(self, speech: Speech) -> str | None:
        """Return what is wrong in words."""
        wrong = (
            (self.lacks_days, speech.say("Kies minstens 1 dag.")),
            (self.lacks_times, speech.say("Vul 2 tijden in die niet gelijk zijn.")),
        )
        return " ".join(text for holds, text in wrong if holds) or None


NOTHING: Final = Entered()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursPage(Page):
    """When somebody may be disturbed."""

    template: ClassVar[str] = "wish_hours.html"

    whose: Whose
    says: str
    entered: Entered
    usual: tuple[str, ...]
    """What holds here as for everybody, in words; the clock is among it."""
    welcome: tuple[WindowLine, ...]
    quiet: tuple[WindowLine, ...]
    presets: tuple[WindowLine, ...]
    days: tuple[Option, ...]
    zones: tuple[Option, ...]
    """Empty where no hours were chosen by which a clock could count."""


def hours(
    speech: Speech, frame: Frame, chosen: Wishes, whose: Whose = EVERYBODY, entered: Entered = NOTHING
) -> HoursPage:
    """Return the page, for everybody or for one organization."""
    own = whose.own(chosen).hours if whose.name else chosen.hours
    shown = Hours(chosen.hours.zone) if own is None else own
    title = speech.say("Wanneer mag %(name)s u storen?", name=whose.name) if whose.name else None
    return HoursPage(
        frame=frame,
        title=title or speech.say("Wanneer mag iemand u storen?"),
        fault=entered.fault(speech),
        entered=entered,
        whose=whose,
        says=_lead(speech, whose, own) or summary(speech, chosen.hours),
        usual=(*sentences(speech, chosen.hours), _clock(speech, chosen.hours)) if own is None else (),
        welcome=_lines(speech, "welkom", shown.welcome),
        quiet=_lines(speech, "stil", shown.quiet),
        presets=tuple(
            line
            for kind, each in (*([ALWAYS] if whose.name else []), *PRESETS)
            for line in _lines(speech, kind, (each,))
            if each not in (*shown.welcome, *shown.quiet)
        ),
        days=tuple(
            Option(str(day), name, str(day) in entered.days) for day, name in enumerate(_names(speech), start=1)
        ),
        zones=() if own is None else _zones(speech, shown.zone),
    )


def _lead(speech: Speech, whose: Whose, own: Hours | None) -> str:
    """Return what holds for one organization; nothing for everybody."""
    if not whose.name:
        return ""
    if own is None:
        return speech.say("Nu gelden hier uw gewone tijden. Kiest u hier tijden? Dan gelden alleen die.")
    return speech.say("Deze tijden gelden alleen voor %(name)s.", name=whose.name)


def _clock(speech: Speech, chosen: Hours) -> str:
    return speech.say("De klok van %(place)s geldt.", place=_place(speech, chosen.zone))


def sentences(speech: Speech, chosen: Hours) -> tuple[str, ...]:
    """Return when somebody may be disturbed and when not, in words."""
    ways = ((speech.say("Dan mag het"), chosen.welcome), (speech.say("Dan niet"), chosen.quiet))
    said = tuple(f"{way}: {_said(speech, each)}." for way, windows in ways for each in windows)
    return said or (speech.say("Altijd."),)


def summary(speech: Speech, chosen: Hours) -> str:
    """Return in a few words when somebody may be disturbed."""
    if not chosen.welcome and not chosen.quiet:
        return speech.say("U koos nog geen tijden. Nu mag het altijd.")
    return speech.say("Dit geldt voor bellen, sms, de app en de deur.")


def value_of(window: Window) -> str:
    """Return a window as a form sends it: `1,2,3|09:00|17:00`."""
    days = ",".join(str(each + 1) for each in sorted(window.days))
    return f"{days}|{to_clock(window.start)}|{to_clock(window.end)}"


def _lines(speech: Speech, kind: str, windows: Iterable[Window]) -> tuple[WindowLine, ...]:
    return tuple(WindowLine(kind, value_of(each), _said(speech, each)) for each in windows)


def _said(speech: Speech, window: Window) -> str:
    start, end = to_clock(window.start), to_clock(window.end % DAY)
    days = _days(speech, window.days)
    if (window.start, window.end) == (0, DAY):
        return speech.say("%(days)s, de hele dag", days=days)
    if window.end <= window.start:
        return speech.say("%(days)s van %(start)s tot %(end)s de dag erna", days=days, start=start, end=end)
    return speech.say("%(days)s van %(start)s tot %(end)s", days=days, start=start, end=end)


def _days(speech: Speech, days: frozenset[int]) -> str:
    names, chosen = _names(speech), sorted(days)
    if days == EVERY_DAY:
        return speech.say("Elke dag")
    if len(chosen) >= _RUN and chosen[-1] - chosen[0] == len(chosen) - 1:
        said = speech.say("%(first)s t/m %(last)s", first=names[chosen[0]], last=names[chosen[-1]])
    else:
        said = speech.listed(names[each] for each in chosen)
    return said[:1].upper() + said[1:]


def _names(speech: Speech) -> list[str]:
    found = get_day_names("wide", locale=speech.cldr)
    return [str(found[each]) for each in range(7)]


def _zones(speech: Speech, chosen: str) -> tuple[Option, ...]:
    offered = [*ZONES, *([chosen] if chosen not in ZONES else [])]
    named = sorted((_place(speech, each), each) for each in offered)
    return tuple(Option(zone, name, zone == chosen) for name, zone in named)


def _place(speech: Speech, zone: str) -> str:
    """Return by what place people name the clock of a zone."""
    return get_timezone_location(zone, locale=speech.cldr, return_city=True)
