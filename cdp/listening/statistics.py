"""How sure a figure is: shares and the Net Promoter Score with their 95 % confidence intervals. Pure.

A share has the score interval of Wilson (1927, JASA 22: 209-212), which holds near 0 and 1 and for small groups. The
Net Promoter Score is the difference of two shares of the same people; its interval is the adjusted Wald interval that
Rocks (2016, The American Statistician 70(4): 365-372) recommends: three more people are counted, three quarters of one
a promoter, three quarters of one a detractor.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054
"""The quantile of the normal distribution between which and its negative 95 % lies."""
PROMOTES: Final = 9
DETRACTS: Final = 6
_MORE: Final = 0.75
_MORE_PEOPLE: Final = 3


@dataclass(frozen=True, slots=True)
class Share:
    """Which part said yes, from 0 to 1, and between which bounds it lies for 95 %."""

    value: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True, slots=True)
class Score:
    """The Net Promoter Score, from -100 to 100, its bounds, and the parts that it is made of, from 0 to 1."""

    value: float
    low: float
    high: float
    answers: int
    promoters: float
    passives: float
    detractors: float


def share(yes: int, answers: int) -> Share:
    """Return the share of `yes` among `answers`, at least one, with Wilson's interval."""
    part, square = yes / answers, Z * Z
    middle = (part + square / (2 * answers)) / (1 + square / answers)
    half = Z / (1 + square / answers) * sqrt(part * (1 - part) / answers + square / (4 * answers * answers))
    low = 0.0 if yes == 0 else middle - half
    return Share(part, low, 1.0 if yes == answers else middle + half, answers)


def score(given: Iterable[int]) -> Score:
    """Return the Net Promoter Score of at least one answer from 0 to 10, with the interval of Rocks."""
    marks = list(given)
    answers = len(marks)
    promoters = sum(each >= PROMOTES for each in marks)
    detractors = sum(each <= DETRACTS for each in marks)
    people = answers + _MORE_PEOPLE
    for_, against = (promoters + _MORE) / people, (detractors + _MORE) / people
    middle = for_ - against
    half = Z * sqrt((for_ + against - middle * middle) / people)
    return Score(
        value=100 * (promoters - detractors) / answers,
        low=max(-100.0, 100 * (middle - half)),
        high=min(100.0, 100 * (middle + half)),
        answers=answers,
        promoters=promoters / answers,
        passives=(answers - promoters - detractors) / answers,
        detractors=detractors / answers,
    )
