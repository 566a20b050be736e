"""Facts that wait for the log."""

from datetime import timedelta
from uuid import UUID

from cdp import clock
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from tests import make
from tests.cdp.log import bundles


def attested(platform: Platform, source: Organization) -> tuple[str, law.Attest]:
    """Return how `source` calls somebody new of whom it attests a permission."""
    user = make.name("user")
    customer, _ = make.subject(platform, source, user)
    return user, attest(platform, source.organization_id, customer, bundles.PURPOSE)


def attest(platform: Platform, source: UUID, customer: UUID, purpose: str) -> law.Attest:
    """Let an organization say that a customer of theirs allowed a purpose on paper, and return the act."""
    at = clock.now()
    act = law.Attest(
        recipient=source,
        by=source,
        purpose=purpose,
        at=at,
        categories=frozenset({"products"}),
        expires_at=at + timedelta(days=30),
        evidence=law.Evidence(method=law.Method.PAPER, at=at - timedelta(days=1), document_hash="0" * 64),
    )
    scope = Scope(Principal.SOURCE, source)
    with platform.database.scoped(scope) as session:
        grants.record(session, scope, customer, act)
    return act
