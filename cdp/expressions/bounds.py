"""How much an expression can cost at most, whatever it is given: found from its tree, before it ever runs.

Rules: (1) what comes from outside has a largest size, and whoever evaluates refuses what is larger; (2) a macro costs
its body as often as its list can be long; (3) what is built is counted as if nothing of it were ever given back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cdp.expressions import patterns
from cdp.expressions.tree import Call, Constant, Fold, Name, Node, Select, Several
from cdp.expressions.vocabulary import Form, Vocabulary

LONGEST: Final = 2_000
"""How many characters an expression may have."""
LARGEST: Final = 8_192
"""How many bytes of JSON one attribute, product, interaction or record may be."""
MOST: Final = 100
"""How many things a list may hold that an expression is given."""
STEPS: Final = 200_000
ITERATIONS: Final = 10_000
"""How often the bodies of macros may run; the library stops there by itself, too."""
MEMORY: Final = 4_000_000
_ELEMENTS: Final = LARGEST // 2
"""How many elements a list inside a value can have: each takes two letters of JSON at least."""
_AT_ONCE: Final = 16
"""How many bytes are compared or copied in a step."""
_SCALAR: Final = 16
_PATTERN: Final = 50
"""What each instruction of a pattern costs: it is compiled whenever it is used."""
_SIDE_BY_SIDE: Final = 8
"""How many instructions of a pattern are held against a letter in a step."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a value can be, and what it took to get it."""

    size: int = _SCALAR
    length: int = 0
    element: int = _SCALAR
    steps: int = 1
    iterations: int = 0
    built: int = 0

    @property
    def is_within(self) -> bool:
        """Whether this is not too much."""
        return self.steps <= STEPS and self.iterations <= ITERATIONS and self.built <= MEMORY


_VALUE: Final = Extent(size=LARGEST, length=_ELEMENTS, element=LARGEST)
_FORMS: Final[Mapping[Form, Extent]] = {
    Form.ONE: Extent(size=MOST * LARGEST, length=MOST, element=LARGEST),
    Form.MANY: Extent(size=MOST * LARGEST, length=MOST, element=LARGEST),
    Form.WORDS: Extent(size=MOST * 64, length=MOST, element=64),
    Form.MOMENT: Extent(),
}


def measure(node: Node, vocabulary: Vocabulary) -> Extent:
    """Return the most that an expression can cost, and what it can come to."""
    return _measure(node, {name: _FORMS[each.form] for name, each in vocabulary.variables.items()})


def _measure(node: Node, known: Mapping[str, Extent]) -> Extent:
    match node:
        case Constant():
            return Extent(size=_SCALAR + 4 * len(node.text), length=len(node.text))
        case Name():
            return known.get(node.name, _VALUE)
        case Select():
            return _select(_measure(node.operand, known))
        case Call():
            return _call(node, [_measure(each, known) for each in node.arguments])
        case Several():
            return _several([_measure(each, known) for each in node.elements])
        case Fold():
            return _fold(node, known)


def _select(operand: Extent) -> Extent:
    """Return a field of something: a thing of a list, or a value inside a value."""
    return _with(operand, size=min(operand.size, LARGEST), length=_ELEMENTS, element=LARGEST, more=1)


def _call(call: Call, arguments: list[Extent]) -> Extent:
    whole = _sum(arguments)
    sizes = [each.size for each in arguments]
    match call.function:
        case "_+_" | "_?_:_":
            return _joined(whole, arguments, together=sum if call.function == "_+_" else max)
        case "_[_]":
            return _with(whole, size=arguments[0].element, length=_ELEMENTS, element=LARGEST, more=1)
        case "@in":
            return _with(whole, more=arguments[-1].length + min(sizes[0] * arguments[-1].length, sizes[-1]) // _AT_ONCE)
        case "contains" | "matches":
            return _with(whole, more=_found(call, sizes[0], sizes[-1]))
        case "string" | "bytes":
            return _with(whole, size=sizes[0], length=sizes[0], more=sizes[0] // _AT_ONCE, built=sizes[0])
    return _with(whole, more=1 + min(sizes) // _AT_ONCE)


def _found(call: Call, size: int, sought: int) -> int:
    """Return what it costs to look for a text or a pattern in a text of some size; a pattern is a constant."""
    pattern = call.arguments[-1]
    if call.function == "contains" or not isinstance(pattern, Constant):
        return size * (1 + sought // 64) // _AT_ONCE
    weight = patterns.weight(pattern.text)
    return size * (1 + weight // _SIDE_BY_SIDE) // _AT_ONCE + _PATTERN * weight


def _joined(whole: Extent, parts: list[Extent], *, together: Callable[[list[int]], int]) -> Extent:
    """Return two texts or lists behind one another, or one of several."""
    size, length = together([each.size for each in parts]), together([each.length for each in parts])
    element = max(each.element for each in parts)
    built = size if together is sum else 0
    return _with(whole, size=size, length=length, element=element, more=1 + built // _AT_ONCE, built=built)


def _several(elements: list[Extent]) -> Extent:
    size = sum(_SCALAR + each.size for each in elements)
    largest = max((each.size for each in elements), default=_SCALAR)
    return _with(_sum(elements), size=size, length=len(elements), element=largest, more=len(elements), built=size)


def _fold(fold: Fold, known: Mapping[str, Extent]) -> Extent:
    over = _measure(fold.over, known)
    times = over.length
    inside = {**known, **dict.fromkeys(fold.variables, _element(over)), fold.result_variable: Extent(size=0)}
    step, condition = _measure(fold.step, inside), _measure(fold.condition, inside)
    begun = _sum([over, _measure(fold.start, known)])
    gathered = Extent(size=times * step.size, length=times * step.length, element=step.element, steps=1)
    result = _measure(fold.result, {**known, fold.result_variable: gathered})
    return Extent(
        size=result.size,
        length=result.length,
        element=result.element,
        steps=begun.steps + result.steps + times * (step.steps + condition.steps + 1),
        iterations=begun.iterations + times * (1 + step.iterations + condition.iterations),
        built=begun.built + times * (step.built + condition.built),
    )


def _element(over: Extent) -> Extent:
    return Extent(size=over.element, length=min(over.element, _ELEMENTS), element=over.element)


def _sum(parts: list[Extent]) -> Extent:
    return Extent(
        steps=1 + sum(each.steps for each in parts),
        iterations=sum(each.iterations for each in parts),
        built=sum(each.built for each in parts),
    )


def _with(
    whole: Extent, *, more: int, size: int = _SCALAR, length: int = 0, element: int = _SCALAR, built: int = 0
) -> Extent:
    return Extent(size, length, element, whole.steps + more, whole.iterations, whole.built + built)
