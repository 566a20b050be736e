"""How somebody is greeted: by the hour of the day, and by the name that they chose."""

from typing import Final

from api.portal.speech import ZONE, Speech
from cdp.own.addressing import Addressing

_MORNING: Final = 6
_NOON: Final = 12
_EVENING: Final = 18


def hello(speech: Speech, addressing: Addressing) -> str:
    """Return the greeting; who is addressed with je is greeted as friends are."""
    hour, say = speech.at.astimezone(ZONE).hour, speech.say
    if addressing.address == "je" and addressing.language == "nl" and addressing.called:
        return say("Dag %(name)s", name=addressing.called)
    words = ((_MORNING, say("Welkom")), (_NOON, say("Goedemorgen")), (_EVENING, say("Goedemiddag")))
    word = next((each for end, each in words if hour < end), say("Goedenavond"))
    return f"{word}, {addressing.called}" if addressing.called else word
