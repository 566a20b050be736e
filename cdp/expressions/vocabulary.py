"""What an expression may name: variables, their fields, and what JSON each field holds. Nothing else exists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cdp.catalog.files import Catalog, JsonType

Fields = Mapping[str, JsonType | None]
"""The fields of something; None where any JSON can stand."""


class Form(StrEnum):
    """What a variable holds."""

    ONE = "one"
    """A thing with fields."""
    MANY = "many"
    """A list of things."""
    WORDS = "words"
    """A list of texts."""
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Variable:
    """One name, and the fields that it leads to."""

    form: Form
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of one kind of expression, and in which category of data each stands, where it stands in one."""

    variables: Mapping[str, Variable]
    attributes: Mapping[str, str]
    """The category of each attribute."""


_THING: Final[Fields] = MappingProxyType(
    {
        "type": JsonType.STRING,
        "source": JsonType.STRING,
        "category": JsonType.STRING,
        "disputed": JsonType.BOOLEAN,
        "key": JsonType.STRING,
        "properties": JsonType.OBJECT,
    }
)
_TOLD: Final[Fields] = MappingProxyType(
    {"channel": JsonType.STRING, "speaker": JsonType.STRING, "direction": JsonType.STRING}
)
_RECORD: Final[Fields] = MappingProxyType(
    {
        "kind": JsonType.STRING,
        "type": JsonType.STRING,
        "source": JsonType.STRING,
        "category": JsonType.STRING,
        "at": JsonType.STRING,
        "key": JsonType.STRING,
        "value": None,
        "properties": JsonType.OBJECT,
    }
)
ALWAYS: Final = MappingProxyType({"products": "products", "interactions": "conversations"})
"""The category that a list stands in; an outside fact is in one of its own."""


def of_profiles(catalog: Catalog) -> Vocabulary:
    """Return what an expression over a profile may name: facts, what somebody has, was told and wants."""
    facts = Variable(Form.ONE, {name: each.type for name, each in catalog.attributes.items()})
    variables = {
        "attributes": facts,
        "products": Variable(Form.MANY, {**_THING, "since": JsonType.STRING}),
        "interactions": Variable(Form.MANY, {**_THING, **_TOLD, "occurred_at": JsonType.STRING}),
        "external": Variable(Form.MANY, {**_THING, "observed_at": JsonType.STRING}),
        "wants": Variable(Form.WORDS),
        "now": Variable(Form.MOMENT),
    }
    return Vocabulary(variables, {name: each.category for name, each in catalog.attributes.items()})


def of_records() -> Vocabulary:
    """Return what an expression over one incoming record may name."""
    return Vocabulary({"record": Variable(Form.ONE, _RECORD), "now": Variable(Form.MOMENT)}, {})
