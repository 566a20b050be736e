"""The auditor's verdict on a bundle, and the customer's on a receipt: offline, without trusting us.

Signatures, roots worked out again, consistency with the auditor's own older checkpoint, openings
that hash to their leaves, chains without gaps, the law applied again, and every read under a grant
in force at that moment. A verdict holds only if nothing at all was found.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from consent import bundle, checkpoints, event_bodies, events, log_check
from consent.commitments import Kind, Opening
from consent.errors import Malformed, Problem, VerificationFailed
from consent.events import Event
from consent.log_check import LogCheck
from consent.notes import Key
from consent.proofs import InclusionProof
from consent.replay import Chains, Replay
from consent.tar import Readable, Reader

IN_FLIGHT: Final = timedelta(seconds=5)
"""A read and an act closer than this may have crossed: such reads are counted and not condemned."""
MOST_FAILURES: Final = 100


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not hold: in which log, at which index if it is one entry, and why."""

    log: str
    index: int | None
    code: str
    message: str


@dataclass(slots=True)
class Verdict:
    """What was checked and what does not hold."""

    failures: list[Failure] = field(default_factory=list)
    more_failures: int = 0
    checked: dict[str, int] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)
    """What the auditor should know that is no failure."""

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return not self.failures

    def blame(self, log: str, index: int | None, problem: Problem) -> None:
        """Add a failure, the first hundred in full."""
        if len(self.failures) == MOST_FAILURES:
            self.more_failures += 1
        else:
            self.failures.append(Failure(log, index, problem.code, problem.message))

    def to_json(self) -> dict[str, object]:
        """Return the verdict for machines."""
        return {"holds": self.holds} | asdict(self)


@dataclass(frozen=True, slots=True)
class Trust:
    """What the auditor brings along: keys that they trust, and a checkpoint that they kept."""

    keys: tuple[Key, ...] = ()
    known: bytes | None = None
    in_flight: timedelta = IN_FLIGHT
    accepts_erased: bool = False
    """Whether a read may rest on a merge with somebody who was erased since; it is counted then."""


def verify_bundle(file: Readable, trust: Trust = Trust()) -> Verdict:
    """Return the verdict on the auditor's file; it never raises a Problem."""
    verdict = Verdict()
    try:
        _verify_bundle(Reader(file), trust, verdict)
    except Problem as problem:
        verdict.blame("bundle", None, problem)
        verdict.cautions.append("the check ended there: what stands behind it in the file was not looked at")
    return verdict


def verify_receipt(content: bytes, trust: Trust) -> Verdict:
    """Return the verdict on a receipt: its event stands in the log that one of the trusted keys signed."""
    verdict = Verdict()
    try:
        proof = InclusionProof.from_bytes(content)
        opening = Opening.from_extra(proof.extra or b"")
        event = event_bodies.from_body(opening.body)
        signed = proof.verify(opening.leaf(events.kind_of(event)), trust.keys, trust.keys)
        verdict.checked = {"index": proof.index, "size": signed.checkpoint.size, "cosignatures": len(signed.cosigned)}
        if not signed.cosigned:
            verdict.cautions.append("no witness that you trust has cosigned: the time is the platform's own word")
        if trust.known is not None:
            known = checkpoints.verified(trust.known, trust.keys).checkpoint
            if (known.origin, known.size) != (signed.checkpoint.origin, signed.checkpoint.size):
                verdict.cautions.append("your checkpoint is of another size: a receipt alone cannot connect the two")
            elif known.root != signed.checkpoint.root:
                raise VerificationFailed("your checkpoint has another root: the log was forked")
    except Problem as problem:
        verdict.blame("receipt", None, problem)
    return verdict


def _verify_bundle(reader: Reader, trust: Trust, verdict: Verdict) -> None:
    organization = bundle.organization_of(reader.take("bundle.json", longest=bundle.LONGEST_POLICY))
    replay = Replay(organization=organization, in_flight=trust.in_flight, accepts_erased=trust.accepts_erased)
    consent = _consent(reader, trust, verdict, replay)
    access = _access(reader, trust, verdict, replay) if reader.name is not None else None
    reader.finish()
    logs = [consent] if access is None else [consent, access]
    for each in logs:
        _explain(each, replay, organization, verdict)
    if access is None:
        verdict.cautions.append("the access log is not in this file: nothing was checked about reads")
    if not trust.keys:
        verdict.cautions.append("the keys were taken from the file: compare them with those that you were given")
    if trust.known is not None and not any(_known_size(each, trust) is not None for each in logs):
        verdict.blame("bundle", None, VerificationFailed("your checkpoint was signed by no log of this file"))
    verdict.checked |= asdict(replay.counts) | {"held_aside": replay.held.waiting, "told_late": replay.held.late}
    if replay.held.waiting:
        verdict.cautions.append(
            f"{replay.held.waiting} facts are set aside: they happened, and no log tells of them yet"
        )
    if replay.held.late:
        verdict.cautions.append(f"{replay.held.late} facts had been set aside and were told later than they happened")
    if replay.counts.in_flight:
        verdict.cautions.append(f"{replay.counts.in_flight} reads crossed an act by less than {trust.in_flight}")
    if replay.counts.on_erased:
        verdict.cautions.append(f"{replay.counts.on_erased} reads rest on a merge with somebody who was erased since")
    verdict.failures.sort(key=lambda each: (each.log != "consent", each.index is None, each.index))


def _consent(reader: Reader, trust: Trust, verdict: Verdict, replay: Replay) -> LogCheck:
    check = _begin(reader, "consent", trust, verdict)
    replay.held.may_begin_later = check.since > 0
    chains = Chains(may_begin_later=check.since > 0)

    def take(index: int, hashed: bytes, kind: Kind, event: Event) -> None:
        is_somebodys = event.place.customer is not None
        if is_somebodys or index >= check.since:  # of what is nobody's the earlier part is shown with gaps
            chains.follow(index, hashed, event.place, whole=is_somebodys and kind is Kind.CONSENT)
        replay.consent(index, hashed, event)

    known = _known_size(check, trust)
    log_check.walk(reader, check, take, partial(verdict.blame, "consent"), wanted=_sizes(known))
    _check_known(check, trust, known)
    _explain_gaps(check, chains, replay, verdict)
    _explain_unseen(check, replay, verdict)
    return check


def _access(reader: Reader, trust: Trust, verdict: Verdict, replay: Replay) -> LogCheck:
    check = _begin(reader, "access", trust, verdict)
    chains = Chains(may_begin_later=check.since > 0)

    def take(index: int, hashed: bytes, kind: Kind, event: Event) -> None:
        if kind is not Kind.ACCESS:
            raise VerificationFailed("something else than a read stands in the access log")
        chains.follow(index, hashed, event.place, whole=False)
        replay.access(index, hashed, event)

    known = _known_size(check, trust)
    anchors = {each.size for each in replay.anchors}
    log_check.walk(reader, check, take, partial(verdict.blame, "access"), wanted=_sizes(known) | anchors)
    _check_known(check, trust, known)
    _check_anchors(check, replay, verdict)
    _explain_gaps(check, chains, replay, verdict)
    return check


def _begin(reader: Reader, name: str, trust: Trust, verdict: Verdict) -> LogCheck:
    check = log_check.begin(reader, name)
    keys = (*check.policy.logs, *check.policy.witnesses)
    if trust.keys and not set(keys) <= set(trust.keys):
        raise VerificationFailed(f"the {name} log is signed with a key that you do not trust")
    verdict.checked[f"{name}_size"] = check.checkpoint.size
    verdict.checked[f"{name}_since"] = check.since
    verdict.checked[f"{name}_cosignatures"] = len(check.signed.cosigned)
    return check


def _known_size(check: LogCheck, trust: Trust) -> int | None:
    """Return the size of the auditor's checkpoint if it is one of this log."""
    if trust.known is None:
        return None
    try:
        return checkpoints.verified(trust.known, check.policy.logs).checkpoint.size
    except (Malformed, VerificationFailed):
        return None


def _sizes(known: int | None) -> frozenset[int]:
    return frozenset() if known is None else frozenset({known})


def _check_known(check: LogCheck, trust: Trust, size: int | None) -> None:
    if size is None or trust.known is None or size == 0:
        return
    known = checkpoints.verified(trust.known, check.policy.logs).checkpoint
    if size > check.checkpoint.size:
        raise VerificationFailed("your checkpoint is newer than this file")
    if size < check.base:
        raise VerificationFailed("this file begins after your checkpoint: ask for one that begins there")
    if check.roots[size] != known.root:
        raise VerificationFailed("the log is not an extension of your checkpoint: it was forked or rewritten")


def _check_anchors(check: LogCheck, replay: Replay, verdict: Verdict) -> None:
    """Check that the access log is the one whose checkpoints stand in the consent log."""
    for anchor in replay.anchors:
        if anchor.log != check.policy.origin or anchor.size > check.checkpoint.size:
            raise VerificationFailed("the consent log anchors another or a longer access log")
        if anchor.size in check.roots and check.roots[anchor.size] != anchor.root:
            raise VerificationFailed(f"the access log is another than the one anchored at size {anchor.size}")
    anchored = replay.anchors[-1].size if replay.anchors else 0
    verdict.checked["access_anchored"] = anchored
    if anchored < check.checkpoint.size:
        verdict.cautions.append(f"{check.checkpoint.size - anchored} reads are newer than the last anchor")


def _explain_gaps(check: LogCheck, chains: Chains, replay: Replay, verdict: Verdict) -> None:
    if not chains.gaps:
        return
    erased = set(log_check.erased_hashes(check, replay.erased.get(check.policy.origin, set())))
    for index, prev in chains.gaps:
        if prev not in erased:
            missing = VerificationFailed("an event before it is missing from its chain")
            verdict.blame(check.name, index, missing)


def _explain_unseen(check: LogCheck, replay: Replay, verdict: Verdict) -> None:
    """Accept a merge or split with somebody unseen only if acts before it were erased, and say that it was accepted."""
    first_erased = min(replay.erased.get(check.policy.origin, ()), default=check.checkpoint.size)
    for index in replay.with_unseen:
        if first_erased < index:
            replay.counts.with_erased += 1
        else:
            verdict.blame(check.name, index, VerificationFailed("the other customer's permission was another"))
    if replay.counts.with_erased:
        verdict.cautions.append(
            f"{replay.counts.with_erased} merges or splits were with a customer who was erased since:"
            " what that one had cannot be checked any more"
        )


def _explain(check: LogCheck, replay: Replay, organization: UUID | None, verdict: Verdict) -> None:
    """Tell what is erased from what is withheld; in the whole file nothing may be withheld."""
    erased = replay.erased.get(check.policy.origin, set())
    missing = set(check.missing)
    withheld = sorted(missing - erased)
    verdict.checked[f"{check.name}_erased"] = len(missing & erased)
    verdict.checked[f"{check.name}_not_shown"] = len(withheld)
    for index in sorted(each for each in erased if check.since <= each < check.checkpoint.size and each not in missing):
        verdict.blame(check.name, index, VerificationFailed("it is said to be erased and can still be opened"))
    if organization is None:
        _blame_withheld(check, withheld, verdict)
    elif withheld:
        verdict.cautions.append(
            f"{len(withheld)} entries of the {check.name} log are not this organization's, or withheld"
        )


def _blame_withheld(check: LogCheck, withheld: Iterable[int], verdict: Verdict) -> None:
    for index in withheld:
        verdict.blame(check.name, index, VerificationFailed("it is neither opened nor erased"))
