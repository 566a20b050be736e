"""Beside the log: asking about one look, choosing letters, taking the log along, and checking a proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from babel.numbers import format_decimal

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.pages.log import LogLine, Looks, Option, line
from api.portal.speech import Speech, later
from cdp import due_dates
from cdp.directory import Names
from cdp.log.completeness import Complete
from consent.events import ActEvent, Event
from consent.verify import Verdict

NOTE: Final = 1_000
RHYTHMS: Final = ("never", "daily", "at-once")
LARGEST_PROOF: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage(Page):
    """One look that the customer doubts."""

    template: ClassVar[str] = "log_report.html"

    day: str
    look: LogLine
    to: str
    due: str
    action: str
    longest: int


@dataclass(frozen=True, slots=True)
class AlertChoice:
    """How often somebody wants to hear of one organization."""

    name: str
    field: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage(Page):
    """Of whose looks a letter comes."""

    template: ClassVar[str] = "log_alerts.html"

    choices: tuple[AlertChoice, ...]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDownloadPage(Page):
    """The log to take along."""

    template: ClassVar[str] = "log_download.html"

    action: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check of a proof came to."""

    holds: bool
    headline: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPage(Page):
    """What the log's completeness proves, and a check of a proof."""

    template: ClassVar[str] = "proof.html"

    complete: tuple[str, ...]
    outcome: Outcome | None


def report(looks: Looks, frame: Frame) -> ReportPage:
    """Return the page about the only line of `looks`."""
    say, found = looks.speech.say, looks.lines[0]
    name = say("ons") if found.organization is None else looks.names.name(found.organization)
    due = due_dates.due(looks.speech.at)
    return ReportPage(
        frame=frame,
        title=say("Klopt deze regel niet?"),
        day=looks.speech.day(found.at),
        look=line(looks, found),
        to=name,
        due=looks.speech.date(due_dates.last_moment(due)),
        action=places.log_line(found.access_id),
        longest=NOTE,
    )


def alerts(
    speech: Speech, names: Names, frame: Frame, organizations: Sequence[UUID], chosen: Mapping[UUID, str], address: str
) -> AlertsPage:
    """Return the page that says of whose looks a letter comes."""
    return AlertsPage(
        frame=frame,
        title=speech.say("Mail als iemand kijkt"),
        choices=tuple(
            _alert(speech, names, each, chosen.get(each, "never"))
            for each in sorted(organizations, key=lambda each: names.name(each).lower())
        ),
        address=address,
    )


def download(speech: Speech, frame: Frame) -> LogDownloadPage:
    """Return the page that offers the log as a file."""
    return LogDownloadPage(frame=frame, title=speech.say("Het logboek downloaden"), action=places.LOG_DOWNLOAD)


def proof(
    speech: Speech, frame: Frame, complete: Complete | None, outcome: Outcome | None = None, fault: str | None = None
) -> ProofPage:
    """Return the page that explains the proof of the log, and says what a check came to."""
    return ProofPage(
        frame=frame,
        title=speech.say("Hoe weet u dat het klopt?"),
        fault=fault,
        complete=() if complete is None else _completeness(speech, complete),
        outcome=outcome,
    )


def judged(speech: Speech, names: Names, verdict: Verdict, event: Event | None) -> Outcome:
    """Return a verdict in plain words."""
    if not verdict.holds:
        code = verdict.failures[0].code
        why = speech.say(_FLAWS.get(code, _FLAW))
        return Outcome(
            holds=False,
            headline=speech.say("Nee, dit bewijs klopt niet."),
            sentences=(why, speech.say("Kreeg u dit van iemand? Vertrouw het dan niet.")),
        )
    told = _told(speech, names, event)
    cosigned = verdict.checked.get("cosignatures", 0)
    watched = speech.count(
        "%(number)s onafhankelijke getuige tekende mee.", "%(number)s onafhankelijke getuigen tekenden mee.", cosigned
    )
    alone = speech.say("Alleen wij tekenden. Er keek geen getuige mee.")
    return Outcome(
        holds=True,
        headline=speech.say("Ja, dit bewijs klopt."),
        sentences=(*told, watched if cosigned else alone),
    )


_FLAWS: Final[Mapping[str, str]] = {
    "malformed": later("Dit is geen bewijs van ons, of het is niet heel."),
    "verification-failed": later("De handtekening of de plaats in het logboek klopt niet."),
}
_FLAW: Final = later("Het past niet bij ons logboek.")
_KINDS: Final[Mapping[str, str]] = {
    "grant": later("Er werd toegang gegeven aan %(name)s."),
    "extend": later("Er werd meer of langer toegang gegeven aan %(name)s."),
    "narrow": later("De toegang van %(name)s werd kleiner."),
    "revoke": later("De toegang van %(name)s werd gestopt."),
    "refuse": later("%(name)s kreeg geen toegang."),
    "object": later("Er werd bezwaar gemaakt bij %(name)s."),
    "attest": later("%(name)s meldde toegang van buiten deze site."),
}


def _told(speech: Speech, names: Names, event: Event | None) -> tuple[str, ...]:
    if not isinstance(event, ActEvent):
        return (speech.say("Wat erin staat, staat echt in ons logboek."),)
    known = _KINDS.get(str(event.act.kind))
    name = names.name(event.act.recipient)
    what = speech.say(known, name=name) if known else speech.say("Wat erin staat, staat echt in ons logboek.")
    return what, speech.say("%(moment)s. Zo staat het in ons logboek.", moment=speech.moment(event.act.at))


def _alert(speech: Speech, names: Names, organization: UUID, chosen: str) -> AlertChoice:
    labels = {
        "never": speech.say("Nooit"),
        "daily": speech.say("1 keer per dag"),
        "at-once": speech.say("Meteen"),
    }
    options = tuple(Option(each, labels[each], each == chosen) for each in RHYTHMS)
    return AlertChoice(names.name(organization), f"hoe-{names.slug(organization)}", options)


def _completeness(speech: Speech, complete: Complete) -> tuple[str, ...]:
    size = format_decimal(complete.size, locale=speech.cldr)
    return (
        speech.say(
            "Wij tekenden het logboek: %(moment)s.",
            moment=speech.moment(complete.signed_at)[:1].lower() + speech.moment(complete.signed_at)[1:],
        ),
        speech.say(
            "Er stonden toen %(size)s regels in, van alle klanten samen.",
            size=size,
        ),
        speech.say("Al uw regels tot %(clock)s horen daarbij.", clock=speech.clock(complete.until)),
    )
