"""Whole logs in memory for tests: events in chains, leaves, tiles, signed checkpoints, bundles."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

from consent import acts, bundle, event_bodies, events, merkle, tiles
from consent.checkpoints import Checkpoint
from consent.commitments import Kind, Opening
from consent.events import AccessEvent, ActEvent, AnchorEvent, ErasureEvent, Event, Outcome, Place
from consent.notes import Algorithm, Signer
from consent.permission import Permission
from consent.policy import Policy
from consent.verify import Trust, Verdict, verify_bundle

START = datetime(2025, 3, 1, 9, tzinfo=UTC)
SHOP = UUID("00000000-0000-7000-8000-00000000000a")
BANK = UUID("00000000-0000-7000-8000-00000000000b")
CARE = "customer-care"
CONSENT = Signer.from_seed("log.example/consent", bytes(range(32)))
ACCESS = Signer.from_seed("log.example/access", bytes(range(1, 33)))
WITNESS = Signer.from_seed("witness.example/w1", bytes(range(2, 34)), Algorithm.COSIGNATURE)


def minute(count: float) -> datetime:
    return START + timedelta(minutes=count)


def salt(number: int) -> bytes:
    return hashlib.sha256(b"test salt %d" % number).digest()


@dataclass
class Log:
    """One log: what was appended, and everything that follows from it."""

    signer: Signer
    leaves: list[bytes] = field(default_factory=list)
    openings: dict[int, Opening] = field(default_factory=dict)
    tree: merkle.Tree = field(default_factory=merkle.Tree)
    chains: dict[tuple[str | None, UUID | None], Place] = field(default_factory=dict)
    witnesses: tuple[Signer, ...] = ()

    @property
    def size(self) -> int:
        return len(self.leaves)

    def place(self, customer: str | None = None, organization: UUID | None = None) -> Place:
        return self.chains.get((customer, organization), Place(1, None, customer, organization))

    def append(self, event: Event) -> bytes:
        return self.append_body(event_bodies.to_body(event), events.kind_of(event), event.place)

    def append_body(self, body: bytes, kind: Kind, place: Place) -> bytes:
        return self.append_opening(Opening(salt(self.size), body), kind, place)

    def append_opening(self, opening: Opening, kind: Kind, place: Place) -> bytes:
        self.openings[self.size] = opening
        leaf = opening.leaf(kind)
        self.leaves.append(leaf)
        hashed = merkle.leaf_hash(leaf)
        self.tree.append(hashed)
        following = place._replace(seq=place.seq + 1, prev=hashed)
        self.chains[place.customer, place.organization] = following
        return hashed

    def read_tile(self, tile: tiles.Tile) -> bytes:
        begin = tile.index * tiles.WIDTH
        if tile.level is None:
            return tiles.entries_to_bytes(self.leaves[begin : begin + tile.width])
        nodes = [self.tree.node(tile.level * tiles.HEIGHT, begin + each) for each in range(tile.width)]
        return b"".join(nodes)

    def checkpoint(self, size: int | None = None) -> bytes:
        count = self.size if size is None else size
        note = Checkpoint(self.signer.key.name, count, self.tree.root(count)).signed(self.signer)
        return note.signed(*(each.cosign(note.text, at=1_750_000_000) for each in self.witnesses)).to_bytes()

    def part(self, since: int = 0, organization: UUID | None = None) -> bundle.Part:
        def shown(begin: int, end: int) -> list[tuple[int, Opening]]:
            return [(at, self.openings[at]) for at in range(begin, end) if at in self.openings and is_shown(at)]

        def is_shown(index: int) -> bool:
            owner = event_bodies.from_body(self.openings[index].body).place.organization
            return organization is None or owner in {None, organization}

        return bundle.Part(
            Policy((self.signer.key,), tuple(each.key for each in self.witnesses)),
            self.checkpoint(),
            self.read_tile,
            shown,
            old=self.checkpoint(since) if since else None,
            earlier=[each for each in shown(0, since) if b'"customer"' in each[1].body] if since else [],
        )


@dataclass
class Logs:
    """The consent log and the access log, with short words for what happens."""

    consent: Log = field(default_factory=lambda: Log(CONSENT))
    access: Log = field(default_factory=lambda: Log(ACCESS))

    def act(self, customer: str, act: acts.Act, other: str | None = None) -> bytes:
        place = self.consent.place(customer, act.recipient)
        return self.consent.append(ActEvent(place=place, act=act, by="customer", other_customer=other))

    def grant(self, customer: str, at: float, *categories: str, recipient: UUID = SHOP, days: int = 90) -> bytes:
        return self.act(
            customer,
            acts.Grant(
                recipient=recipient,
                purpose=CARE,
                at=minute(at),
                categories=frozenset(categories or ("contact",)),
                expires_at=minute(at) + timedelta(days=days),
            ),
        )

    def revoke(self, customer: str, at: float, recipient: UUID = SHOP) -> bytes:
        return self.act(customer, acts.Revoke(recipient=recipient, purpose=CARE, at=minute(at)))

    def read(
        self, customer: str, at: float, grant: bytes | None, *released: str, by: UUID = SHOP, purpose: str = CARE
    ) -> bytes:
        categories = tuple(sorted(released or ("contact",)))
        return self.access.append(
            AccessEvent(
                place=self.access.place(customer, by),
                at=minute(at),
                principal="service",
                outcome=Outcome.RELEASED,
                reason="granted",
                asked=categories,
                released=categories,
                records=3,
                purpose=purpose,
                client="crm",
                path="profiles.read",
                grant=grant,
            )
        )

    def refuse(self, customer: str | None, at: float, reason: str = "revoked", by: UUID = SHOP) -> bytes:
        return self.access.append(
            AccessEvent(
                place=self.access.place(customer, by),
                at=minute(at),
                principal="service",
                outcome=Outcome.REFUSED if customer else Outcome.UNKNOWN,
                reason=reason,
                asked=("contact",),
                released=(),
                records=0,
                purpose=CARE,
            )
        )

    def anchor(self, at: float) -> bytes:
        log = self.access
        return self.consent.append(
            AnchorEvent(
                place=self.consent.place(),
                log=log.signer.key.name,
                size=log.size,
                root=log.tree.root(),
                at=minute(at),
            )
        )

    def erase(self, log: Log, indices: list[int], at: float) -> None:
        for index in indices:
            del log.openings[index]
        event = ErasureEvent(place=self.consent.place(), log=log.signer.key.name, indices=tuple(indices), at=minute(at))
        self.consent.append(event)

    def bundle(self, since: tuple[int, int] = (0, 0), organization: UUID | None = None) -> bytes:
        parts = self.consent.part(since[0], organization), self.access.part(since[1], organization)
        return b"".join(bundle.stream(*parts, organization=organization))


def honest(*, is_witnessed: bool = False) -> Logs:
    """Return small logs in which everything is in order: grants, a merge, an erasure, reads, refusals, anchors."""
    logs = Logs()
    if is_witnessed:
        logs.consent.witnesses = (WITNESS,)
    first = logs.grant("anna", 0, "contact", "products")
    logs.read("anna", 1, first, "contact")
    bank = logs.grant("anna", 2, "financial", recipient=BANK)
    logs.anchor(3)
    logs.read("anna", 4, bank, "financial", by=BANK)
    logs.revoke("anna", 5)
    logs.refuse("anna", 6)
    logs.refuse(None, 6.5, "unknown")
    guest = logs.grant("bert", 7, "address")
    logs.read("bert", 8, guest, "address")
    merged = logs.act(
        "cora",
        acts.Merge(
            recipient=SHOP,
            purpose=CARE,
            at=minute(9),
            other=Permission(
                categories=frozenset({"address"}),
                expires_at=minute(7) + timedelta(days=90),
                chosen_at=minute(7),
                latest_at=minute(7),
                epoch=1,
            ),
        ),
        other="bert",
    )
    logs.read("cora", 10, merged, "address")
    gone = logs.grant("dirk", 11)
    logs.read("dirk", 12, gone)
    logs.anchor(13)
    logs.erase(logs.consent, [logs.consent.leaves.index(_leaf_of(logs.consent, gone))], 14)
    logs.erase(logs.access, [logs.access.size - 1], 15)
    logs.anchor(16)
    return logs


def verdict(content: bytes, trust: Trust | None = None) -> Verdict:
    """Return the verdict on a bundle."""
    return verify_bundle(BytesIO(content), trust or Trust())


def _leaf_of(log: Log, hashed: bytes) -> bytes:
    return next(leaf for leaf in log.leaves if merkle.leaf_hash(leaf) == hashed)


def entries_of(bundle: bytes) -> list[bytes]:
    """Return what a bundle of entries holds, as a monitor reads it: of each its length in two bytes, then itself."""
    entries, rest = [], bundle
    while rest:
        end = 2 + int.from_bytes(rest[:2], "big")
        assert end <= len(rest)
        entries.append(rest[2:end])
        rest = rest[end:]
    return entries
