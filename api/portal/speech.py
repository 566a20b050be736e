"""How a page speaks to one visitor: the language, u or je, and dates as people say them.

The Dutch of the code says u and needs no catalog; those of `nl@je` hold only what differs from it, those of `en`
everything. The catalogs are compiled in memory when the process starts.
"""

import gettext
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cdp.catalog.files import Language, Words

ZONE: Final = ZoneInfo("Europe/Amsterdam")
LOCALES: Final = tuple(Language)
_CLDR: Final = {Language.NL: "nl_NL", Language.NL_JE: "nl_NL", Language.EN: "en_GB"}
_TAG: Final = {Language.NL: "nl", Language.NL_JE: "nl", Language.EN: "en"}
_WEEK: Final = 7
_TWO_WEEKS: Final = 14
_TWO_MONTHS: Final = 61
_MONTH: Final = 30.44


def later(text: str) -> str:
    """Return `text` as it is: a string that is said later is marked for the catalogs where it is written."""
    return text


@cache
def catalog(locale: Language) -> gettext.NullTranslations:
    """Return the strings of `locale`; what is missing is said in Dutch with u."""
    if locale is Language.NL:
        return gettext.NullTranslations()
    whole, compiled = Catalog(locale=_TAG[locale]), BytesIO()
    for name, text in sources(locale).items():
        for message in read_po(BytesIO(text), abort_invalid=True):
            if message.id:
                whole.add(message.id, message.string, context=message.context, auto_comments=[name])
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def sources(locale: Language) -> dict[str, bytes]:
    """Return the catalogs of `locale` by name; each group of pages has one of its own."""
    folder = files("api.portal").joinpath("locale", locale)
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".po")}


@dataclass(frozen=True, slots=True)
class Speech:
    """Speaks `locale`, at the moment `at`."""

    locale: Language
    at: datetime

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return _TAG[self.locale]

    @property
    def cldr(self) -> str:
        """The language as the calendars of the CLDR name it."""
        return _CLDR[self.locale]

    def say(self, text: str, **values: object) -> str:
        """Return `text` in this language, with the values in their places."""
        said = catalog(self.locale).gettext(text)
        return said % values if values else said

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the sentence for this number of things; `%(number)s` is the number."""
        return catalog(self.locale).ngettext(one, many, number) % {"number": number, **values}

    def name(self, words: Words) -> str:
        """Return what the catalog of data calls something."""
        return words.said_in(self.locale)

    def listed(self, things: Iterable[str]) -> str:
        """Return `things` as one phrase: a, b and c."""
        return format_list(list(things), locale=_CLDR[self.locale])

    def date(self, moment: datetime) -> str:
        """Return the full date: 21 februari 2027."""
        return format_date(moment.astimezone(ZONE), "d MMMM y", locale=_CLDR[self.locale])

    def made(self) -> str:
        """Return when this was said, in full: 21 november 2026, 14:30."""
        return f"{self.date(self.at)}, {self.clock(self.at)}"

    def day(self, moment: datetime) -> str:
        """Return the day as a heading: Vandaag, zaterdag 21 november."""
        named = format_date(moment.astimezone(ZONE), "EEEE d MMMM", locale=_CLDR[self.locale])
        days = self._days_to(moment)
        if days == 0:
            return self.say("Vandaag, %(day)s", day=named)
        if days == -1:
            return self.say("Gisteren, %(day)s", day=named)
        return named[:1].upper() + named[1:]

    def month(self, moment: datetime) -> str:
        """Return the month as a heading: Oktober 2026."""
        named = format_date(moment.astimezone(ZONE), "MMMM y", locale=_CLDR[self.locale])
        return named[:1].upper() + named[1:]

    def short_moment(self, moment: datetime) -> str:
        """Return the day and the time, for lines below their month: 26 okt, 11:58."""
        named = format_date(moment.astimezone(ZONE), "d MMM", locale=_CLDR[self.locale])
        return f"{named}, {self.clock(moment)}"

    def clock(self, moment: datetime) -> str:
        """Return the time of the day: 14:05."""
        return format_time(moment.astimezone(ZONE), "HH:mm", locale=_CLDR[self.locale])

    def moment(self, moment: datetime) -> str:
        """Return when it was, as the beginning of a sentence: Vandaag om 10:42."""
        days, clock = self._days_to(moment), self.clock(moment)
        if days == 0:
            return self.say("Vandaag om %(clock)s", clock=clock)
        if days == -1:
            return self.say("Gisteren om %(clock)s", clock=clock)
        return self.say("Op %(date)s om %(clock)s", date=self.date(moment), clock=clock)

    def left(self, end: datetime) -> str:
        """Return how long it lasts from now: nog 3 maanden."""
        days = max(self._days_to(end), 0)
        if days == 0:
            return self.say("vandaag voor het laatst")
        return self.say("nog %(period)s", period=self.period(days))

    def period(self, days: int) -> str:
        """Return how long something lasts: 12 dagen, 3 weken, 3 maanden."""
        if days < _TWO_WEEKS:
            return self.count("%(number)s dag", "%(number)s dagen", days)
        if days < _TWO_MONTHS and days % 30:
            return self.count("%(number)s week", "%(number)s weken", round(days / _WEEK))
        return self.count("%(number)s maand", "%(number)s maanden", max(round(days / _MONTH), 1))

    def until(self, end: datetime) -> str:
        """Return the end and how far it is: tot 1 maart 2027, nog 3 maanden."""
        return self.say("Tot %(date)s, %(left)s", date=self.date(end), left=self.left(end))

    def _days_to(self, moment: datetime) -> int:
        return (moment.astimezone(ZONE).date() - self.at.astimezone(ZONE).date()) // timedelta(days=1)
