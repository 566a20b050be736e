"""Who reads what a customer asked to correct cites that it was asked, and the file holds."""

import pytest

from cdp import demands, recovery
from cdp.log import sequencer
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.demanding import TELLING, do, record, shown
from tests.cdp.log import bundles


@pytest.fixture
def asked(platform: Platform) -> Organization:
    """Return an organization that was asked to correct one thing, and to look at another."""
    shop, address = make.organization(platform), make.email()
    make.known_person(platform, shop, address, user=make.name("user"))
    noor = make.person(platform, address=address)
    do(platform, noor, TELLING, record(platform, noor), "Eleonora")
    do(platform, noor, demands.dispute, record(platform, noor, "subscription"))
    return shop


def test_who_reads_a_correction_cites_that_it_was_passed_on(platform: Platform, asked: Organization) -> None:
    shown(platform, asked)

    found = bundles.settled_verdict(platform)

    assert [] == found.failures
    assert 1 <= found.checked["reads"]
    assert 2 <= found.checked["statements"]


def test_a_log_that_begins_anew_knows_what_was_asked_before(
    platform: Platform, asked: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer.step(platform)
    with monkeypatch.context() as patched:
        patched.setattr(recovery, "why_it_stands_still", lambda _: "a test says so")
        recovery.recover(platform)

    shown(platform, asked)

    assert [] == bundles.settled_verdict(platform).failures
