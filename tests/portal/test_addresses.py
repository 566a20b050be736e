"""Addresses that no letter of ours reaches are told so where they are typed: nothing is lost in silence."""

import pytest

from cdp import ids
from cdp.mailroom.mail import Outbox
from cdp.platform import Platform
from tests import make
from tests.portal.conftest import Enter
from tests.portal.post import posts


def test_an_address_that_no_letter_of_ours_reaches_is_told_so(
    platform: Platform, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, name = make.person(platform), f"j\u00fcrgen.{ids.row().hex}@example.org"
    portal = enter(person)
    reached = portal.post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": name}, follow_redirects=False)
    monkeypatch.setattr(Outbox, "_takes_any_alphabet", lambda _: False)

    added = portal.post("/veilig-inloggen/adressen", data={"soort": "email", "waarde": name})
    portal.cookies.clear()
    asked = portal.post("/inloggen", data={"email": name})
    program = portal.post("/v1/login", json={"email": name})

    assert (303, 1) == (reached.status_code, len(posts(portal, name)))
    assert (409, 200) == (added.status_code, asked.status_code)
    assert all("Naar dit adres kunnen wij geen mail sturen." in each.text for each in (added, asked))
    assert (422, "address-unreachable") == (program.status_code, program.json()["code"])
