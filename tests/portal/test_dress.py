"""How the portal looks: an operator's own colours and mark, and the drawings of organizations."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from api.portal import drawing
from api.portal.drawing import Share
from api.portal.rendering import Portal
from cdp.catalog.files import Language
from cdp.settings import Settings
from consent.errors import Invalid
from tests.conftest import ROOT
from tests.portal import gallery

SHEET = (ROOT / "api" / "portal" / "static" / "portal.css").read_text(encoding="utf-8")
CONTRACT = (ROOT / "docs" / "theme.md").read_text(encoding="utf-8")
ONE, OTHER = UUID(int=1), UUID(int=2)


def _dressed(theme: Path, logo: Path | None = None) -> Portal:
    return Portal(replace(gallery.portal().settings, portal_theme=theme, portal_logo=logo))


def test_a_theme_follows_our_stylesheet_and_a_logo_takes_the_place_of_the_mark(tmp_path: Path) -> None:
    theme, logo = tmp_path / "ours.css", tmp_path / "ours.svg"
    theme.write_text(":root { --door: #123456 }")
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    portal = _dressed(theme, logo)

    page = portal.html(gallery.page("hulp", Language.NL))

    assert page.index(portal.statics.url("portal.css")) < page.index(portal.statics.url("theme.css"))
    assert f'<img src="{portal.statics.url("logo.svg")}" alt=""' in page
    assert b"--door: #123456" in portal.statics.by_name["theme.css"].content


@pytest.mark.parametrize("name", ["theme.html", "theme"])
def test_a_theme_is_a_stylesheet(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")

    with pytest.raises(Invalid):
        _dressed(tmp_path / name)


def test_a_theme_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    environment = {"CDP_APP_DATABASE_URL": "postgresql://", "CDP_PORTAL_THEME": str(tmp_path / "gone.css")}

    with pytest.raises(Invalid, match="CDP_PORTAL_THEME"):
        Settings.read(environment)


def test_the_contract_names_every_property_and_no_other() -> None:
    ours = set(re.findall(r"(--[a-z0-9-]+):", SHEET.partition(":root{")[2].partition("}")[0]))
    ranges = {f"--hue-{number}" for number in range(1, 7)} | {f"--s{number}" for number in range(1, 9)}
    named = set(re.findall(r"`(--[a-z0-9-]+)`", CONTRACT)) | ranges

    assert ours == named
    assert 40 <= len(named) <= 60


def test_every_colour_has_both_faces_or_serves_both() -> None:
    colours = re.findall(r"(--[a-z0-9-]+):(#[0-9a-f]+|light-dark\([^)]+\))", SHEET)
    single = {name for name, value in colours if not value.startswith("light-dark")}

    assert {"--on-door", "--on-brass"} == single


def test_an_organization_is_always_drawn_alike_and_unlike_another() -> None:
    assert drawing.rosette(ONE) == drawing.rosette(ONE)
    assert drawing.rosette(ONE) != drawing.rosette(OTHER)


def test_hundred_organizations_have_hundred_rosettes() -> None:
    assert len({drawing.rosette(UUID(int=number)) for number in range(100)}) >= 95


def test_every_line_of_a_rosette_stays_inside_its_square() -> None:
    drawn = [drawing.rosette(UUID(int=number)) for number in range(200)]

    assert all(each.rx <= 32 and each.ry <= 32 for rosette in drawn for each in rosette.ellipses)
    assert all(
        each.r <= each.x <= 64 - each.r and each.r <= each.y <= 64 - each.r
        for rosette in drawn
        for each in rosette.circles
    )
    assert all(rosette.ellipses or rosette.circles for rosette in drawn)


def test_a_key_has_eight_teeth_in_their_places() -> None:
    key = drawing.key(ONE, {1: Share.ALL, 8: Share.PART})

    assert [Share.ALL, *[Share.NONE] * 6, Share.PART] == [tooth.share for tooth in key.teeth]
    assert sorted({tooth.x for tooth in key.teeth}) == [tooth.x for tooth in key.teeth]
