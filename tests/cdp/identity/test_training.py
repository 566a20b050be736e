import itertools
import random

import numpy as np
import pytest

from cdp.identity import guess, model, training, traits
from cdp.identity.levels import LEVELS, Field
from cdp.identity.traits import Traits

GIVEN = [a + b for a in ("an", "jo", "mar", "el", "wi", "ti", "ka", "su") for b in ("na", "ost", "it", "lem", "neke")]
SURNAME = [
    a + b for a in ("bak", "jan", "vis", "smit", "kuip", "veen", "wol", "brou") for b in ("ker", "sen", "stra", "de")
]


def _households(count: int) -> tuple[list[Traits], list[int]]:
    """Return two people to a household, each told twice: one of them with an error now and then."""
    chance = random.Random(6)  # noqa: S311  # made-up people, the same each time
    people, who = [], []
    for home in range(count):
        surname = chance.choice(SURNAME)
        for member, first in enumerate(chance.sample(GIVEN, 2)):
            born = f"{chance.randint(1940, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            facts = {"first_name": first, "last_name": surname, "birth_date": born, "postcode": f"{1000 + home}AB"}
            people += [traits.of({**facts, "house_number": "1"})]
            people += [
                traits.of({**facts, "house_number": "1", **({"birth_date": ""} if chance.random() < 0.4 else {})})
            ]
            who += [2 * home + member] * 2
    return people, who


PEOPLE, WHO = _households(150)
PAIRS = np.array([pair for home in range(150) for pair in itertools.combinations(range(4 * home, 4 * home + 4), 2)])
SAME = np.array([WHO[one] == WHO[other] for one, other in PAIRS.tolist()])


def test_people_are_told_from_their_housemates_without_being_told_who_is_who() -> None:
    learned = training.train(PEOPLE, PAIRS, prior=guess.model())

    assert (learned.likely > 0).tolist() == SAME.tolist()
    assert learned.model.same == pytest.approx(1.0, abs=0.1)
    assert learned.model.household == pytest.approx(2.0, abs=0.2)


def test_training_again_gives_the_same_model() -> None:
    one, other = (training.train(PEOPLE, PAIRS, prior=guess.model()).model for _ in range(2))

    assert one.to_json() == other.to_json()


def test_answers_of_customers_are_learned_from() -> None:
    """Somebody who is told of ten pairs of other first names that they are one person believes it more."""
    others = dict.fromkeys(np.flatnonzero(~SAME)[:60].tolist(), True)

    unaware, aware = (training.train(PEOPLE, PAIRS, prior=guess.model(), labels=each) for each in ({}, others))

    assert 60 == aware.model.training.labels
    assert _same(aware.model, Field.GIVEN, "different") > 2 * _same(unaware.model, Field.GIVEN, "different")


def test_pairs_of_two_files_are_what_is_counted_between_files() -> None:
    sides = [place % 2 for place in range(len(PEOPLE))]
    across = np.array([sides[one] != sides[other] for one, other in PAIRS.tolist()])

    learned = training.train(PEOPLE, PAIRS[across], prior=guess.model(), sides=sides)

    assert (learned.likely > 0).tolist() == SAME[across].tolist()


def test_strangers_are_drawn_from_two_files_where_only_those_count() -> None:
    sides = np.arange(100) % 2

    drawn = training._random_pairs(100, sides, 1)

    assert len(drawn) > 1_000
    assert (sides[drawn[:, 0]] != sides[drawn[:, 1]]).all()


def test_a_few_people_change_little_of_what_was_believed() -> None:
    learned = training.train(PEOPLE[:4], PAIRS[:6], prior=model.shipped())

    before, after = (_same(each, Field.SURNAME, "exact") for each in (model.shipped(), learned.model))
    assert before == pytest.approx(after, abs=0.1)


def test_nobody_to_learn_from_leaves_what_was_believed() -> None:
    learned = training.train(PEOPLE[:2], PAIRS[:0], prior=model.shipped())

    assert [] == learned.likely.tolist()
    assert _same(model.shipped(), Field.GIVEN, "exact") == pytest.approx(
        _same(learned.model, Field.GIVEN, "exact"), rel=0.001
    )


def test_a_model_that_is_written_down_names_only_what_many_have() -> None:
    many = [
        traits.of({"first_name": "Anna", "last_name": f"Aa{chr(97 + each)}", "email": "us9@example.org"})
        for each in range(25)
    ]
    learned = training.train(many, PAIRS[:0], prior=model.shipped()).model

    written = training.publishable(learned, many).rarity

    assert ["anna"] == list(written[Field.GIVEN].common)
    assert [] == list(written[Field.SURNAME].common)
    assert [] == list(written[Field.EMAIL].common)
    assert ["us9@example.org"] == list(learned.rarity[Field.EMAIL].common)


def _same(known: model.Model, field: Field, level: str) -> float:
    return known.fields[field][LEVELS[field].index(level)][0]
