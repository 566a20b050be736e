"""The model by which people are weighed: how often a level is seen of the same person, of a household, of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from math import log2
from pathlib import Path
from typing import Final

import msgspec

from cdp.identity.levels import FIELDS, LEVELS, Field
from consent.errors import Invalid

FORM: Final = 1
OWN: Final = "model.json"
"""In the home of the platform: the operator's own model, used instead of the shipped one from the next start on."""
RARE_FIELDS: Final = (Field.GIVEN, Field.SURNAME, Field.BIRTH, Field.EMAIL, Field.ADDRESS)
"""Fields of which an equal value says more when few have it."""
SHARED_FIELDS: Final = frozenset({Field.SURNAME, Field.LANDLINE, Field.ADDRESS})
"""What the members of a household share, so that a rare value says nothing about which of them it is."""
Chances = tuple[float, float, float]
"""How probable a level is: of the same person, of two members of a household, of strangers."""


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights in bits: what joins by itself, under what such a bond no longer stays, and what is worth a question.

    `names` is what it takes to tell a channel whom it describes, and `names_for` the same for some purposes.
    """

    joins: float
    stays: float
    possible: float
    names: float = 13.0
    names_for: dict[str, float] = {}

    def naming(self, purpose: str) -> float:
        """Return what it takes to say who somebody is, for a purpose."""
        return self.names_for.get(purpose, self.names)


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a model comes from."""

    data: tuple[str, ...]
    at: str
    records: int
    pairs: int
    labels: int = 0


class Rarity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bits by which an equal value is more likely among strangers than the field's average: common ones, and others."""

    others: float = 0.0
    common: dict[str, float] = {}


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """The model as JSON."""

    form: int
    version: str
    training: Training
    people: int
    same: float
    household: float
    thresholds: Thresholds
    fields: dict[Field, dict[str, Chances]]
    rarity: dict[Field, Rarity]


@dataclass(frozen=True, eq=False, kw_only=True)
class Model:
    """What is needed to weigh a pair, and where it comes from.

    `people` is how many subjects there are: the more, the more strangers are alike by chance. `same` and `household`
    are how many others of either sort a subject has on average. `fields` has the chances of each level by its number.
    """

    version: str
    training: Training
    people: int
    same: float
    household: float
    thresholds: Thresholds
    fields: Mapping[Field, tuple[Chances, ...]]
    rarity: Mapping[Field, Rarity]

    @classmethod
    def shipped(cls) -> Model:
        """Return the model that comes with the product."""
        return shipped()

    def among(self, people: int) -> Model:
        """Return this model for another number of subjects."""
        return replace(self, people=max(people, 2))

    def to_json(self) -> bytes:
        """Return the model as JSON that a person can read."""
        fields = {
            field: {
                name: _rounded(chances) for name, chances in zip(LEVELS[field][1:], self.fields[field][1:], strict=True)
            }
            for field in FIELDS
        }
        written = _Written(
            form=FORM,
            version=self.version,
            training=self.training,
            people=self.people,
            same=self.same,
            household=self.household,
            thresholds=self.thresholds,
            fields=fields,
            rarity=dict(self.rarity),
        )
        return msgspec.json.format(msgspec.json.encode(written), indent=1) + b"\n"

    @cached_property
    def priors(self) -> Chances:
        """The bits that a pair starts with: of the same person, a household, strangers."""
        others = self.people - 1
        same, household = min(self.same / others, 0.4), min(self.household / others, 0.4)
        return log2(same), log2(household), log2(1 - same - household)

    @cached_property
    def bits(self) -> tuple[tuple[Chances, ...], ...]:
        """The chances of each level of each field as bits; a missing value has none."""
        none = (0.0, 0.0, 0.0)
        return tuple(
            (none, *((log2(same), log2(home), log2(other)) for same, home, other in self.fields[field][1:]))
            for field in FIELDS
        )


def from_json(written: bytes) -> Model:
    """Return the model in `written`; raises Invalid when it is none, or one of another version."""
    try:
        found = msgspec.json.decode(written, type=_Written)
    except msgspec.MsgspecError:
        raise Invalid("this is no model", field="model") from None
    if found.form != FORM or any(set(found.fields.get(field, ())) != set(LEVELS[field][1:]) for field in FIELDS):
        raise Invalid("this model has other fields or another version", field="version")
    if any(
        not all(0 < chance <= 1 for chance in chances) for each in found.fields.values() for chances in each.values()
    ):
        raise Invalid("a chance in this model is none", field="fields")
    if found.people <= 1 or not (found.same > 0 and found.household > 0):
        raise Invalid("a number of people in this model is none", field="people")
    return Model(
        version=found.version,
        training=found.training,
        people=found.people,
        same=found.same,
        household=found.household,
        thresholds=found.thresholds,
        fields={field: ((0, 0, 0), *(found.fields[field][name] for name in LEVELS[field][1:])) for field in FIELDS},
        rarity=found.rarity,
    )


@cache
def shipped() -> Model:
    """Return the model that comes with the product, trained on the development sets."""
    return from_json(files("cdp.identity").joinpath("model.json").read_bytes())


def in_use(home: Path) -> Model:
    """Return the model that stands in the platform's home, or else the shipped one; raises Invalid for what is none."""
    own = home / OWN
    return from_json(own.read_bytes()) if own.exists() else shipped()


def _rounded(chances: Chances) -> Chances:
    same, home, other = (float(f"{each:.4g}") for each in chances)
    return same, home, other
