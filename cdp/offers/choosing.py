"""Which offers are relevant to one customer, and why the others are not: pure, the permissive branch is the last one.

Whoever asks evaluates in between: first what needs no asking, then the expressions of the rest, then the choice.
Rules: (1) what the customer refused, or what a human has to decide, is never chosen, whatever the expression says;
(2) an offer is asked only over categories that are all granted; (3) who switched personalisation off gets offers that
are the same for everybody; (4) the order follows from the offers and the customer's wishes alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cdp.expressions.expression import Expression
from consent.wishes import Offers


class NotSent(StrEnum):
    """Why an offer was not chosen for somebody."""

    NEEDS_HUMAN = "needs-human"
    """It decides about them: a human has to (GDPR art. 22)."""
    SIGNALLED = "global-privacy-control"
    """Their browser said that their data are not for advertising, and this is."""
    UNWANTED = "kind-refused"
    """They refused this kind."""
    IMPERSONAL = "personalisation-off"
    """They switched personalisation off, and the offer asks about them."""
    NOT_GRANTED = "category-not-granted"
    """It asks about data that they did not grant for this purpose."""
    TOO_LARGE = "too-large"
    """There is more known of them than an expression can be given."""
    NOT_RELEVANT = "not-relevant"
    """The expression does not say yes."""
    OTHERS_FIRST = "others-first"
    """It is relevant, and so are enough others."""


class Because(StrEnum):
    """Why an offer was chosen."""

    WANTED = "wanted"
    """They want offers of this kind."""
    FITS = "fits"
    """It fits what is known of them."""
    FOR_EVERYBODY = "for-everybody"
    """It asks nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that stands, with its compiled expression; None where the catalog has moved from under it."""

    offer_id: UUID
    kind: str
    has_legal_effect: bool
    valid_until: datetime
    asked: Expression | None

    @property
    def is_personal(self) -> bool:
        """Whether it asks anything about somebody."""
        return self.asked is None or bool(set(self.asked.uses) - {"now"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """An offer that is relevant, and why: in words of ours, and what of the profile was looked at."""

    offer: Candidate
    because: tuple[Because, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The few that are relevant, the best first, and how many others were not, by why."""

    chosen: tuple[Chosen, ...]
    not_sent: Mapping[NotSent, int]


def before_asking(
    candidates: Sequence[Candidate], wishes: Offers, granted: Sequence[str], values: Mapping[str, Any] | None
) -> list[NotSent | None]:
    """Return for each offer why it is not even to be asked for somebody of whom `values` are known; None for the rest.

    `values` are None where there is more than can be given.
    """
    return [_refusal(each, wishes, granted, values) for each in candidates]


def choose(candidates: Sequence[Candidate], reasons: Sequence[NotSent | None], wishes: Offers, *, most: int) -> Choice:
    """Return what is relevant to somebody, `most` at most; `reasons` say of each why it is not, None where it is."""
    told = list(zip(candidates, reasons, strict=True))
    fitting = sorted((each for each, reason in told if reason is None), key=lambda each: _order(each, wishes))
    left = Counter(reason for _, reason in told if reason is not None)
    if len(fitting) > most:
        left[NotSent.OTHERS_FIRST] += len(fitting) - most
    return Choice(tuple(_chosen(each, wishes) for each in fitting[:most]), dict(sorted(left.items())))


def _refusal(
    offer: Candidate, wishes: Offers, granted: Sequence[str], values: Mapping[str, Any] | None
) -> NotSent | None:
    if offer.has_legal_effect:
        return NotSent.NEEDS_HUMAN
    if wishes.is_signalled:
        return NotSent.SIGNALLED
    if offer.kind in wishes.unwanted:
        return NotSent.UNWANTED
    if offer.is_personal and not wishes.is_personal:
        return NotSent.IMPERSONAL
    if offer.asked is None or not set(offer.asked.categories) <= set(granted):
        return NotSent.NOT_GRANTED
    return NotSent.TOO_LARGE if values is None else None


def _order(offer: Candidate, wishes: Offers) -> tuple[bool, int, datetime, UUID]:
    """Return where an offer comes: what they want first, then what asks most about them, then what ends first."""
    asks = len(offer.asked.uses) if offer.asked else 0
    return offer.kind not in wishes.wanted, -asks, offer.valid_until, offer.offer_id


def _chosen(offer: Candidate, wishes: Offers) -> Chosen:
    uses = tuple(each for each in (offer.asked.uses if offer.asked else ()) if each != "now")
    why = [Because.WANTED] if offer.kind in wishes.wanted else []
    return Chosen(offer, (*why, Because.FITS if uses else Because.FOR_EVERYBODY), uses)
