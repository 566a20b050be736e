"""In which form to answer (RFC 9110 §12.5.1): what `?format=` names, else what `Accept` likes best."""

from collections.abc import Mapping
from typing import Final

from consent.errors import Invalid

MOST: Final = 32
"""How many media types of an Accept header are looked at."""


class NotAcceptable(Invalid):
    """This cannot be had in any of the forms that are asked for."""

    code = "not-acceptable"


def chosen(offers: Mapping[str, str], *, named: str | None, accept: str | None) -> str:
    """Return the name of the form to answer in; `offers` are media types by name, the usual one first.

    Raises NotAcceptable when `accept` likes none of them.
    """
    if named is not None:
        return named
    liked = _liked(accept or "*/*")
    best, quality = "", 0.0
    for name, media_type in offers.items():
        found = _quality(media_type.partition(";")[0], liked)
        if found > quality:
            best, quality = name, found
    if not best:
        raise NotAcceptable(f"this can be had as {', '.join(each.partition(';')[0] for each in offers.values())}")
    return best


def _liked(accept: str) -> dict[str, float]:
    liked: dict[str, float] = {}
    for each in accept.split(",")[:MOST]:
        media_type, *parameters = [part.strip().lower() for part in each.split(";")]
        if media_type:
            liked[media_type] = _weight(parameters)
    return liked


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(media_type: str, liked: Mapping[str, float]) -> float:
    """Return how much `media_type` is liked; the most particular range counts."""
    for each in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if each in liked:
            return liked[each]
    return 0.0
