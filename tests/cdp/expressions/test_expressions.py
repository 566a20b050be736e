"""What organizations may ask, where it is told that they may not, and that it stays within its bounds."""

from typing import Any, Final

import pytest

from cdp.catalog import files
from cdp.expressions import bounds, expression, tree, vocabulary
from cdp.expressions.problems import ExpressionRefused

PROFILES: Final = vocabulary.of_profiles(files.shipped())
RECORDS: Final = vocabulary.of_records()
_DEEP: Final = "x.map(a, " * 20

REFUSED: Final = [
    # what, the code, the line, the column
    ("", "expression-unreadable", 1, 1),
    ("attributes.income >", "expression-unreadable", 1, 20),
    ("now >\n timestamp('yesterday')", "expression-unreadable", 2, 12),
    ("attributes.name.matches('(')", "expression-unreadable", 1, 25),
    ("attributes.name.matches('(?=a)')", "expression-unreadable", 1, 25),
    ("'\0' == 'a'", "expression-unreadable", 1, 2),
    ("true\n  && somebody.income > 3", "expression-name-unknown", 2, 6),
    ("record.type == 'delivery'", "expression-name-unknown", 1, 1),
    ("attributes.\n  incom > 3", "expression-name-unknown", 2, 3),
    ("attributes['incom'] > 3", "expression-name-unknown", 1, 13),
    ("'é' == 'é' && has(attributes.secret)", "expression-name-unknown", 1, 30),
    ("products.exists(p, p.price > 3)", "expression-name-unknown", 1, 22),
    ("products[0].price > 3", "expression-name-unknown", 1, 13),
    ("attributes.income > 'much'", "expression-types-clash", 1, 21),
    ("true == attributes.birth_date", "expression-types-clash", 1, 1),
    ("now > 3", "expression-types-clash", 1, 5),
    ("products", "expression-types-clash", 1, 1),
    ("attributes.income", "expression-types-clash", 1, 11),
    ("size(attributes) > 3", "expression-not-allowed", 1, 6),
    ("attributes.exists(a, a == 'income')", "expression-not-allowed", 1, 1),
    ("attributes == attributes", "expression-not-allowed", 1, 1),
    ("dyn(attributes.income) > 3", "expression-not-allowed", 1, 4),
    ("google.protobuf.Struct{} == {}", "expression-not-allowed", 1, 1),
    ("attributes.name.matches(attributes.email)", "expression-not-allowed", 1, 35),
    ("products.all(now, true)", "expression-not-allowed", 1, 13),
    (f"'a'.matches('{'a' * 201}')", "expression-not-allowed", 1, 13),
    ("a" * 2_001, "expression-too-costly", 1, 2_001),
    ("(" * 900 + "true" + ")" * 900, "expression-too-costly", 1, 1),
    ("products.exists(p, products.exists(q, p.key == q.key))", "expression-too-costly", 1, 16),
    ("products.exists(p, p.properties.x.exists(q, q))", "expression-too-costly", 1, 16),
    ("products.map(p, p.key + p.key + p.key + p.key + p.key).size() > 3", "expression-too-costly", 1, 13),
    ("[1, 2].exists(a, products.map(p, [p, p, p]).size() > a)", "expression-too-costly", 1, 30),
]

VALUES: Final[dict[str, Any]] = {
    "attributes": {"income": 2400, "language": "nl", "birth_date": "1964-02-03", "interests": ["sun", "sea"]},
    "products": [{"type": "energy-contract", "since": "2024-02-01T00:00:00Z", "properties": {"usage": 3100}}],
    "interactions": [],
    "external": [],
    "wants": ["energy"],
}
ANSWERS: Final = [
    ("true", True),
    ("attributes.income >= 2000 && attributes.language == 'nl'", True),
    ("attributes.income >= 2000.5", True),
    ("attributes['income'] < 2000", False),
    ("attributes.phone == '+31612345678'", False),
    ("!(attributes.phone == '+31612345678')", False),  # what is not known is never yes, whichever way it is asked
    ("!has(attributes.phone)", True),
    ("products.exists(p, p.type == 'energy-contract' && p.properties.usage > 3000)", True),
    ("products.exists(p, p.properties.price > 3)", False),
    ("timestamp(products[0].since).getFullYear() == 2024", True),
    ("products[7].type == 'ticket'", False),
    ("'energy' in wants", True),
    ("'sea' in attributes.interests", True),
    ("attributes.birth_date.matches('^19[56]')", True),
    ("attributes.birth_date.startsWith('19') && 1 / (attributes.income - 2400) > 0", False),
    ("attributes.income % 7 == 6 ? size(products) == 1 : false", True),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED, ids=[each[0][:40] for each in REFUSED])
def test_a_bad_expression_is_refused_with_the_place_of_what_is_wrong(
    text: str, code: str, line: int, column: int
) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        expression.compiled(text, PROFILES)

    assert (code, (line, column)) == (refused.value.code, refused.value.place)
    assert refused.value.message.startswith(f"line {line}, column {column}: ")
    assert "/expression" == refused.value.field


@pytest.mark.parametrize(("text", "answer"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_an_expression_answers_over_the_values_that_it_is_given(text: str, answer: bool) -> None:  # noqa: FBT001 - a column of the table
    assert answer is expression.compiled(text, PROFILES).holds(VALUES)


def test_an_expression_tells_what_it_names_and_which_categories_that_takes() -> None:
    text = "attributes.income > 3 && has(attributes.email) && products.exists(p, p.type == 'book') && 'book' in wants"

    asked = expression.compiled(text, PROFILES)

    assert ("attributes.email", "attributes.income", "products", "wants") == asked.uses
    assert ("contact", "financial", "products") == asked.categories


def test_a_rule_is_asked_about_a_record_and_knows_no_profile() -> None:
    rule = expression.compiled("record.type == 'meter-reading' && record.properties.value == 0", RECORDS)

    assert rule.holds({"record": {"type": "meter-reading", "properties": {"value": 0}}})
    assert not rule.holds({"record": {"type": "meter-reading", "properties": {"value": 4}}})
    assert not rule.holds({"record": {"type": "meter-reading"}})
    with pytest.raises(ExpressionRefused):
        expression.compiled("attributes.income > 3", RECORDS)


def test_the_library_stops_by_itself_what_was_not_stopped_when_it_was_registered() -> None:
    environment = expression._environment(())
    text = "true"
    for name in "abcde":
        text = f"[1,2,3,4,5,6,7,8,9,10].all({name}, {text})"
    hostile = expression.Expression(text, (), (), bounds.Extent(), environment.compile(text))

    assert bounds.ITERATIONS < bounds.measure(tree.read(environment.compile(text).serialize()), RECORDS).iterations
    assert not hostile.holds({})


def test_every_expression_that_doubles_what_it_builds_is_found_too_costly() -> None:
    text = "['aaaaaaaaaaaaaaaa']"
    for name in "abcdefgh":
        text = f"{text}.map({name}, {name} + {name} + {name} + {name} + {name} + {name} + {name} + {name})"

    with pytest.raises(ExpressionRefused, match="too long or too much room"):
        expression.compiled(f"size({text}) > 0", PROFILES)


def test_what_is_larger_than_the_bounds_assume_does_not_fit() -> None:
    assert expression.fits([])
    assert expression.fits([bounds.LARGEST] * bounds.MOST)
    assert not expression.fits([bounds.LARGEST + 1])
    assert not expression.fits([1] * (bounds.MOST + 1))


@pytest.mark.parametrize(
    "text", ["products.all(p, p.key.contains('xyz'))", "products.all(p, p.key != 'aaaaaaaaaaaaaaaa')"]
)
def test_what_is_admitted_ends_with_the_largest_values_there_can_be(text: str) -> None:
    products = [{"type": "book", "key": "a" * (bounds.LARGEST - 50)} for _ in range(bounds.MOST)]

    answer = expression.compiled(text, PROFILES).holds({**VALUES, "products": products})

    assert answer is ("!=" in text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(.{1,100}){9}z",
        "(?i)(\\\\pL{1,30}\\\\pN{0,30}){1,9}z",
        "(\\\\pL|\\\\pN){1,90}z",
        "[^\\\\pL]{9}",
        "(?:[a-z]{1,200}){3}",
    ],
)
def test_a_pattern_that_is_large_once_it_is_written_out_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        expression.compiled(f"record.value.matches('{pattern}')", RECORDS)

    assert "expression-too-costly" == refused.value.code


@pytest.mark.parametrize("pattern", ["^[0-9]{4} ?[A-Z]{2}$", "^.+@.+[.]nl$", "(?i)^gas|stroom", "\\\\pL", "[^]}]{2}"])
def test_a_pattern_as_people_write_it_is_taken(pattern: str) -> None:
    assert ("record.value",) == expression.compiled(f"record.value.matches('{pattern}')", RECORDS).uses
