"""What of a quality report may be shown, and which values contradict one another. Pure.

What an organization itself recorded is its own to know to the last one. What customers or other sources say is told in
people, only where the attribute is known of ten or more, and only from ten people on.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from cdp.listening import hiding


@dataclass(frozen=True, slots=True)
class Said:
    """One attribute as an organization says it: counts of its own subjects, and of people; None is not shown."""

    attribute: str
    category: str
    known: int
    missing: int
    verified: int
    stale: int
    disputed: int | None
    corrected: int | None
    compared: int | None
    conflicting: int | None


def agreeable(value: JsonValue) -> JsonValue:
    """Return a value in the form in which it is compared: letters, not how they are written."""
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def conflicts(values: Iterable[tuple[UUID, str, bool, JsonValue]]) -> dict[str, tuple[int, int]]:
    """Return for each attribute of how many people two sources say it, and of how many they do not say the same.

    Each value comes with its customer, its attribute and whether it is the organization's own.
    """
    mine: dict[tuple[str, UUID], list[JsonValue]] = {}
    others: dict[tuple[str, UUID], list[JsonValue]] = {}
    for customer, attribute, is_mine, value in values:
        (mine if is_mine else others).setdefault((attribute, customer), []).append(agreeable(value))
    both = mine.keys() & others.keys()
    return _counted(both, {each for each in both if not any(value in others[each] for value in mine[each])})


def shown(found: Mapping[str, tuple[int, int]], attribute: str) -> tuple[int | None, int | None]:
    """Return of one attribute how many people were compared and in how many sources differ, as far as it is shown."""
    compared, conflicting = found.get(attribute, (0, 0))
    return hiding.count(compared, among=compared), hiding.count(conflicting, among=compared)


def _counted(both: AbstractSet[tuple[str, UUID]], apart: AbstractSet[tuple[str, UUID]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for each in both:
        compared, conflicting = found.get(each[0], (0, 0))
        found[each[0]] = compared + 1, conflicting + (each in apart)
    return found
