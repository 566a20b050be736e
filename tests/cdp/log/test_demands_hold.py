"""Who reads what a customer asked to correct cites that it was asked, and the file holds."""

from cdp import demands
from cdp.platform import Platform
from tests import make
from tests.cdp.demanding import TELLING, do, record, shown
from tests.cdp.log import bundles


def test_who_reads_a_correction_cites_that_it_was_passed_on(platform: Platform) -> None:
    shop, address = make.organization(platform), make.email()
    make.known_person(platform, shop, address, user=make.name("user"))
    noor = make.person(platform, address=address)
    do(platform, noor, TELLING, record(platform, noor), "Eleonora")
    do(platform, noor, demands.dispute, record(platform, noor, "subscription"))

    shown(platform, shop)
    found = bundles.settled_verdict(platform)

    assert [] == found.failures
    assert 1 <= found.checked["reads"]
    assert 2 == found.checked["statements"]
