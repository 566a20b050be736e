"""That an auditor looked, the platform's auditor knows and whoever audits the same organization; nobody else."""

from fastapi.testclient import TestClient

from cdp.platform import Platform
from tests import make
from tests.api.auditing import listed


def test_an_organizations_auditor_sees_its_own_looks_and_no_other_auditors(api: TestClient, platform: Platform) -> None:
    shop, bank = make.organization(platform), make.organization(platform)
    whole, of_shop, of_bank = make.auditor(platform), make.auditor(platform, shop), make.auditor(platform, bank)
    for headers in (whole, of_shop, of_bank):
        listed(api, "acts", headers)
    make.anchored(platform)

    looks = {
        name: [each["organization"] for each in listed(api, "accesses", headers) if each["principal"] == "auditor"]
        for name, headers in (("whole", whole), ("shop", of_shop), ("bank", of_bank))
    }

    assert {"whole": [None, shop.slug, bank.slug], "shop": [shop.slug], "bank": [bank.slug]} == looks
