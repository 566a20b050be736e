"""After a restore the old logs end and new ones begin: an auditor gets both, and a customer one receipt."""

import io

import pytest
from starlette.testclient import TestClient

from cdp import recovery
from cdp.platform import Platform
from consent import verify
from consent.notes import Key
from consent.receipts import Receipt
from consent.verify import Trust, Verdict
from tests import make


def verdict(api: TestClient, content: bytes, *logs: str) -> Verdict:
    lines = [line for log in logs for line in api.get(f"/log/{log}/vkey").text.splitlines()]
    return verify.verify_bundle(io.BytesIO(content), Trust(tuple(map(Key.from_vkey, lines))))


def test_logs_that_ended_and_those_that_go_on_can_both_be_had(
    api: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, auditor = make.person(platform), make.auditor(platform)
    act = make.grant(platform, person, make.organization(platform))
    api.get("/v1/me", headers=person.headers)
    make.anchored(platform)
    monkeypatch.setattr(recovery, "why_it_stands_still", lambda _: "a restore")
    recovery.recover(platform)
    make.anchored(platform)
    make.revoke(platform, person, make.granted(platform, person, "contact"), purpose="advice")
    api.get("/v1/me", headers=person.headers)
    make.anchored(platform)

    goes_on = verdict(api, api.get("/v1/audit/bundle", headers=auditor).content, "consent-2", "access-2")
    ended = verdict(api, api.get("/v1/audit/bundle?log=consent", headers=auditor).content, "consent", "access")
    page = api.get("/v1/audit/acts", headers=auditor).json()
    following = api.get("/v1/audit/acts", params={"after": page["next"]}, headers=auditor).json()
    others = [api.get(f"/v1/audit/bundle?log={each}", headers=auditor).status_code for each in ("access", "none")]
    receipt = Receipt.from_bytes(api.get(f"/v1/me/receipts/{act}", headers=person.headers).content)

    assert [] == goes_on.failures == ended.failures
    assert (3, 1) == (goes_on.checked["acts"], ended.checked["acts"])
    assert [1, 1] == [each.checked["reads"] for each in (goes_on, ended)]
    assert [{"consent"}, {"consent-2"}] == [{each["log"] for each in part["acts"]} for part in (page, following)]
    assert following["next"] is None
    assert [404, 404] == others
    assert b"/consent-2\n" in receipt.proof.checkpoint
