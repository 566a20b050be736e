"""Every page can be drawn in every state and language, from samples alone."""

import gzip
import re
from html.parser import HTMLParser

import pytest

from api.portal import statics
from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from tests.portal import gallery

VOID = frozenset({"br", "circle", "ellipse", "hr", "img", "input", "link", "meta", "path", "rect", "wbr"})
CSS, SCRIPTS, FIRST, NEXT = 12_000, 20_000, 75_000, 15_000


class _Tags(HTMLParser):
    """Notes what is open, and every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self.open.pop()


def _tags(name: str, locale: Language) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(gallery.html(name, locale))
    assert [] == parser.open
    return parser.tags


@pytest.mark.parametrize(("name", "locale"), gallery.CASES)
def test_a_page_is_well_formed_and_holds_nothing_inline(name: str, locale: Language) -> None:
    tags = _tags(name, locale)

    assert [] == [tag for tag, given in tags if {"style", "onclick", "onload"} & given.keys() or tag == "style"]
    assert [] == [given for tag, given in tags if tag == "script" and not given.get("src")]
    assert 1 == sum(tag == "h1" for tag, _ in tags)
    ids = [given["id"] for _, given in tags if "id" in given]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "locale"), gallery.CASES)
def test_nothing_is_ticked_or_chosen_for_anybody(name: str, locale: Language) -> None:
    assert [] == [given for tag, given in _tags(name, locale) if tag == "input" and "checked" in given]


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_a_page_speaks_its_language(name: str) -> None:
    assert [
        f'<html lang="{tag}"' in gallery.html(name, locale)
        for locale, tag in zip(LOCALES, ("nl", "nl", "en"), strict=True)
    ]


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_who_is_addressed_with_je_never_reads_u(name: str) -> None:
    text = re.sub(r"<[^>]+>", " ", gallery.html(name, Language.NL_JE))

    assert [] == re.findall(r"\b(?:u|uw|uzelf)\b", re.sub("‘u’|U[.]A[.]", "", text), re.IGNORECASE)


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_every_file_of_a_page_is_ours_and_fingerprinted(name: str) -> None:
    named = [
        given[key]
        for tag, given in _tags(name, Language.NL)
        for key in ("src", "href")
        if tag in {"link", "script", "img"} and key in given
    ]

    assert named
    assert [] == [path for path in named if path not in gallery.portal().statics.by_path]


def test_a_stylesheet_names_only_files_that_are_there() -> None:
    sheet = gallery.portal().statics.by_name["portal.css"].content.decode()

    assert set(re.findall(r"url\(([^)]+)\)", sheet)) <= gallery.portal().statics.by_path.keys()


def test_another_text_has_another_address() -> None:
    one = statics.load()

    assert one.url("portal.css") == statics.load().url("portal.css")
    assert re.fullmatch(r"/static/portal\.[0-9a-f]{12}\.css", one.url("portal.css"))


def test_the_files_are_light() -> None:
    files = gallery.portal().statics.by_name
    sizes = {name: len(each.zipped or each.content) for name, each in files.items()}
    page = max(len(gzip.compress(gallery.html(name, locale).encode())) for name, locale in gallery.CASES)

    assert sum(size for name, size in sizes.items() if name.endswith(".css")) <= CSS
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) <= SCRIPTS
    assert page <= NEXT
    assert sum(sizes.values()) + page <= FIRST
