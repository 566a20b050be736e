"""Everybody in memory: the same people, found by the same keys, whichever process read them."""

from benchmarks.identity import people
from cdp.identity import blocking, candidates, traits
from cdp.identity.everybody import Everybody, Some

KNOWN = [
    traits.of(
        {name: value for name, value in zip(people.COLUMNS[1:], row, strict=True) if value} | {"birth_date": row[5]}
    )
    for row in people.made_up(600, seed=5)
]
_NUMBERS: dict[blocking.BlockingKey, int] = {}


def _some(places: range) -> Some:
    return Some.of(
        (
            place.to_bytes(16),
            b"s" * 16,
            KNOWN[place],
            {_NUMBERS.setdefault(key, len(_NUMBERS)): key.kind for key in blocking.keys(KNOWN[place])}
            if KNOWN[place].is_enough
            else {},
        )
        for place in places
    )


def test_everybody_is_who_was_read_in_whatever_shares() -> None:
    everybody = Everybody([_some(range(100)), _some(range(0)), _some(range(100, 600))])

    assert len(KNOWN) == len(everybody)
    assert KNOWN == [everybody.known(place) for place in range(len(everybody))]
    assert (599).to_bytes(16) == everybody.subject(599)
    assert "Everybody(600)" == repr(everybody)


def test_whoever_a_look_up_would_find_is_found() -> None:
    everybody = Everybody([_some(range(300)), _some(range(300, 600))])

    found = {
        (min(place, int.from_bytes(other.subject)), max(place, int.from_bytes(other.subject)))
        for place in range(len(everybody))
        for other in everybody.like(place)
    }

    pairs = candidates.find(KNOWN)
    assert {(one, other) for one, other in pairs.pairs[pairs.is_worth].tolist()} == found
    assert len(pairs.pairs) > len(found) > len(KNOWN)


def test_nobody_has_nobody_to_compare() -> None:
    assert 0 == len(Everybody([Some.of([])]))
