"""What a service of an organization reads: exactly what the customer granted, and why the rest is not there."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.principals import ProfileReader, Service
from api.profile_views import Batch, Found, Profile, Timeline
from api.validation import NONE_SAID
from cdp.keys.blind import MAX_LETTERS, IdentifierType
from cdp.reads.lookup import MOST_IDENTIFIERS, Identifier
from cdp.reads.profiles import MOST_IN_BATCH, MOST_INTERACTIONS, Profiles
from cdp.reads.reading import Asker
from cdp.reads.recognition import Described
from consent.types import MOST_CATEGORIES, CategoryKey, PurposeKey

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])

Purpose = Annotated[PurposeKey, Query(description="What the data will be used for.")]
Categories = Annotated[
    list[CategoryKey] | None,
    Query(alias="category", max_length=MOST_CATEGORIES, description="Only these kinds of data; all when left out."),
]


class IdentifierGiven(BaseModel):
    """One thing by which a person is known."""

    model_config = ConfigDict(extra="forbid")

    type: IdentifierType
    value: str = Field(min_length=1, max_length=MAX_LETTERS)


class PersonGiven(BaseModel):
    """How somebody is described who has no identifier at hand."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=100)
    birth_date: date
    postcode: str = Field(min_length=4, max_length=10)
    house_number: int = Field(ge=1, le=99_999)
    house_number_suffix: str = Field(default="", max_length=10)


class Lookup(BaseModel):
    """By what a person is looked up, and what for: identifiers, a description, or both, which then have to agree."""

    model_config = ConfigDict(extra="forbid")

    identifiers: list[IdentifierGiven] = Field(default=[], max_length=MOST_IDENTIFIERS)
    person: PersonGiven | None = None
    purpose: PurposeKey

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.identifiers and self.person is None:
            raise PydanticCustomError(NONE_SAID, "", {"names": "identifiers, person"})
        return self

    @property
    def described(self) -> Described | None:
        """The description, as the vault reads it."""
        return None if self.person is None else Described(**self.person.model_dump())


class BatchWanted(BaseModel):
    """Whose profiles are wanted, and what for."""

    model_config = ConfigDict(extra="forbid")

    profile_ids: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=MOST_IN_BATCH)
    purpose: PurposeKey
    categories: list[CategoryKey] | None = Field(default=None, max_length=MOST_CATEGORIES)


def profiles_of(request: Request) -> Profiles:
    """Return what reads profiles in this process."""
    profiles: Profiles = request.app.state.profiles
    return profiles


Reads = Annotated[Profiles, Depends(profiles_of)]


def _asker(service: Service, purpose: str, categories: list[str] | None) -> Asker:
    wanted = None if categories is None else tuple(sorted(set(categories)))
    return Asker(service.organization, service.client_id, purpose, wanted)


def _json(document: bytes) -> Response:
    return Response(document, media_type="application/json")


@router.post(
    "/lookup", response_model=Found, summary="Find a profile by what a channel knows", operation_id="lookup_profile"
)
async def lookup_profile(wanted: Lookup, service: ProfileReader, profiles: Reads) -> Response:
    """Return the profile id of the one person who is known so and granted it; anything else is the same 404.

    A description names only somebody of whom you were granted `contact`, `personal` and `address`.
    """
    asker = _asker(service, wanted.purpose, None)
    identifiers = [Identifier(each.type, each.value) for each in wanted.identifiers]
    reading = await profiles.lookup(asker, identifiers, wanted.described)
    return _json(reading.answer())


@router.post("/batch", response_model=Batch, summary="Read many profiles", operation_id="read_profiles")
async def read_profiles(wanted: BatchWanted, service: ProfileReader, profiles: Reads) -> Response:
    """Return for each id, in order, its profile or the reason why there is none."""
    asker = _asker(service, wanted.purpose, wanted.categories)
    return _json(await profiles.batch(asker, wanted.profile_ids))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    summary="Read every profile that is granted",
    operation_id="export_profiles",
)
async def export_profiles(
    service: ProfileReader, profiles: Reads, purpose: Purpose, category: Categories = None
) -> StreamingResponse:
    """Return one profile on each line. Grants are looked at anew all along: what is revoked meanwhile does not come.

    So is the token: the answer breaks off when it, its program or your organization is ended meanwhile.
    """
    asker = _asker(service, purpose, category)
    await profiles.check(asker)
    chunks: AsyncIterator[bytes] = profiles.export(asker, service.held)
    return StreamingResponse(chunks, media_type="application/x-ndjson")


@router.get(
    "/{profile_id}/interactions",
    response_model=Timeline,
    summary="Read interactions, newest first",
    operation_id="read_interactions",
)
async def read_interactions(
    profile_id: str,
    service: ProfileReader,
    profiles: Reads,
    purpose: Purpose,
    category: Categories = None,
    after: Annotated[str | None, Query(max_length=512, description="Where the last page ended.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_INTERACTIONS, description="How many at most.")] = 50,
) -> Response:
    """Return a page of what was said between the customer and those whom they granted you to hear."""
    asker = _asker(service, purpose, category)
    reading = await profiles.interactions(asker, profile_id, unverified_cursor=after, limit=limit)
    return _json(reading.answer())


async def read_profile(
    profile_id: str, service: ProfileReader, purpose: Purpose, category: Categories = None
) -> dict[str, Any]:
    """Return what the customer granted, folded from what you may see; `withheld` names what else there could be."""
    raise AssertionError(profile_id, service, purpose, category)  # served by api.lean


router.add_api_route(
    "/{profile_id}",
    read_profile,
    response_model=Profile,
    summary="Read a profile",
    operation_id="read_profile",
)
