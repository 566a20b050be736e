"""What matching found, as it is handed to the keeper: bonds of two subjects, with levels and bits, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from cdp import arrays
from cdp.identity.deciding import Judgement
from cdp.identity.model import Model
from cdp.lane import Asked

_KEEP: Final = (
    b"select keep_matches(%(compared)s, %(subjects)s, %(others)s, %(tiers)s, %(weights)s, %(evidence)s, %(model)s,"
    b" %(moment)s, %(joins)s::real, %(stays)s::real)"
)


class Found(NamedTuple):
    """That two subjects, the smaller id first, may be one person."""

    pair: tuple[bytes, bytes]
    judged: Judgement


def told(compared: Sequence[bytes], found: Sequence[Found], *, model: Model, at: datetime) -> Asked:
    """Return what keeps all that was found of the `compared` subjects; what stood of them and is not in it, ends."""
    return _KEEP, {
        "compared": arrays.ids(sorted(compared)),
        "subjects": arrays.ids(each.pair[0] for each in found),
        "others": arrays.ids(each.pair[1] for each in found),
        "tiers": arrays.texts(each.judged.tier.value for each in found),
        "weights": arrays.reals(each.judged.score.weight for each in found),
        "evidence": arrays.texts(evidence(each.judged) for each in found),
        "model": model.version,
        "joins": model.thresholds.joins,
        "stays": model.thresholds.stays,
        "moment": at,
    }


def evidence(judged: Judgement) -> str:
    """Return of each field the name of its level and its bits, as JSON."""
    return msgspec.json.encode(
        {str(part.field): [part.level, round(part.bits, 2)] for part in judged.score.parts}
    ).decode()
