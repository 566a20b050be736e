"""What happened to a permission, act by act, as its owner reads it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from api.portal import places
from api.portal.pages.facts import Facts
from api.portal.pages.heard import heard
from api.portal.speech import Speech
from cdp.tables import Act


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, and where its receipt is."""

    when: str
    text: str
    detail: str
    receipt: str
    heard: str


def lines(facts: Facts, acts: Iterable[Act]) -> tuple[Line, ...]:
    """Return what happened, in the order of `acts`."""
    return tuple(_line(facts, each) for each in acts)


def sentence(facts: Facts, act: Act) -> str:
    """Return what happened as one sentence."""
    if (act.kind, act.by) == ("revoke", "source"):
        return facts.speech.say("%(name)s gaf de toegang zelf terug.", name=facts.names.name(act.recipient_id))
    say = _HAPPENED.get(act.kind, _HAPPENED["narrow"])
    return say(facts.speech, facts.names.name(act.recipient_id))


def _line(facts: Facts, act: Act) -> Line:
    word = act.recipient_id, act.kind, act.purpose, act.at
    return Line(
        facts.speech.moment(act.at),
        sentence(facts, act),
        _detail(facts, act),
        places.receipt(act.act_id),
        heard(facts, word),
    )


def _detail(facts: Facts, act: Act) -> str:
    known = facts.purpose(act.purpose)
    purpose = act.purpose if known is None else facts.speech.name(known.name)
    data = facts.speech.listed(facts.category(each).lower() for each in facts.in_order(frozenset(act.categories)))
    if not data or act.expires_at is None:
        return f"{purpose}."
    return facts.speech.say(
        "%(purpose)s: %(data)s. Tot %(date)s.", purpose=purpose, data=data, date=facts.speech.date(act.expires_at)
    )


_HAPPENED: Final[Mapping[str, Callable[[Speech, str], str]]] = {
    "grant": lambda speech, name: speech.say("U gaf %(name)s toegang.", name=name),
    "narrow": lambda speech, name: speech.say("U gaf %(name)s minder toegang.", name=name),
    "extend": lambda speech, name: speech.say("U gaf %(name)s meer of langer toegang.", name=name),
    "revoke": lambda speech, name: speech.say("U stopte de toegang van %(name)s.", name=name),
    "refuse": lambda speech, name: speech.say("U weigerde %(name)s toegang.", name=name),
    "object": lambda speech, name: speech.say("U maakte bezwaar bij %(name)s.", name=name),
    "attest": lambda speech, name: speech.say("%(name)s meldde dat u buiten mijn.klant toegang gaf.", name=name),
    "expire": lambda speech, name: speech.say("De toegang van %(name)s liep af.", name=name),
}
