"""Nobody is shut out of any page on a desktop, in any state, language or face."""

import pytest
from playwright.sync_api import Page

from tests.portal import gallery, reach

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTH = 1280


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_nobody_is_shut_out(sheet: Page, axe: str, name: str) -> None:
    assert {} == reach.faults_in_every_language(sheet, axe, name, width=WIDTH)


def test_planted_faults_are_found(sheet: Page, axe: str) -> None:
    found = reach.planted(sheet, axe, width=WIDTH)

    assert 2 == sum(": color-contrast: <h1" in each for each in found)
    assert any("link-name" in each or "button-name" in each for each in found)
