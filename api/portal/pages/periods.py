"""How long: the periods that a customer can choose from, never longer than twelve months."""

from dataclasses import dataclass
from typing import Final

from api.portal.pages.facts import Facts

USUAL: Final = (30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Choice:
    """One period; the shortest sensible one stands in the list first."""

    days: int
    label: str


def choices(facts: Facts, purpose: str, *, longest: int | None = None) -> tuple[Choice, ...]:
    """Return the periods for a purpose up to `longest` days, the shortest sensible one first."""
    known = facts.purpose(purpose)
    most = min(longest or USUAL[-1], USUAL[-1] if known is None else known.longest_days)
    sensible = min(most, USUAL[0] if known is None else known.default_days)
    days = sorted({each for each in USUAL if each <= most} | {most})
    first = max((each for each in days if each <= sensible), default=days[0])
    return tuple(Choice(each, facts.speech.period(each)) for each in [first, *(each for each in days if each != first)])
