"""The whole story: refused, asked, allowed in part, read, seen in the log, stopped, refused again."""

import re
from typing import Any

from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.api.asking import Asker, by_email
from tests.portal.conftest import Enter

PURPOSE = {"purpose": "advice"}


class Reader:
    """A program of an organization that wants to read one person."""

    def __init__(self, platform: Platform, portal: TestClient, organization: Organization, address: str) -> None:
        self._api = portal
        self._organization = organization
        self._address = address
        self._headers = make.service(platform, organization, "profiles:read") | {"Accept": "application/json"}

    def profile_id(self) -> str:
        wanted = PURPOSE | {"identifiers": [{"type": "email", "value": self._address}]}
        found: str = self._api.post("/v1/profiles/lookup", json=wanted, headers=self._headers).json()["profile_id"]
        return found

    def look(self, profile_id: str) -> tuple[int, dict[str, Any]]:
        answer = self._api.get(f"/v1/profiles/{profile_id}", params=PURPOSE, headers=self._headers)
        return answer.status_code, answer.json()


def _known(platform: Platform) -> tuple[make.Person, str]:
    address = make.email()
    make.known_person(platform, make.organization(platform), address)
    return make.person(platform, address=address), address


def _ask(platform: Platform, portal: TestClient, organization: Organization, address: str) -> str:
    asker = Asker(platform, portal, organization)
    return asker.ask(identifiers=by_email(address), days=180, by="computer")


def test_refused_asked_allowed_in_part_seen_stopped_and_refused(
    platform: Platform, portal: TestClient, enter: Enter
) -> None:
    person, address = _known(platform)
    organization = make.organization(platform)
    reader, asker = Reader(platform, portal, organization, address), Asker(platform, portal, organization)
    profile_id = platform.profile_ids.profile_id(person.customer_id, organization.organization_id)

    before = reader.look(profile_id)
    asked = asker.ask(identifiers=by_email(address), days=180, by="computer")
    unanswered = asker.get(asked)
    browser = enter(person)
    page = browser.get(f"/verzoeken/{asked}").text
    browser.post(f"/verzoeken/{asked}", data={"antwoord": "deel", "soort": "contact", "dagen": "90"})
    answered = asker.get(asked)
    allowed, found = reader.look(answered["granted"]["profile_id"]), reader.profile_id()
    log = browser.get("/logboek").text
    listed = browser.get("/organisaties").text
    (stop,) = re.findall(r'action="(/toegang/[0-9a-f-]+/stoppen)"', listed)
    browser.post(stop)
    after = reader.look(profile_id)

    assert 403 == before[0]
    assert ("pending", None) == (unanswered["state"], unanswered["granted"])
    assert "Voornaam: Noor" in page
    assert "Een computer bekijkt uw gegevens." in page
    assert "zegt over weigeren: ‘U krijgt dan geen advies.’" in page
    assert ("narrowed", ["contact"]) == (answered["state"], answered["granted"]["categories"])
    assert profile_id == answered["granted"]["profile_id"] == found
    assert (200, ["contact"], []) == (allowed[0], allowed[1]["granted"], allowed[1]["products"])
    assert organization.name in log
    assert "nog 3 maanden" in listed
    assert "In 30 dagen 1 keer." in listed
    assert 403 == after[0]


def test_a_request_shows_once_what_two_sources_say(platform: Platform, portal: TestClient, enter: Enter) -> None:
    address = make.email()
    for _ in range(2):
        make.known_person(platform, make.organization(platform), address)
    person = make.person(platform, address=address)

    page = enter(person).get(f"/verzoeken/{_ask(platform, portal, make.organization(platform), address)}").text

    assert 1 == page.count("Voornaam: Noor")
