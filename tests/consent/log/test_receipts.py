import json
import re
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from cdp.catalog import files
from consent import acts, receipts
from consent.errors import Malformed
from consent.receipts import Receipt
from tests.consent.log import vectors
from tests.consent.log.proofs import AROUND, logs_of_every_act, of_log
from tests.consent.log.workbench import honest

TERMS = json.loads(resources.files("consent").joinpath("dpv_terms.json").read_text())


RECEIPTS = of_log(logs_of_every_act().consent)
CASES = pytest.mark.parametrize("receipt", RECEIPTS, ids=lambda receipt: str(receipt.event.act.kind))


def test_every_kind_of_act_but_two_is_among_the_receipts() -> None:
    assert set(acts.Kind) - {acts.Kind.ATTEST, acts.Kind.SPLIT} == {each.event.act.kind for each in RECEIPTS}
    assert set(acts.Kind) == set(receipts._STATUS)


@CASES
def test_a_receipt_comes_back_as_it_was(receipt: Receipt) -> None:
    assert receipt == Receipt.from_bytes(receipt.to_bytes())


@CASES
def test_every_term_in_a_receipt_exists_in_dpv(receipt: Receipt) -> None:
    document = receipt.to_json_ld(AROUND)
    known = {term for kind in ("properties", "classes", "purposes", "personal_data") for term in TERMS[kind]}

    used = set(re.findall(r'"((?:dpv|pd|eu-gdpr):[^"]+)"', json.dumps({**document, "@context": {}})))

    assert set() == used - known
    assert TERMS["context"] == document["@context"]


@CASES
def test_a_receipt_has_what_the_standard_asks_of_every_receipt(receipt: Receipt) -> None:
    document = receipt.to_json_ld(AROUND)
    mandatory = {"dct:conformsTo", "dct:identifier", "dpv:hasDataSubject", "dct:language", "dpv:hasPurpose"}
    mandatory |= {"dpv:hasNotice", "dpv:hasLegalBasis", "dpv:hasPersonalData", "dpv:hasDataController"}
    mandatory |= {"dpv:hasStorageCondition", "dpv:hasJurisdiction", "dpv:hasRecipient", "dpv:hasConsentControl"}

    assert set() == mandatory - set(document)
    assert receipt.to_json_ld(AROUND) == json.loads(json.dumps(document))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("grant", "dpv:ConsentGiven"),
        ("narrow", "dpv:RenewedConsentGiven"),
        ("revoke", "dpv:ConsentWithdrawn"),
        ("refuse", "dpv:ConsentRefused"),
        ("expire", "dpv:ConsentExpired"),
    ],
)
def test_a_receipt_says_what_the_act_made_of_the_consent(kind: str, status: str) -> None:
    receipt = next(each for each in RECEIPTS if each.event.act.kind == kind)
    basis: Any = receipt.to_json_ld(AROUND)["dpv:hasLegalBasis"]

    assert {"@id": status} == basis["dpv:hasConsentStatus"]


def test_special_data_has_its_own_legal_basis() -> None:
    bases = {}
    for receipt in RECEIPTS:
        basis: Any = receipt.to_json_ld(AROUND)["dpv:hasLegalBasis"]
        bases[basis["@type"]] = "health" in getattr(receipt.event.act, "categories", ())

    assert {"eu-gdpr:A9-2-a": True, "eu-gdpr:A6-1-a": False} == bases


def test_the_catalog_s_own_terms_are_in_the_list() -> None:
    purposes = {each.dpv for each in files.shipped().purposes.values()}
    categories = {each.dpv for key, each in files.shipped().categories.items() if key != "unmapped"}

    assert purposes == set(TERMS["purposes"])
    assert categories == set(TERMS["personal_data"])


@vectors.needed
@CASES
def test_a_receipt_is_a_kantara_consent_receipt(receipt: Receipt) -> None:
    text = (vectors.FOLDER / "kantara/CR_v1_1/kantara-consent-receipt-v1_1-schema.json").read_text()
    schema = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    validator = jsonschema_rs.validator_for(schema)
    document = receipt.to_kantara(AROUND)

    validator.validate(document)
    for name in ("services", "piiControllers", "consentTimestamp"):
        assert not validator.is_valid({key: value for key, value in document.items() if key != name})


def test_only_an_act_has_a_receipt() -> None:
    opening = honest().access.openings[0]

    with pytest.raises(Malformed):
        Receipt.of(opening, 0, [], b"")
