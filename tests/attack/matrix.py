"""Who may see and do what: every principal on every table, as it should be.

Two halves. `tests.attack.rights` says which verbs on which columns; here stands on which rows. Both are written from
the design, not read from the database: a test holds the database against them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Any, Final
from uuid import UUID

from cdp.identity.attributes import IDENTIFYING
from cdp.scope import Principal, Scope
from consent.types import CUSTOMER_SOURCE
from tests.attack.rights import RIGHTS

Row = Mapping[str, Any]

CATALOG: Final = (
    *("attribute", "catalog_version", "category", "channel", "offer_kind", "organization", "purpose", "record_type"),
    "topic",
)
WITHOUT_CATALOG: Final = {"administrator", "keymaster", "keeper", "matcher", "nobody", "visitor"}


def known(name: str) -> UUID:
    """Return the id that the planted world gives to `name`."""
    return UUID(md5(name.encode()).hexdigest())  # noqa: S324 -- a name for a row, no secret


NOBODY: Final = UUID(int=0)
OPEN: Final[Mapping[tuple[str, str], set[tuple[str, str, str]]]] = {
    ("winkel", "customer-care"): {
        ("anna", s, c) for s in ("huis", "winkel", "customer") for c in ("contact", "products", "conversations")
    },
    ("winkel", "advice"): {("anna", "huis", "contact")},
    ("winkel", "personalisation"): {("anna", s, "products") for s in ("huis", "winkel", "customer")},
    ("huis", "customer-care"): {
        ("anna", "huis", "contact"),
        *(("bram", s, "contact") for s in ("huis", "winkel", "customer")),
    },
}
"""What the planted grants open, by recipient and purpose: customer, source, category. Everything else is shut."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody at the wall: a scope, and whether its seal is good."""

    name: str
    principal: str
    organization: str | None = None
    customer: str | None = None
    purpose: str | None = None
    is_sealed: bool = True

    @property
    def scope(self) -> Scope:
        """The scope that the door would mint."""
        return Scope(
            Principal(self.principal),
            organization=known(self.organization) if self.organization else None,
            customer=known(self.customer) if self.customer else None,
            purpose=self.purpose,
            client=self.client,
        )

    @property
    def client(self) -> str:
        """The name of its program, as an entry of the access log can hold it."""
        return self.name.replace(" ", "-")

    def is_me(self, row: Row, column: str) -> bool:
        """Tell whether the row belongs to the organization in scope."""
        return self.organization is not None and row.get(column) == str(known(self.organization))

    def is_mine(self, row: Row) -> bool:
        """Tell whether the row belongs to the customer in scope."""
        return self.customer is not None and row["customer_id"] == str(known(self.customer))

    def opened(self) -> set[tuple[str, str, str]]:
        """Return what this asker was granted, as ids."""
        granted = OPEN.get((self.organization or "", self.purpose or ""), set())
        return {(str(known(c)), str(CUSTOMER_SOURCE if s == "customer" else known(s)), k) for c, s, k in granted}


Rule = Callable[[Asker, Row], bool]


def _granted(asker: Asker, row: Row) -> bool:
    return (row["customer_id"], row["source_id"], row["category"]) in asker.opened()


def _answered_to_me(asker: Asker, row: Row) -> bool:
    """Tell whether this is an answer that the customer's grant of their own conversations opens to who asked for it."""
    word = (row["customer_id"], str(CUSTOMER_SOURCE), "conversations")
    return asker.is_me(row, "organization_id") and row["sealed"] is not None and word in asker.opened()


def _said_to_me(asker: Asker, row: Row) -> bool:
    """Tell whether this was said to the organization in scope, and a grant opens conversations of who wrote it down."""
    source = str(CUSTOMER_SOURCE) if row["by"] == "customer" else row["organization_id"]
    return asker.is_me(row, "organization_id") and (row["customer_id"], source, "conversations") in asker.opened()


def _granted_anything(asker: Asker, row: Row) -> bool:
    return row["customer_id"] in {customer for customer, _, _ in asker.opened()}


def _of_one(rule: Rule) -> Rule:
    return lambda asker, row: asker.is_mine(row) and rule(asker, row)


def _own(column: str) -> Rule:
    return lambda asker, row: asker.is_me(row, column)


def _everything(_asker: Asker, _row: Row) -> bool:
    return True


def _mine(asker: Asker, row: Row) -> bool:
    return asker.is_mine(row)


def _mine_or_before(asker: Asker, row: Row) -> bool:
    return asker.is_mine(row) or (asker.customer == "anna" and row["customer_id"] == str(known("old anna")))


def _audited(column: str) -> Rule:
    return lambda asker, row: asker.organization is None or asker.is_me(row, column)


def _permitted(asker: Asker, row: Row) -> bool:
    return asker.is_me(row, "recipient_id") and row["purpose"] == asker.purpose


def _noted(asker: Asker, row: Row, principal: str) -> bool:
    """Tell whether this is what somebody writes down about their own looking, now."""
    return (row["principal"], row["client_id"], row["path"]) == (principal, asker.client, "now")


def _by_a_program(asker: Asker, row: Row) -> bool:
    return _noted(asker, row, "service") and asker.is_me(row, "organization_id") and row["purpose"] == asker.purpose


def _of_own_client(asker: Asker, row: Row) -> bool:
    return f"{asker.organization}-client" == str(row["client_id"])


PUBLISHED: Final = ("checkpoint", "cosignature", "leaf", "log", "log_key", "node")

SEES: Final[Mapping[tuple[str, str], Rule]] = {
    ("reader", "record"): _of_one(_granted),
    ("reader", "interaction"): _of_one(_granted),
    ("reader", "data_key"): _of_one(_granted_anything),
    ("reader", "permission"): _of_one(_own("recipient_id")),
    ("reader", "customer"): _mine,
    ("reader", "survey"): _of_one(_answered_to_me),
    ("exporter", "survey"): _answered_to_me,
    ("exporter", "reply"): _said_to_me,
    ("exporter", "demand"): lambda asker, row: asker.is_me(row, "organization_id") and _granted_anything(asker, row),
    ("exporter", "change"): lambda asker, row: asker.is_me(row, "organization_id") and row["kind"] == "erase",
    ("operator", "contact"): lambda _asker, row: row["state"] != "made",
    ("exporter", "record"): _granted,
    ("exporter", "interaction"): _granted,
    ("exporter", "identifier"): _granted,
    ("exporter", "data_key"): _granted_anything,
    ("exporter", "reference"): lambda asker, row: asker.is_me(row, "source_id") and _granted_anything(asker, row),
    ("exporter", "permission"): _permitted,
    ("exporter", "customer"): _granted_anything,
    ("source", "permission"): _own("recipient_id"),
    ("operator", "message"): lambda _asker, row: row["customer_id"] == str(NOBODY),
    ("operator", "access_request"): lambda _asker, row: row["state"] in {"pending", "withdrawn"},
    ("source", "catalog_version"): _everything,
    ("matcher", "record"): lambda _asker, row: (
        (row["kind"], row["superseded_at"]) == ("attributes", None) and row["type"] in IDENTIFYING
    ),
    ("matcher", "identifier"): lambda _asker, row: row["type"] != "customer_number" or row["is_verified"],
    ("source", "idempotency"): lambda asker, row: row["caller"] == str(known(str(asker.organization))),
    ("customer", "act"): _mine_or_before,
    ("customer", "client"): _everything,
    ("customer", "access"): _mine_or_before,
    ("customer", "idempotency"): lambda asker, row: row["caller"] == str(known(str(asker.customer))),
    ("administrator", "idempotency"): lambda asker, row: row["caller"] == str(known(str(asker.organization))),
    ("administrator", "access_token"): _of_own_client,
    ("administrator", "token_family"): _of_own_client,
    ("doorman", "idempotency"): lambda _asker, row: row["caller"] == "session",
    **{(who, table): _everything for who in ("auditor", "customer") for table in PUBLISHED},
    ("auditor", "opening"): lambda asker, row: (
        asker.organization is None
        or asker.is_me(row, "organization_id")
        or (row["kind"] in {2, 3, 4} and row["organization_id"] == row["pseudonym"] == str(NOBODY))
    ),
    ("customer", "opening"): lambda asker, row: (
        row["pseudonym"] in {str(known(f"name of {asker.customer}")), str(known(f"own name of {asker.customer}"))}
        or (asker.customer == "anna" and row["pseudonym"] == str(known("name of old anna")))
    ),
    ("auditor", "act"): _audited("recipient_id"),
    ("auditor", "access"): _audited("organization_id"),
}
ADDS: Final[Mapping[tuple[str, str], Rule]] = {
    ("reader", "access"): lambda asker, row: (
        _by_a_program(asker, row) and (asker.is_mine(row) or row["customer_id"] == str(NOBODY))
    ),
    ("exporter", "access"): _by_a_program,
    ("auditor", "access"): lambda asker, row: (
        _noted(asker, row, "auditor")
        and row["organization_id"] == (str(known(asker.organization)) if asker.organization else None)
    ),
    ("customer", "record"): lambda asker, row: asker.is_mine(row) and row["source_id"] == str(CUSTOMER_SOURCE),
    ("customer", "access"): lambda asker, row: (
        _noted(asker, row, "customer") and asker.is_mine(row) and row["organization_id"] is row["purpose"] is None
    ),
}
CHANGES: Final[Mapping[tuple[str, str], Rule]] = {
    ("administrator", table): lambda _asker, row: row["revoked_at"] is None
    for table in ("access_token", "client", "token_family", "write_key")
}
"""Which of the rows that they see a principal may change: what has ended stays so."""
KEEPS: Final[Mapping[tuple[str, str], Rule]] = {
    ("customer", "record"): lambda _asker, row: row["source_id"] == str(CUSTOMER_SOURCE),
    ("source", "access_request"): lambda _asker, row: row["state"] == "withdrawn",
    ("administrator", "organization"): lambda _asker, _row: False,
}
"""Which of the rows that they may update a principal may give the value of the probe: here, that it is superseded, and
details in which other scopes are allowed."""


STOPPED: Final = {("keeper", "update", table): "23000" for table in ("access", "act", "permission")}
"""What triggers refuse even to the keeper: to change what is proof, and to change a permission without an act."""


def is_kept_from(asker: Asker, table: str, row: Row) -> bool:
    """Tell whether a check on what the row becomes stops an update of it, and with it of all."""
    rule = KEEPS.get((asker.principal, table))
    return rule is not None and may(asker, "update", table, row) and not rule(asker, row)


def may(asker: Asker, verb: str, table: str, row: Row) -> bool:
    """Tell whether `asker`, who has the right, may do `verb` to this row."""
    if asker.principal == "nobody":
        return True
    if verb == "select" and table in CATALOG and asker.principal not in WITHOUT_CATALOG:
        return table != "organization" or asker.principal != "operator" or asker.is_sealed
    if not asker.is_sealed:
        return False
    if verb == "update" and not CHANGES.get((asker.principal, table), _everything)(asker, row):
        return False
    rule = (ADDS.get((asker.principal, table)) if verb == "insert" else None) or SEES.get((asker.principal, table))
    return bool((rule or _usual(asker.principal, table, row))(asker, row))


def _usual(principal: str, table: str, row: Row) -> Rule:
    if principal in {"operator", "doorman", "keymaster", "keeper", "matcher", "sequencer", "visitor"}:
        return _everything
    if principal == "customer":
        return _mine
    return _own("source_id" if "source_id" in row else "organization_id")


def rights(principal: str) -> dict[str, dict[str, list[str] | None]]:
    """Return what RIGHTS says: table → verb → columns, where None means all of them."""
    found: dict[str, dict[str, list[str] | None]] = {}
    for line in RIGHTS[principal].strip().splitlines():
        tables, _, verbs = line.strip().partition(": ")
        for table in tables.split():
            for verb in verbs.split():
                name, _, columns = verb.partition("(")
                found.setdefault(table, {})[name] = columns.rstrip(")").split(",") if columns else None
    for table in () if principal in WITHOUT_CATALOG else CATALOG:
        found.setdefault(table, {})["select"] = None
    return found


_PURPOSES: Final = ("customer-care", "advice", "personalisation", "research", "direct-marketing")
_HONEST: Final = (
    *(Asker(f"reader winkel anna {p}", "reader", "winkel", "anna", p) for p in _PURPOSES),
    *(Asker(f"reader winkel {c}", "reader", "winkel", c, "customer-care") for c in ("bram", "cato")),
    *(Asker(f"reader huis {c}", "reader", "huis", c, "customer-care") for c in ("anna", "bram")),
    Asker("reader huis anna advice", "reader", "huis", "anna", "advice"),
    *(Asker(f"exporter winkel {p}", "exporter", "winkel", None, p) for p in _PURPOSES),
    *(Asker(f"exporter huis {p}", "exporter", "huis", None, p) for p in _PURPOSES[:2]),
    *(Asker(f"source {o}", "source", o) for o in ("winkel", "huis")),
    *(Asker(f"customer {c}", "customer", None, c) for c in ("anna", "bram", "cato")),
    *(Asker(f"administrator {o}", "administrator", o) for o in ("winkel", "huis")),
    Asker("auditor winkel", "auditor", "winkel"),
    *(Asker(p, p) for p in ("auditor", "operator", "doorman", "sequencer", "keymaster", "matcher", "visitor")),
)
FORGERIES: Final = ("forged", "ended", "tampered", "borrowed")
"""A seal by another key, one that is over, one for another scope, and one for another principal."""
_BEST: Final = {each.principal: each for each in reversed(_HONEST)}
ASKERS: Final = (
    *_HONEST,
    *(replace(each, name=f"{each.principal} {how}", is_sealed=False) for each in _BEST.values() for how in FORGERIES),
)
