"""What a line of the log says is true of whom it is about."""

from uuid import uuid4

import msgspec
import pytest

from api.portal.frame import Room
from api.portal.pages import log_words
from api.portal.speech import Speech
from cdp import clock
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.own import looked
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.acts import Revoke
from tests import make
from tests.portal.conftest import Enter


@pytest.mark.parametrize("room", [each for each in Room if each is not Room.MORE])
def test_every_page_of_ones_own_has_a_name(room: Room) -> None:
    line = looked.Line(
        uuid4(), clock.now(), None, None, False, True, f"page:{room}", None, [], [], 0, "released", "own", None
    )

    assert "U bekeek een pagina." != log_words.what(Speech(Language.NL, clock.now()), files.shipped(), line)


def test_who_asks_for_all_kinds_but_an_added_one_does_not_want_everything() -> None:
    speech, shipped = Speech(Language.NL, clock.now()), files.shipped()
    added = {"winkel-smaak": shipped.categories["usage"]}
    larger = msgspec.structs.replace(shipped, categories={**shipped.categories, **added})
    asked = sorted(shipped.grantable())
    line = looked.Line(
        uuid4(),
        clock.now(),
        uuid4(),
        None,
        False,
        False,
        "profile",
        None,
        asked,
        [],
        0,
        "refused",
        "never-granted",
        None,
    )

    assert ("Wilde alles van u zien.", "") == (
        log_words.what(speech, shipped, line),
        log_words.data(speech, shipped, line),
    )
    assert "Wilde zien:" == log_words.what(speech, larger, line)
    assert len(asked) == len(log_words.data(speech, larger, line).split(", "))


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (Principal.CUSTOMER, "U stopte deze toegang."),
        (Principal.SOURCE, "De organisatie gaf deze toegang zelf terug."),
    ],
)
def test_a_refused_read_says_who_ended_the_permission(
    platform: Platform, enter: Enter, by: Principal, told: str
) -> None:
    person, bank = make.person(platform), make.organization(platform)
    make.grant(platform, person, bank, purpose="advice")
    profile = platform.profile_ids.profile_id(person.customer_id, bank.organization_id)
    headers = make.service(platform, bank, "profiles:read") | {"Accept": "application/json"}
    ending = Scope(Principal.SOURCE, bank.organization_id) if by is Principal.SOURCE else person.scope
    act = Revoke(recipient=bank.organization_id, purpose="advice", at=clock.now())
    with platform.database.scoped(ending) as session:
        grants.record(session, ending, person.customer_id, act)
    browser = enter(person)

    assert 403 == browser.get(f"/v1/profiles/{profile}?purpose=advice", headers=headers).status_code

    assert told in browser.get("/logboek").text
