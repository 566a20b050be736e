"""What an expression names and calls, against what there is: the first thing that is wrong is told with its place."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from cdp.catalog.files import JsonType
from cdp.expressions.problems import NameUnknown, NotAllowed, Place, TypesClash
from cdp.expressions.tree import Call, Constant, Fold, Name, Node, Select, Several, children
from cdp.expressions.vocabulary import Fields, Form, Vocabulary

LONGEST_PATTERN: Final = 200
_COMPARED: Final = frozenset({"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"})
_OPERATORS: Final = frozenset(
    {"_&&_", "_||_", "!_", "_?_:_", "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "_[_]", "@in", "@not_strictly_false"}
)
_FUNCTIONS: Final = frozenset(
    {
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "timestamp",
        "duration",
        "int",
        "uint",
        "double",
        "string",
    }
)
_TIMES: Final = frozenset(
    {
        "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
        "getHours", "getMinutes", "getSeconds", "getMilliseconds",
    }
)  # fmt: skip  # one line for dates, one for the clock
ALLOWED: Final = _COMPARED | _OPERATORS | _FUNCTIONS | _TIMES
LITERAL: Final = frozenset({"timestamp", "duration", "matches"})
"""What reads a text of its own kind: a literal that it cannot read is found when it is registered."""
_NAMES: Final[Mapping[str, str]] = {"@in": "in", "_[_]": "[]"}
_JSON: Final[Mapping[JsonType, str]] = {
    JsonType.STRING: "string",
    JsonType.DATE: "string",
    JsonType.INSTANT: "string",
    JsonType.INTEGER: "number",
    JsonType.NUMBER: "number",
    JsonType.BOOLEAN: "boolean",
}


class Checker:
    """Goes through one expression; a place that is wrong is told as line and column of its text."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self.used: set[tuple[str, str]] = set()
        """What was named: a variable, and its field or nothing."""

    def place(self, at: int) -> Place:
        """Return line and column of an offset, both from one."""
        before = self._text[:at]
        return Place(before.count("\n") + 1, at - before.rfind("\n"))

    def check(self, node: Node, things: Mapping[str, Fields]) -> None:
        """Raise NameUnknown, NotAllowed or TypesClash for the first flaw; `things` are those that macros name."""
        match node:
            case Select() | Call():
                field = self._field(node, things)
                if field is not None:
                    return
                if isinstance(node, Call):
                    self._call(node, things)
            case Name(name=name) if name in self._vocabulary.variables:
                self._name(node)
            case Several(message=message) if message:
                raise NotAllowed(f"{message} cannot be made here", self.place(node.at))
            case Fold():
                self._fold(node, things)
                return
        for child in children(node):
            self.check(child, things)

    def literals(self, node: Node) -> Iterator[tuple[int, str]]:
        """Yield each literal that a function reads, with its place, as an expression of its own."""
        if isinstance(node, Call) and node.function in LITERAL and isinstance(node.arguments[-1], Constant):
            literal = json.dumps(node.arguments[-1].text, ensure_ascii=False)
            if node.arguments[-1].kind == "string":
                is_pattern = node.function == "matches"
                yield node.arguments[-1].at, f"''.matches({literal})" if is_pattern else f"{node.function}({literal})"
        for child in children(node):
            yield from self.literals(child)

    def _name(self, node: Name) -> None:
        form = self._vocabulary.variables[node.name].form
        if form is Form.ONE:
            raise NotAllowed(f"name a field of it: {node.name}.…", self.place(node.at))
        self.used.add((node.name, ""))

    def _field(self, node: Node, things: Mapping[str, Fields]) -> str | None:
        """Return the field that a node takes of a thing that is known, or None when it takes none."""
        named = _taken(node)
        if named is None:
            return None
        operand, field, at = named
        fields = self._fields(operand, things)
        if fields is None:
            return None
        if field not in fields:
            place = self._text.find(field, at)
            raise NameUnknown(f"there is no {field}", self.place(at if place < 0 else place))
        if isinstance(operand, Name) and operand.name in self._vocabulary.variables:
            self.used.add((operand.name, field))
        elif not isinstance(operand, Name):
            self.check(operand, things)
        return field

    def _fields(self, operand: Node, things: Mapping[str, Fields]) -> Fields | None:
        match operand:
            case Name(name=name) if name in things:
                return things[name]
            case Name(name=name) if name in self._vocabulary.variables:
                variable = self._vocabulary.variables[name]
                return variable.fields if variable.form is Form.ONE else None
            case Call(function="_[_]", arguments=(Name(name=name), _)) if name not in things:
                return self._many(name)
        return None

    def _many(self, name: str) -> Fields | None:
        variable = self._vocabulary.variables.get(name)
        return variable.fields if variable is not None and variable.form is Form.MANY else None

    def _fold(self, node: Fold, things: Mapping[str, Fields]) -> None:
        self.check(node.over, things)
        fields = self._many(node.over.name) if isinstance(node.over, Name) else None
        taken = set(node.variables) & set(self._vocabulary.variables)
        if taken:
            raise NotAllowed(f"{min(taken)} is a name already", self.place(node.at))
        hidden = {name: known for name, known in things.items() if name not in node.variables}
        inside = hidden if fields is None else {**hidden, **dict.fromkeys(node.variables[:1], fields)}
        for part in (node.start, node.condition, node.step, node.result):
            self.check(part, inside)

    def _call(self, node: Call, things: Mapping[str, Fields]) -> None:
        if node.function not in ALLOWED:
            name = _NAMES.get(node.function, node.function)
            raise NotAllowed(f"{name} cannot be used here", self.place(node.at))
        if node.function == "matches":
            pattern = node.arguments[-1]
            if not isinstance(pattern, Constant) or len(pattern.text) > LONGEST_PATTERN:
                raise NotAllowed(f"a pattern is a text of {LONGEST_PATTERN} letters at most", self.place(pattern.at))
        if node.function in _COMPARED:
            self._compare(node, things)

    def _compare(self, node: Call, things: Mapping[str, Fields]) -> None:
        one, two = node.arguments
        for side, other in ((one, two), (two, one)):
            kind = self._kind(side, things)
            if kind is not None and isinstance(other, Constant) and other.kind not in {kind, "null"}:
                raise TypesClash(f"this is a {other.kind}, and the other side a {kind}", self.place(other.at))

    def _kind(self, node: Node, things: Mapping[str, Fields]) -> str | None:
        named = _taken(node)
        if named is None or (isinstance(node, Select) and node.is_test):
            return None
        fields = self._fields(named[0], things) or {}
        json_type = fields.get(named[1])
        return None if json_type is None else _JSON.get(json_type)


def _taken(node: Node) -> tuple[Node, str, int] | None:
    """Return of what a node takes which field, and where: `a.b` and `a["b"]` are the same."""
    match node:
        case Select():
            return node.operand, node.field, node.at
        case Call(function="_[_]", arguments=(operand, Constant(kind="string", text=field, at=at))):
            return operand, field, at
    return None
