"""Whether a stop has arrived at the organization that it stops."""

from typing import Final

from api.portal.pages.facts import Facts
from cdp.signals.heard import Word

STOPS: Final = ("revoke", "object", "narrow")


def heard(facts: Facts, word: Word) -> str:
    """Return whether the organization said that it has a stop; empty for another act, and where nobody is told."""
    if word[1] not in STOPS or word not in facts.heard:
        return ""
    name, moment = facts.names.name(word[0]), facts.heard[word]
    if moment is None:
        return facts.speech.say("%(name)s heeft uw stop nog niet bevestigd.", name=name)
    return facts.speech.say(
        "%(moment)s heeft %(name)s uw stop ontvangen.", name=name, moment=facts.speech.moment(moment)
    )
