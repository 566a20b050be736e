"""What a receipt says to people, and that a page and a paper say the same."""

import re
import zlib
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfoNotFoundError

import pytest
from fontTools.ttLib import TTFont

from api.receipts import page, paper, sheet, words
from cdp.catalog.files import Language
from consent import acts
from consent.acts import Evidence, Kind, Method
from consent.permission import Permission
from consent.receipts import Receipt
from tests.consent.log.proofs import AROUND, logs_of_every_act, of_log
from tests.consent.log.workbench import CARE, SHOP, minute

SITE = "https://klant.example"


def _receipts() -> list[Receipt]:
    logs = logs_of_every_act()
    attested = acts.Attest(
        recipient=SHOP,
        purpose=CARE,
        at=minute(30),
        by=SHOP,
        categories=frozenset({"contact"}),
        expires_at=minute(60 * 24),
        evidence=Evidence(method=Method.PAPER, at=minute(28), document_hash="0" * 64),
    )
    logs.act("gijs", attested)
    split = acts.Split(recipient=SHOP, purpose=CARE, at=minute(31), other=Permission())
    logs.act("gijs", split, other="hans")
    return of_log(logs.consent)


RECEIPTS = {each.event.act.kind: each for each in _receipts()}
CASES = [(kind, language) for kind in Kind for language in Language]


def _sheet(kind: Kind, language: Language = Language.NL) -> sheet.Sheet:
    return sheet.of(RECEIPTS[kind], AROUND, language=language, house="mijn.klant", site=SITE)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


def _read(content: bytes) -> _Text:
    text = _Text()
    text.feed(content.decode())
    return text


def test_there_is_a_story_for_every_kind_of_act() -> None:
    assert set(Kind) == set(words.STORIES) == set(RECEIPTS)
    assert {str(each) for each in Method} == set(words.METHODS)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_a_page_says_everything_that_the_sheet_says(kind: Kind, language: Language) -> None:
    made = _sheet(kind, language)
    read = _read(page.render(made))

    lines = [line for row in (*made.facts, *made.proof_facts) for line in (row.label, *row.lines)]
    missing = [each for each in (made.title, made.sentence, *made.advice, *lines, made.proof) if each not in read.said]

    assert [] == missing
    assert ("html", {"lang": "en" if language is Language.EN else "nl"}) == read.tags[0]


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_a_page_needs_nothing_from_elsewhere(kind: Kind, language: Language) -> None:
    read = _read(page.render(_sheet(kind, language)))

    assert {"script", "link", "img", "iframe", "form", "a"}.isdisjoint(tag for tag, _ in read.tags)
    assert not any(
        name in {"src", "href", "style"} or name.startswith("on") for _, names in read.tags for name in names
    )


def test_the_policy_of_a_page_names_the_style_that_stands_in_it() -> None:
    style = re.search(rb"<style>(.*?)</style>", page.render(_sheet(Kind.GRANT)), re.DOTALL)

    assert style is not None
    assert f"'sha256-{b64encode(sha256(style[1]).digest()).decode()}'" in page.STYLE.policy


def test_a_name_on_a_page_is_text() -> None:
    odd = replace(AROUND, recipient=replace(AROUND.recipient, name="<b>{site} & {x}</b>"))
    made = sheet.of(RECEIPTS[Kind.GRANT], odd, language=Language.NL, house="mijn.klant", site=SITE)

    read = _read(page.render(made))

    assert "b" not in {tag for tag, _ in read.tags}
    assert "<b>{site} & {x}</b> mag deze gegevens" in read.said


@pytest.mark.parametrize("kind", Kind)
def test_who_is_called_je_is_never_called_u(kind: Kind) -> None:
    made = _sheet(kind, Language.NL_JE)
    said = " ".join((made.title, made.sentence, *made.advice, *(line for row in made.facts for line in row.lines)))

    assert not re.search(r"\b(u|uw|uzelf)\b", said, re.IGNORECASE)


@pytest.mark.parametrize("kind", Kind)
def test_who_is_called_u_is_never_called_je(kind: Kind) -> None:
    made = _sheet(kind, Language.NL)
    said = " ".join((made.title, made.sentence, *made.advice, *(line for row in made.facts for line in row.lines)))

    assert not re.search(r"\b(je|jij|jou|jouw|jezelf)\b", said, re.IGNORECASE)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_a_sentence_is_short_enough_to_be_read_once(kind: Kind, language: Language) -> None:
    made = _sheet(kind, language)
    sentences = re.split(r"(?<=[.?!]) ", " ".join((made.sentence, *made.advice, made.proof_sentence)))

    assert [] == [each for each in sentences if len(each.split()) > 18]


def test_a_moment_is_told_in_the_time_of_the_netherlands() -> None:
    at = datetime(2026, 7, 3, 21, 5, tzinfo=UTC)

    assert "vrijdag 3 juli 2026 om 23:05" == sheet.moment(at, Language.NL)
    assert "Friday 3 July 2026 at 23:05" == sheet.moment(at, Language.EN)


def test_a_machine_without_time_zones_tells_the_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(sheet, "ZoneInfo", unknown)

    assert sheet.moment(datetime(2026, 7, 3, 21, 5, tzinfo=UTC), Language.EN).endswith("21:05 UTC")


def test_a_supplier_is_named() -> None:
    act = RECEIPTS[Kind.GRANT].event.act
    assert isinstance(act, acts.Grant)
    narrowed = replace(act, sources=frozenset({SHOP}))
    receipt = replace(RECEIPTS[Kind.GRANT], event=replace(RECEIPTS[Kind.GRANT].event, act=narrowed))

    made = sheet.of(
        receipt, replace(AROUND, sources={SHOP: "Woonvast"}), language=Language.NL, house="mijn.klant", site=SITE
    )

    assert ("Woonvast",) == next(row.lines for row in made.facts if row.label == "Van wie die gegevens komen")


def _streams(paper_: bytes) -> list[bytes]:
    found = []
    for each in re.findall(rb">>\nstream\n(.*?)\nendstream", paper_, re.DOTALL):
        try:
            found.append(zlib.decompress(each))
        except zlib.error:
            found.append(each)
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_a_paper_carries_the_proof_and_the_letters_of_its_text(kind: Kind, language: Language) -> None:
    made = _sheet(kind, language)

    pdf = paper.render(made, at=minute(0))

    assert pdf.startswith(b"%PDF-1.")
    assert made.proof.encode() in _streams(pdf)
    assert 3 == pdf.count(b"/FontFile2")
    assert len(pdf) < 60_000


def test_the_same_sheet_is_the_same_paper() -> None:
    made = _sheet(Kind.GRANT)

    assert paper.render(made, at=minute(0)) == paper.render(made, at=minute(0))


@pytest.mark.parametrize("code", ["figo", "figbo"])
def test_the_font_has_the_letters_that_names_need(code: str) -> None:
    paper.render(_sheet(Kind.GRANT), at=minute(0))
    letters = TTFont(f"{paper._folder().name}/{code}.ttf").getBestCmap()
    latin = {*range(0x20, 0x7F), *range(0xA1, 0x180), 0x218, 0x219, 0x21A, 0x21B, 0x1E9E, *map(ord, "–—’“”•€")}
    others = set(map(ord, "ΑΒΓΔΩαβγδωάέήίόύώАБВГДЯабвгдяЄІЇҐ"))

    assert set() == {chr(each) for each in (latin | others) - set(letters) - {0xAD, 0x149}}


def test_rows_of_a_paper_do_not_stand_on_each_other() -> None:
    """A label of two lines beside a value of one, and the other way round; on every page."""
    long = " ".join(["woord"] * 12)
    rows = [sheet.Row(long, ("waarde",)), sheet.Row("naam", (long, long, long))] * 30
    pdf = paper.render(replace(_sheet(Kind.GRANT), facts=tuple(rows)), at=minute(0))

    pages = [each.decode("latin-1") for each in _streams(pdf) if b" Td (" in each]
    gaps = [gap for text in pages for gap in _gaps(text)]
    assert len(pages) > 2
    assert min(gaps) > 9


def _gaps(text: str) -> list[float]:
    """Return how far lines that begin at the same left edge are apart, in points."""
    places = [(x, float(y)) for x, y in re.findall(r"BT ([0-9.]+) ([0-9.]+) Td", text)]
    columns = [sorted(y for left, y in places if left == x) for x in {x for x, _ in places}]
    return [after - before for column in columns for before, after in pairwise(column)]
