"""Every place in the body of an operation where something can be put, by its own description."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]


def within(document: Schema, schema: Schema, body: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield where in `body` something stands, or could stand by `schema`, with what the description says of it."""
    for each in _choices(document, schema):
        if path:
            yield path, each
        for name, part in each.get("properties", {}).items():
            inner = body.get(name) if isinstance(body, dict) else None
            yield from within(document, part, inner, (*path, name))
        if "items" in each:
            inner = body[0] if isinstance(body, list) and body else None
            yield from within(document, each["items"], inner, (*path, 0))


def with_value(body: Any, path: Path, value: object) -> Any:
    """Return a copy of `body` in which `value` stands at `path`; what leads there is made where it is missing."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        kept = list(body) if isinstance(body, list) else []
        return [with_value(kept[0] if kept else None, tuple(rest), value), *copy.deepcopy(kept[1:])]
    known = dict(body) if isinstance(body, dict) else {}
    return copy.deepcopy(known) | {step: with_value(known.get(step), tuple(rest), value)}


def _choices(document: Schema, schema: Schema) -> Iterator[Schema]:
    """Yield what a description may mean: itself, what it points at, or each of its alternatives."""
    if "$ref" in schema:
        yield from _choices(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        return
    yield schema
    for each in (part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())):
        yield from _choices(document, each)
