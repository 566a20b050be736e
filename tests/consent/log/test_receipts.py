import json
import re
from datetime import timedelta
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from cdp.catalog import files
from consent import acts, merkle, receipts
from consent.errors import Malformed
from consent.receipts import Party, Receipt, Surroundings, Word
from tests.consent.log import vectors
from tests.consent.log.workbench import CARE, SHOP, Log, Logs, honest, minute

TERMS = json.loads(resources.files("consent").joinpath("dpv_terms.json").read_text())
AROUND = Surroundings(
    recipient=Party(
        name="Woonvast",
        contact="Klantenservice",
        email="privacy@woonvast.example",
        phone="+31 30 000 0000",
        address={"streetAddress": "Straat 1", "addressCountry": "NL"},
        url="https://woonvast.example",
    ),
    purpose=Word(name="Klantenservice", term="dpv:CustomerCare"),
    categories={
        "contact": Word(name="Contactgegevens", term="pd:Contact"),
        "address": Word(name="Adres", term="pd:PhysicalAddress"),
        "products": Word(name="Producten", term="pd:Purchase"),
        "health": Word(name="Gezondheid", term="pd:MedicalHealth", is_special=True),
    },
    language="nl",
    jurisdiction="NL",
    policy_url="https://platform.example/privacy",
    withdraw_url="https://platform.example/grants/1",
    storage="at the source, until withdrawn",
    method="mijn.klant",
)
PERIOD = {"recipient": SHOP, "purpose": CARE}
GIVEN = frozenset({"contact", "health"})
END = minute(0) + timedelta(days=30)


def logs_of_every_act() -> Logs:
    """Return logs in which a receipt of every kind of act can be had."""
    logs = honest()
    extent = {**PERIOD, "categories": GIVEN, "expires_at": END}
    logs.act("eva", acts.Grant(at=minute(20), **extent))  # type: ignore[arg-type]  # one dictionary for three acts
    logs.act("eva", acts.Extend(at=minute(21), **extent))  # type: ignore[arg-type]  # as for the line above
    logs.act("eva", acts.Narrow(at=minute(22), **extent))  # type: ignore[arg-type]  # as for the line above
    logs.act("eva", acts.Refuse(at=minute(23), categories=frozenset({"address"}), **PERIOD))  # type: ignore[arg-type]  # as for the line above
    logs.act("eva", acts.Object(at=minute(24), recipient=SHOP, purpose=CARE))
    logs.act("eva", acts.Erase(at=minute(25), recipient=SHOP, purpose=CARE))
    logs.grant("finn", 26, days=1)
    logs.act("finn", acts.Expire(at=minute(26 + 24 * 60), recipient=SHOP, purpose=CARE))
    return logs


def of_log(log: Log) -> list[Receipt]:
    found = []
    for index, opening in log.openings.items():
        if b'"purpose"' in opening.body and b'"financial"' not in opening.body:
            proof = merkle.inclusion_proof(index, log.size, log.tree.node)
            found.append(Receipt.of(opening, index, proof, log.checkpoint()))
    return found


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
