"""A checked expression as a tree whose nodes know where they stand: what the bound and the names are read from.

The format is `cel.expr.CheckedExpr` (https://github.com/google/cel-spec, proto/cel/expr), as the library writes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cdp.expressions import wire
from cdp.expressions.wire import Message

_STRING: Final = 6
_BYTES: Final = 7
_BOOL: Final = 2
_INT: Final = 3
_UINT: Final = 4
_DOUBLE: Final = 5


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; of a text its words."""

    at: int
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """A field of something; a test asks whether it is there."""

    at: int
    operand: "Node"
    field: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with what it is applied to; the target of a method comes first."""

    at: int
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Several:
    """A list, or the keys and values of a map or a message; a message has the name of its type."""

    at: int
    elements: tuple["Node", ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """A macro over a list: all, exists, exists_one, filter, map."""

    at: int
    variables: tuple[str, ...]
    over: "Node"
    result_variable: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


Node: TypeAlias = Constant | Name | Select | Call | Several | Fold
_KINDS: Final[Mapping[int, str]] = {_BOOL: "boolean", _INT: "number", _UINT: "number", _DOUBLE: "number"}


def read(serialized: bytes) -> Node:
    """Return the tree of an expression that the library checked and wrote."""
    checked = wire.fields(wire.octets(wire.fields(serialized), 2))
    positions = {}
    for entry in wire.parts(wire.fields(wire.octets(checked, 5)), 4):
        place = wire.fields(entry)
        positions[wire.number(place, 1)] = wire.number(place, 2)
    return _Reader(positions).node(wire.octets(checked, 4))


def children(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of."""
    match node:
        case Select():
            return (node.operand,)
        case Call():
            return node.arguments
        case Several():
            return node.elements
        case Fold():
            return (node.over, node.start, node.condition, node.step, node.result)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


class _Reader:
    def __init__(self, positions: Mapping[int, int]) -> None:
        self._positions = positions

    def node(self, octets: bytes) -> Node:
        """Return one node with everything below it."""
        message = wire.fields(octets)
        at = self._positions.get(wire.number(message, 2), 0)
        read = {3: _constant, 4: _name, 5: self._select, 6: self._call, 7: self._list, 8: self._map, 9: self._fold}
        field = next(number for number in read if number in message)
        return read[field](at, wire.fields(wire.octets(message, field)))

    def _select(self, at: int, message: Message) -> Node:
        operand = self.node(wire.octets(message, 1))
        return Select(at, operand, wire.words(message, 2), bool(wire.number(message, 3)))

    def _call(self, at: int, message: Message) -> Node:
        parts = [*wire.parts(message, 1), *wire.parts(message, 3)]
        return Call(at, wire.words(message, 2), tuple(self.node(part) for part in parts))

    def _list(self, at: int, message: Message) -> Node:
        return Several(at, tuple(self.node(part) for part in wire.parts(message, 1)))

    def _map(self, at: int, message: Message) -> Node:
        entries = [wire.fields(part) for part in wire.parts(message, 2)]
        parts = [part for entry in entries for part in (wire.octets(entry, 3), wire.octets(entry, 4)) if part]
        return Several(at, tuple(self.node(part) for part in parts), wire.words(message, 1))

    def _fold(self, at: int, message: Message) -> Node:
        variables = tuple(name for name in (wire.words(message, 1), wire.words(message, 8)) if name)
        over, start, condition, step, result = (self.node(wire.octets(message, field)) for field in (2, 4, 5, 6, 7))
        return Fold(at, variables, over, wire.words(message, 3), start, condition, step, result)


def _constant(at: int, message: Message) -> Node:
    for field, kind in _KINDS.items():
        if field in message:
            return Constant(at, kind)
    if _STRING in message:
        return Constant(at, "string", wire.words(message, _STRING))
    return Constant(at, "bytes" if _BYTES in message else "null")


def _name(at: int, message: Message) -> Node:
    return Name(at, wire.words(message, 1))
