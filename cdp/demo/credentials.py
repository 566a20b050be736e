"""The demo's ways in, for programs outside: organizations, customers and the auditor, in `$CDP_HOME/demo.json`.

Only here do a customer's session and link live for years, and only for as long as the settings say that this is a demo.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cdp import clients
from cdp.client_scopes import ADMIN_SCOPE
from cdp.demo import stories
from cdp.demo.people import Person
from cdp.log import founding, store
from cdp.logins import login, sessions
from cdp.logins.sessions import Entry, Way
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.errors import NotFound, Unauthenticated

NAME: Final = "demo.json"
YEARS: Final = timedelta(days=3650)
SCOPES: Final = (
    "profiles:read",
    "decisions:read",
    "records:write",
    "contacts:write",
    "grants:request",
    "catalog:write",
    "demands:answer",
    "messages:register",
    "metrics:read",
    "offers:manage",
    "rules:manage",
    "signals:manage",
    "subjects:confirm",
    "surveys:ask",
)
"""What the program of each organization may do, and what its administrator may give to others."""
_STALE: Final = timedelta(hours=1)
"""How old the proof of a demo's session is: grave acts need a fresh login in the demo, too."""
_PROGRAM: Final = "demo"
_USED: Final = {
    stories.WOONVAST: ("Klantenservice", True),
    stories.ZONNEWIJZER: ("Energieadvies", False),
    stories.WEIDELICHT: ("Klantenservice", True),
    stories.VUURTOREN: ("Boekentips", False),
}
"""What the program of each organization is called, and whether people look through it."""
_LOCAL: Final = "192.0.2.255"  # an address for documentation (RFC 5737)

Document = dict[str, Any]


def path(platform: Platform) -> Path:
    """Return where the document lies."""
    return platform.settings.home / NAME


def read(platform: Platform) -> Document | None:
    """Return the document, or None when there is none that can be read."""
    try:
        found: Document = json.loads(path(platform).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def write(platform: Platform, document: Document) -> None:
    """Put the document down whole or not at all, for its owner's eyes only."""
    unfinished = path(platform).with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
        file.write("\n")
    unfinished.replace(path(platform))


def is_current(platform: Platform, document: Document) -> bool:
    """Tell whether the document belongs to this database: it knows the client of the document's auditor."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        known = {client.client_id for client in clients.of_organization(session, None) if client.revoked_at is None}
    return document["auditor"]["client_id"] in known


def renew(platform: Platform, *, base_url: str | None = None) -> bool:
    """Put down where the same demo is served now, and how its logs are checked now; False where there is no demo."""
    document = read(platform)
    if document is None or not is_current(platform, document):
        return False
    moved = document if base_url is None else _moved_to(document, base_url)
    current = moved | _logs(platform, moved["base_url"])
    if current != document:
        write(platform, current)
    return True


def _moved_to(document: Document, base_url: str) -> Document:
    """Return the document as it reads when the same demo is served elsewhere."""
    return json.loads(json.dumps(document).replace(f'"{document["base_url"]}', f'"{base_url}'))  # type: ignore[no-any-return]  # what json makes of a document is one


def withdraw(platform: Platform, document: Document, organizations: Mapping[str, UUID], *, at: datetime) -> None:
    """End every way in that the document holds, and take it away; safe to repeat."""
    for each in document["customers"]:
        slug, profile_id = next(iter(each["profile_ids"].items()))
        customer = platform.profile_ids.customer_of(profile_id, organizations[slug])
        with suppress(Unauthenticated):
            login.consume(platform, each["login_url"].rpartition("/")[2], at=at)
        with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
            sessions.end_all(session, at=at)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        for each in (*document["organizations"], *document.get("administrators", ()), document["auditor"]):
            with suppress(NotFound):
                clients.revoke(session, each["client_id"], at=at)
        for organization in organizations.values():
            for key in clients.write_keys_of(session, organization):
                if key.name == _PROGRAM and key.revoked_at is None:
                    clients.revoke_write_key(session, organization, key.key_id, at=at)
    path(platform).unlink(missing_ok=True)


def issue(
    platform: Platform, organizations: Mapping[str, UUID], known: Sequence[tuple[Person, UUID]], *, at: datetime
) -> Document:
    """Return the document, with credentials that have just been made."""
    programs = [_organization(platform, slug, id_, at=at) for slug, id_ in organizations.items()]
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        add = partial(clients.create, session, platform.fingerprints, at=at)
        auditor = add(organization=None, name="auditor", scopes=["audit:read"])
        offices = {
            slug: add(organization=id_, name="Beheer", scopes=[ADMIN_SCOPE]) for slug, id_ in organizations.items()
        }
    return {
        "base_url": platform.settings.base_url,
        "organizations": programs,
        "customers": [_customer(platform, organizations, person, id_, at=at) for person, id_ in known],
        "administrators": [
            {"slug": slug, "client_id": made.client_id, "client_secret": made.client_secret}
            for slug, made in offices.items()
        ],
        "auditor": {"client_id": auditor.client_id, "client_secret": auditor.client_secret},
        **_logs(platform, platform.settings.base_url),
    }


def _logs(platform: Platform, base_url: str) -> Document:
    """Return how each log is called, checked and found; they are made here if the worker has not come to it."""
    founding.found(platform)
    with platform.database.scoped(Scope(Principal.VISITOR)) as session:
        current = [store.current(session, kind) for kind in (store.CONSENT, store.ACCESS)]
    return {
        f"{log.kind}_log": {
            "origin": log.origin,
            "vkey": log.vkey,
            "url": f"{base_url}/log/{log.name}",
        }
        for log in current
    }


def _organization(platform: Platform, slug: str, organization: UUID, *, at: datetime) -> Document:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        name, is_human = _USED.get(slug, (_PROGRAM, False))
        program = clients.create(
            session,
            platform.fingerprints,
            organization=organization,
            name=name,
            scopes=SCOPES,
            is_human=is_human,
            at=at,
        )
        key = clients.create_write_key(session, platform.fingerprints, organization, name=_PROGRAM, at=at)
    return {
        "slug": slug,
        "name": stories.companies()[slug].name,
        "client_id": program.client_id,
        "client_secret": program.client_secret,
        "write_key": key.write_key,
    }


def _customer(
    platform: Platform, organizations: Mapping[str, UUID], person: Person, customer: UUID, *, at: datetime
) -> Document:
    seconds = int(YEARS.total_seconds())
    lasting = replace(
        platform,
        settings=replace(platform.settings, session_seconds=seconds, idle_seconds=seconds, link_seconds=seconds),
    )
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        begun = sessions.begin(session, lasting, customer, Entry(Way.EMAIL, at - _STALE))
    link = login.ask(lasting, email=person.mailbox.address, asker=_LOCAL, at=at)
    if link is None:
        raise AssertionError("a mailbox of the demo has room for its link")
    return {
        "email": person.mailbox.address,
        "name": person.name,
        "login_url": f"{platform.settings.base_url}/login/{link.token}",
        "access_token": begun.token,
        "profile_ids": {slug: platform.profile_ids.profile_id(customer, id_) for slug, id_ in organizations.items()},
    }
