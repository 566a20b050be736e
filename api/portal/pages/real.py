"""Is dit echt? A question that anybody asks, logged in or not, and one of three answers in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.messages.answers import Answer, Sent, Verdict, Why
from cdp.messages.checking import Asked
from cdp.messages.likeness import Resemblance
from cdp.messages.senders import Owner

Mark = Literal["verified", "stopped", "unknown"]
_MARKS: Final[Mapping[Verdict, Mark]] = {
    Verdict.YES: "verified",
    Verdict.NO: "stopped",
    Verdict.UNKNOWN: "unknown",
}
_WHY: Final[Mapping[Why, tuple[str, ...]]] = {
    Why.TO_YOU: (later("%(name)s heeft dit aan u gestuurd."),),
    Why.SAME_TEXT: (later("De tekst is precies wat %(name)s stuurde."),),
    Why.WITH_CODE: (
        later("%(name)s stuurde een bericht met deze code."),
        later("Klopt wat hieronder staat met uw bericht? Klopt er iets niet? Dan is het niet echt."),
    ),
    Why.OTHER_TEXT: (
        later("De code is echt. Maar de tekst is anders dan wat zij stuurden."),
        later("Plakte u te veel of te weinig? Plak dan alleen het bericht."),
    ),
    Why.OTHER_SENDER: (later("De code is echt. Maar zij stuurden het niet vanaf deze afzender."),),
    Why.OTHER_ORGANIZATION: (later("De code is echt. Maar hij is van een andere organisatie."),),
    Why.NOT_REGISTERED: (
        later("Alles wat zij vanaf hier sturen, melden zij eerst bij ons."),
        later("Dit hebben zij niet gemeld."),
    ),
    Why.NOT_CALLING: (later("Er belt u nu niemand van %(name)s."),),
    Why.NOTHING_KNOWN: (later("Wij vonden hier niets over."),),
    Why.SLIP: (later("Er zit een typefout in de code. Kijk nog eens goed."),),
    Why.FORGEABLE: (
        later("Dit is een afzender van %(name)s. Maar iedereen kan een afzender namaken."),
        later("Zoek de code in het bericht, of log in."),
    ),
    Why.OWN_LINK: (later("De link gaat naar %(name)s. Maar het bericht kan toch nep zijn."),),
    Why.NEEDS_TEXT: (later("Deze code staat in een bericht aan veel mensen. Plak daarom de hele tekst."),),
    Why.ONLY_CODE: (
        later("De code is van een gesprek met %(name)s. Van een gesprek kennen wij de woorden niet."),
        later("Typ alleen de code. Dan ziet u welk gesprek het is."),
    ),
    Why.NOT_TO_YOU: (
        later("De code is van %(name)s. Maar wij weten niet of dit voor u is."),
        later("Plak de hele tekst. Dan weten wij meer."),
    ),
    Why.COPIED: (
        later("Deze code is vaak gecontroleerd. Misschien heeft iemand hem overgenomen."),
        later("Log in of plak de hele tekst."),
    ),
    Why.NO_CALL: (
        later("Wij weten niet van een telefoontje aan u."),
        later("Hang op. Bel zelf het nummer dat u kent."),
    ),
    Why.LOGIN_NEEDED: (later("Log in. Dan zien wij of zij u nu bellen."),),
}
_HOW: Final[Mapping[Resemblance, str]] = {
    Resemblance.LETTERS: later("Er staan tekens in die op andere tekens lijken."),
    Resemblance.ENDING: later("Het einde van het adres is anders."),
    Resemblance.NEAR: later("Er is een letter of cijfer anders."),
    Resemblance.WORDS: later("Er is een woord bij gezet."),
    Resemblance.BELOW: later("Hun naam staat vooraan, maar het adres is van een ander."),
    Resemblance.MAILBOX: later("Zo'n adres kan iedereen maken."),
}
TOO_OFTEN: Final = later("U controleerde veel. Probeer het over 10 minuten opnieuw.")
NOTHING: Final = later("Plak of typ eerst wat u kreeg.")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a message."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Told:
    """The answer in words; `report` names whom a report would reach, if there is somebody."""

    verdict: str
    mark: Mark
    heading: str
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    of: str | None
    seal: Rosette | None
    report: str | None
    sender: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An organization that somebody may say they are."""

    slug: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPage(Page):
    """The question, with what was asked before, and the answer if there is one."""

    template: ClassVar[str] = "real.html"

    given: str
    sender: str
    choices: tuple[Choice, ...]
    told: Told | None
    is_known: bool
    is_empty: bool
    """Whether it was sent with nothing in it."""


def real(
    speech: Speech,
    frame: Frame,
    owners: Sequence[Owner],
    asked: Asked,
    *,
    told: Told | None = None,
    is_known: bool,
    fault: str | None = None,
) -> RealPage:
    """Return the page."""
    return RealPage(
        frame=frame,
        title=speech.say("Is dit echt?") if told is None else told.heading,
        fault=fault,
        given=asked.given,
        sender=asked.sender,
        choices=tuple(Choice(each.slug, each.name, each.slug == asked.organization) for each in owners),
        told=told,
        is_known=is_known,
        is_empty=fault is not None and not asked.given.strip() and not asked.is_calling,
    )


def told(speech: Speech, catalog: Catalog, answer: Answer, asked: Asked) -> Told:
    """Return the answer in words."""
    of = answer.posed_as or answer.of
    name = "" if of is None else of.name
    return Told(
        verdict=answer.verdict.value,
        mark=_MARKS[answer.verdict],
        heading=_heading(speech, answer, name),
        sentences=(*_poses(speech, answer, name), *_because(speech, answer, name), *_advice(speech, answer)),
        facts=() if answer.sent is None else _facts(speech, catalog, answer.sent),
        of=name or None,
        seal=rosette(of.organization) if of is not None and answer.verdict is Verdict.YES else None,
        report=of.slug if of is not None and answer.verdict is not Verdict.YES else None,
        sender=asked.sender or (asked.given if len(asked.given) <= _LONGEST else ""),
    )


_LONGEST: Final = 254


def _heading(speech: Speech, answer: Answer, name: str) -> str:
    match answer.verdict:
        case Verdict.YES:
            is_call = answer.sent is not None and answer.sent.channel == "phone"
            if is_call and answer.why is Why.TO_YOU:
                return speech.say("Ja, %(name)s belt u nu", name=name)
            return speech.say("Ja, dit is echt van %(name)s", name=name)
        case Verdict.NO:
            return speech.say("Nee, dit is niet van %(name)s", name=name)
    return speech.say("Wij weten het niet. Doe alsof het niet echt is.")


def _because(speech: Speech, answer: Answer, name: str) -> list[str]:
    if answer.why is Why.POSES:
        return []
    if answer.why is Why.TO_YOU and answer.sent is not None and answer.sent.channel == "phone":
        return [speech.say("%(name)s meldde dit telefoontje aan u bij ons.", name=name)]
    if answer.why is Why.FORGEABLE and not name:
        return []
    return [speech.say(each, name=name) if "%(name)s" in each else speech.say(each) for each in _WHY[answer.why]]


def _poses(speech: Speech, answer: Answer, name: str) -> list[str]:
    if answer.alike is None:
        return []
    value = answer.alike.of.value
    return [
        speech.say("Pas op: dit lijkt op %(value)s van %(name)s, maar is het niet.", value=value, name=name),
        speech.say(_HOW[answer.alike.how]),
    ]


def _advice(speech: Speech, answer: Answer) -> list[str]:
    if answer.verdict is Verdict.YES:
        return []
    return [speech.say("Klik nergens op, betaal niets en geef geen gegevens.")]


def _facts(speech: Speech, catalog: Catalog, sent: Sent) -> tuple[Fact, ...]:
    channel = catalog.channels.get(sent.channel)
    how = sent.channel if channel is None else speech.name(channel.name)
    speaker = speech.say("Een mens") if sent.speaker == "human" else speech.say("Een computer")
    when = speech.moment(sent.at)
    if sent.until > sent.at:
        when = speech.say("%(moment)s tot %(clock)s", moment=when, clock=speech.clock(sent.until))
    found = [Fact(speech.say("Hoe"), how), Fact(speech.say("Wanneer"), when)]
    if sent.sender is not None:
        found.insert(1, Fact(speech.say("Vanaf"), sent.sender))
    found.append(Fact(speech.say("Door wie"), speaker))
    if sent.is_mine:
        found.append(Fact(speech.say("Aan wie"), speech.say("Aan u")))
    return tuple(found)
