"""Shared Signals (OpenID Shared Signals Framework 1.0): streams of an organization, their state, and polling them.

SETs are pushed by the worker (RFC 8935) or fetched here (RFC 8936), all for the organization whose token it is.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api import possession
from api.long_polls import LongPolls
from api.principals import PlatformDep, Service, SignalManager
from cdp import clock, credentials
from cdp.platform import Platform
from cdp.scope import Principal
from cdp.signals import events, polling, streams
from cdp.signals.streams import BETWEEN_VERIFICATIONS, Kind, Status, Stream, StreamUnknown, Wanted

router = APIRouter(tags=["signals"])
PUSH: Final = "urn:ietf:rfc:8935"
POLL: Final = "urn:ietf:rfc:8936"
_KINDS: Final = {PUSH: Kind.PUSH, POLL: Kind.POLL}
_MOST_URIS: Final = 50
StreamId = Annotated[UUID, Query(description="The stream's id.")]
Uri = Annotated[str, Field(max_length=300)]
Said = Annotated[str, Field(max_length=300)]


class SignalsMetadata(BaseModel):
    """Where streams are managed, and how signals come."""

    spec_version: str
    issuer: str
    jwks_uri: str
    delivery_methods_supported: list[str]
    configuration_endpoint: str
    status_endpoint: str
    verification_endpoint: str
    authorization_schemes: list[dict[str, str]]
    default_subjects: str


class Delivery(BaseModel):
    """How a stream tells; a push names its endpoint and may show a header there."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]
    endpoint_url: Annotated[str, Field(max_length=2_000)] | None = None
    authorization_header: Annotated[str, Field(max_length=2_000)] | None = None


class StreamWanted(BaseModel):
    """A stream that is asked for; without events, all of them. What the transmitter supplies is passed over."""

    model_config = ConfigDict(extra="ignore")

    stream_id: UUID | None = None
    delivery: Delivery = Delivery(method=POLL)
    events_requested: Annotated[list[Uri], Field(max_length=_MOST_URIS)] | None = None
    description: Annotated[str, Field(max_length=300)] = ""


class StreamChange(BaseModel):
    """What shall change of a stream; what the transmitter supplies is passed over."""

    model_config = ConfigDict(extra="ignore")

    stream_id: UUID
    delivery: Delivery | None = None
    events_requested: Annotated[list[Uri], Field(max_length=_MOST_URIS)] | None = None
    description: Annotated[str | None, Field(max_length=300)] = None


class StreamView(BaseModel):
    """A stream; the header that a push shows is never said again."""

    stream_id: UUID
    iss: str
    aud: str
    delivery: dict[str, str]
    events_supported: list[str]
    events_requested: list[str]
    events_delivered: list[str]
    description: str
    min_verification_interval: int


class StatusWanted(BaseModel):
    """A state that a stream is to have: a paused one keeps what it would tell, a disabled one does not."""

    model_config = ConfigDict(extra="forbid")

    stream_id: UUID
    status: Status
    reason: Said = ""


class StatusView(BaseModel):
    """How a stream stands."""

    stream_id: UUID
    status: Status
    reason: str


class VerificationWanted(BaseModel):
    """Asks for a verification event that repeats `state`."""

    model_config = ConfigDict(extra="forbid")

    stream_id: UUID
    state: Said | None = None


class SetError(BaseModel):
    """Why a SET could not be taken (RFC 8935 §2.4)."""

    model_config = ConfigDict(extra="ignore")

    err: Annotated[str, Field(max_length=64)]


class PollWanted(BaseModel):
    """What a poll says and asks (RFC 8936 §2.2); unless `returnImmediately` is true, it waits for something to tell."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    most: Annotated[int, Field(alias="maxEvents", ge=0, le=1_000_000)] = polling.MOST
    at_once: Annotated[bool, Field(alias="returnImmediately")] = False
    ack: Annotated[list[UUID], Field(max_length=1_000)] = []
    errors: Annotated[dict[UUID, SetError], Field(alias="setErrs", max_length=1_000)] = {}


class Polled(BaseModel):
    """SETs by their ids; one that is not acknowledged comes again."""

    model_config = ConfigDict(populate_by_name=True)

    sets: dict[str, str]
    has_more: Annotated[bool, Field(alias="moreAvailable")]


@router.get("/.well-known/ssf-configuration", summary="Find the signals", operation_id="signals_metadata")
def configuration(platform: PlatformDep) -> SignalsMetadata:
    """Return where streams are managed and how signals come (Shared Signals §7.1)."""
    base = platform.settings.base_url
    return SignalsMetadata(
        spec_version="1_0",
        issuer=base,
        jwks_uri=f"{base}/oauth/jwks",
        delivery_methods_supported=[PUSH, POLL],
        configuration_endpoint=f"{base}/ssf/streams",
        status_endpoint=f"{base}/ssf/status",
        verification_endpoint=f"{base}/ssf/verify",
        authorization_schemes=[{"spec_urn": "urn:ietf:rfc:6749"}],
        default_subjects="ALL",
    )


@router.post("/ssf/streams", status_code=201, summary="Make a stream", operation_id="create_stream")
def create_stream(wanted: StreamWanted, asking: SignalManager, platform: PlatformDep) -> StreamView:
    """Make a stream that tells of everything from now on; nothing that happened before."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        asked = _wanted(platform, wanted)
        made = streams.create(platform, session, asking.organization, asked, at=clock.now())
    return _view(platform, asking.slug, made)


@router.get("/ssf/streams", summary="See the streams, or one", operation_id="read_stream")
def read_stream(
    asking: SignalManager, platform: PlatformDep, stream_id: Annotated[UUID | None, Query()] = None
) -> StreamView | list[StreamView]:
    """Return one stream of this organization, or all of them."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        if stream_id is not None:
            return _view(platform, asking.slug, _shared(streams.read(session, stream_id)))
        known = streams.listed(session)
    return [_view(platform, asking.slug, each) for each in known if each.kind is not Kind.WEBHOOK]


@router.put("/ssf/streams", summary="Replace a stream", operation_id="replace_stream")
def replace_stream(wanted: StreamWanted, asking: SignalManager, platform: PlatformDep) -> StreamView:
    """Give a stream another address or other events; how far it has told stays, and so does its method."""
    if wanted.stream_id is None:
        raise StreamUnknown(field="/stream_id")
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        asked = _wanted(platform, wanted)
        if _shared(streams.read(session, wanted.stream_id)).kind is not asked.kind:
            raise StreamUnknown(field="/delivery/method")
        changed = streams.change(platform, session, wanted.stream_id, asked, at=clock.now())
    return _view(platform, asking.slug, changed)


@router.patch("/ssf/streams", summary="Change a stream", operation_id="change_stream")
def change_stream(wanted: StreamChange, asking: SignalManager, platform: PlatformDep) -> StreamView:
    """Change what is given of a stream and leave the rest as it was; its method stays."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        known = _shared(streams.read(session, wanted.stream_id))
        changed = streams.change(platform, session, known.stream_id, _changed(platform, known, wanted), at=clock.now())
    return _view(platform, asking.slug, changed)


@router.delete("/ssf/streams", status_code=204, summary="Remove a stream", operation_id="delete_stream")
def delete_stream(stream_id: StreamId, asking: SignalManager, platform: PlatformDep) -> Response:
    """Remove a stream with everything that waits for it."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        _shared(streams.read(session, stream_id))
        streams.remove(session, stream_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/ssf/status", summary="See how a stream stands", operation_id="read_stream_status")
def read_status(stream_id: StreamId, asking: SignalManager, platform: PlatformDep) -> StatusView:
    """Return whether a stream tells."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return _status(_shared(streams.read(session, stream_id)))


@router.post("/ssf/status", summary="Pause, disable or enable a stream", operation_id="set_stream_status")
def set_status(wanted: StatusWanted, asking: SignalManager, platform: PlatformDep) -> StatusView:
    """Change whether a stream tells."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        _shared(streams.read(session, wanted.stream_id))
        return _status(streams.set_status(session, wanted.stream_id, wanted.status, wanted.reason, at=clock.now()))


@router.post("/ssf/verify", status_code=204, summary="Ask for a verification", operation_id="verify_stream")
def verify(wanted: VerificationWanted, asking: SignalManager, platform: PlatformDep) -> Response:
    """Have the stream tell a verification event, once a minute at most."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        streams.verify(
            session, _shared(streams.read(session, wanted.stream_id)).stream_id, wanted.state, at=clock.now()
        )
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/ssf/poll/{stream_id}", summary="Fetch signals", operation_id="poll_stream")
async def poll(
    stream_id: UUID, wanted: PollWanted, asking: SignalManager, platform: PlatformDep, request: Request
) -> Polled:
    """Acknowledge what came and fetch more: of each customer one at a time, so that their order stays."""
    said = {signal: each.err for signal, each in wanted.errors.items()}
    asked = polling.Poll(wanted.ack, said, min(wanted.most, polling.MOST))
    got = await _polled(platform, asking, stream_id, asked)
    if not (got.tokens or wanted.at_once or asked.most == 0):
        got = await _waited(platform, asking, stream_id, replace(asked, acknowledged=(), errors={}), request)
    return Polled(sets=dict(got.tokens), has_more=got.has_more)


async def _polled(platform: Platform, asking: Service, stream_id: UUID, asked: polling.Poll) -> polling.Batch:
    return await run_in_threadpool(
        polling.poll, platform, asking.organization, asking.slug, stream_id, asked, at=clock.now()
    )


async def _waited(
    platform: Platform, asking: Service, stream_id: UUID, asked: polling.Poll, request: Request
) -> polling.Batch:
    waiting: LongPolls = request.app.state.long_polls
    token = possession.shown(request.headers.get("authorization")).unverified_token

    async def look() -> polling.Batch:
        await credentials.of_token(platform, token)
        return await _polled(platform, asking, stream_id, asked)

    return await waiting.until_told(asking.organization, look, request.is_disconnected)


def _wanted(platform: Platform, wanted: StreamWanted) -> Wanted:
    issuer = platform.settings.base_url
    asked = events.supported(issuer) if wanted.events_requested is None else wanted.events_requested
    kind = _KINDS[wanted.delivery.method]
    url = wanted.delivery.endpoint_url if kind is Kind.PUSH else None
    kinds = events.kinds_of(issuer, asked)
    return Wanted(kind, kinds, url, wanted.description, wanted.delivery.authorization_header)


def _changed(platform: Platform, known: Stream, wanted: StreamChange) -> Wanted:
    events_now, header, url = list(known.wanted), streams.kept(platform, known).authorization, known.url
    if wanted.delivery is not None:
        if _KINDS[wanted.delivery.method] is not known.kind:
            raise StreamUnknown(field="/delivery/method")
        url = wanted.delivery.endpoint_url if known.kind is Kind.PUSH else None
        header = wanted.delivery.authorization_header
    if wanted.events_requested is not None:
        events_now = events.kinds_of(platform.settings.base_url, wanted.events_requested)
    description = known.description if wanted.description is None else wanted.description
    return Wanted(known.kind, events_now, url, description, header)


def _shared(stream: Stream) -> Stream:
    """Return a stream of this API; webhooks have their own."""
    if stream.kind is Kind.WEBHOOK:
        raise StreamUnknown
    return stream


def _status(stream: Stream) -> StatusView:
    return StatusView(stream_id=stream.stream_id, status=stream.status, reason=stream.reason)


def _view(platform: Platform, slug: str, stream: Stream) -> StreamView:
    issuer = platform.settings.base_url
    delivered = events.uris_of(issuer, stream.wanted)
    at = {"method": PUSH, "endpoint_url": stream.url or ""}
    if stream.kind is Kind.POLL:
        at = {"method": POLL, "endpoint_url": f"{issuer}/ssf/poll/{stream.stream_id}"}
    return StreamView(
        stream_id=stream.stream_id,
        iss=issuer,
        aud=slug,
        delivery=at,
        events_supported=events.supported(issuer),
        events_requested=delivered,
        events_delivered=delivered,
        description=stream.description,
        min_verification_interval=BETWEEN_VERIFICATIONS,
    )
