"""What is wrong with an expression, and where: the line and the column of the first thing that is, counted from one."""

from typing import Final, NamedTuple

from consent.errors import Invalid

FIELD: Final = "/expression"


class Place(NamedTuple):
    """Where something stands in a text."""

    line: int
    column: int


class ExpressionRefused(Invalid):
    """This expression cannot be registered."""

    code = "expression-refused"

    def __init__(self, message: str, place: Place, *, field: str = FIELD) -> None:
        """Say what is wrong where; the words are about the expression, which holds nobody's data."""
        super().__init__(f"line {place.line}, column {place.column}: {message}", field=field)
        self.place = place


class Unreadable(ExpressionRefused):
    """This is not an expression in CEL."""

    code = "expression-unreadable"


class NameUnknown(ExpressionRefused):
    """An expression names something that there is not."""

    code = "expression-name-unknown"


class TypesClash(ExpressionRefused):
    """An expression compares or joins what does not go together, or says something else than yes or no."""

    code = "expression-types-clash"


class NotAllowed(ExpressionRefused):
    """An expression uses something that is not allowed here."""

    code = "expression-not-allowed"


class TooCostly(ExpressionRefused):
    """An expression could take more time or memory than one may."""

    code = "expression-too-costly"
