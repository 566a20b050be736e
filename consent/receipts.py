"""The customer's receipt of an act in three forms: the proof itself, ISO/IEC TS 27560 as JSON-LD, Kantara 1.1.

The proof file is the receipt: it carries the event and its place in the log, so it can be checked
without us and outlives erasure at our side. The other two say the same in the words of a standard
and carry the proof along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

from consent import acts, event_bodies, events
from consent.acts import Kind
from consent.commitments import Opening
from consent.encoding import to_base64
from consent.errors import Malformed
from consent.events import ActEvent
from consent.fields import from_moment
from consent.proofs import InclusionProof

SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
KANTARA: Final = "KI-CR-v1.1.0"
CONTEXT: Final[Mapping[str, str]] = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "tlog": "https://c2sp.org/tlog-proof#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_VERSION: Final = 12
"""How much of its hash names the version of a notice."""
_STATUS: Final[Mapping[Kind, str]] = {
    Kind.GRANT: "dpv:ConsentGiven",
    Kind.ATTEST: "dpv:ConsentGiven",
    Kind.NARROW: "dpv:RenewedConsentGiven",
    Kind.EXTEND: "dpv:RenewedConsentGiven",
    Kind.MERGE: "dpv:RenewedConsentGiven",
    Kind.SPLIT: "dpv:RenewedConsentGiven",
    Kind.REVOKE: "dpv:ConsentWithdrawn",
    Kind.OBJECT: "dpv:ConsentWithdrawn",
    Kind.ERASE: "dpv:ConsentWithdrawn",
    Kind.REFUSE: "dpv:ConsentRefused",
    Kind.EXPIRE: "dpv:ConsentExpired",
}

Json = str | int | bool | Sequence["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organization as a receipt names it."""

    name: str
    contact: str
    email: str
    phone: str
    address: Mapping[str, str]
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A purpose or a category in the customer's language, with its DPV term."""

    name: str
    term: str
    is_special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a receipt says that the act does not: names, words, where to withdraw. Nothing here is in the log."""

    recipient: Party
    purpose: Word
    categories: Mapping[str, Word]
    language: str
    jurisdiction: str
    policy_url: str
    withdraw_url: str
    storage: str
    method: str
    """How the customer gave or took it, in words."""
    sources: Mapping[UUID, str] = field(default_factory=dict)
    """The names of the suppliers that the act speaks of."""
    notice: str | None = None
    """What the customer read before, if it is kept; the act holds its hash."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An act, the opening of its leaf, and the proof that the leaf is in the log."""

    event: ActEvent
    opening: Opening
    proof: InclusionProof

    @classmethod
    def of(cls, opening: Opening, index: int, hashes: Sequence[bytes], checkpoint: bytes) -> "Receipt":
        """Return the receipt of the act that `opening` opens at `index` of the log with this checkpoint."""
        event = event_bodies.from_body(opening.body)
        if not isinstance(event, ActEvent):
            raise Malformed("a receipt is of an act")
        return cls(event, opening, InclusionProof(index, tuple(hashes), checkpoint, opening.to_extra()))

    @classmethod
    def from_bytes(cls, content: bytes) -> "Receipt":
        """Return the receipt in a `.tlog-proof` file; nothing about it has been verified."""
        proof = InclusionProof.from_bytes(content)
        return cls.of(Opening.from_extra(proof.extra or b""), proof.index, proof.hashes, proof.checkpoint)

    def to_bytes(self) -> bytes:
        """Return the `.tlog-proof` file."""
        return self.proof.to_bytes()

    def to_json_ld(self, around: Surroundings) -> dict[str, Json]:
        """Return the receipt as ISO/IEC TS 27560 in the words of DPV 2.3."""
        event, act = self.event, self.event.act
        words = self.words(around)
        indication: dict[str, Json] = {
            "@type": "eu-gdpr:A9-2-a" if any(word.is_special for word in words) else "eu-gdpr:A6-1-a",
            "dpv:hasConsentStatus": {"@id": _STATUS[act.kind]},
            "dpv:isIndicatedAtTime": _time(from_moment(act.at)),
            "dpv:isIndicatedBy": event.by,
        }
        if (end := getattr(act, "expires_at", None)) is not None:
            indication["dpv:hasDuration"] = {"@type": "dpv:UntilTimeDuration", "dct:valid": _time(from_moment(end))}
        return {
            "@context": CONTEXT,
            "dct:conformsTo": SCHEMA,
            "dct:identifier": self.identifier,
            "dct:language": around.language,
            "dpv:hasDataSubject": event.place.customer or "",
            "dpv:hasNotice": self._notice(around),
            "dpv:hasPurpose": {"@id": around.purpose.term, "dct:title": around.purpose.name},
            "dpv:hasLegalBasis": indication,
            "dpv:hasProcessing": {"@id": "dpv:Disclose"},
            "dpv:hasPersonalData": [{"@id": word.term, "dct:title": word.name} for word in words],
            "dpv:hasDataSource": [
                around.sources.get(each, str(each)) for each in sorted(getattr(act, "sources", None) or ())
            ],
            "dpv:hasDataController": _party(around.recipient),
            "dpv:hasRecipient": _party(around.recipient),
            "dpv:hasStorageCondition": around.storage,
            "dpv:hasJurisdiction": around.jurisdiction,
            "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": around.withdraw_url},
            "dpv:hasRight": around.policy_url,
            "tlog:proof": to_base64(self.to_bytes()),
        }

    def to_kantara(self, around: Surroundings) -> dict[str, Json]:
        """Return the receipt as Kantara Consent Receipt 1.1."""
        act, party = self.event.act, around.recipient
        words = self.words(around)
        end = getattr(act, "expires_at", None)
        special = [word.name for word in words if word.is_special]
        controller: dict[str, Json] = {
            "piiController": party.name,
            "contact": party.contact,
            "address": party.address,
            "email": party.email,
            "phone": party.phone,
        }
        if party.url is not None:
            controller["piiControllerUrl"] = party.url
        return {
            "version": KANTARA,
            "jurisdiction": around.jurisdiction,
            "consentTimestamp": int(act.at.timestamp()),
            "collectionMethod": around.method,
            "consentReceiptID": self.identifier,
            "language": around.language,
            "piiPrincipalId": self.event.place.customer or "",
            "piiControllers": [controller],
            "policyUrl": around.policy_url,
            "services": [
                {
                    "service": party.name,
                    "purposes": [
                        {
                            "purpose": around.purpose.name,
                            "purposeCategory": [around.purpose.term],
                            "consentType": "EXPLICIT",
                            "piiCategory": [word.name for word in words],
                            "primaryPurpose": True,
                            "termination": from_moment(end if end is not None else act.at),
                            "thirdPartyDisclosure": True,
                            "thirdPartyName": party.name,
                        }
                    ],
                }
            ],
            "sensitive": bool(special),
            "spiCat": special,
            "status": _STATUS[act.kind],
            **self._kantara_notice(around),
            "proof": to_base64(self.to_bytes()),
        }

    @property
    def identifier(self) -> str:
        """The name of the receipt: the act's id, or the hash of its leaf."""
        if self.event.act_id is not None:
            return f"urn:uuid:{self.event.act_id}"
        kind = events.kind_of(self.event)
        return f"urn:cdp:leaf:{self.opening.leaf_hash(kind).hex()}"

    def words(self, around: Surroundings) -> list[Word]:
        """Return the categories that the act names; an end names none, for it ends all of them."""
        act = self.event.act
        other = act.other.categories if isinstance(act, acts.Merge | acts.Split) else frozenset[str]()
        named: frozenset[str] = getattr(act, "categories", other)
        return [around.categories[key] for key in sorted(named)]

    def notice(self, around: Surroundings) -> str | None:
        """Return what the customer read, if it is kept and is what the act holds the hash of."""
        text = around.notice
        return text if text is not None and sha256(text.encode()).hexdigest() == self.event.notice_hash else None

    def _notice(self, around: Surroundings) -> dict[str, Json]:
        about: dict[str, Json] = {"@type": "dpv:ConsentNotice", "dct:source": around.policy_url}
        if self.event.language is not None:
            about["dct:language"] = self.event.language
        if self.event.notice_hash is not None:
            about["dct:identifier"] = f"urn:sha256:{self.event.notice_hash}"
            about["dct:hasVersion"] = self.event.notice_hash[:_VERSION]
            about["dct:date"] = _time(from_moment(self.event.at))
        if (text := self.notice(around)) is not None:
            about["dct:description"] = text
        return about

    def _kantara_notice(self, around: Surroundings) -> dict[str, Json]:
        if self.event.notice_hash is None:
            return {}
        about: dict[str, Json] = {"sha256": self.event.notice_hash, "language": self.event.language or ""}
        if (text := self.notice(around)) is not None:
            about["text"] = text
        return {"notice": about}


def _party(party: Party) -> dict[str, Json]:
    return {
        "@type": "dpv:DataController",
        "dpv:hasName": party.name,
        "dpv:hasAddress": ", ".join(party.address.values()),
        "dpv:hasContact": [party.contact, party.email, party.phone],
    }


def _time(text: str) -> dict[str, Json]:
    return {"@type": "xsd:dateTime", "@value": text}
