"""Whoever is asked, counted or compared stands in the access log with the grant that opened it, and the file holds."""

from cdp import clock
from cdp.ingest.items import Identifier, IdentifierType, Item, Kind
from cdp.listening import metrics
from cdp.platform import Platform
from cdp.quality import report
from cdp.scope import Principal, Scope
from tests import make
from tests.cdp.listening import talks
from tests.cdp.log import bundles


def _named(user: str, address: str) -> Item:
    verified = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    return make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user, identifiers=verified)


def test_questions_figures_and_reports_cite_the_grant_that_opened_them(platform: Platform) -> None:
    shop, other, address = make.organization(platform), make.organization(platform), make.email()
    about = talks.Talk(make.person(platform, address=address), shop, make.name("user"), make.name("call"))
    make.delivery(platform, shop, _named(about.user, address), talks.talk(about.user, about.key))
    make.delivery(platform, other, _named(make.name("user"), address))
    make.grant(platform, about.person, shop, categories=frozenset({"contact", "conversations"}))
    talks.answer(platform, about.person, talks.ask(platform, about).survey_id, talks.ALL_WELL)
    client = make.program(platform, shop)
    at, source = clock.now(), Scope(Principal.SOURCE, shop.organization_id, client=client)
    metrics.service(platform, shop.organization_id, client, at.year, at=at)
    report.of_source(platform, source, at=at)

    found = bundles.settled_verdict(platform)

    assert [] == found.failures
    assert found.checked["reads"] >= 3
