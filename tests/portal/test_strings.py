"""What the portal says: nothing untranslated, u and je never mixed, short sentences in plain words."""

import re
from datetime import timedelta
from statistics import median

import pytest

from api.portal.speech import LOCALES, Speech
from cdp.catalog.files import Language
from tests.portal import strings
from tests.portal.samples import world

FORMAL = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
FAMILIAR = re.compile(r"\b(je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)
HARD = re.compile(r"\b(verwerk\w*|inzage|grondslag\w*|consent|derden|profiel\w*|oeps)\b|!", re.IGNORECASE)
QUOTED = re.compile(r"‘[^’]*’")
HOLE = re.compile(r"%\((\w+)\)s")
LONGEST = 15
USUAL = 10


def _forms(text: strings.Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _sentences() -> list[str]:
    whole = [each for text in strings.said() for each in _forms(text)]
    return [part for each in whole for part in re.split(r"(?<=[.?:])\s+", each) if part]


def test_every_string_is_said_in_english() -> None:
    assert {} == {text: where for text, where in strings.said().items() if text not in strings.translated(Language.EN)}


def test_every_string_that_says_u_also_says_je() -> None:
    formal = {text: where for text, where in strings.said().items() if FORMAL.search(" ".join(_forms(text)))}

    assert {} == {text: where for text, where in formal.items() if text not in strings.translated(Language.NL_JE)}


@pytest.mark.parametrize("locale", [Language.EN, Language.NL_JE])
def test_no_catalog_holds_what_nobody_says(locale: Language) -> None:
    assert set() == strings.translated(locale).keys() - strings.said().keys()


@pytest.mark.parametrize("locale", [Language.EN, Language.NL_JE])
def test_nothing_is_left_empty_and_every_place_is_kept(locale: Language) -> None:
    wrong = [
        text
        for text, said in strings.translated(locale).items()
        for each in said
        if not each or not set(HOLE.findall(each)) <= set(HOLE.findall(" ".join(_forms(text))))
    ]

    assert [] == wrong


@pytest.mark.parametrize("locale", [Language.EN, Language.NL_JE])
def test_a_string_is_translated_the_same_everywhere(locale: Language) -> None:
    met: dict[str, set[str]] = {}
    for _, each in strings.messages(locale):
        met.setdefault(str(each.id), set()).add(str(each.string))

    assert {} == {text: said for text, said in met.items() if len(said) > 1}


def test_u_never_says_je_and_je_never_says_u() -> None:
    formal = [text for text in strings.said() if FAMILIAR.search(QUOTED.sub("", " ".join(_forms(text))))]
    familiar = [said for said in strings.translated(Language.NL_JE).values() if FORMAL.search(" ".join(said))]

    assert [] == formal
    assert [] == familiar


def test_with_u_one_form_of_to_have_is_used_everywhere() -> None:
    mixed = re.compile(r"(?<!van )(?<!aan )(?<!bij )\bu heeft\b|\bheeft u\b", re.IGNORECASE)

    assert mixed.search("Wie heeft u voor u?")
    assert mixed.search("U heeft geen rol.")
    assert not mixed.search("Er is geen organisatie die iets van u heeft.")
    assert [] == [text for text in strings.said() if mixed.search(" ".join(_forms(text)))]


def test_no_hard_word_and_no_shouting() -> None:
    assert [] == [each for each in _sentences() if HARD.search(each)]


def test_sentences_are_short() -> None:
    lengths = {each: len(each.split()) for each in _sentences()}

    assert {} == {each: words for each, words in lengths.items() if words > LONGEST}
    assert median(lengths.values()) <= USUAL


@pytest.mark.parametrize(
    ("days", "nl", "en"),
    [
        (0, "vandaag voor het laatst", "today for the last time"),
        (1, "nog 1 dag", "1 day left"),
        (13, "nog 13 dagen", "13 days left"),
        (21, "nog 3 weken", "3 weeks left"),
        (30, "nog 1 maand", "1 month left"),
        (92, "nog 3 maanden", "3 months left"),
        (365, "nog 12 maanden", "12 months left"),
    ],
)
def test_what_is_left_is_said_as_people_say_it(days: int, nl: str, en: str) -> None:
    end = world.AT + timedelta(days=days)

    assert nl == Speech(Language.NL, world.AT).left(end)
    assert nl == Speech(Language.NL_JE, world.AT).left(end)
    assert en == Speech(Language.EN, world.AT).left(end)


def test_the_time_is_that_of_the_clock_on_the_wall() -> None:
    assert ["Vandaag om 14:30", "Vandaag om 14:30", "Today at 14:30"] == [
        Speech(locale, world.AT).moment(world.AT) for locale in LOCALES
    ]
