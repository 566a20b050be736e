"""The law as one table: what happened, what is asked, what must be answered.

Rows are plain data, so that the same table runs on Python (`test_law_in_python.py`) and on SQL
(`test_law_in_sql.py`). Times are offsets from an arbitrary start; parties are names. An act with
`rejected` must be kept out with that code, and leaves everything as it was. No row asks about a
moment before its last act: SQL knows what stands, not what stood.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
YEAR: Final = 365 * DAY  # the start is chosen so that this is exactly twelve months

SHOP: Final = "shop"  # the recipient that asks, unless a row says otherwise
BANK: Final = "bank"
LANDLORD: Final = "landlord"
CARE: Final = "customer-care"
ADVICE: Final = "advice"
TRIAL: Final = "trial"
LONGEST: Final = {CARE: YEAR, ADVICE: YEAR, TRIAL: 30 * DAY}
"""How long anything may be given for a purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One act; `expires` None means in 100 days, for the kinds that have an end."""

    kind: str
    at: timedelta = 0 * DAY
    recipient: str = SHOP
    purpose: str = CARE
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None
    expires: timedelta | None = None
    by: str = SHOP
    evidence_at: timedelta | None = None  # None: at the moment of the act
    other: "tuple[Happened, ...]" = ()  # merge and split: what the other customer did
    rejected: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: after `acts`, a record of `category` from `source` is asked for at `at`."""

    name: str
    acts: tuple[Happened, ...] = ()
    expected: str
    category: str = "contact"
    source: str = LANDLORD
    recipient: str = SHOP
    purpose: str = CARE
    at: timedelta = 50 * DAY


def grant(*categories: str, at: timedelta = 0 * DAY, **rest: object) -> Happened:
    """Return a grant of `categories`."""
    return _act("grant", categories or ("contact",), at, rest)


def narrow(*categories: str, at: timedelta = 10 * DAY, **rest: object) -> Happened:
    """Return a narrowing to `categories`."""
    return _act("narrow", categories or ("contact",), at, rest)


def extend(*categories: str, at: timedelta = 10 * DAY, **rest: object) -> Happened:
    """Return an extension to `categories`."""
    return _act("extend", categories or ("contact",), at, rest)


def attest(*categories: str, at: timedelta = 0 * DAY, **rest: object) -> Happened:
    """Return an attested grant of `categories`."""
    return _act("attest", categories or ("contact",), at, rest)


def refuse(*categories: str, at: timedelta = 10 * DAY, **rest: object) -> Happened:
    """Return a refusal of a request for `categories`."""
    return _act("refuse", categories or ("contact",), at, rest)


def act(kind: str, at: timedelta = 10 * DAY, **rest: object) -> Happened:
    """Return an act of a kind that names no categories."""
    return _act(kind, (), at, rest)


def _act(kind: str, categories: tuple[str, ...], at: timedelta, rest: dict[str, object]) -> Happened:
    return Happened(kind=kind, categories=categories, at=at, **rest)  # type: ignore[arg-type]  # the row's own words, checked by running it


CASES: Final = (
    # --- nothing, and just enough ------------------------------------------------------------
    Case(name="no act, no data", expected="never-granted"),
    Case(name="a grant opens its category", acts=(grant(),), expected="granted"),
    Case(
        name="a grant counts from its own moment",
        acts=(grant(at=50 * DAY),),
        expected="granted",
    ),
    Case(
        name="a grant opens no other category",
        acts=(grant(),),
        category="financial",
        expected="category-not-granted",
    ),
    Case(
        name="a grant opens nothing for another recipient",
        acts=(grant(),),
        recipient=BANK,
        expected="never-granted",
    ),
    Case(
        name="a grant opens nothing for another purpose",
        acts=(grant(),),
        purpose=ADVICE,
        expected="never-granted",
    ),
    Case(
        name="several categories each stand by themselves",
        acts=(grant("contact", "financial"),),
        category="financial",
        expected="granted",
    ),
    Case(
        name="a special category is granted like any other, by name",
        acts=(grant("health"),),
        category="health",
        expected="granted",
    ),
    # --- sources -----------------------------------------------------------------------------
    Case(
        name="a grant without sources opens every source",
        acts=(grant(),),
        source=BANK,
        expected="granted",
    ),
    Case(
        name="a named source is open",
        acts=(grant(sources=(LANDLORD, BANK)),),
        expected="granted",
    ),
    Case(
        name="a source that is not named stays closed",
        acts=(grant(sources=(BANK,)),),
        expected="source-not-granted",
    ),
    Case(
        name="the recipient's own records need a grant too",
        acts=(grant(sources=(BANK,)),),
        source=SHOP,
        expected="source-not-granted",
    ),
    # --- time --------------------------------------------------------------------------------
    Case(
        name="one tick before its end a grant is in force",
        acts=(grant(expires=50 * DAY + TICK),),
        expected="granted",
    ),
    Case(
        name="at its end a grant is over",
        acts=(grant(expires=50 * DAY),),
        expected="expired",
    ),
    Case(
        name="an end needs no act to take effect",
        acts=(grant(expires=20 * DAY),),
        expected="expired",
    ),
    Case(
        name="recording the end changes nothing",
        acts=(grant(expires=20 * DAY), act("expire", at=30 * DAY)),
        expected="expired",
    ),
    Case(
        name="an end is recorded once",
        acts=(
            grant(expires=20 * DAY),
            act("expire", at=30 * DAY),
            act("expire", at=31 * DAY, rejected="nothing-expired"),
        ),
        expected="expired",
    ),
    Case(
        name="an end is not recorded before its time",
        acts=(grant(), act("expire", at=30 * DAY, rejected="nothing-expired")),
        expected="granted",
    ),
    Case(
        name="a category that was never named has not expired",
        acts=(grant(expires=20 * DAY),),
        category="financial",
        expected="category-not-granted",
    ),
    Case(
        name="twelve months are allowed",
        acts=(grant(expires=YEAR),),
        at=YEAR - TICK,
        expected="granted",
    ),
    Case(
        name="more than twelve months are not",
        acts=(grant(expires=YEAR + TICK, rejected="period-too-long"),),
        expected="never-granted",
    ),
    Case(
        name="a purpose may be shorter, and allows its whole period",
        acts=(grant(purpose=TRIAL, expires=30 * DAY),),
        purpose=TRIAL,
        at=30 * DAY - TICK,
        expected="granted",
    ),
    Case(
        name="nothing is given for longer than the purpose may last",
        acts=(grant(purpose=TRIAL, expires=30 * DAY + TICK, rejected="period-too-long"),),
        purpose=TRIAL,
        expected="never-granted",
    ),
    Case(
        name="a grant that has ended when it begins is none",
        acts=(grant(at=10 * DAY, expires=10 * DAY, rejected="period-empty"),),
        expected="never-granted",
    ),
    # --- what can never be granted -------------------------------------------------------------
    Case(
        name="unmapped data is for its owner only",
        acts=(grant(),),
        category="unmapped",
        expected="not-grantable",
    ),
    Case(
        name="unmapped data cannot be granted",
        acts=(grant("contact", "unmapped", rejected="not-grantable"),),
        expected="never-granted",
    ),
    Case(
        name="unmapped data cannot be attested",
        acts=(attest("unmapped", rejected="not-grantable"),),
        source=SHOP,
        expected="never-granted",
    ),
    Case(
        name="a grant of nothing in particular is none",
        acts=(Happened(kind="grant", rejected="no-category"),),
        expected="never-granted",
    ),
    Case(
        name="a grant for an empty list of sources is none",
        acts=(grant(sources=(), rejected="no-source"),),
        expected="never-granted",
    ),
    # --- revoking ------------------------------------------------------------------------------
    Case(name="revoked means now", acts=(grant(), act("revoke")), at=10 * DAY, expected="revoked"),
    Case(
        name="revoked means every category",
        acts=(grant("contact", "financial"), act("revoke")),
        category="products",
        expected="revoked",
    ),
    Case(
        name="revoked concerns one recipient",
        acts=(grant(), grant(recipient=BANK), act("revoke")),
        recipient=BANK,
        expected="granted",
    ),
    Case(
        name="revoked concerns one purpose",
        acts=(grant(), grant(purpose=ADVICE), act("revoke")),
        purpose=ADVICE,
        expected="granted",
    ),
    Case(
        name="nothing cannot be revoked",
        acts=(act("revoke", rejected="nothing-granted"),),
        expected="never-granted",
    ),
    Case(
        name="what was revoked cannot be revoked again",
        acts=(grant(), act("revoke"), act("revoke", at=11 * DAY, rejected="nothing-granted")),
        expected="revoked",
    ),
    Case(
        name="what has expired cannot be revoked",
        acts=(grant(expires=20 * DAY), act("revoke", at=20 * DAY, rejected="nothing-granted")),
        expected="expired",
    ),
    Case(
        name="the customer may grant again",
        acts=(grant(), act("revoke"), grant(at=20 * DAY)),
        expected="granted",
    ),
    Case(
        name="granting again brings back only what is named",
        acts=(grant("contact", "financial"), act("revoke"), grant("financial", at=20 * DAY)),
        expected="category-stopped",
    ),
    Case(
        name="an older grant that arrives late does not undo a revocation",
        acts=(
            grant(),
            act("revoke", at=20 * DAY),
            grant(at=19 * DAY, rejected="act-out-of-order"),
        ),
        expected="revoked",
    ),
    Case(
        name="acts of the same moment count in their order",
        acts=(grant(at=10 * DAY), act("revoke", at=10 * DAY)),
        expected="revoked",
    ),
    # --- granting anew while a grant stands ----------------------------------------------------
    Case(
        name="a new grant replaces the old one",
        acts=(grant("contact", expires=40 * DAY), grant("contact", at=20 * DAY)),
        expected="granted",
    ),
    Case(
        name="what a new grant does not name again is stopped",
        acts=(grant("contact", "financial"), grant("financial", at=20 * DAY)),
        expected="category-stopped",
    ),
    Case(
        name="what a new grant does not name again is stopped where it was attested too",
        acts=(attest(), grant("contact", "financial", at=TICK), grant("financial", at=20 * DAY)),
        source=SHOP,
        expected="category-stopped",
    ),
    Case(
        name="what had expired before a new grant is not stopped",
        acts=(grant("contact", expires=10 * DAY), grant("financial", at=20 * DAY)),
        expected="category-not-granted",
    ),
    # --- narrowing -----------------------------------------------------------------------------
    Case(
        name="narrowing keeps what it names",
        acts=(grant("contact", "financial"), narrow("contact")),
        expected="granted",
    ),
    Case(
        name="narrowing stops what it does not name",
        acts=(grant("contact", "financial"), narrow("contact")),
        category="financial",
        expected="category-stopped",
    ),
    Case(
        name="narrowing shortens",
        acts=(grant(), narrow(expires=40 * DAY)),
        expected="expired",
    ),
    Case(
        name="narrowing does not lengthen",
        acts=(grant(expires=40 * DAY), narrow(expires=60 * DAY, rejected="wider-than-granted")),
        expected="expired",
    ),
    Case(
        name="narrowing adds no category",
        acts=(grant(), narrow("contact", "financial", rejected="wider-than-granted")),
        category="financial",
        expected="category-not-granted",
    ),
    Case(
        name="narrowing to sources closes the others",
        acts=(grant(), narrow(sources=(BANK,))),
        expected="source-not-granted",
    ),
    Case(
        name="narrowing adds no source",
        acts=(grant(sources=(BANK,)), narrow(sources=(LANDLORD,), rejected="wider-than-granted")),
        expected="source-not-granted",
    ),
    Case(
        name="narrowing to every source is not narrowing",
        acts=(grant(sources=(BANK,)), narrow(rejected="wider-than-granted")),
        expected="source-not-granted",
    ),
    Case(
        name="nothing cannot be narrowed",
        acts=(narrow(rejected="nothing-granted"),),
        expected="never-granted",
    ),
    Case(
        name="narrowing that leaves nothing is revoking",
        acts=(
            grant("contact"),
            attest("products", at=TICK),
            narrow("products", sources=(BANK,), rejected="nothing-left"),
        ),
        expected="granted",
    ),
    # --- extending -----------------------------------------------------------------------------
    Case(
        name="extending lengthens",
        acts=(grant(expires=40 * DAY), extend(expires=60 * DAY)),
        expected="granted",
    ),
    Case(
        name="extending adds a category",
        acts=(grant(), extend("contact", "financial")),
        category="financial",
        expected="granted",
    ),
    Case(
        name="extending reopens what the customer had stopped",
        acts=(
            grant("contact", "financial"),
            narrow("financial", at=5 * DAY),
            extend("contact", "financial"),
        ),
        expected="granted",
    ),
    Case(
        name="twelve months count from the extension",
        acts=(grant(), extend(expires=YEAR + 10 * DAY)),
        at=YEAR + 9 * DAY,
        expected="granted",
    ),
    Case(
        name="an extension is not longer than twelve months",
        acts=(grant(), extend(expires=YEAR + 10 * DAY + TICK, rejected="period-too-long")),
        at=YEAR,
        expected="expired",
    ),
    Case(
        name="an extension is not longer than its purpose may last",
        acts=(
            grant(purpose=TRIAL, expires=30 * DAY),
            extend(purpose=TRIAL, expires=40 * DAY + TICK, rejected="period-too-long"),
        ),
        purpose=TRIAL,
        expected="expired",
    ),
    Case(
        name="an end beyond what the purpose allows does not narrow: it is wider",
        acts=(
            grant(purpose=TRIAL, expires=30 * DAY),
            narrow(purpose=TRIAL, expires=50 * DAY, rejected="wider-than-granted"),
        ),
        purpose=TRIAL,
        at=20 * DAY,
        expected="granted",
    ),
    Case(
        name="extending drops no category",
        acts=(
            grant("contact", "financial"),
            extend("financial", rejected="narrower-than-granted"),
        ),
        expected="granted",
    ),
    Case(
        name="extending drops no source",
        acts=(grant(), extend(sources=(BANK,), rejected="narrower-than-granted")),
        expected="granted",
    ),
    Case(
        name="extending does not shorten",
        acts=(grant(), extend(expires=20 * DAY, rejected="narrower-than-granted")),
        expected="granted",
    ),
    Case(
        name="what has expired cannot be extended",
        acts=(grant(expires=20 * DAY), extend(at=20 * DAY, rejected="nothing-granted")),
        expected="expired",
    ),
    Case(
        name="what was revoked cannot be extended",
        acts=(grant(), act("revoke"), extend(at=20 * DAY, rejected="nothing-granted")),
        expected="revoked",
    ),
    Case(
        name="what an organization attested cannot be extended",
        acts=(attest(), extend(rejected="nothing-granted")),
        source=SHOP,
        expected="attested",
    ),
    # --- refusing ------------------------------------------------------------------------------
    Case(name="a refusal refuses", acts=(refuse(),), expected="refused"),
    Case(
        name="where nothing stands a refusal is a no to everything",
        acts=(refuse("contact"),),
        category="financial",
        expected="refused",
    ),
    Case(
        name="a refusal leaves what stands",
        acts=(grant("contact"), refuse("contact", "financial")),
        expected="granted",
    ),
    Case(
        name="a refusal stops what did not stand",
        acts=(grant("contact"), refuse("contact", "financial")),
        category="financial",
        expected="category-stopped",
    ),
    Case(
        name="a refusal leaves what was attested",
        acts=(attest(), refuse("contact", "financial")),
        source=SHOP,
        expected="attested",
    ),
    Case(
        name="after the end of a grant a refusal is a no to everything",
        acts=(grant(expires=5 * DAY), refuse()),
        expected="refused",
    ),
    Case(
        name="the customer may grant what they refused",
        acts=(refuse(), grant(at=20 * DAY)),
        expected="granted",
    ),
    # --- objecting -----------------------------------------------------------------------------
    Case(name="an objection needs no grant", acts=(act("object"),), expected="objected"),
    Case(
        name="an objection ends a grant",
        acts=(grant(), act("object")),
        expected="objected",
    ),
    Case(
        name="an objection ends an attested grant",
        acts=(attest(), act("object")),
        source=SHOP,
        expected="objected",
    ),
    Case(
        name="the customer may grant after objecting",
        acts=(act("object"), grant(at=20 * DAY)),
        expected="granted",
    ),
    Case(
        name="the latest stop tells why",
        acts=(grant(), act("revoke"), act("object", at=11 * DAY)),
        expected="objected",
    ),
    # --- attested grants -----------------------------------------------------------------------
    Case(
        name="an attested grant opens the recipient's own records",
        acts=(attest(),),
        source=SHOP,
        expected="attested",
    ),
    Case(
        name="an attested grant opens nobody else's records",
        acts=(attest(),),
        expected="source-not-granted",
    ),
    Case(
        name="an attested grant opens its category only",
        acts=(attest(),),
        source=SHOP,
        category="financial",
        expected="category-not-granted",
    ),
    Case(
        name="an attested grant opens nothing that the customer said themself",
        acts=(attest(),),
        source="customer",
        expected="source-not-granted",
    ),
    Case(
        name="nobody attests for another organization",
        acts=(attest(by=BANK, rejected="not-your-records"),),
        source=SHOP,
        expected="never-granted",
    ),
    Case(
        name="an attested grant ends",
        acts=(attest(expires=50 * DAY),),
        source=SHOP,
        expected="expired",
    ),
    Case(
        name="twelve months count from the evidence",
        acts=(attest(at=10 * DAY, evidence_at=0 * DAY, expires=YEAR + TICK, rejected="period-too-long"),),
        source=SHOP,
        expected="never-granted",
    ),
    Case(
        name="the purpose's period counts from the evidence, too",
        acts=(
            attest(
                purpose=TRIAL, at=10 * DAY, evidence_at=0 * DAY, expires=30 * DAY + TICK, rejected="period-too-long"
            ),
        ),
        purpose=TRIAL,
        source=SHOP,
        expected="never-granted",
    ),
    Case(
        name="evidence does not come from the future",
        acts=(attest(evidence_at=TICK, rejected="bad-evidence"),),
        source=SHOP,
        expected="never-granted",
    ),
    Case(
        name="an attested grant stands beside the customer's own",
        acts=(attest("products"), grant("contact", at=TICK)),
        source=SHOP,
        category="products",
        expected="attested",
    ),
    Case(
        name="where both cover a record the customer's own grant is the reason",
        acts=(attest(), grant(at=TICK)),
        source=SHOP,
        expected="granted",
    ),
    Case(
        name="when the customer's own grant ends the attested one remains",
        acts=(attest(), grant(at=TICK, expires=20 * DAY)),
        source=SHOP,
        expected="attested",
    ),
    Case(
        name="the customer revokes an attested grant",
        acts=(attest(), act("revoke")),
        source=SHOP,
        expected="revoked",
    ),
    Case(
        name="the customer narrows an attested grant",
        acts=(attest("contact", "products"), narrow("products")),
        source=SHOP,
        expected="category-stopped",
    ),
    Case(
        name="narrowing to other sources closes what was attested",
        acts=(grant(), attest("products", at=TICK), narrow("contact", sources=(LANDLORD,))),
        source=SHOP,
        category="products",
        expected="category-stopped",
    ),
    Case(
        name="nobody attests after a revocation",
        acts=(grant(), act("revoke"), attest(at=20 * DAY, rejected="stopped-by-customer")),
        source=SHOP,
        expected="revoked",
    ),
    Case(
        name="nobody attests another category after a revocation",
        acts=(
            grant(),
            act("revoke"),
            attest("products", at=20 * DAY, rejected="stopped-by-customer"),
        ),
        source=SHOP,
        category="products",
        expected="revoked",
    ),
    Case(
        name="nobody attests after a refusal",
        acts=(refuse(), attest(at=20 * DAY, rejected="stopped-by-customer")),
        source=SHOP,
        expected="refused",
    ),
    Case(
        name="nobody attests after an objection",
        acts=(act("object"), attest(at=20 * DAY, rejected="stopped-by-customer")),
        source=SHOP,
        expected="objected",
    ),
    Case(
        name="nobody attests a category that the customer stopped",
        acts=(
            grant("contact", "products"),
            narrow("products"),
            attest("contact", at=20 * DAY, rejected="stopped-by-customer"),
        ),
        source=SHOP,
        expected="category-stopped",
    ),
    Case(
        name="after the customer grants again something new can be attested",
        acts=(act("object"), grant("contact", at=20 * DAY), attest("products", at=30 * DAY)),
        source=SHOP,
        category="products",
        expected="attested",
    ),
    Case(
        name="evidence older than the customer's choice here counts no more",
        acts=(
            act("object"),
            grant("contact", at=20 * DAY),
            attest(
                "products",
                at=30 * DAY,
                evidence_at=20 * DAY,
                expires=60 * DAY,
                rejected="older-than-the-choice",
            ),
        ),
        source=SHOP,
        category="products",
        expected="category-not-granted",
    ),
    # --- two customers who are one, and apart again ------------------------------------------------
    Case(
        name="a merge keeps what both allow",
        acts=(grant(), act("merge", other=(grant(),))),
        expected="granted",
    ),
    Case(
        name="a merge keeps what one allows and the other never mentioned",
        acts=(grant("contact"), act("merge", other=(grant("financial"),))),
        category="financial",
        expected="granted",
    ),
    Case(
        name="a merge brings a permission along",
        acts=(act("merge", other=(grant(),)),),
        expected="granted",
    ),
    Case(
        name="a merge never revives what was revoked",
        acts=(grant(), act("revoke", at=5 * DAY), act("merge", other=(grant(),))),
        expected="revoked",
    ),
    Case(
        name="a merge ends a grant that the other one revoked",
        acts=(grant(), act("merge", other=(grant(), act("revoke", at=5 * DAY)))),
        expected="revoked",
    ),
    Case(
        name="a merge ends a grant that the other one refused",
        acts=(grant(), act("merge", other=(refuse(at=5 * DAY),))),
        expected="refused",
    ),
    Case(
        name="a merge ends what was attested when the other one objected",
        acts=(attest(), act("merge", other=(act("object", at=5 * DAY),))),
        source=SHOP,
        expected="objected",
    ),
    Case(
        name="a merge stops the category that the other one stopped",
        acts=(
            grant("contact", "financial"),
            act(
                "merge",
                other=(grant("contact", "financial"), narrow("contact", at=5 * DAY)),
            ),
        ),
        category="financial",
        expected="category-stopped",
    ),
    Case(
        name="a merge keeps the earliest end",
        acts=(grant(), act("merge", other=(grant(expires=40 * DAY),))),
        expected="expired",
    ),
    Case(
        name="an end that had come before the merge ends nothing else",
        acts=(grant(), act("merge", other=(grant(expires=5 * DAY),))),
        expected="granted",
    ),
    Case(
        name="an end that had come before the merge does not end what the other one grants",
        acts=(grant(expires=5 * DAY), act("merge", other=(grant(),))),
        expected="granted",
    ),
    Case(
        name="a merge keeps the sources that both name",
        acts=(
            grant(sources=(BANK, LANDLORD)),
            act("merge", other=(grant(sources=(LANDLORD, SHOP)),)),
        ),
        source=BANK,
        expected="source-not-granted",
    ),
    Case(
        name="a merge with every source keeps the named ones",
        acts=(grant(sources=(LANDLORD,)), act("merge", other=(grant(),))),
        expected="granted",
    ),
    Case(
        name="a merge with somebody who never decided changes nothing",
        acts=(grant(), act("merge", other=())),
        expected="granted",
    ),
    Case(
        name="the customer may grant after a merge",
        acts=(
            grant(),
            act("merge", other=(act("object", at=5 * DAY),)),
            grant(at=20 * DAY),
        ),
        expected="granted",
    ),
    Case(
        name="a split takes the other's stop along",
        acts=(grant(), act("split", other=(grant(), act("revoke", at=5 * DAY)))),
        expected="revoked",
    ),
    Case(
        name="a split gives nobody what the other was granted",
        acts=(act("split", other=(grant(),)),),
        expected="never-granted",
    ),
    Case(
        name="a split leaves what both sides keep",
        acts=(grant(), act("split", other=(grant("contact", "financial"),))),
        expected="granted",
    ),
    # --- leaving ---------------------------------------------------------------------------------
    Case(name="erasure ends everything", acts=(grant(), act("erase")), expected="erased"),
    Case(
        name="after erasure nothing is granted",
        acts=(act("erase"), grant(at=20 * DAY, rejected="erased")),
        expected="erased",
    ),
    Case(
        name="after erasure nothing is attested",
        acts=(act("erase"), attest(at=20 * DAY, rejected="erased")),
        source=SHOP,
        expected="erased",
    ),
    Case(
        name="after erasure stopping is still accepted",
        acts=(act("erase"), act("object", at=20 * DAY)),
        expected="erased",
    ),
)
