import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.ingest import mapping
from cdp.ingest.files import BadRow, Position, Reader, Row
from cdp.ingest.items import Item, Kind, Reason, Rejection
from cdp.ingest.mapper import Mapper
from cdp.ingest.problems import BadMapping
from tests.cdp.ingest import wire

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"


def mapper(text: str) -> Mapper:
    return Mapper(mapping.parse(text), received_at=wire.RECEIVED_AT, attribute_name=str)


def items(text: str, **fields: Any) -> list[Item | Rejection]:
    return mapper(text).items(Row(1, Position(1, 1), fields))


def value(cell: str, **fields: Any) -> object:
    """Return what one attribute becomes: its value, the code of its rejection, or "nothing"."""
    (made,) = items(f'[subject]\nuser_id = "id"\n[[attributes]]\nname = "x"\nvalue = {cell}', id="1", **fields)
    if isinstance(made, Rejection):
        return made.reason.value
    return "nothing" if made.kind is Kind.LINK else json.loads(made.value)


def clients() -> list[list[Item | Rejection]]:
    plan = mapping.load(DATA / "clients.toml")
    made = Mapper(plan, received_at=wire.RECEIVED_AT, attribute_name=str)
    with Reader(DATA / "clients.csv", plan.file) as reader:
        return [made.items(row) for row in reader]


def test_a_row_becomes_the_items_of_its_mapping() -> None:
    first = clients()[0]

    made = {(each.kind, each.type): json.loads(each.value) for each in first if isinstance(each, Item)}
    assert {
        (Kind.ATTRIBUTES, "name"): "Jansen; A.",
        (Kind.ATTRIBUTES, "birth_date"): "1980-12-31",
        (Kind.ATTRIBUTES, "balance"): 1234.5,
        (Kind.ATTRIBUTES, "newsletter"): True,
        (Kind.ATTRIBUTES, "interests"): ["tuin", "boeken"],
        (Kind.PRODUCT, "membership"): {"since": "2024-02-01"},
        (Kind.INTERACTION, "signed-up"): {"properties": {}, "subject": "Welcome, Jansen; A."},
    } == made


def test_every_item_of_a_row_names_its_person_and_time() -> None:
    for each in clients()[0]:
        assert isinstance(each, Item)
        assert [("user_id", "C-1")] == [(reference.type, reference.value) for reference in each.subject]
        assert [("email", True)] == [(identifier.type, identifier.verified) for identifier in each.identifiers]
        assert datetime(2024, 2, 1, 8, 30, tzinfo=UTC) == each.occurred_at


def test_a_bad_cell_costs_its_own_item_only() -> None:
    fourth = clients()[3]

    assert ["attributes.birth_date", "attributes.balance", "attributes.newsletter"] == [
        each.field for each in fourth if isinstance(each, Rejection)
    ]
    assert ["membership", "signed-up"] == [each.type for each in fourth if isinstance(each, Item)]


def test_a_row_about_nobody_is_rejected_whole() -> None:
    assert [Rejection(Reason.PLACEHOLDER, "subject.user_id")] == clients()[4]
    assert [Rejection(Reason.MISSING, "subject")] == items('[subject]\nuser_id = "id"', id=" ")


def test_a_row_that_cannot_be_read_is_one_rejection() -> None:
    made = mapper('[subject]\nuser_id = "id"').items(BadRow(1, Position(1, 1), Reason.MALFORMED))

    assert [Rejection(Reason.MALFORMED)] == made


def test_a_row_with_nothing_to_say_links_its_references() -> None:
    (item,) = items('[subject]\nuser_id = "id"\nanonymous_id = ["a", "b.0"]', id=1, a="x", b=["y"])

    assert isinstance(item, Item)
    assert (Kind.LINK, ["1", "x", "y"]) == (item.kind, [each.value for each in item.subject])


def test_the_same_interaction_again_has_the_same_key() -> None:
    first, second = clients(), clients()

    keys = [each.key for row in first for each in row if isinstance(each, Item) and each.kind is Kind.INTERACTION]
    assert keys == [
        each.key for row in second for each in row if isinstance(each, Item) and each.kind is Kind.INTERACTION
    ]
    assert len(keys) == len(set(keys)) == 4


@pytest.mark.parametrize(
    ("cell", "stated", "expected"),
    [
        ('"c"', " as it is ", " as it is "),
        ('"c"', {"a": [1]}, {"a": [1]}),
        ('"c"', {}, "nothing"),
        ('"c"', None, "nothing"),
        ('"c"', float("nan"), "nothing"),
        ('"c"', "a\0b", "unstorable-text"),
        ('"c"', "x" * 40_000, "too-large"),
        ('"c"', object(), "unreadable-value"),
        ('"c.0.d"', [{"d": 5}], 5),
        ('"c.7.d"', [{"d": 5}], "nothing"),
        ('"c.x"', "text", "nothing"),
        ('{ column = "c", as = "text" }', 5, "5"),
        ('{ column = "c", as = "text" }', [5], "unreadable-value"),
        ('{ column = "c", as = "number" }', "0012.50", 12.5),
        ('{ column = "c", as = "number" }', 7, 7),
        ('{ column = "c", as = "number" }', "1e999", "unreadable-value"),
        ('{ column = "c", as = "number" }', "NaN", "unreadable-value"),
        ('{ column = "c", as = "number" }', "9" * 400, "unreadable-value"),
        ('{ column = "c", as = "number" }', True, "unreadable-value"),
        ('{ column = "c", as = "number", decimal = "," }', "3,5", 3.5),
        ('{ column = "c", as = "number", decimal = "," }', "3.5", "unreadable-value"),
        ('{ column = "c", as = "boolean" }', "JA", True),
        ('{ column = "c", as = "boolean" }', False, False),
        ('{ column = "c", as = "boolean", true = ["x"], false = ["o"] }', "o", False),
        ('{ column = "c", as = "boolean" }', "maybe", "unreadable-value"),
        ('{ column = "c", as = "date" }', "2024-02-29", "2024-02-29"),
        ('{ column = "c", as = "date" }', "2023-02-29", "unreadable-value"),
        ('{ column = "c", as = "date", formats = ["%d/%m/%Y", "%Y"] }', "1999", "1999-01-01"),
        ('{ column = "c", as = "date" }', datetime(2024, 1, 2, 3, tzinfo=UTC), "2024-01-02"),
        ('{ column = "c", as = "time", zone = "Europe/Amsterdam" }', "2024-07-01 12:00", "2024-07-01T10:00:00Z"),
        ('{ column = "c", as = "time" }', "0001-01-01T00:00:00+14:00", "unreadable-value"),
        ('{ column = "c", as = "time" }', "soon", "unreadable-value"),
        ('{ column = "c", split = ";" }', "a; b;;c", ["a", "b", "c"]),
        ('{ column = "c", split = ";", as = "number" }', "1;x", "unreadable-value"),
        ('{ template = "{c} {missing}" }', "a", "a"),
        ('{ template = "{missing}, {missing}" }', "a", "nothing"),
        ("{ constant = 5 }", "a", 5),
    ],
)
def test_cells_are_read_as_the_mapping_says(cell: str, stated: object, expected: object) -> None:
    assert expected == value(cell, c=stated)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "/subject"),
        ("[subject]", "/subject"),
        ("= 5", None),
        ("[" * 100_000, None),
        ('[subject]\nuser_id = "id"\nmore = 1', "/subject/more"),
        ('[subject]\nuser_id = { column = "a", constant = 1 }', "/subject/user_id"),
        ('[subject]\nuser_id = { column = "a", as = "magic" }', "/subject/user_id/as"),
        ('[subject]\nuser_id = "id"\n[[attributes]]\nname = "x"', "/attributes/0/value"),
        ('[subject]\nuser_id = { template = "{a!r}" }', "/subject/user_id/template"),
        ('[subject]\nuser_id = { template = "{a" }', "/subject/user_id/template"),
        ('[subject]\nuser_id = { column = "a", zone = "Mars/Olympus" }', "/subject/user_id/zone"),
        ('[subject]\nuser_id = { column = "a", zone = "/etc/passwd" }', "/subject/user_id/zone"),
        ('[subject]\nuser_id = "id"\n[[products]]\ntype = "x"\nkey = "k"\ncategory = "No Key"', "/products/0/category"),
        ('[file]\nencoding = "utf-16"\n[subject]\nuser_id = "id"', "/file/encoding"),
    ],
)  # fmt: skip
def test_a_mapping_that_makes_no_sense_names_its_key(text: str, field: str | None) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping.parse(text)

    assert field == caught.value.field


def test_a_mapping_of_columns_that_are_not_there_names_its_key() -> None:
    plan = mapping.load(DATA / "clients.toml")
    plan.check_columns(["number", "name", "email", "birth_date", "balance", "newsletter", "tags", "since"])

    with pytest.raises(BadMapping) as caught:
        plan.check_columns(["number", "name", "email", "birth_date", "newsletter", "tags", "since"])

    assert "/attributes/2/value" == caught.value.field


def test_the_example_for_the_retail_set_takes_everything_in_a_row() -> None:
    device = {"anonymous_id": "a-1", "user_agent": "x", "version": "1", "model": "m"}
    user = {
        "id": "1", "name": "A B", "first_name": "A", "last_name": "B", "email": "a@example.org",
        "age": 31, "gender": "F", "persona": "books_apparel", "discount_persona": "x",
        "platforms": {"ios": device, "android": device, "web": device},
        "addresses": [{"address1": "Street 1", "zipcode": "1234", "city": "Bergen"}],
    }  # fmt: skip
    plan = mapping.load(ROOT / "examples" / "retail_users.toml")

    made = Mapper(plan, received_at=wire.RECEIVED_AT, attribute_name=str).items(Row(1, Position(1, 1), user))

    taken = [each for each in made if isinstance(each, Item)]
    assert (10, 3) == tuple(sum(each.kind is kind for each in taken) for kind in (Kind.ATTRIBUTES, Kind.PRODUCT))
    assert len(made) == len(taken)
    assert ["user_id", "anonymous_id", "anonymous_id", "anonymous_id"] == [each.type for each in taken[0].subject]


COLUMNS = st.sampled_from(["number", "name", "email", "birth_date", "balance", "tags", "since"])
CELLS = st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text()) | st.binary()


@given(st.dictionaries(COLUMNS, CELLS))
def test_any_row_gives_items_or_rejections(fields: dict[str, object]) -> None:
    plan = mapping.load(DATA / "clients.toml")

    made = Mapper(plan, received_at=wire.RECEIVED_AT, attribute_name=str).items(Row(1, Position(1, 1), fields))

    assert made
    for each in made:
        assert isinstance(each, Rejection) or json.loads(each.value) is not Ellipsis


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": " 7 ", "device": "d-1"}, "7"),
        ({"id": 7, "device": "d-1"}, "7"),
        ({"id": "", "device": "d-1"}, "d-1"),
        ({"id": None, "device": None}, ""),
        ({"id": ["7"], "device": "d-1"}, ""),
    ],
)
def test_a_row_is_sent_where_the_first_name_of_its_person_leads(fields: dict[str, object], named: str) -> None:
    plan, row = mapper('[subject]\nuser_id = "id"\nanonymous_id = ["device"]'), Row(1, Position(1, 1), fields)

    assert named == plan.first_name(row)
    for each in plan.items(row):
        assert not isinstance(each, Item) or named == each.subject[0].value


def test_a_row_that_cannot_be_read_leads_nowhere() -> None:
    assert mapper('[subject]\nuser_id = "id"').first_name(BadRow(1, Position(1, 1), Reason.MALFORMED)) == ""


def test_text_that_cannot_be_stored_is_found_in_a_cell_too() -> None:
    assert [Reason.UNSTORABLE_TEXT.value, Reason.TOO_LARGE.value] == [
        value('"x"', x="a\0b"),
        value('"x"', x="x" * 40_000),
    ]
