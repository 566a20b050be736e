"""Hypothesis strategies for the law: parties, moments, permissions and acts, small so that they meet."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from consent import acts as law
from consent.admission import admit
from consent.errors import Problem
from consent.fold import Record, RecordKind, Standing
from consent.permission import EMPTY, Permission, Stop
from consent.types import CUSTOMER_SOURCE

START = datetime(2025, 3, 1, tzinfo=UTC)
SHOP = UUID("00000000-0000-7000-8000-00000000000a")
BANK = UUID("00000000-0000-7000-8000-00000000000b")
LANDLORD = UUID("00000000-0000-7000-8000-00000000000c")
CARE = "customer-care"

categories = st.sampled_from(["contact", "products", "financial", "health"])
sources = st.sampled_from([SHOP, BANK, LANDLORD, CUSTOMER_SOURCE])
moments = st.integers(0, 40).map(lambda days: START + timedelta(days=days))
some_categories = st.frozensets(categories, min_size=1)
some_sources = st.none() | st.frozensets(sources, min_size=1)


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    """Return any permission that acts or merges can lead to."""
    stopped = draw(st.none() | st.sampled_from(Stop))
    stopped_categories = draw(st.frozensets(categories))
    free = st.frozensets(categories).map(lambda some: some - stopped_categories)
    own, attested = (frozenset[str]() if stopped else draw(free) for _ in range(2))
    return Permission(
        categories=own,
        sources=draw(st.none() | st.frozensets(sources)),
        expires_at=draw(moments if own else st.none() | moments),
        attested_categories=attested,
        attested_expires_at=draw(moments if attested else st.none() | moments),
        stopped_categories=stopped_categories,
        stopped=stopped,
        chosen_at=draw(st.none() | moments),
        latest_at=draw(st.none() | moments),
        epoch=draw(st.integers(0, 3)),
    )


@st.composite
def acts(draw: st.DrawFn) -> law.Act:
    """Return any act of SHOP's permission for CARE that makes sense by itself."""
    at = draw(moments)
    end = at + timedelta(days=draw(st.integers(1, 30)))
    kind = draw(st.sampled_from(law.Kind))
    match kind:
        case law.Kind.GRANT | law.Kind.NARROW | law.Kind.EXTEND:
            return {law.Kind.GRANT: law.Grant, law.Kind.NARROW: law.Narrow, law.Kind.EXTEND: law.Extend}[kind](
                recipient=SHOP,
                purpose=CARE,
                at=at,
                categories=draw(some_categories),
                sources=draw(some_sources),
                expires_at=end,
            )
        case law.Kind.ATTEST:
            return law.Attest(
                recipient=SHOP,
                purpose=CARE,
                at=at,
                by=SHOP,
                categories=draw(some_categories),
                expires_at=end,
                evidence=law.Evidence(method=law.Method.PAPER, at=at, document_hash="0" * 64),
            )
        case law.Kind.REFUSE:
            return law.Refuse(recipient=SHOP, purpose=CARE, at=at, categories=draw(some_categories))
        case law.Kind.MERGE:
            return law.Merge(recipient=SHOP, purpose=CARE, at=at, other=draw(permissions()))
        case law.Kind.SPLIT:
            return law.Split(recipient=SHOP, purpose=CARE, at=at, other=draw(permissions()))
    return {
        law.Kind.REVOKE: law.Revoke,
        law.Kind.OBJECT: law.Object,
        law.Kind.EXPIRE: law.Expire,
        law.Kind.ERASE: law.Erase,
    }[kind](recipient=SHOP, purpose=CARE, at=at)


@st.composite
def histories(draw: st.DrawFn) -> list[law.Act]:
    """Return acts that the law let in, in the order of time."""
    let_in: list[law.Act] = []
    permission = EMPTY
    for act in sorted(draw(st.lists(acts(), max_size=12)), key=lambda act: act.at):
        try:
            permission = admit(permission, act)
        except Problem:
            continue
        let_in.append(act)
    return let_in


def records() -> st.SearchStrategy[Record]:
    """Return any record about one person."""
    return st.builds(
        Record,
        record_id=st.uuids(),
        source=sources,
        kind=st.sampled_from(RecordKind),
        category=categories | st.just("unmapped"),
        type=st.sampled_from(["email", "language", "tenancy"]),
        value=st.integers(0, 3),
        observed_at=moments,
        key=st.sampled_from(["", "1", "2"]),
        standing=st.sampled_from(Standing),
        disputed=st.booleans(),
    )
