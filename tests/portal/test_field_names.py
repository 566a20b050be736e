"""What is called how inside a product or a contact: words that people know, never a source's keys."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.portal.pages import things
from cdp.catalog.files import Language
from tests.portal.samples import data

CASES: Mapping[str, tuple[str, str, Any, str]] = {
    "what it was about comes first": (
        "interaction",
        "phone",
        {"minutes": 9, "summary": "Het ligt klaar.", "subject": "Uw pakje"},
        "Uw pakje. Het ligt klaar.",
    ),
    "a title needs no name": ("product", "book", {"form": "boek", "title": "De dijk"}, "De dijk, vorm boek"),
    "a state is no province": (
        "product",
        "payment",
        {"amount": 137, "state": "klaar"},
        "bedrag 137, stand van zaken klaar",
    ),
    "a month is written out": ("external", "energy-usage", {"month": "2026-07"}, "maand juli 2026"),
    "what is no month stays": ("external", "energy-usage", {"month": "2026-13"}, "maand 2026-13"),
    "an outcome is a word": ("product", "repair", {"outcome": "no-answer"}, "afloop geen antwoord"),
    "nothing is said twice": ("product", "book", {"path": "/zee", "name": "/zee"}, "/zee"),
    "an unknown word is spelled out": ("product", "book", {"coverType": "hard"}, "cover type hard"),
    "a language has a name": ("attributes", "language", "nl", "Nederlands"),
    "an unknown language stays": ("attributes", "language", "xx-yy", "xx-yy"),
    "a country has a name": ("attributes", "country", "BE", "België"),
}


def _line(kind: str, type_: str, value: Any, locale: Language = Language.NL) -> str:
    each = data.talk(type_, value, days=3) if kind == "interaction" else data.record(type_, value, kind=kind)
    return things.lines(data.held(locale), [each])[0].value


@pytest.mark.parametrize("case", CASES)
def test_a_line_says_it_in_words(case: str) -> None:
    kind, type_, value, expected = CASES[case]

    assert expected == _line(kind, type_, value)


def test_an_english_reader_reads_english_names() -> None:
    assert "amount 137, state klaar" == _line("product", "payment", {"amount": 137, "state": "klaar"}, Language.EN)


def test_a_state_in_an_address_is_a_province() -> None:
    (pair,) = things.pairs(data.held(Language.NL), data.record("address", {"state": "Friesland"}))

    assert ("Provincie", "Friesland") == (pair.name, pair.text)
