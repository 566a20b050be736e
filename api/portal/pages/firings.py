"""Regels: which rule of which organization said yes to what of the customer, why, and what came of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages import field_names, log_words, values
from api.portal.speech import Speech
from cdp.catalog.files import Catalog
from cdp.directory import Names
from cdp.rules.explaining import Fired

_FIELD: Final = re.compile(r"record\.properties\.(\w+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One time that a rule fired."""

    anchor: str
    rule: str
    name: str
    href: str
    when: str
    record: str
    record_href: str
    looked: str
    contact: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringsPage(Page):
    """Every time that a rule fired, the newest first."""

    template: ClassVar[str] = "firings.html"

    entries: tuple[Entry, ...]
    first: str | None
    next: str | None


def firings(  # what the page is made of, each by name
    speech: Speech,
    frame: Frame,
    names: Names,
    catalog: Catalog,
    found: Sequence[Fired],
    *,
    is_first: bool = True,
    after: str | None = None,
) -> FiringsPage:
    """Return the page with some of the list; `after` is where it goes on."""
    return FiringsPage(
        frame=frame,
        title=speech.say("Welke regels keken naar u?"),
        entries=tuple(_entry(speech, names, catalog, each) for each in found),
        first=None if is_first else places.LOG_RULES,
        next=None if after is None else f"{places.LOG_RULES}?na={after}",
    )


def _entry(speech: Speech, names: Names, catalog: Catalog, fired: Fired) -> Entry:
    facts = fired.facts
    kind, _, type_ = facts["record"].partition("/")
    fields = dict.fromkeys(_FIELD.findall(facts["expression"]))
    looked = [field_names.called(speech, catalog, each, of_person=False) for each in fields]
    return Entry(
        anchor=f"s{fired.firing_id.hex[:12]}",
        rule=facts["rule"],
        name=names.name(fired.organization),
        href=places.organisation(names.slug(fired.organization)),
        when=speech.moment(fired.at),
        record=values.label(speech, catalog, kind, type_),
        record_href=places.thing(fired.record_id),
        looked=speech.listed(looked),
        contact=_contact(speech, catalog, facts["contact"]),
        expression=facts["expression"],
    )


def _contact(speech: Speech, catalog: Catalog, told: Mapping[str, Any] | None) -> str:
    """Return whether they might approach the customer about it, as they were told then: it may be otherwise by now."""
    if told is None:
        return speech.say("Zij hoorden niet of zij u hierover mogen bereiken.")
    if not told["allowed"]:
        return speech.say(
            "Toen mochten zij u hierover niet bereiken. %(why)s", why=log_words.refusal(speech, told["reason"])
        )
    ways = [speech.name(catalog.channels[each].name).lower() for each in told["channels"] if each in catalog.channels]
    return speech.say("Toen mochten zij u hierover bereiken via: %(ways)s.", ways=speech.listed(ways))
