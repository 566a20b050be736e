"""Bevestigen: prove once more who one is, before something that matters more than the rest."""

from dataclasses import dataclass
from typing import ClassVar

from api.portal.frame import Frame, Page
from api.portal.pages.login import Trouble, fault_of
from api.portal.pages.masking import masked
from api.portal.speech import Speech
from cdp.logins.claiming import Proven


@dataclass(frozen=True, slots=True)
class Target:
    """An address or number that can get a code; `value` stays in the form, `label` is what is seen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPage(Page):
    """The ways to prove it, and where one goes on to."""

    template: ClassVar[str] = "confirm.html"

    onward: str
    has_passkey: bool
    targets: tuple[Target, ...]
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the customer can prove themselves with."""

    has_passkey: bool
    proven: tuple[Proven, ...]


def confirm(
    speech: Speech, frame: Frame, choice: Choice, *, onward: str, is_sent: bool, trouble: Trouble = Trouble.NONE
) -> ConfirmPage:
    """Return the page."""
    return ConfirmPage(
        frame=frame,
        title=speech.say("Bent u het echt?"),
        fault=fault_of(speech, trouble),
        onward=onward,
        has_passkey=choice.has_passkey,
        targets=tuple(Target(each.value, masked(each.type, each.value)) for each in choice.proven),
        is_sent=is_sent,
    )
