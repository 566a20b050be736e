import msgspec
import pytest

from cdp.identity import guess, model
from cdp.identity.levels import FIELDS, LEVELS
from cdp.identity.model import Model
from consent.errors import Invalid


def test_the_shipped_model_comes_back_from_its_json() -> None:
    shipped = model.shipped()

    assert shipped.to_json() == model.from_json(shipped.to_json()).to_json()
    assert shipped is Model.shipped()


def test_the_shipped_model_says_where_it_comes_from() -> None:
    training = model.shipped().training

    assert training.data
    assert training.at
    assert training.records > 10_000


@pytest.mark.parametrize("known", [model.shipped(), guess.model()], ids=lambda each: each.version)
def test_the_levels_of_a_field_add_up_for_each_explanation(known: Model) -> None:
    sums = [sum(chances[of] for chances in known.fields[field]) for field in FIELDS for of in range(3)]

    assert [1.0] * len(sums) == pytest.approx(sums, abs=0.005)


def test_telling_a_channel_who_somebody_is_takes_as_much_as_joining_at_least() -> None:
    limits = model.shipped().thresholds

    assert {limits.naming("advice"), limits.naming("fraud-prevention")} == {limits.names}
    assert limits.naming("customer-care") < limits.names
    assert min(limits.names, *limits.names_for.values()) >= limits.joins


def test_the_shipped_model_names_no_identifier() -> None:
    rarity = model.shipped().rarity

    assert [{}, {}] == [rarity[field].common for field in rarity if field in {"email", "address"}]


def test_among_more_people_a_pair_is_less_likely_the_same() -> None:
    few, many = (model.shipped().among(people).priors for people in (1_000, 1_000_000))

    assert few[0] > many[0]


def test_a_missing_value_says_nothing() -> None:
    assert {(0.0, 0.0, 0.0)} == {table[0] for table in model.shipped().bits}


WRONG = [
    lambda written: written.update(form=2),
    lambda written: written.pop("people"),
    lambda written: written.update(more=1),
    lambda written: written["fields"].pop("given"),
    lambda written: written["fields"]["given"].pop("exact"),
    lambda written: written["fields"]["given"].update(exact=[0, 0.5, 0.5]),
    lambda written: written["fields"]["given"].update(exact=[0.5, 0.5]),
    lambda written: written.update(people=1),
    lambda written: written.update(same=0),
]


@pytest.mark.parametrize("spoil", WRONG, ids=range(len(WRONG)))
def test_a_model_that_is_none_is_refused(spoil: object) -> None:
    written = msgspec.json.decode(model.shipped().to_json())
    assert callable(spoil)
    spoil(written)

    with pytest.raises(Invalid):
        model.from_json(msgspec.json.encode(written))


def test_every_level_has_a_name_of_its_own() -> None:
    assert [] == [field for field in FIELDS if len(set(LEVELS[field])) != len(LEVELS[field])]
