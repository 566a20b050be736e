"""What only the operator does with senders: checking, sharing, and what is left of them with an organization gone."""

import pytest

from cdp import clock
from cdp.messages import senders
from cdp.messages.likeness import Resemblance, SenderKind
from cdp.messages.senders import SenderTaken, SenderUnknown
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

OPERATOR = Scope(Principal.OPERATOR)
DOMAIN = SenderKind.DOMAIN


def check(platform: Platform, organization: Organization, value: str, *, is_shared: bool = False) -> None:
    with platform.database.scoped(OPERATOR) as session:
        senders.check(session, organization.organization_id, DOMAIN, value, is_shared=is_shared, at=clock.now())


def known(platform: Platform) -> senders.Known:
    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        return senders.published(session)


def test_two_organizations_have_one_sender_only_when_the_operator_says_so(platform: Platform) -> None:
    one, other, name = make.organization(platform), make.organization(platform), f"{make.name()}.example"
    check(platform, one, name)

    with pytest.raises(SenderTaken):
        check(platform, other, f"mail.{name}")
    with pytest.raises(SenderTaken):
        check(platform, other, name)
    check(platform, other, name, is_shared=True)

    owners = {each.organization for each in known(platform).covering(SenderKind.EMAIL, f"info@{name}")}
    assert {one.organization_id, other.organization_id} == owners


def test_what_was_removed_counts_for_nothing_any_more(platform: Platform) -> None:
    one, name = make.organization(platform), f"{make.name()}.example"
    check(platform, one, name)

    with platform.database.scoped(OPERATOR) as session:
        senders.withdraw(session, one.organization_id, DOMAIN, name)
    with pytest.raises(SenderUnknown), platform.database.scoped(OPERATOR) as session:
        senders.withdraw(session, one.organization_id, DOMAIN, name)

    assert [] == known(platform).covering(DOMAIN, name)


def test_what_waits_is_shown_with_whom_it_poses_as(platform: Platform) -> None:
    one, name = make.organization(platform), make.name("zonnewijzer")
    check(platform, one, f"{name}.example")

    found = known(platform).alike(DOMAIN, f"{name.replace('o', '0', 1)}.example")

    assert found is not None
    assert (one.organization_id, Resemblance.LETTERS) == (found.of.organization, found.how)
