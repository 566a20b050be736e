"""One sheet that says in plain words what a receipt proves; a page and a paper show the same sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime

from api.receipts import words
from api.receipts.words import said
from cdp.catalog.files import Language, Words
from consent import acts
from consent.fields import from_moment
from consent.receipts import Receipt, Surroundings

HOME: Final = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Row:
    """A name and what it is, one or more lines."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on a receipt, in the order in which it is read."""

    tongue: str
    house: str
    title: str
    headline: str
    sentence: str
    facts: tuple[Row, ...]
    advice: tuple[str, ...]
    proof_title: str
    proof_sentence: str
    proof_facts: tuple[Row, ...]
    proof_label: str
    proof: str


def of(receipt: Receipt, around: Surroundings, *, language: Language, house: str, site: str) -> Sheet:
    """Return the sheet of `receipt`, whose words in `around` are in the same language; `house` is our own name."""
    story = words.STORIES[receipt.event.act.kind]
    organization = around.recipient.name

    def tell(each: Words) -> str:
        return said(each, language, organization=organization, house=house, site=site, contact=around.recipient.email)

    return Sheet(
        tongue="en" if language is Language.EN else "nl",
        house=house,
        title=f"{tell(words.TITLE)}: {tell(story.headline)}",
        headline=tell(story.headline),
        sentence=tell(story.sentence),
        facts=tuple(_facts(receipt, around, language, house)),
        advice=tuple(
            tell(each)
            for each in (words.STOP, words.ASK, words.KEEP)
            if each is not words.ASK or around.recipient.email
        ),
        proof_title=tell(words.PROOF),
        proof_sentence=tell(words.PROOF_SENTENCE),
        proof_facts=tuple(_proof_facts(receipt, language)),
        proof_label=tell(words.TEXT),
        proof=receipt.to_bytes().decode(),
    )


def _facts(receipt: Receipt, around: Surroundings, language: Language, house: str) -> Iterator[Row]:
    event, act = receipt.event, receipt.event.act

    def row(label: Words, *lines: str) -> Row:
        return Row(said(label, language), lines)

    yield row(words.ORGANIZATION, around.recipient.name)
    yield row(words.PURPOSE, around.purpose.name)
    if categories := receipt.words(around):
        yield row(words.CATEGORIES, *(each.name for each in categories))
    if isinstance(act, acts.Grant | acts.Narrow | acts.Extend):
        named = sorted(around.sources.get(each, str(each)) for each in act.sources or ())
        yield row(words.SOURCES, *(named or [said(words.EVERYBODY, language)]))
    yield row(words.AT, moment(act.at, language))
    if (end := getattr(act, "expires_at", None)) is not None:
        yield row(words.UNTIL, moment(end, language))
    actor = words.ACTORS.get(event.by, words.ACTORS["platform"])
    yield row(words.BY, said(actor, language, organization=around.recipient.name, house=house))
    if (text := receipt.notice(around)) is not None:
        yield row(words.READ, *filter(None, text.split("\n")))
    if isinstance(act, acts.Attest):
        yield row(words.HOW, said(words.METHODS[str(act.evidence.method)], language))


def _proof_facts(receipt: Receipt, language: Language) -> Iterator[Row]:
    origin = receipt.proof.checkpoint.partition(b"\n")[0].decode()
    for label, line in (
        (words.NUMBER, receipt.identifier),
        (words.LOG, origin),
        (words.PLACE, str(receipt.proof.index)),
        (words.MOMENT, from_moment(receipt.event.at)),
    ):
        yield Row(said(label, language), (line,))


def moment(at: datetime, language: Language) -> str:
    """Return a moment as people write it, in the time of the Netherlands where this machine knows it."""
    dutch, english = "EEEE d MMMM y 'om' HH:mm", "EEEE d MMMM y 'at' HH:mm"
    here = _here()
    is_english = language is Language.EN
    text = format_datetime(at, english if is_english else dutch, tzinfo=here, locale="en" if is_english else "nl")
    return f"{text} UTC" if here is UTC else text


def _here() -> tzinfo:
    try:
        return ZoneInfo(HOME)
    except ZoneInfoNotFoundError:  # a machine without a time zone database
        return UTC
