"""What a line of the log says: who looked, at what, what for, and why somebody was stopped."""

from collections.abc import Mapping
from typing import Final

from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.own.looked import Line

_REASONS: Final[Mapping[str, str]] = {
    "never-granted": later("U gaf hiervoor geen toegang."),
    "category-not-granted": later("U gaf toegang, maar niet tot deze gegevens."),
    "source-not-granted": later("U gaf toegang, maar niet tot deze gegevens."),
    "category-stopped": later("U stopte de toegang tot deze gegevens."),
    "expired": later("De toegang was afgelopen."),
    "revoked": later("U stopte deze toegang."),
    "refused": later("U weigerde deze toegang."),
    "objected": later("U maakte hier bezwaar tegen."),
    "ambiguous": later("Het was niet zeker wie er bedoeld werd."),
    "not-grantable": later("Deze gegevens krijgt niemand."),
    "code-ended": later("Deze code was al gebruikt of te oud."),
    "question-wrong": later("De code was verkeerd."),
    "resting": later("Er was pas nog iets gevraagd."),
    "too-late": later("Het gesprek was te lang geleden."),
    "global-privacy-control": later("Uw browser zegt: geen reclame."),
    "organization-silent": later("U wilt niets van deze organisatie."),
    "topic-off": later("U wilt hierover niets."),
    "no-channel": later("Zij boden geen manier die u wilt."),
    "cap-reached": later("Het zou vaker zijn dan u wilt."),
    "outside-hours": later("Het was een tijd waarop u rust wilt."),
    "already-done": later("Zij zeiden dit al."),
    "required-by-law": later("De wet vraagt dit bericht. Zij zagen niets van u."),
}
_OTHERWISE: Final = later("Hier is geen toegang voor.")
_OWN: Final[Mapping[str, str]] = {
    "export": later("U haalde al uw gegevens op."),
    "log-export": later("U haalde uw logboek op."),
    "records": later("U bekeek uw gegevens."),
    "interactions": later("U bekeek uw gesprekken."),
    "accesses": later("U bekeek dit logboek."),
    "page:log": later("U bekeek dit logboek."),
    "page:data": later("U bekeek uw gegevens."),
    "page:messages": later("U bekeek uw berichten."),
    "messages": later("U bekeek uw berichten."),
    "page:overview": later("U bekeek het overzicht."),
    "page:organisations": later("U bekeek de organisaties."),
    "page:preferences": later("U bekeek uw voorkeuren."),
    "preferences": later("U bekeek uw voorkeuren."),
    "offers": later("U bekeek uw aanbiedingen."),
    "firings": later("U bekeek waarover organisaties een melding kregen."),
    "page:sign-in": later("U bekeek hoe u inlogt."),
    "surveys": later("U bekeek wat er na gesprekken is gevraagd."),
    "sources": later("U bekeek welke organisaties u kennen."),
    "evidence": later("U bekeek wat organisaties over toestemming zeggen."),
    "question": later("Wij vroegen of gegevens ook van u zijn."),
    "question-code": later("Wij stuurden een code, om te weten of gegevens van u zijn."),
    "question-yes": later("U bewees dat gegevens van u zijn."),
    "question-no": later("U zei: deze gegevens zijn niet van mij."),
    "question-unknown": later("U zei dat u niet weet of gegevens van u zijn."),
    "question-wrong": later("U typte een verkeerde code."),
}
_KNOWING: Final[Mapping[str, str]] = {
    "lookup": later("Zocht u hier op."),
    "reply": later("Las wat u terugzei."),
    "survey": later("Vroeg hoe een gesprek was."),
    "metrics": later("Telde uw antwoorden mee in cijfers."),
    "quality": later("Telde of gegevens kloppen. Zag geen gegevens."),
    "contact": later("Vroeg hoe u benaderd wilt worden."),
    "presentation": later("Kreeg uw code."),
    "identity-review": later("Keek of dit alles van één persoon is. Zag geen gegevens."),
    "question": later("Vroeg iemand of uw gegevens van hem of haar zijn. Er was niets te zien."),
    "question-code": later("Stuurde een code naar het adres of nummer in uw gegevens."),
    "question-yes": later("Kreeg de goede code van iemand die zei: dit ben ik."),
    "question-no": later("Hoorde van iemand dat uw gegevens niet van hem of haar zijn."),
    "question-unknown": later("Hoorde van iemand dat uw gegevens misschien van hem of haar zijn."),
    "question-wrong": later("Kreeg een verkeerde code van iemand die uw gegevens wilde."),
}
_OWN_OTHERWISE: Final = later("U bekeek een pagina.")


def who(speech: Speech, line: Line) -> str:
    """Return who looked: the role as the organization calls it, and that it is a computer where it is one."""
    if line.is_own:
        return speech.say("Uzelf")
    if line.organization is None:
        return speech.say("Beheer van deze site")
    if line.program is None:
        return speech.say("Een computer")
    return line.program if line.is_human else speech.say("%(program)s, een computer", program=line.program)


def kind(line: Line) -> str:
    """Return the sign that stands before the line."""
    if not line.is_seen:
        return "stopped"
    return "human" if line.is_own or line.is_human else "computer"


def what(speech: Speech, catalog: Catalog, line: Line) -> str:
    """Return the words before the data: what was done with them, or wanted."""
    if line.is_own:
        said = speech.say(_OWN.get(line.path, _OWN_OTHERWISE))
        return said if line.times == 1 else f"{said} {_together(speech, line)}"
    if line.path in _KNOWING:
        return speech.say(_KNOWING[line.path])
    if line.path in {"demands", "decision"}:
        return (
            _decision(speech, catalog, line)
            if line.path == "decision"
            else speech.say("Kreeg de verbetering die u doorgaf:")
        )
    if not line.is_seen and _is_everything(catalog, line):
        return speech.say("Wilde alles van u zien.")
    if not line.is_seen:
        return speech.say("Wilde zien:") if line.asked else speech.say("Wilde iets van u zien.")
    return _saw(speech, line)


def _saw(speech: Speech, line: Line) -> str:
    if not line.released:
        return speech.say("Zag niets: er was niets.")
    return speech.say("Een regel keek mee. Die zag:") if line.path == "rules" else speech.say("Zag:")


def _decision(speech: Speech, catalog: Catalog, line: Line) -> str:
    if _is_everything(catalog, line):
        told = speech.say("Hoorde dat er iets van u gezien mag worden.")
        return told if line.is_seen else speech.say("Vroeg of er iets van u gezien mag worden.")
    return (
        speech.say("Hoorde dat dit gezien mag worden:")
        if line.is_seen
        else speech.say("Vroeg of dit gezien mag worden:")
    )


def _together(speech: Speech, line: Line) -> str:
    return speech.count(
        "%(number)s keer.",
        "%(number)s keer, sinds %(clock)s.",
        line.times,
        clock=speech.clock(line.first_at or line.at),
    )


def data(speech: Speech, catalog: Catalog, line: Line) -> str:
    """Return which data it was about, as one phrase; empty where no data was."""
    if line.path == "decision":  # nothing was shown, whatever the answer was
        asked = [] if _is_everything(catalog, line) else line.asked
        return ", ".join(category(speech, catalog, each) for each in asked)
    if line.is_own or line.path in _KNOWING or (not line.is_seen and _is_everything(catalog, line)):
        return ""
    return ", ".join(category(speech, catalog, each) for each in (line.released if line.is_seen else line.asked))


def _is_everything(catalog: Catalog, line: Line) -> bool:
    """Tell whether all kinds of data were asked for that there are, those that organizations added too."""
    return catalog.grantable() <= set(line.asked)


def why(speech: Speech, catalog: Catalog, line: Line) -> str:
    """Return what it was for, as the purpose says it."""
    known = catalog.purposes.get(line.purpose or "")
    if known is None or line.organization is None:
        return ""
    return speech.name(known.name)


def stopped(speech: Speech, line: Line) -> str:
    """Return why somebody was stopped; empty when nobody was."""
    if (line.reason, line.stopped_by) == ("revoked", "source"):
        return speech.say("De organisatie gaf deze toegang zelf terug.")
    return "" if line.is_seen else refusal(speech, line.reason)


def refusal(speech: Speech, reason: str) -> str:
    """Return in words why something was not allowed."""
    return speech.say(_REASONS.get(reason, _OTHERWISE))


def category(speech: Speech, catalog: Catalog, key: str) -> str:
    """Return what a kind of data is called."""
    known = catalog.categories.get(key)
    return key if known is None else speech.name(known.name).lower()
