"""The customer's receipt of a change of wishes: the proof file, and the same in words that a program reads.

It is no receipt of consent (that is `consent.receipts`), for nothing was permitted: it shows how somebody chose to be
approached, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consent import event_bodies
from consent.commitments import Opening
from consent.encoding import to_base64
from consent.errors import Malformed
from consent.events import WishEvent
from consent.fields import from_moment
from consent.proofs import InclusionProof


@dataclass(frozen=True, slots=True)
class WishReceipt:
    """A change of wishes, the opening of its leaf, and the proof that the leaf is in the log."""

    event: WishEvent
    opening: Opening
    proof: InclusionProof

    @classmethod
    def of(cls, opening: Opening, index: int, hashes: Sequence[bytes], checkpoint: bytes) -> "WishReceipt":
        """Return the receipt of the change that `opening` opens at `index` of the log with this checkpoint."""
        event = event_bodies.from_body(opening.body)
        if not isinstance(event, WishEvent):
            raise Malformed("this is a receipt of something else than a wish")
        return cls(event, opening, InclusionProof(index, tuple(hashes), checkpoint, opening.to_extra()))

    def to_bytes(self) -> bytes:
        """Return the `.tlog-proof` file."""
        return self.proof.to_bytes()

    def to_json(self) -> dict[str, Any]:
        """Return what was chosen and when, with the proof."""
        return {
            "receipt": f"urn:uuid:{self.event.wish_id}",
            "at": from_moment(self.event.at),
            "customer": self.event.place.customer,
            "set": self.event.change.set,
            "clear": list(self.event.change.clear),
            "proof": to_base64(self.to_bytes()),
        }
