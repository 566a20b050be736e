"""What the fields of the door mean, and an example of each: written once in words.toml, said wherever they stand."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("words.toml")
_PREFIX: Final = "#/components/schemas/"
_BY_FORMAT: Final = {
    "date-time": "2026-03-01T09:30:00Z",
    "date": "2026-03-01",
    "uuid": "0195f0c2-7d1a-7c3e-9f10-3f1d5b7a9c01",
    "uri": "https://cdp.example.org",
}
_BY_TYPE: Final = {"boolean": True, "number": 1.5, "string": "text", "null": None}
_UNSAID: Final = "Successful Response"
_DONE: Final = "It is done as asked."
_KEY: Final = "first_name"
"""What stands for the name of a field that the document does not know."""


@dataclass(frozen=True, slots=True)
class Words:
    """What every name means, an example of it, and of whole requests."""

    about: Mapping[str, str]
    example: Mapping[str, Any]
    request: Mapping[str, Any] = field(default_factory=dict)


@cache
def words() -> Words:
    """Return the words of the house, read once."""
    return Words(**tomllib.loads(_FILE.read_text(encoding="utf-8")))


def explain(document: dict[str, Any]) -> None:
    """Put its meaning beside every field and parameter of `document` that says none of its own."""
    about = words().about
    for owner, schema in document["components"]["schemas"].items():
        for name, each in schema.get("properties", {}).items():
            if found := about.get(f"{owner}.{name}") or (about.get(name) if "description" not in each else None):
                each["description"] = found
    for operations in document["paths"].values():
        for operation in operations.values():
            for each in operation.get("parameters", []):
                if "description" not in each and each["name"] in about:
                    each["description"] = about[each["name"]]
            for each in operation["responses"].values():
                if each["description"] == _UNSAID:
                    each["description"] = _said_of(each, document["components"]["schemas"])


def _said_of(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Return what an answer is: what its schema says of itself."""
    media: Mapping[str, Any] = next(iter(response.get("content", {}).values()), {})
    name = media.get("schema", {}).get("$ref", "").removeprefix(_PREFIX)
    return str(schemas[name].get("description", _DONE)) if name in schemas else _DONE


@dataclass(frozen=True, slots=True)
class Examples:
    """Makes an example of whatever the schemas of one document describe."""

    schemas: Mapping[str, Any]

    def of(self, schema: Mapping[str, Any], owner: str = "") -> object:
        """Return a value that `schema` describes, of the words of its fields."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_PREFIX)
            return self.of(self.schemas[name], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return self.of(next(each for each in schema[key] if each.get("type") != "null"), owner)
        return self._of_type(schema, owner)

    def _of_type(self, schema: Mapping[str, Any], owner: str) -> object:
        kind = schema.get("type", "string")
        if kind == "object":
            return self._object(schema, owner)
        if kind == "array":
            return [self.of(schema.get("items", {}), owner)]
        if kind == "integer":
            return schema.get("minimum", 1)
        return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kind])

    def _object(self, schema: Mapping[str, Any], owner: str) -> dict[str, Any]:
        fields = schema.get("properties", {})
        if not fields and isinstance(schema.get("additionalProperties"), dict):
            return {_KEY: self.of(schema["additionalProperties"], owner)}
        return {name: self._field(each, owner, name) for name, each in fields.items()}

    def _field(self, schema: Mapping[str, Any], owner: str, name: str) -> object:
        known = words().example
        if f"{owner}.{name}" in known:
            return known[f"{owner}.{name}"]
        if name in known and not _holds_others(schema):
            return known[name]
        return self.of(schema, owner)


def _holds_others(schema: Mapping[str, Any]) -> bool:
    """Tell whether a field is made of schemas of its own, which know their own words."""
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    parts += [each.get("items", {}) for each in schema.get("anyOf", [])]
    return any("$ref" in each or "const" in each or "enum" in each for each in parts)
