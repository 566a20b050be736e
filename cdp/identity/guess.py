"""What is believed of the levels before anybody was compared: where training begins, and what fills its gaps."""

from typing import Final

from cdp.identity.levels import FIELDS, LEVELS, Field
from cdp.identity.model import Chances, Model, Thresholds, Training

_GUESS: Final[dict[Field, tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]]] = {
    Field.GIVEN: (
        (0.80, 0.06, 0.06, 0.03, 0.01, 0.04),
        (0.015, 0.04, 0.02, 0.05, 0.0005, 0.8745),
        (0.004, 0.03, 0.007, 0.02, 0.00001, 0.93),
    ),
    Field.MIDDLE: ((0.93, 0.07), (0.06, 0.94), (0.07, 0.93)),
    Field.SURNAME: (
        (0.82, 0.03, 0.08, 0.02, 0.05),
        (0.70, 0.04, 0.06, 0.02, 0.18),
        (0.003, 0.0003, 0.005, 0.017, 0.97),
    ),
    Field.BIRTH: (
        (0.84, 0.02, 0.05, 0.03, 0.02, 0.04),
        (0.006, 0.0005, 0.004, 0.008, 0.04, 0.9415),
        (0.00004, 0.00001, 0.001, 0.003, 0.03, 0.966),
    ),
    Field.EMAIL: (
        (0.40, 0.20, 0.02, 0.02, 0.02, 0.02, 0.05, 0.27),
        (0.02, 0.03, 0.005, 0.005, 0.005, 0.005, 0.01, 0.92),
        (0.000001, 0.000003, 0.000001, 0.00001, 0.00003, 0.00001, 0.006, 0.994),
    ),
    Field.MOBILE: ((0.60, 0.02, 0.38), (0.05, 0.01, 0.94), (0.000005, 0.000005, 0.99999)),
    Field.LANDLINE: ((0.60, 0.02, 0.38), (0.70, 0.02, 0.28), (0.0001, 0.00001, 0.99989)),
    Field.ADDRESS: (
        (0.55, 0.04, 0.08, 0.03, 0.02, 0.02, 0.05, 0.21),
        (0.75, 0.05, 0.08, 0.02, 0.02, 0.01, 0.02, 0.05),
        (0.0001, 0.00002, 0.0001, 0.00002, 0.001, 0.001, 0.03, 0.96),
    ),
    Field.SEX: ((0.98, 0.02), (0.45, 0.55), (0.5, 0.5)),
    Field.BIRTH_PLACE: ((0.90, 0.05, 0.05), (0.50, 0.10, 0.40), (0.02, 0.01, 0.97)),
}
"""For each level but `missing`: of the same person, of a household, of strangers."""


def model() -> Model:
    """Return the model that knows nothing but what is believed of people in general."""
    return Model(
        version="guess",
        training=Training(data=(), at="", records=0, pairs=0),
        people=1_000_000,
        same=1.0,
        household=2.0,
        thresholds=Thresholds(
            joins=10.0,
            stays=8.0,
            possible=3.0,
            names=13.0,
            names_for={"customer-care": 12.0, "personalisation": 10.0, "direct-marketing": 10.0, "research": 10.0},
        ),
        fields={field: _chances(field) for field in FIELDS},
        rarity={},
    )


def _chances(field: Field) -> tuple[Chances, ...]:
    rows = zip(*(tuple(each / sum(shares) for each in shares) for shares in _GUESS[field]), strict=True)
    found = ((0.0, 0.0, 0.0), *((same, home, other) for same, home, other in rows))
    if len(found) != len(LEVELS[field]):
        raise AssertionError(field)
    return found
