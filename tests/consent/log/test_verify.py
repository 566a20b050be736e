import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from consent import acts, event_bodies, merkle
from consent.commitments import Kind, Opening
from consent.events import AccessEvent, AnchorEvent, Outcome, Place
from consent.permission import Permission
from consent.verify import Trust
from tests.consent.log.workbench import (
    ACCESS,
    BANK,
    CARE,
    CONSENT,
    SHOP,
    WITNESS,
    Log,
    Logs,
    honest,
    minute,
    salt,
    verdict,
)


def failures(logs: Logs, **trust: object) -> list[tuple[str, int | None, str]]:
    found = verdict(logs.bundle(), Trust(**trust))  # type: ignore[arg-type]  # tests name what they change
    return [(each.log, each.index, each.message) for each in found.failures]


def outlives_its_revocation(logs: Logs) -> None:
    given = logs.grant("eva", 20)
    logs.revoke("eva", 21)
    logs.read("eva", 22, given)


def outlives_its_end(logs: Logs) -> None:
    given = logs.grant("eva", 20, days=1)
    logs.read("eva", 20 + 24 * 60, given)


def comes_before_its_grant(logs: Logs) -> None:
    given = logs.grant("eva", 30)
    logs.read("eva", 20, given)


def takes_another_category(logs: Logs) -> None:
    logs.read("eva", 21, logs.grant("eva", 20, "contact"), "contact", "financial")


def has_another_purpose(logs: Logs) -> None:
    logs.read("eva", 21, logs.grant("eva", 20), purpose="direct-marketing")


def is_by_another_organization(logs: Logs) -> None:
    logs.read("eva", 21, logs.grant("eva", 20), by=BANK)


def is_of_another_customer(logs: Logs) -> None:
    given = logs.grant("eva", 20)
    logs.grant("finn", 20)
    logs.read("finn", 21, given)


def cites_nothing(logs: Logs) -> None:
    logs.grant("eva", 20)
    logs.read("eva", 21, None)


def cites_what_is_not_there(logs: Logs) -> None:
    logs.grant("eva", 20)
    logs.read("eva", 21, bytes(32))


def cites_a_grant_from_before_a_revocation(logs: Logs) -> None:
    first = logs.grant("eva", 20)
    logs.revoke("eva", 21)
    logs.grant("eva", 22)
    logs.read("eva", 23, first)


def cites_a_revocation(logs: Logs) -> None:
    logs.grant("eva", 20)
    logs.read("eva", 21, logs.revoke("eva", 20.5))


def was_anchored_before_its_grant_was_logged(logs: Logs) -> None:
    """Make a grant up after the read, with an older date, as the database's owner could."""
    elsewhere = Logs(consent=Log(CONSENT), access=Log(ACCESS))
    elsewhere.grant("eva", 17)
    opening = elsewhere.consent.openings[0]
    logs.read("eva", 18, opening.leaf_hash(Kind.CONSENT))
    logs.anchor(18.5)
    logs.consent.append_opening(opening, Kind.CONSENT, Place(1, None, "eva", SHOP))


NOT_IN_FORCE = "no grant that it cites was in force at that moment for these categories"
ANOTHER = "it cites the grant of another customer, organization or purpose"
NONE = "it cites no grant that is in the consent log"
READS: dict[Callable[[Logs], None], str] = {
    outlives_its_revocation: NOT_IN_FORCE,
    outlives_its_end: NOT_IN_FORCE,
    comes_before_its_grant: NOT_IN_FORCE,
    takes_another_category: NOT_IN_FORCE,
    has_another_purpose: ANOTHER,
    is_by_another_organization: ANOTHER,
    is_of_another_customer: ANOTHER,
    cites_nothing: NONE,
    cites_what_is_not_there: NONE,
    cites_a_grant_from_before_a_revocation: NOT_IN_FORCE,
    cites_a_revocation: NOT_IN_FORCE,
    was_anchored_before_its_grant_was_logged: "the grant that it cites was logged after the read was anchored",
}


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
def test_a_read_without_its_grant_is_named(read: Callable[[Logs], None]) -> None:
    logs = honest()
    index = logs.access.size

    read(logs)

    assert [("access", index, READS[read])] == failures(logs)


def test_honest_logs_hold() -> None:
    assert [] == failures(honest())
    assert [] == failures(honest(is_witnessed=True), keys=(CONSENT.key, ACCESS.key, WITNESS.key))


def test_a_narrowed_or_extended_grant_can_be_cited_by_its_first_act() -> None:
    logs = honest()
    given = logs.grant("eva", 20, "contact", "financial")
    narrowed = logs.act(
        "eva",
        acts.Narrow(
            recipient=SHOP,
            purpose=CARE,
            at=minute(21),
            categories=frozenset({"contact"}),
            expires_at=minute(21) + timedelta(days=1),
        ),
    )
    logs.read("eva", 22, given)
    logs.read("eva", 22, narrowed)

    assert [] == failures(logs)
    logs.read("eva", 23, given, "financial")
    assert 1 == len(failures(logs))


def test_an_attested_grant_can_be_cited() -> None:
    logs = honest()
    paper = acts.Evidence(method=acts.Method.PAPER, at=minute(19), document_hash="a" * 64)
    attested = logs.act(
        "eva",
        acts.Attest(
            recipient=SHOP,
            purpose=CARE,
            at=minute(20),
            by=SHOP,
            categories=frozenset({"products"}),
            expires_at=minute(19) + timedelta(days=30),
            evidence=paper,
        ),
    )
    logs.read("eva", 21, attested, "products")

    assert [] == failures(logs)


def test_a_read_that_crosses_a_revocation_is_counted_and_not_condemned() -> None:
    logs = honest()
    given = logs.grant("eva", 20)
    logs.revoke("eva", 21)
    logs.read("eva", 21 + 2 / 60, given)

    found = verdict(logs.bundle())
    assert found.holds
    assert 1 == found.checked["in_flight"]
    assert any("crossed" in each for each in found.cautions)
    assert 1 == len(failures(logs, in_flight=timedelta(0)))


def test_an_end_counts_for_the_second_read_as_well() -> None:
    logs = honest()
    given = logs.grant("eva", 20, days=1)
    logs.read("eva", 21, given)
    logs.read("eva", 21 + 24 * 60, given)

    assert [("access", logs.access.size - 1, NOT_IN_FORCE)] == failures(logs)


def test_an_end_has_no_such_leeway() -> None:
    logs = honest()
    given = logs.grant("eva", 20, days=1)
    logs.read("eva", 20 + 24 * 60 + 1 / 60, given)

    assert 1 == len(failures(logs))


@pytest.mark.parametrize(
    "act",
    [
        acts.Revoke(recipient=SHOP, purpose=CARE, at=minute(20)),
        acts.Revoke(recipient=SHOP, purpose=CARE, at=minute(-60)),
        acts.Grant(
            recipient=SHOP,
            purpose=CARE,
            at=minute(-60),
            categories=frozenset({"contact"}),
            expires_at=minute(60),
        ),
        acts.Merge(
            recipient=SHOP,
            purpose=CARE,
            at=minute(20),
            other=Permission(categories=frozenset({"health"}), expires_at=minute(500)),
        ),
    ],
    ids=["nothing to revoke", "older revocation", "back-dated", "merge with what nobody granted"],
)
def test_an_act_that_the_law_does_not_admit_is_named(act: acts.Act) -> None:
    logs = honest()
    index = logs.consent.size

    logs.act("anna", act, other="bert" if isinstance(act, acts.Merge) else None)

    assert ("consent", index) in [(log, at) for log, at, _ in failures(logs)]


def test_an_act_that_is_dated_before_the_anchor_before_it_is_named() -> None:
    logs = honest()
    logs.anchor(60)
    index = logs.consent.size
    logs.grant("eva", 20)

    assert [("consent", index, "it is dated before an anchor that stands before it")] == failures(logs)


def test_an_act_that_is_dated_after_the_anchor_behind_it_is_named() -> None:
    logs = honest()
    logs.grant("eva", 60)
    logs.anchor(20)

    assert [("consent", logs.consent.size - 1, "an event before this anchor is dated after it")] == failures(logs)


def test_an_expiry_is_logged_late_with_its_true_time() -> None:
    logs = honest()
    logs.grant("eva", 20, days=1)
    logs.anchor(20 + 24 * 60 + 45)
    logs.act("eva", acts.Expire(recipient=SHOP, purpose=CARE, at=minute(20 + 24 * 60)))

    assert [] == failures(logs)


def rewrite(log: Log, index: int, **changes: object) -> None:
    """Change what stands at `index` as the database's owner can: the opening, and not the leaf."""
    opening = log.openings[index]
    body = json.dumps(json.loads(opening.body) | changes, sort_keys=True, separators=(",", ":")).encode()
    log.openings[index] = Opening(opening.salt, body)


def test_a_rewritten_event_is_named() -> None:
    logs = honest()
    rewrite(logs.access, 0, records=1)
    rewrite(logs.consent, 3, at="2025-03-01T08:00:00.000000Z")

    assert {("access", 0), ("consent", 3)} <= {(log, index) for log, index, _ in failures(logs)}


def test_a_withheld_event_is_named_unless_it_was_erased() -> None:
    logs = honest()
    del logs.consent.openings[2]
    del logs.access.openings[3]

    found = failures(logs)

    assert ("consent", 2, "it is neither opened nor erased") in found
    assert ("access", 3, "it is neither opened nor erased") in found


def test_what_is_said_to_be_erased_and_is_not_is_named() -> None:
    logs = honest()
    kept = logs.access.openings[0]
    logs.erase(logs.access, [0], 20)
    logs.access.openings[0] = kept

    assert ("access", 0, "it is said to be erased and can still be opened") in failures(logs)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place(7, bytes(32), "anna", SHOP), "an event before it is missing from its chain"),
        (Place(3, bytes(32), "anna", SHOP), "the event before it is another than the one that it names"),
        (Place(2, bytes(32), "anna", SHOP), "its chain counts backwards"),
        (Place(1, None, "anna", SHOP), "its chain counts backwards"),
        (Place(2, bytes(32), "eva", SHOP), "an event before it is missing from its chain"),
    ],
)
def test_a_chain_with_a_gap_is_named(place: Place, why: str) -> None:
    logs = honest()
    logs.access.chains[place.customer, SHOP] = place
    index = logs.access.size

    logs.refuse(place.customer, 20)

    assert [("access", index, why)] == failures(logs)


def test_a_refusal_releases_nothing() -> None:
    logs = honest()
    read = event_bodies.from_body(logs.access.openings[0].body)
    assert isinstance(read, AccessEvent)

    logs.access.append(read._replace(place=logs.access.place("anna", SHOP), outcome=Outcome.REFUSED, at=minute(20)))

    assert 1 == len(failures(logs))


def test_only_a_customer_reads_without_a_grant() -> None:
    logs = honest()
    read = event_bodies.from_body(logs.access.openings[0].body)
    assert isinstance(read, AccessEvent)
    own = read._replace(place=logs.access.place("anna", None), principal="customer", grant=None, at=minute(20))
    logs.access.append(own)
    assert [] == failures(logs)

    logs.access.append(own._replace(place=logs.access.place("anna", None), principal="operator"))

    assert 1 == len(failures(logs))


def test_an_event_of_another_log_or_kind_is_named() -> None:
    logs = honest()
    body = logs.access.openings[0].body
    logs.consent.append_body(body, Kind.ACCESS, Place(1, None))
    logs.consent.append_body(logs.consent.openings[0].body, Kind.POLICY, Place(1, None))
    logs.access.append_body(logs.consent.openings[0].body, Kind.CONSENT, Place(1, None))

    assert 3 == len(failures(logs))


def test_a_leaf_that_says_another_kind_than_its_event_is_named() -> None:
    logs = honest()
    place = logs.consent.place()
    event = AnchorEvent(
        place=place, log=ACCESS.key.name, size=logs.access.size, root=logs.access.tree.root(), at=minute(20)
    )
    logs.consent.append_body(event_bodies.to_body(event), Kind.POLICY, place)

    assert [("consent", logs.consent.size - 1, "the leaf says that this is another kind of event")] == failures(logs)


def test_a_back_dated_read_is_named() -> None:
    logs = honest()
    given = logs.grant("eva", 17)
    logs.anchor(60)
    logs.read("eva", 18, given)

    assert ("access", logs.access.size - 1) in [(log, at) for log, at, _ in failures(logs)]


def test_an_access_log_that_was_rewritten_after_its_anchor_fails() -> None:
    logs = honest()
    entry = event_bodies.from_body(logs.access.openings[5].body)
    logs.access.openings[5] = Opening(salt(500), event_bodies.to_body(entry))
    rewritten = Log(ACCESS, openings=logs.access.openings)
    for index, leaf in enumerate(logs.access.leaves):
        rewritten.leaves.append(logs.access.openings[5].leaf(Kind.ACCESS) if index == 5 else leaf)
        rewritten.tree.append(merkle.leaf_hash(rewritten.leaves[-1]))
    logs.access = rewritten

    assert [("bundle", None, "the access log is another than the one anchored at size 7")] == failures(logs)
