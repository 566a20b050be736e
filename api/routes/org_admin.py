"""An organization's own administrators: its programs, write keys and details; never a profile, never somebody else's.

What tells others of changes (streams and webhooks) stands in `api.routes.signals`, what its data is in the catalog.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.principals import Administrator, PlatformDep, Service
from cdp import clock, organization_details
from cdp.clients import KeyFacts
from cdp.due_dates import MOST_ANSWER_DAYS, USUAL_ANSWER_DAYS
from cdp.office.administration import Office
from cdp.tables import Client, Organization
from consent.types import Instant

router = APIRouter(prefix="/v1/organization", tags=["organization"])

ClientId = Annotated[str, Path(min_length=1, max_length=100, description="The program, as listed.")]
KeyId = Annotated[str, Path(min_length=1, max_length=100, description="The write key, as listed.")]
Name = Annotated[str, Field(min_length=1, max_length=100, description="What it is for.")]
Algorithms = Annotated[
    list[Annotated[str, Field(max_length=20)]],
    Field(max_length=5, description="What it signs with, RS256 too; without any, ES256, EdDSA and PS256."),
]
Addresses = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=10)]


class OrganizationView(BaseModel):
    """Your organization; `may` is what the operator lets it give its own programs."""

    slug: str
    name: str
    language: str | None
    privacy_mail: str | None
    answer_days: int
    verified_at: Instant | None
    may: list[str]


class Details(BaseModel):
    """What shall change; what is left out stays, and null takes back what was said."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[str | None, Field(min_length=2, max_length=2, description="Of letters: nl, en, or both.")] = (
        None
    )
    privacy_mail: Annotated[
        str | None, Field(min_length=3, max_length=254, description="Where letters about privacy go.")
    ] = None
    answer_days: Annotated[
        int | None,
        Field(ge=0, le=MOST_ANSWER_DAYS, description="Within how many working days a human answers; 0: the same day."),
    ] = None

    def said(self, name: str) -> str | None:
        """Return the word to say: empty for what is taken back, None for what stays."""
        word: str | None = getattr(self, name)
        return (word or "") if name in self.model_fields_set else None

    @property
    def days(self) -> int | None:
        """Within how many working days a human shall answer; None for what stays, and null for what is usual."""
        is_said = "answer_days" in self.model_fields_set
        return USUAL_ANSWER_DAYS if is_said and self.answer_days is None else self.answer_days


class ProgramView(BaseModel):
    """A program, without its secret."""

    client_id: str
    name: str
    scopes: list[str]
    is_human: bool
    is_bound: bool
    has_keys: bool
    algorithms: list[str]
    redirect_uris: list[str]
    logout_uris: list[str]
    created_at: Instant
    ended_at: Instant | None


class ProgramsView(BaseModel):
    """Every program of the organization, oldest first."""

    clients: list[ProgramView]


class NewProgram(BaseModel):
    """A program to make."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: Annotated[list[Annotated[str, Field(max_length=50)]], Field(min_length=1, max_length=20)]
    is_human: Annotated[bool, Field(description="People look through it; customers read so in their log.")] = False
    is_bound: Annotated[bool, Field(description="Its tokens are good only with a key of its own (DPoP).")] = False
    jwks: Annotated[
        dict[str, Any] | None, Field(description="Its public keys, as a JSON Web Key Set; it then has no secret.")
    ] = None
    algorithms: Algorithms = Field(default_factory=list)


class NewKeys(BaseModel):
    """The public keys of a program that signs (private_key_jwt), in place of those before."""

    model_config = ConfigDict(extra="forbid")

    jwks: Annotated[dict[str, Any], Field(description="A JSON Web Key Set; one to ten keys, P-256, Ed25519 or RSA.")]
    algorithms: Algorithms = Field(default_factory=list)


class Secret(BaseModel):
    """A program and its secret, which nobody can see again; null for one that signs with keys of its own."""

    client_id: str
    client_secret: str | None


class Redirects(BaseModel):
    """Where customers may be led back to, in place of what was said before."""

    model_config = ConfigDict(extra="forbid")

    redirect_uris: Addresses
    logout_uris: Addresses = Field(default_factory=list)


class WriteKeyView(BaseModel):
    """A write key, without the key."""

    key_id: str
    name: str
    created_at: Instant
    ended_at: Instant | None


class WriteKeysView(BaseModel):
    """Every write key of the organization, oldest first."""

    write_keys: list[WriteKeyView]


class NewKey(BaseModel):
    """A write key to make."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class KeySecret(BaseModel):
    """A write key, which nobody can see again."""

    key_id: str
    write_key: str


@router.get("", summary="See your organization", operation_id="show_organization")
def show_organization(asking: Administrator, platform: PlatformDep) -> OrganizationView:
    """Return what the platform knows of your organization."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        return _organization_view(office.shown(session))


@router.patch("", summary="Change its details", operation_id="change_organization")
def change_organization(details: Details, asking: Administrator, platform: PlatformDep) -> OrganizationView:
    """Say in which language letters are, where those about privacy go, and by when a human answers customers."""
    office, days = office_of(asking), details.days
    words = {name: details.said(name) for name in ("language", "privacy_mail")}
    with platform.database.scoped(office.scope) as session:
        return _organization_view(office.say(session, **words, answer_days=days))


@router.get("/clients", summary="List your programs", operation_id="list_clients")
def list_clients(asking: Administrator, platform: PlatformDep) -> ProgramsView:
    """Return every program, also those that ended."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        return ProgramsView(clients=[_program_view(each) for each in office.programs(session)])


@router.post("/clients", status_code=201, summary="Make a program", operation_id="add_client")
def add_client(wanted: NewProgram, asking: Administrator, platform: PlatformDep) -> Secret:
    """Make a program that may do what the operator allowed your organization, and show its secret, once.

    With `jwks` it proves itself by signing (private_key_jwt) and has no secret.
    """
    office, at = office_of(asking), clock.now()
    facts = wanted.model_dump(exclude={"jwks", "algorithms"})
    with platform.database.scoped(office.scope) as session:
        if wanted.jwks is not None:
            how: dict[str, Any] = {"keys": wanted.jwks, "algorithms": wanted.algorithms}
            return Secret(client_id=office.add_signing_program(session, **facts, **how, at=at), client_secret=None)
        made = office.add_program(session, platform.fingerprints, **facts, at=at)
    return Secret(client_id=made.client_id, client_secret=made.client_secret)


@router.post("/clients/{client_id}/rotate", summary="Give a program a new secret", operation_id="rotate_client")
def rotate_client(client_id: ClientId, asking: Administrator, platform: PlatformDep) -> Secret:
    """Show a new secret, once; the old one ends at once, with every token."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        made = office.rotate_program(session, platform.fingerprints, client_id, at=clock.now())
    return Secret(client_id=made.client_id, client_secret=made.client_secret)


@router.put(
    "/clients/{client_id}/keys", status_code=204, summary="Change a program's keys", operation_id="change_client_keys"
)
def change_keys(client_id: ClientId, wanted: NewKeys, asking: Administrator, platform: PlatformDep) -> Response:
    """Let a program sign with these keys from now on; the others end at once, with every token."""
    office, at = office_of(asking), clock.now()
    with platform.database.scoped(office.scope) as session:
        office.change_keys(session, client_id, keys=wanted.jwks, algorithms=wanted.algorithms, at=at)
    return Response(status_code=204)


@router.put(
    "/clients/{client_id}/redirects", status_code=204, summary="Say where an app leads back", operation_id="lead_back"
)
def lead_back(client_id: ClientId, wanted: Redirects, asking: Administrator, platform: PlatformDep) -> Response:
    """Register the addresses to which customers may return."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        office.lead_back(session, client_id, redirects=wanted.redirect_uris, logouts=wanted.logout_uris)
    return Response(status_code=204)


@router.delete("/clients/{client_id}", status_code=204, summary="End a program", operation_id="end_client")
def end_client(client_id: ClientId, asking: Administrator, platform: PlatformDep) -> Response:
    """End a program and every token that it holds."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        office.end_program(session, client_id, at=clock.now())
    return Response(status_code=204)


@router.get("/write-keys", summary="List your write keys", operation_id="list_write_keys")
def list_write_keys(asking: Administrator, platform: PlatformDep) -> WriteKeysView:
    """Return every write key, also those that ended, without the keys."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        return WriteKeysView(write_keys=[_key_view(each) for each in office.write_keys(session)])


@router.post("/write-keys", status_code=201, summary="Make a write key", operation_id="add_write_key")
def add_write_key(wanted: NewKey, asking: Administrator, platform: PlatformDep) -> KeySecret:
    """Make a write key and show it, once; your organization must be allowed tracking_api:write."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        made = office.add_write_key(session, platform.fingerprints, name=wanted.name, at=clock.now())
    return KeySecret(key_id=made.key_id, write_key=made.write_key)


@router.post("/write-keys/{key_id}/rotate", summary="Replace a write key", operation_id="rotate_write_key")
def rotate_write_key(key_id: KeyId, asking: Administrator, platform: PlatformDep) -> KeySecret:
    """Show a new write key in the place of one, once; the old one ends at once."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        made = office.rotate_write_key(session, platform.fingerprints, key_id, at=clock.now())
    return KeySecret(key_id=made.key_id, write_key=made.write_key)


@router.delete("/write-keys/{key_id}", status_code=204, summary="End a write key", operation_id="end_write_key")
def end_write_key(key_id: KeyId, asking: Administrator, platform: PlatformDep) -> Response:
    """End a write key."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        office.end_write_key(session, key_id, at=clock.now())
    return Response(status_code=204)


def office_of(asking: Service) -> Office:
    """Return the organization that an administrator's token stands for."""
    return Office(asking.organization, asking.slug, asking.client_id, asking.call)


def _organization_view(of: Organization) -> OrganizationView:
    said = organization_details.said(of)
    return OrganizationView(
        slug=of.slug,
        name=of.name,
        language=said.language,
        privacy_mail=said.privacy_mail,
        answer_days=said.answer_days,
        verified_at=of.verified_at,
        may=list(said.may),
    )


def _program_view(of: Client) -> ProgramView:
    return ProgramView(
        client_id=of.client_id,
        name=of.name,
        scopes=list(of.scopes),
        is_human=of.is_human,
        is_bound=of.is_bound,
        has_keys=of.keys is not None,
        algorithms=list(of.algorithms),
        redirect_uris=list(of.redirect_uris),
        logout_uris=list(of.logout_uris),
        created_at=of.created_at,
        ended_at=of.revoked_at,
    )


def _key_view(of: KeyFacts) -> WriteKeyView:
    return WriteKeyView(key_id=of.key_id, name=of.name, created_at=of.created_at, ended_at=of.revoked_at)
