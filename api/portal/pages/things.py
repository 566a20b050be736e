"""One thing that is held, as its owner reads it: what it is, who says it, how it came, who can see it, how long."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from api.portal import places
from api.portal.pages import field_names, values
from api.portal.speech import Speech, later
from cdp.catalog import retention
from cdp.catalog.files import Catalog
from cdp.directory import Names
from cdp.own.holdings import Interaction, Opening, Record
from consent.types import CUSTOMER_SOURCE

LONG: Final = 160
MOST_PAIRS: Final = 60
_DEEPEST: Final = 6
_MOST_SAID: Final = 3
_FEW: Final = 2


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that stands out: which, and how loud."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, since when, and who can see that: what can be done about it stands behind `href`."""

    href: str
    by: str
    seen_by: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of a list: what is said, and by whom; `sources` sums them up where they are several."""

    label: str
    value: str
    sources: str
    tags: tuple[Tag, ...]
    said: tuple[Said, ...]
    is_corrected: bool
    """Whether it was put right just now."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and what it says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who can see it now, and for what."""

    name: str
    href: str
    purposes: str


@dataclass(frozen=True, slots=True)
class Held:
    """What lists and pages of things are made from."""

    speech: Speech
    catalog: Catalog
    names: Names
    openings: Sequence[Opening]
    erasing: frozenset[UUID] = frozenset()
    """What the customer asked to be erased, while no answer has come."""
    corrected: str = ""
    """The type of what they put right just now."""

    def source(self, source: UUID) -> str:
        """Return who says it."""
        return self.speech.say("Uzelf") if source == CUSTOMER_SOURCE else self.names.name(source)

    def category(self, category: str) -> str:
        """Return what a kind of data is called."""
        known = self.catalog.categories.get(category)
        return category if known is None else self.speech.name(known.name)


def lines(held: Held, found: Iterable[Record | Interaction]) -> tuple[Thing, ...]:
    """Return the lines of a list; facts that say the same become one line with its several sources."""
    same: dict[object, list[Record | Interaction]] = {}
    for each in found:
        same.setdefault(_sameness(each), []).append(each)
    return tuple(_line(held, group) for group in same.values())


def _sameness(each: Record | Interaction) -> object:
    if not isinstance(each, Record) or each.kind != "attributes" or each.is_withheld:
        return each.record_id
    value = each.value.strip() if isinstance(each.value, str) else each.value
    return each.category, each.type, json.dumps(value, sort_keys=True)


def _line(held: Held, same: Sequence[Record | Interaction]) -> Thing:
    first, speech = same[0], held.speech
    said = tuple(_said(held, each) for each in same)
    return Thing(
        label=values.label(speech, held.catalog, kind_of(first), first.type),
        value=short(held, first),
        sources=_all_sources(held, same) if len(same) > 1 else "",
        tags=tuple(dict.fromkeys(tag for one in said for tag in one.tags)),
        said=said,
        is_corrected=any((each.source, each.type) == (CUSTOMER_SOURCE, held.corrected) for each in same),
    )


def _all_sources(held: Held, same: Sequence[Record | Interaction]) -> str:
    """Return who says it: by name as long as they are few."""
    others = {each.source for each in same} - {CUSTOMER_SOURCE}
    own = [held.speech.say("uzelf")] if len(others) < len({each.source for each in same}) else []
    names = sorted(held.source(each) for each in others)
    if len(own) + len(names) > _FEW:
        names = [held.speech.count("%(number)s organisatie", "%(number)s organisaties", len(others))]
    return held.speech.listed([*own, *names])


def _said(held: Held, each: Record | Interaction) -> Said:
    speech, viewers = held.speech, viewers_of(held, each)
    seen_by = speech.count(
        "%(number)s organisatie kan dit zien", "%(number)s organisaties kunnen dit zien", len(viewers)
    )
    return Said(
        href=places.thing(each.record_id),
        by=f"{held.source(each.source)}, {speech.date(each.occurred_at)}",
        seen_by=seen_by if viewers else speech.say("Niemand kan dit zien"),
        tags=tags(held, each),
    )


def kind_of(each: Record | Interaction) -> str:
    """Return which kind of record it is."""
    return each.kind if isinstance(each, Record) else "interaction"


def tags(held: Held, each: Record | Interaction) -> tuple[Tag, ...]:
    """Return what stands out about it."""
    found, speech = [], held.speech
    if each.record_id in held.erasing:
        found.append(Tag(speech.say("Verwijdering gevraagd"), ""))
    if each.disputed_at is not None:
        found.append(Tag(speech.say("Door u betwist"), ""))
    if each.source == CUSTOMER_SOURCE:
        found.append(Tag(speech.say("Uw versie telt"), "ok"))
    if isinstance(each, Record) and each.origin == "derived":
        found.append(Tag(speech.say("Berekend"), "mild"))
    return tuple(found)


def how(held: Held, each: Record | Interaction) -> str:
    """Return how it came, in one sentence."""
    origin = each.origin if isinstance(each, Record) else "talk" if each.category == "conversations" else "observed"
    return held.speech.say(_ORIGINS.get(origin, _ORIGINS["external"]), name=held.names.name(each.source))


_ORIGINS: Final[Mapping[str, str]] = {
    "given": later("U gaf dit aan %(name)s."),
    "observed": later("%(name)s zag dit toen u iets gebruikte."),
    "external": later("%(name)s kreeg dit van iemand anders."),
    "derived": later("%(name)s heeft dit berekend uit andere gegevens. Het is een schatting."),
    "customer": later("U zei dit zelf, op deze site."),
    "talk": later("%(name)s schreef dit op na contact met u."),
}


def kept(held: Held, each: Record | Interaction) -> str:
    """Return how long it is kept, and who decides that."""
    speech = held.speech
    if each.source == CUSTOMER_SOURCE:
        return speech.say("Tot u het wist.")
    law = retention.law_for(kind_of(each), each.type)
    name = held.names.name(each.source)
    if law is None:
        return speech.say("Zolang %(name)s dit bewaart. Wij weten niet hoe lang.", name=name)
    return speech.say("Minstens %(years)s jaar. Dat moet van %(law)s.", years=law.years, law=speech.name(law.name))


def viewers_of(held: Held, each: Record | Interaction) -> tuple[Viewer, ...]:
    """Return who can see it at this moment, and for what."""
    purposes: dict[UUID, list[str]] = {}
    for opening in held.openings:
        if opening.opens(each.source, each.category):
            purposes.setdefault(opening.recipient, []).append(_purpose(held, opening.purpose))
    return tuple(
        Viewer(held.names.name(each), places.organisation(held.names.slug(each)), ", ".join(found))
        for each, found in sorted(purposes.items(), key=lambda pair: held.names.name(pair[0]).lower())
    )


def whole(held: Held, each: Record | Interaction) -> str:
    """Return the value of a fact whole; of anything else what it is called."""
    if isinstance(each, Record) and each.kind == "attributes":
        return field_names.said(held.speech, each.type, each.value)
    return values.label(held.speech, held.catalog, kind_of(each), each.type)


def pairs(held: Held, each: Record | Interaction) -> tuple[Pair, ...]:
    """Return everything that stands in a product, a fact from elsewhere or a contact, name by name."""
    if isinstance(each, Record) and each.kind == "attributes" and not isinstance(each.value, dict | list):
        return ()
    return tuple(Pair(field.name, field.text) for field in islice(_fields(held, each), MOST_PAIRS))


def told(held: Held, kind: str, type_: str, value: JsonValue) -> tuple[str, ...]:
    """Return all that a value says, whole, each field on a line of its own with its name."""
    is_fact = kind == "attributes"
    if is_fact and not isinstance(value, dict | list):
        return (field_names.said(held.speech, type_, value),)
    fields = _walk(held, value, "", 0, of_person=is_fact)
    return tuple(f"{field.name}: {field.text}" if field.name else field.text for field in fields)


def when(held: Held, moment: datetime) -> str:
    """Return a date."""
    return held.speech.date(moment)


@dataclass(frozen=True, slots=True)
class _Field:
    """A name and what it says, and the word that the source has for it."""

    key: str
    name: str
    text: str


def _fields(held: Held, each: Record | Interaction) -> Iterator[_Field]:
    return _walk(held, each.value, "", 0, of_person=kind_of(each) == "attributes")


def _walk(held: Held, value: JsonValue, key: str, depth: int, *, of_person: bool) -> Iterator[_Field]:
    if isinstance(value, dict) and depth < _DEEPEST:
        for inner, each in value.items():
            word = key if inner == "properties" else inner
            yield from _walk(held, each, word, depth + 1, of_person=of_person)
    elif value not in (None, "", [], {}):
        name = field_names.called(held.speech, held.catalog, key, of_person=of_person) if key else ""
        yield _Field(key, name, field_names.said(held.speech, key, value))


def short(held: Held, each: Record | Interaction) -> str:
    """Return what it says, on one line."""
    if each.is_withheld:
        return held.speech.say("Afgeschermd. Open dit en bevestig dat u het bent.")
    if isinstance(each, Record) and each.kind == "attributes" and not isinstance(each.value, dict | list):
        return _cut(field_names.said(held.speech, each.type, each.value))
    if isinstance(each, Record) and each.kind == "attributes":
        return values.text(held.speech, each.value)
    told = {field.text: field for field in _fields(held, each) if field.key != "key"}
    opening = sorted((field for field in told.values() if field.key in field_names.OPENING), key=_telling)
    rest = [field for field in told.values() if field.key not in field_names.OPENING]
    if len(opening) > 1:
        return _cut(". ".join(field.text.rstrip(".") for field in opening) + ".")
    said = [field.text for field in opening] + [f"{field.name.lower()} {field.text}" for field in rest]
    return _cut(", ".join(said[:_MOST_SAID]))


def _telling(field: _Field) -> int:
    return field_names.OPENING.index(field.key)


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def _purpose(held: Held, purpose: str) -> str:
    known = held.catalog.purposes.get(purpose)
    return purpose if known is None else held.speech.name(known.name)
