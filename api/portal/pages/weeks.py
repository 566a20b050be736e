"""The picture of the log: how often people and computers looked, week by week, and how often somebody was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from babel.dates import format_date

from api.portal.speech import ZONE, Speech
from cdp.own.looked import Week

HEIGHT: Final = 96
WIDTH: Final = 400
_LEAST: Final = 4
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar: who it is about, and where it stands in the picture."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """One week in numbers, for who cannot see the picture."""

    week: str
    human: int
    computer: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture with what it says in words and in numbers."""

    headline: str
    sentences: tuple[str, ...]
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...]
    first: str
    last: str


def chart(speech: Speech, weeks: Sequence[Week]) -> Chart:
    """Return the picture of these weeks, the oldest first."""
    human, computer, stopped = (sum(getattr(each, kind) for each in weeks) for kind in ("human", "computer", "stopped"))
    return Chart(
        headline=_headline(speech, len(weeks), human + computer),
        sentences=_sentences(speech, human, computer, stopped),
        blocks=_blocks(weeks),
        rows=tuple(Row(_day(speech, each), each.human, each.computer, each.stopped) for each in weeks),
        first=_day(speech, weeks[0]),
        last=speech.say("deze week"),
    )


def _headline(speech: Speech, weeks: int, seen: int) -> str:
    if not seen:
        return speech.say("In %(weeks)s weken heeft niemand iets gezien.", weeks=weeks)
    return speech.count(
        "In %(weeks)s weken is er %(number)s keer gekeken.",
        "In %(weeks)s weken is er %(number)s keer gekeken.",
        seen,
        weeks=weeks,
    )


def _sentences(speech: Speech, human: int, computer: int, stopped: int) -> tuple[str, ...]:
    said = []
    if human:
        said.append(speech.count("%(number)s keer door een mens.", "%(number)s keer door een mens.", human))
    if computer:
        said.append(speech.count("%(number)s keer door een computer.", "%(number)s keer door een computer.", computer))
    if stopped:
        said.append(
            speech.count(
                "%(number)s keer hielden wij iemand tegen.", "%(number)s keer hielden wij iemand tegen.", stopped
            )
        )
    return tuple(said)


def _blocks(weeks: Sequence[Week]) -> tuple[Block, ...]:
    most = max((each.human + each.computer + each.stopped for each in weeks), default=0)
    step = WIDTH / len(weeks)
    blocks: list[Block] = []
    for place, week in enumerate(weeks):
        y = float(HEIGHT)
        for kind in ("human", "computer", "stopped"):
            number = getattr(week, kind)
            if not number:
                continue
            height = max(round((HEIGHT - 3 * (_LEAST + _GAP)) * number / most, 1), _LEAST)
            y = round(y - height, 1)
            blocks.append(Block(kind, round(place * step + step * 0.14, 1), y, round(step * 0.72, 1), height))
            y -= _GAP
    return tuple(blocks)


def _day(speech: Speech, week: Week) -> str:
    return format_date(week.begins.astimezone(ZONE), "d MMM", locale=speech.cldr)
