"""The figures of service: what customers answered, by month, channel and who spoke, as far as it may be shown. Pure.

There is one fixed table for each calendar year, of the months in which people were served: no other period can be
chosen, so that no two answers can be subtracted from one another to find a small group.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cdp.listening import hiding, statistics
from cdp.listening.statistics import Score, Share
from cdp.listening.survey import YES_OR_NO, Answers, Question

UNKNOWN: Final = "unknown"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Reply:
    """One conversation that somebody answered about."""

    customer: UUID
    occurred_at: datetime
    channel: str | None
    speaker: str | None
    answers: Answers


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one group; None where they may not be shown, or where nobody answered."""

    by: str
    key: str
    answers: int | None
    solved: Share | None
    smooth: Share | None
    heard: Share | None
    recommend: Score | None


BY: Final[Mapping[str, Callable[[Reply], str]]] = {
    ALL: lambda _: ALL,
    "month": lambda reply: f"{reply.occurred_at:%Y-%m}",
    "channel": lambda reply: reply.channel or UNKNOWN,
    "speaker": lambda reply: reply.speaker or UNKNOWN,
}
"""By what a table is divided: not at all, by month, by channel, by human or computer."""


def groups(replies: Sequence[Reply]) -> list[Group]:
    """Return every group that has an answer: the whole, then by month, by channel and by who spoke."""
    return [group for by, key_of in BY.items() for group in _table(by, key_of, replies)]


def _table(by: str, key_of: Callable[[Reply], str], replies: Sequence[Reply]) -> list[Group]:
    parts: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        parts[key_of(reply)].append(reply)
    whole = _shown(parts, lambda _: True)
    may = {question: _shown(parts, _answers(question)) for question in Question}

    def share(key: str, question: Question) -> Share | None:
        return _share(parts[key], question) if key in may[question] else None

    return [
        Group(
            by=by,
            key=key,
            answers=len(parts[key]) if key in whole else None,
            **{question.value: share(key, question) for question in YES_OR_NO},
            recommend=_score(parts[key]) if key in may[Question.RECOMMEND] else None,
        )
        for key in sorted(parts)
    ]


def _answers(question: Question) -> Callable[[Reply], bool]:
    return lambda reply: reply.answers.of(question) is not None


def _shown(parts: Mapping[str, Iterable[Reply]], counts: Callable[[Reply], bool]) -> frozenset[str]:
    people = {key: {reply.customer for reply in part if counts(reply)} for key, part in parts.items()}
    return hiding.groups({key: each for key, each in people.items() if each})


def _share(part: Iterable[Reply], question: Question) -> Share:
    said = [reply.answers.of(question) for reply in part]
    return statistics.share(said.count(True), len(said) - said.count(None))


def _score(part: Iterable[Reply]) -> Score:
    marks = [reply.answers.recommend for reply in part]
    return statistics.score(each for each in marks if each is not None)
