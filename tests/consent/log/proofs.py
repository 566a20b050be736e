"""Logs with every kind of act, and the receipts that they give."""

from datetime import timedelta

from consent import acts, merkle
from consent.receipts import Party, Receipt, Surroundings, Word
from tests.consent.log.workbench import CARE, SHOP, Log, Logs, honest, minute

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
