"""Bewijzen: what the customer allowed, changed, refused or stopped, each with a proof to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages.log import Choice, Option
from api.portal.pages.things import Held, Pair, Tag
from api.portal.speech import later
from api.receipts.sheet import Sheet
from api.receipts.words import STORIES, said
from cdp.own.receipts import Listed
from consent.acts import Kind

FORMS: Final = ("pdf", "html")
CHECKED: Final = ("tlog-proof", "json-ld", "kantara")
"""What is for who checks, and what for programs."""
_LABELS: Final = {
    "tlog-proof": later("Het bewijs zelf (.tlog-proof)"),
    "html": later("Om te lezen (HTML)"),
    "pdf": later("Om af te drukken (PDF)"),
    "json-ld": later("Voor computers (JSON-LD)"),
    "kantara": later("Voor computers (Kantara)"),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """One receipt in the list."""

    href: str
    rosette: Rosette
    title: str
    name: str
    when: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Download:
    """One form of a receipt."""

    href: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsPage(Page):
    """Every receipt, the newest first."""

    template: ClassVar[str] = "receipts.html"

    lead: str
    filter: Choice
    is_narrowed: bool
    slips: tuple[Slip, ...]
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage(Page):
    """One receipt; without facts it is not there yet."""

    template: ClassVar[str] = "receipt.html"

    sentence: str
    facts: tuple[Pair, ...]
    proof_sentence: str
    proof_facts: tuple[Pair, ...]
    downloads: tuple[Download, ...]
    checked: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the list: what is on it, whose receipts were wanted, and where the next page begins."""

    found: Sequence[Listed]
    organizations: Sequence[UUID]
    organization: str
    is_first: bool
    after: str | None


def receipts(held: Held, frame: Frame, part: Part) -> ReceiptsPage:
    """Return the list."""
    say = held.speech.say
    names = sorted((held.names.slug(each), held.names.name(each)) for each in part.organizations)
    every = [("", say("Alle organisaties")), *names]
    options = tuple(Option(value, label, value == part.organization) for value, label in every)
    return ReceiptsPage(
        frame=frame,
        title=say("Uw bewijzen"),
        lead=say("Van elke keuze krijgt u een bewijs. Dat kunt u bewaren en laten nakijken."),
        filter=Choice("organisatie", say("Organisatie"), options),
        is_narrowed=bool(part.organization),
        slips=tuple(_slip(held, each) for each in part.found),
        first=None if part.is_first else _href(part.organization),
        next=None if part.after is None else _href(part.organization, part.after),
    )


def receipt(held: Held, frame: Frame, act_id: UUID, sheet: Sheet | None) -> ReceiptPage:
    """Return one receipt, or that it will be there in a moment."""
    say = held.speech.say
    if sheet is None:
        return ReceiptPage(
            frame=frame,
            title=say("Uw bewijs"),
            sentence=say("Uw keuze geldt al. Het bewijs komt over een minuut."),
            facts=(),
            proof_sentence="",
            proof_facts=(),
            downloads=(),
            checked=(),
        )
    return ReceiptPage(
        frame=frame,
        title=sheet.headline,
        sentence=sheet.sentence,
        facts=tuple(Pair(row.label, "\n".join(row.lines)) for row in sheet.facts),
        proof_sentence=sheet.proof_sentence,
        proof_facts=tuple(Pair(row.label, "\n".join(row.lines)) for row in sheet.proof_facts),
        downloads=_downloads(held, act_id, FORMS),
        checked=_downloads(held, act_id, CHECKED),
    )


def _downloads(held: Held, act_id: UUID, forms: Sequence[str]) -> tuple[Download, ...]:
    return tuple(Download(f"{places.receipt(act_id)}/{form}", held.speech.say(_LABELS[form])) for form in forms)


def _slip(held: Held, each: Listed) -> Slip:
    say = held.speech.say
    story = STORIES.get(Kind(each.kind))
    return Slip(
        href=places.receipt(each.act_id),
        rosette=rosette(each.recipient),
        title=said(story.headline, held.speech.locale) if story else each.kind,
        name=held.names.name(each.recipient),
        when=held.speech.moment(each.at),
        tag=Tag(say("Getekend"), "ok") if each.is_signed else Tag(say("Komt zo"), "mild"),
    )


def _href(organization: str, after: str = "") -> str:
    query = urlencode({name: value for name, value in (("organisatie", organization), ("na", after)) if value})
    return f"{places.RECEIPTS}?{query}" if query else places.RECEIPTS
