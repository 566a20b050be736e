"""What happens in the running system comes to stand in the logs, and an auditor accepts it."""

import pytest

from cdp import clock
from cdp.log import sequencer
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.log import bundles


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


def test_an_act_and_a_read_are_in_logs_that_an_auditor_accepts(platform: Platform, shop: Organization) -> None:
    person = make.person(platform)
    bundles.grant(platform, person, shop)
    bundles.read_own(platform, person)
    bundles.revoke(platform, person, shop)

    verdict = bundles.settled_verdict(platform)

    assert [] == verdict.failures
    assert verdict.checked["acts"] >= 2
    assert verdict.checked["reads"] >= 1
    assert 0 == bundles.count(platform, "consent_outbox") + bundles.count(platform, "access_outbox")
