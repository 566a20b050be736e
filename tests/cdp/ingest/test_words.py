"""What comes in is told in the words of the law and of the blind index: where they stand twice, they are the same."""

from cdp.ingest import batch
from cdp.ingest.items import IdentifierType, Kind, ReferenceType
from cdp.keys import blind
from cdp.reads.reading import Path
from consent.fold import RecordKind


def words(*enumerations: object) -> set[str]:
    return {str(word) for each in enumerations for word in each}  # type: ignore[attr-defined]  # any enumeration


def test_an_item_is_of_a_kind_of_record_or_a_link() -> None:
    assert words(Kind) == words(RecordKind) | {"link"}


def test_whoever_is_named_can_be_found_by_a_keyed_hash() -> None:
    assert words(blind.IdentifierType) == (words(IdentifierType) | words(ReferenceType)) - {"previous_id"}


def test_a_way_in_is_no_way_out() -> None:
    assert words(batch.Path).isdisjoint(words(Path))
