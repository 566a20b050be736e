"""An expression of an organization: compiled once, refused with its place when it is bad, and evaluated within bounds.

Rules: (1) what is registered says yes or no, names only what there is, and cannot cost more than `bounds` allows;
(2) it is given values by whoever evaluates, and reaches nothing else; (3) what is missing, larger than it may be or
makes no sense is never yes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from cdp.expressions import bounds, tree
from cdp.expressions.bounds import LARGEST, LONGEST, MOST, Extent
from cdp.expressions.checking import Checker
from cdp.expressions.problems import ExpressionRefused, NameUnknown, Place, TooCostly, TypesClash, Unreadable
from cdp.expressions.vocabulary import ALWAYS, Form, Vocabulary

_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_YES_OR_NO: Final = "BOOL"
_UNKNOWN: Final = re.compile(r"undeclared reference to '(\w+)")
_CLASH: Final = ("no matching overload", "cannot be")
_NOISE: Final = re.compile(r" \(in container ''\)| \[[A-Z_]+\]$|^Syntax error: ")
_TYPES: Final = {
    Form.ONE: cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    Form.MANY: cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
    Form.WORDS: cel.Type.List(cel.Type.STRING),
    Form.MOMENT: cel.Type.TIMESTAMP,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """What an organization wants to know of somebody."""

    text: str
    uses: tuple[str, ...]
    """What it names, as `attributes.income` or `products`, in order."""
    categories: tuple[str, ...]
    """The categories that have to be granted for it to be asked at all."""
    extent: Extent
    _compiled: Any = field(repr=False, compare=False)

    def holds(self, values: Mapping[str, object]) -> bool:
        """Tell whether it says yes; anything but a clear yes is no."""
        try:
            answer = self._compiled.eval(data=values)
        except RuntimeError:
            return False  # the library stopped it
        return answer.type().name() == _YES_OR_NO and answer.value() is True


def compiled(text: str, vocabulary: Vocabulary) -> Expression:
    """Return an expression that is fit to be asked; raises ExpressionRefused with the place of what is wrong."""
    checker = Checker(text, vocabulary)
    if len(text) > LONGEST:
        raise TooCostly(f"an expression has {LONGEST} characters at most", checker.place(LONGEST))
    if "\0" in text:
        raise Unreadable("a text has no zero bytes", checker.place(text.index("\0")))
    environment = _environment(tuple((name, each.form) for name, each in sorted(vocabulary.variables.items())))
    program = _compiled(environment, text)
    root = tree.read(program.serialize())
    checker.check(root, {})
    for at, literal in checker.literals(root):
        if environment.compile(literal).eval(data={}).type().name() == "ERROR":
            raise Unreadable("this text cannot be read as what it should be", checker.place(at))
    if program.return_type().name() != _YES_OR_NO:
        raise TypesClash("an expression says yes or no", checker.place(root.at))
    extent = bounds.measure(root, vocabulary)
    if not extent.is_within:
        raise TooCostly("this could take too long or too much room", checker.place(_dearest(root, vocabulary).at))
    return Expression(text, _uses(checker), _categories(checker, vocabulary), extent, program)


def fits(sizes: Sequence[int]) -> bool:
    """Tell whether so many things of such sizes (in bytes of JSON) are what the bounds were found for."""
    return len(sizes) <= MOST and max(sizes, default=0) <= LARGEST


@lru_cache(maxsize=8)
def _environment(variables: tuple[tuple[str, Form], ...]) -> Any:  # noqa: ANN401 -- the library's own class
    return cel.NewEnv(variables={name: _TYPES[form] for name, form in variables})


def _compiled(environment: Any, text: str) -> Any:  # noqa: ANN401 -- the library's own classes
    try:
        return environment.compile(text)
    except RuntimeError as error:
        refusal = _refusal(text, str(error))
    raise refusal


def _refusal(text: str, told: str) -> ExpressionRefused:
    """Return what the library told as a problem of ours: its first error, and where it is."""
    found = _ERROR.search(told)
    if found is None or int(found[1]) < 1:
        return TooCostly("this is nested too deep", Place(1, 1))
    line, column, words = int(found[1]), int(found[2]), _NOISE.sub("", found[3])
    if unknown := _UNKNOWN.match(words):  # told with the place of its last dot
        start = text.split("\n")[line - 1].rfind(unknown[1], 0, column + len(unknown[1]))
        return NameUnknown(words, Place(line, start + 1 or column))
    kind = TypesClash if any(each in words for each in _CLASH) else Unreadable
    return kind(words, Place(line, column))


def _dearest(node: tree.Node, vocabulary: Vocabulary) -> tree.Node:
    """Return the innermost part that is too much by itself."""
    for child in tree.children(node):
        if not bounds.measure(child, vocabulary).is_within:
            return _dearest(child, vocabulary)
    return node


def _uses(checker: Checker) -> tuple[str, ...]:
    return tuple(sorted(f"{name}.{taken}" if taken else name for name, taken in checker.used))


def _categories(checker: Checker, vocabulary: Vocabulary) -> tuple[str, ...]:
    of_facts = {vocabulary.attributes[taken] for _, taken in checker.used if taken in vocabulary.attributes}
    return tuple(sorted(of_facts | {ALWAYS[name] for name, _ in checker.used if name in ALWAYS}))
