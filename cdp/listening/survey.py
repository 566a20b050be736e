"""The four questions of a survey, and the answers as they are sealed: no database, no key.

Three are a yes or a no: was it solved, was it smooth, were you listened to. The fourth is the recommendation question
of 0 to 10. Each can be answered alone, and changed while the survey is open.
"""

from enum import StrEnum
from typing import Final

import msgspec

from consent.errors import Invalid

LOWEST: Final = 0
HIGHEST: Final = 10


class Question(StrEnum):
    """What is asked."""

    SOLVED = "solved"
    SMOOTH = "smooth"
    HEARD = "heard"
    RECOMMEND = "recommend"


YES_OR_NO: Final = (Question.SOLVED, Question.SMOOTH, Question.HEARD)


class UnfitAnswer(Invalid):
    """Three of the questions are answered with yes or no, the fourth with a whole number from 0 to 10."""

    code = "unfit-answer"


class Answers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a customer answered; None where they did not."""

    solved: bool | None = None
    smooth: bool | None = None
    heard: bool | None = None
    recommend: int | None = None

    def __repr__(self) -> str:
        """Give a text without the answers."""
        return "Answers(hidden)"

    def of(self, question: Question) -> bool | int | None:
        """Return the answer to one question."""
        found: bool | int | None = getattr(self, question.value)
        return found

    def with_(self, question: Question, answer: bool | int) -> "Answers":  # noqa: FBT001 -- the answer itself
        """Return these with one more; raises UnfitAnswer."""
        return msgspec.structs.replace(self, **{question.value: checked(question, answer)})

    def to_bytes(self) -> bytes:
        """Return them as they are sealed."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, plain: bytes) -> "Answers":
        """Return what `to_bytes` made."""
        return msgspec.json.decode(plain, type=cls)


def checked(question: Question, answer: bool | int) -> bool | int:  # noqa: FBT001 -- the answer itself
    """Return an answer that fits its question; raises UnfitAnswer."""
    if question in YES_OR_NO:
        fits = isinstance(answer, bool)
    else:
        fits = not isinstance(answer, bool) and LOWEST <= answer <= HIGHEST
    if not fits:
        raise UnfitAnswer(field=f"/{question}")
    return answer
