"""Voorkeuren, bewijzen: every change of preferences, with its proof to keep."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.contact.preferences import Changed
from cdp.directory import Names

_FIELDS: Final = {
    "language": later("Taal"),
    "address": later("Aanspreken"),
    "greeting": later("Hoe wij u noemen"),
    "name": later("Uw eigen naam"),
    "pronunciation": later("Hoe u uw naam zegt"),
    "reading_level": later("Makkelijke woorden"),
    "print": later("Letters"),
    "theme": later("Kleuren"),
    "reminders": later("Vragen na 90 dagen"),
    "receipts": later("Ontvangstbewijzen"),
    "first": later("Mens of computer"),
    "never": later("Nooit zo"),
    "contact": later("Alleen wat moet van de wet"),
    "hours": later("Tijden"),
    "offers": later("Aanbiedingen"),
}
_EXCEPTIONS: Final = "exceptions"


@dataclass(frozen=True, slots=True)
class Slip:
    """One change; without an address its proof is not there yet."""

    what: str
    when: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WishReceiptsPage(Page):
    """Every change, the newest first."""

    template: ClassVar[str] = "wish_receipts.html"

    slips: tuple[Slip, ...]
    next: str | None


def receipts(
    speech: Speech, frame: Frame, catalog: Catalog, names: Names, found: Sequence[Changed], *, onward: str | None
) -> WishReceiptsPage:
    """Return the page."""
    return WishReceiptsPage(
        frame=frame,
        title=speech.say("Bewijzen van uw voorkeuren"),
        slips=tuple(
            Slip(
                speech.listed(_named(speech, catalog, names, [*_paths(each.said)])),
                speech.moment(each.at),
                f"{places.WISH_RECEIPTS}/{each.wish_id}" if each.is_signed else "",
            )
            for each in found
        ),
        next=None if onward is None else f"{places.WISH_RECEIPTS}?na={onward}",
    )


def _paths(said: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield where each thing stands that a change sets or takes back."""
    yield from (tuple(pointer.split("/")[1:]) for pointer in said["clear"])
    for name, value in said["set"].items():
        if name == _EXCEPTIONS:
            yield from (
                (name, key, *path) for key, each in value.items() for path in _paths({"set": each, "clear": ()})
            )
        else:
            yield from ((name, key) for key in value) if isinstance(value, dict) else [(name,)]


def _named(speech: Speech, catalog: Catalog, names: Names, paths: Sequence[tuple[str, ...]]) -> list[str]:
    """Return what was changed, each once: a topic by its name, everything else by its field."""
    topics = {each for path in paths if path[0] in ("channels", "caps") for each in path[1:2]}
    fields = {path[0] for path in paths} - {"channels", "caps"}
    named = [speech.name(catalog.topics[each].name) for each in sorted(topics) if each in catalog.topics]
    named += [speech.say(_FIELDS[each]) for each in _FIELDS if each in fields]
    here = sorted({path[1] for path in paths if path[0] == _EXCEPTIONS and len(path) > 1})
    named += [_here(speech, catalog, names, each, paths) for each in here]
    return named or [speech.say("Een voorkeur")]


def _here(speech: Speech, catalog: Catalog, names: Names, key: str, paths: Sequence[tuple[str, ...]]) -> str:
    """Return what was changed for one organization alone."""
    name, inner = names.name(UUID(key)), [path[2:] for path in paths if path[:2] == (_EXCEPTIONS, key)]
    if not all(inner):
        return speech.say("Bij %(name)s: zoals voor iedereen", name=name)
    what = speech.listed(_named(speech, catalog, names, inner))
    return speech.say("Bij %(name)s: %(what)s", name=name, what=what)
