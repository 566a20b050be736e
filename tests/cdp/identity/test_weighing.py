"""Everybody weighed in memory: the same bonds as when one after another looks for whoever is like them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.identity import people
from cdp.identity import blocking, deciding, model, sharing, sweeping, traits, weighing
from cdp.identity.bonds import evidence
from cdp.identity.deciding import Tier
from cdp.identity.everybody import Everybody, One, Some
from cdp.identity.store import Hashes
from cdp.identity.weighing import Chosen, Weighing
from cdp.keys.ring import LocalKeyRing

ANNA = {"first_name": "Anna", "last_name": "Berg", "birth_date": "1980-03-04", "email": "desk@club.example"}
SHARED = [
    ANNA | {"first_name": name, "birth_date": born}
    for name, born in zip(
        ("Bert", "Coen", "Dirk", "Eva", "Fien", "Gijs", "Bert", "Bertus"),
        (
            "1951-02-03",
            "1962-03-04",
            "1973-04-05",
            "1984-05-06",
            "1995-06-07",
            "1944-07-08",
            "1951-02-03",
            "1951-03-02",
        ),
        strict=True,
    )
]
SHARED.append({"first_name": "B.", "last_name": "Berg", "email": "desk@club.example"})
PEOPLE: list[dict[str, object]] = [
    *(
        {name: value for name, value in zip(people.COLUMNS[1:], row, strict=True) if value} | {"birth_date": row[5]}
        for row in people.made_up(500, seed=8)
    ),
    *(dict[str, object](each) for each in SHARED),
]
KNOWN = [traits.of(facts) for facts in PEOPLE]
Judged = dict[tuple[int, int], tuple[Tier, float, str]]


@pytest.fixture
def hashes(tmp_path: Path) -> Hashes:
    return Hashes(LocalKeyRing.open(tmp_path / "keys", may_create=True))


@pytest.fixture
def everybody(hashes: Hashes) -> Everybody:
    return Everybody(
        [
            Some.of(
                One(place.to_bytes(16), bytes([place % 2]) * 16, place.to_bytes(8), known, hashes.of(known))
                for place, known in enumerate(KNOWN)
            )
        ]
    )


@pytest.fixture
def chosen(everybody: Everybody, hashes: Hashes) -> Chosen:
    shares = (range(start, min(start + 100, len(KNOWN))) for start in range(0, len(KNOWN), 100))
    return Chosen.joined(weighing.choose(everybody, hashes, share) for share in shares)


@pytest.fixture
def weighed(everybody: Everybody, chosen: Chosen, hashes: Hashes) -> Weighing:
    return Weighing(everybody, chosen, model.shipped(), hashes)


def _one_after_another(hashes: Hashes) -> Judged:
    """Let each look for whoever is like them, and for whom they have a bond with, in the order of their places."""
    keys = [hashes.of(known) for known in KNOWN]
    blocks: dict[int, list[int]] = {}
    for place, mine in enumerate(keys):
        for key in mine:
            blocks.setdefault(key, []).append(place)
    found: Judged = {}
    for place, known in enumerate(KNOWN):
        others = _worth(place, keys, blocks)
        crowds = {value: len(blocks[key]) for value, key in hashes.addresses(known).items()}
        own = sharing.without_shared(
            known, [KNOWN[each] for each in others], {v: n for v, n in crowds.items() if n > sharing.MOST}
        )
        bonded = {one + other - place for one, other in found if place in (one, other)}
        for other in {*others, *bonded}:
            judged = deciding.judge(model.shipped(), own, KNOWN[other], same_source=place % 2 == other % 2)
            pair = min(place, other), max(place, other)
            found.pop(pair, None)
            if judged.tier is not Tier.NONE:
                found[pair] = judged.tier, judged.score.weight, evidence(judged)
    return found


def _worth(place: int, keys: Sequence[dict[int, blocking.KeyKind]], blocks: dict[int, list[int]]) -> list[int]:
    near = blocking.choose({*blocks[key]} - {place} for key in keys[place])
    lone = {key: blocking.LONE.get(kind, 0) for key, kind in keys[place].items()}
    own = blocking.knows(KNOWN[place])
    return [each for each in near if blocking.is_worth(lone, keys[each], own & blocking.knows(KNOWN[each]))]


def _pairs(weighed: Weighing) -> Iterator[tuple[int, int, int]]:
    for start in range(0, len(KNOWN), 50):
        found = weighed.sifted(range(start, min(start + 50, len(KNOWN))))
        yield from zip(*(each.tolist() for each in found), strict=True)


def test_each_pair_is_judged_once_as_whoever_looks_last_would(weighed: Weighing, hashes: Hashes) -> None:
    pairs = list(_pairs(weighed))

    judged = {(one, other): weighed.found(one, other, by) for one, other, by in pairs}

    assert len(pairs) == len(judged)
    assert _one_after_another(hashes) == {
        pair: (each.judged.tier, each.judged.score.weight, evidence(each.judged))
        for pair, each in judged.items()
        if each is not None
    }
    assert len(judged) > len(SHARED)


def test_what_too_many_share_joins_nobody(weighed: Weighing) -> None:
    crowd = range(len(KNOWN) - len(SHARED), len(KNOWN))

    judged = [weighed.found(*pair) for pair in _pairs(weighed) if set(pair[:2]) <= set(crowd)]

    assert {"email"}.isdisjoint(part.field for each in judged if each is not None for part in each.judged.score.parts)
    assert all(len(weighed.like(place)) >= len(SHARED) - 1 for place in crowd)


def test_who_is_bonded_is_judged_again_though_no_key_brings_them_together(weighed: Weighing) -> None:
    one, other = (0).to_bytes(16), (len(KNOWN) - 1).to_bytes(16)
    later = (len(KNOWN)).to_bytes(16)

    pairs, anew = weighed.with_bonds(
        weighing.PairColumns.of([(0, 1, 2)]), [(one, other), (other, later), (one, (1).to_bytes(16))]
    )

    assert {(0, 1): 3, (0, len(KNOWN) - 1): 1} == pairs
    assert {len(KNOWN) - 1} == anew


def test_of_two_the_one_who_looks_last_has_the_word(everybody: Everybody, chosen: Chosen, hashes: Hashes) -> None:
    first = len(KNOWN) - len(SHARED)
    last = len(KNOWN) - 1
    alone = Weighing(everybody, chosen._replace(parted=(first,)), model.shipped(), hashes)

    judged = {by: alone.found(first, last, by) for by in (1, 2, 3)}
    sifted = alone.sifted(range(first, first + 1))

    assert judged[1] is None
    assert ["possible", "possible"] == [each.judged.tier.value for by in (2, 3) if (each := judged[by]) is not None]
    assert last in sifted.others.tolist()


def test_a_process_that_compared_everybody_by_itself_keeps_nobody_when_it_failed() -> None:
    everybody = Everybody([Some.of([])])

    with pytest.raises(ValueError, match="failed"), sweeping.hands(1, everybody):
        raise ValueError("failed")

    assert sweeping._HERE.everybody is None
