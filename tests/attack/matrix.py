"""Who may see and do what: every principal on every table, as it should be.

Two halves. RIGHTS says which verbs on which columns; what does not stand here is forbidden. ROWS says on which rows.
Both are written from the design, not read from the database: a test holds the database against them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Any, Final
from uuid import UUID

from cdp.scope import Principal, Scope
from consent.types import CUSTOMER_SOURCE

Row = Mapping[str, Any]

RIGHTS: Final = {
    "nobody": """
        alembic_version: select
    """,
    "reader": """
        access: insert
        customer: select(customer_id,merged_into)
        data_key: select(customer_id,subject_id,wrapped)
        interaction permission record: select
    """,
    "exporter": """
        access: insert
        customer: select(customer_id,merged_into)
        data_key: select(customer_id,subject_id,wrapped)
        identifier interaction permission record: select
        reference: select(source_id,type,blind,customer_id,subject_id)
    """,
    "source": """
        access_request: select(request_id,organization_id,purpose,categories,sources,days,notice,consequences,used_by,texts,state,asked_at,due_at,answered_at) insert update(state,answered_at)
        delivery reject: select insert
        idempotency: select insert update(status,answer,at) delete
        attribute record_type: select insert update delete
        catalog_version: select update(version)
        change permission: select
        evidence: insert
        import_job: select insert update
        interaction: select(customer_id,record_id,source_id,category,type,occurred_at) insert update(category)
        pull: select insert update delete
        signal: select insert update(standing,next_at,tries,first_at,failure,acknowledged_at) delete
        signal_stream: select insert update delete
        record: select(customer_id,record_id,subject_id,source_id,kind,category,type,key,occurred_at,received_at,superseded_at,digest) insert update(category,occurred_at,received_at,superseded_at,queryable)
    """,  # noqa: E501 -- one right, one line
    "customer": """
        access: select insert
        idempotency: select insert update(status,answer,at) delete
        access_request: select update(state,answered_at,told_at)
        act cannot_link data_key evidence identifier link permission reference subject: select
        alert: select insert update(rhythm,told_until,told_at) delete
        reminder: select insert update(kept_at,told_at) delete
        receipt_letter: select insert update(told_until) delete
        client: select(client_id,organization_id,name,is_human,redirect_uris,revoked_at)
        authorization_request: select update(used_at)
        family_token token_family: insert
        demand: select insert update(withdrawn_at)
        external_login question: select
        passkey: select update(sealed)
        customer: select update(details)
        interaction: select update(disputed_at)
        record: select insert update(disputed_at,superseded_at)
        session: select update(ended_at)
        checkpoint cosignature leaf log log_key node opening: select
    """,
    "auditor": """
        access: select insert
        act: select
        checkpoint cosignature leaf log log_key node opening: select
    """,
    "visitor": """
        checkpoint cosignature leaf log log_key node: select
    """,
    "operator": """
        access_request: select(due_at) delete
        access_token: select update(revoked_at) delete
        attribute record_type pull: select insert update delete
        catalog_version: select update(version)
        category client organization purpose write_key: select insert update
        ceremony proof_code used_once: select(expires_at) delete
        authorization_request: select(expires_at) delete
        token_family: select(client_id,expires_at,revoked_at) update(revoked_at) delete
        change: select(at) delete
        customer: select(customer_id,created_at,claimed_at,merged_into)
        demand: select(demand_id,organization_id,kind,asked_at,due_at,extended_at,withdrawn_at,answered_at,answer)
        delivery login_link reject session: select delete
        idempotency: select(at) delete
        import_job: select
        interaction: select(customer_id,record_id,source_id,category,type,occurred_at) update(category)
        signal: select(organization_id,stream_id,signal_id,event,at,standing,tries,failure)
        signal_stream: select(organization_id,stream_id,kind,status,failures,failure,verified_at)
        signing_key: select insert update(ended_at)
        record: select(customer_id,record_id,source_id,kind,category,type) update(category)
        subject: select(subject_id,source_id)
    """,
    "doorman": """
        access_token: select insert update(revoked_at)
        client write_key: select
        authorization_request: select insert update(used_at,customer_id,request_id)
        family_token: select insert update(used_at)
        token_family: select update(expires_at,key_hash,revoked_at)
        signing_key: select insert
        used_once: select(word_hash) insert
        idempotency: select insert update(status,answer,at) delete
        ceremony: select insert update(used_at)
        external_login: select insert update(customer_id,external_id,made_at,used_at)
        login_link: select insert update(used_at,code_tries,link_tries)
        passkey: select insert update(sign_count,is_synced,used_at)
        proof_code: select insert update(tries,used_at)
        session: select insert update(session_hash,proven_at,ended_at)
    """,
    "sequencer": """
        access act permission: select
        access_outbox: select delete
        checkpoint cosignature leaf log_key node: select insert
        consent_outbox opening pseudonym: select insert delete
        customer: select(customer_id,merged_into)
        link: select(customer_id,link_id,subject_id,from_id,kind,reason,at)
        log: select insert update(size,ended_at)
        subject: select(customer_id,subject_id,source_id,origin_id)
    """,
    "keymaster": """
        data_key: select update(wrapped,generation)
        key_destruction: select update(done_at)
        key_floor: select update(generation)
        subject: select(customer_id,subject_id,source_id)
    """,
    "keeper": """
        access: select insert update(customer_id)
        access_outbox consent_outbox: insert
        pseudonym: select
        access_request cannot_link customer data_key identifier: select insert update delete
        permission reference session subject: select insert update delete
        access_token attribute client delivery idempotency import_job login_link pull record_type: select delete
        external_login passkey proof_code: select delete
        authorization_request token_family: select delete
        question: select insert update(answer,answered_at) delete
        reject write_key: select delete
        act: select insert update(customer_id,request_id,evidence,other_id,other)
        key_destruction: select insert
        category key_floor purpose scope_key: select
        change link: select insert delete
        alert reminder receipt_letter: select delete
        demand: select update delete
        evidence: select update(customer_id) delete
        signal: select update(standing,next_at,queued_at,tries,first_at,failure)
        signal_stream: select update(next_at) delete
        interaction: select update(customer_id,disputed_at) delete
        organization: select update(name,details,closed_at)
        record: select update(customer_id,superseded_at,disputed_at,queryable) delete
        suppression: select insert update(erasure_id,is_proven,at) delete
    """,
}
CATALOG: Final = ("attribute", "catalog_version", "category", "organization", "purpose", "record_type")
WITHOUT_CATALOG: Final = {"keymaster", "keeper", "nobody", "visitor"}


def known(name: str) -> UUID:
    """Return the id that the planted world gives to `name`."""
    return UUID(md5(name.encode()).hexdigest())  # noqa: S324 -- a name for a row, no secret


NOBODY: Final = UUID(int=0)
OPEN: Final[Mapping[tuple[str, str], set[tuple[str, str, str]]]] = {
    ("winkel", "customer-care"): {
        ("anna", s, c) for s in ("huis", "winkel", "customer") for c in ("contact", "products")
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
            client=self.name,
        )

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
    return (row["principal"], row["client_id"], row["path"]) == (principal, asker.name, "now")


def _by_a_program(asker: Asker, row: Row) -> bool:
    return _noted(asker, row, "service") and asker.is_me(row, "organization_id") and row["purpose"] == asker.purpose


PUBLISHED: Final = ("checkpoint", "cosignature", "leaf", "log", "log_key", "node")

SEES: Final[Mapping[tuple[str, str], Rule]] = {
    ("reader", "record"): _of_one(_granted),
    ("reader", "interaction"): _of_one(_granted),
    ("reader", "data_key"): _of_one(_granted_anything),
    ("reader", "permission"): _of_one(_own("recipient_id")),
    ("reader", "customer"): _mine,
    ("exporter", "record"): _granted,
    ("exporter", "interaction"): _granted,
    ("exporter", "identifier"): _granted,
    ("exporter", "data_key"): _granted_anything,
    ("exporter", "reference"): lambda asker, row: asker.is_me(row, "source_id") and _granted_anything(asker, row),
    ("exporter", "permission"): _permitted,
    ("exporter", "customer"): _granted_anything,
    ("source", "permission"): _own("recipient_id"),
    ("operator", "access_request"): lambda _asker, row: row["state"] in {"pending", "withdrawn"},
    ("source", "catalog_version"): _everything,
    ("source", "idempotency"): lambda asker, row: row["caller"] == str(known(str(asker.organization))),
    ("customer", "act"): _mine_or_before,
    ("customer", "client"): _everything,
    ("customer", "access"): _mine_or_before,
    ("customer", "idempotency"): lambda asker, row: row["caller"] == str(known(str(asker.customer))),
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


KEEPS: Final[Mapping[tuple[str, str], Rule]] = {
    ("customer", "record"): lambda _asker, row: row["source_id"] == str(CUSTOMER_SOURCE),
    ("source", "access_request"): lambda _asker, row: row["state"] == "withdrawn",
}
"""Which of the rows that they may update a principal may give the value of the probe: here, that it is superseded."""


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
    rule = (ADDS.get((asker.principal, table)) if verb == "insert" else None) or SEES.get((asker.principal, table))
    return bool((rule or _usual(asker.principal, table, row))(asker, row))


def _usual(principal: str, table: str, row: Row) -> Rule:
    if principal in {"operator", "doorman", "keymaster", "keeper", "sequencer", "visitor"}:
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
    Asker("auditor winkel", "auditor", "winkel"),
    *(Asker(p, p) for p in ("auditor", "operator", "doorman", "sequencer", "keymaster", "visitor")),
)
FORGERIES: Final = ("forged", "ended", "tampered", "borrowed")
"""A seal by another key, one that is over, one for another scope, and one for another principal."""
_BEST: Final = {each.principal: each for each in reversed(_HONEST)}
ASKERS: Final = (
    *_HONEST,
    *(replace(each, name=f"{each.principal} {how}", is_sealed=False) for each in _BEST.values() for how in FORGERIES),
)
