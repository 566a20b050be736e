"""How the employees of an organization log in, for its administrators: its OpenID provider and what each role is."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.principals import Administrator, PlatformDep
from api.routes.org_admin import office_of
from cdp.office import employees
from cdp.office.administration import Office
from cdp.office.employees import LONGEST, MOST_ROLES, EmployeeProvider
from cdp.platform import Platform

router = APIRouter(prefix="/v1/organization/employees", tags=["organization"])

Word = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Role(BaseModel):
    """One role: the word that the provider has for it, and the program of yours that stands for it."""

    model_config = ConfigDict(extra="forbid")

    role: Word
    client_id: Annotated[str, Field(min_length=1, max_length=100, description="People look through it.")]


class ProviderView(BaseModel):
    """How your employees log in."""

    issuer: str
    client_id: str
    claim: str
    roles: list[Role]
    has_secret: bool
    redirect_uri: str


class ProviderGiven(BaseModel):
    """How your employees shall log in, in place of what was said before."""

    model_config = ConfigDict(extra="forbid")

    issuer: Annotated[str, Field(min_length=1, max_length=LONGEST, description="The issuer of your OpenID provider.")]
    client_id: Annotated[str, Field(min_length=1, max_length=LONGEST, description="By which it knows this platform.")]
    client_secret: Annotated[
        str | None,
        Field(
            min_length=1, max_length=LONGEST, description="Left out: as it was, or none where the provider is another."
        ),
    ] = None
    claim: Annotated[str, Field(min_length=1, max_length=LONGEST, description="The claim with somebody's roles.")] = (
        "roles"
    )
    roles: Annotated[
        list[Role], Field(min_length=1, max_length=MOST_ROLES, description="Whoever has several looks as the first.")
    ]

    @property
    def provider(self) -> EmployeeProvider:
        """The same for the vault."""
        roles = {each.role: each.client_id for each in self.roles}
        return EmployeeProvider(self.issuer, self.client_id, self.claim, roles)


@router.get("", summary="See how employees log in", operation_id="show_employee_login")
def show_employee_login(asking: Administrator, platform: PlatformDep) -> ProviderView:
    """Return your OpenID provider, and which program stands for which role."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        found = employees.shown(office.shown(session))
    return _view(platform, office, found)


@router.put("", summary="Say how employees log in", operation_id="put_employee_login")
def put_employee_login(given: ProviderGiven, asking: Administrator, platform: PlatformDep) -> ProviderView:
    """Let your employees log in to the customer card with your own provider, each in the role of one of your programs.

    Register `redirect_uri` of the answer there. Who has none of the roles comes nowhere.
    """
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        secret = given.client_secret
        found = office.admit_employees(session, platform, given.provider, unverified_secret=secret)
    return _view(platform, office, found)


@router.delete("", status_code=204, summary="Let employees log in no more", operation_id="remove_employee_login")
def remove_employee_login(asking: Administrator, platform: PlatformDep) -> Response:
    """Let nobody in any more. Who is in stays for four hours at most, or until you end the program of their role."""
    office = office_of(asking)
    with platform.database.scoped(office.scope) as session:
        employees.remove(session, office.shown(session))
    return Response(status_code=204)


def _view(platform: Platform, office: Office, found: EmployeeProvider) -> ProviderView:
    return ProviderView(
        issuer=found.issuer,
        client_id=found.client_id,
        claim=found.claim,
        roles=[Role(role=role, client_id=client_id) for role, client_id in found.roles.items()],
        has_secret=found.has_secret,
        redirect_uri=f"{platform.settings.base_url}{employees.PATH}/{office.slug}",
    )
