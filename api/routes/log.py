"""The two logs for anybody (C2SP tlog-tiles): checkpoint, tiles, entries and keys; they say nothing about a person.

Full tiles never change and may be kept for ever; narrower ones are cut from what is there when they are asked for.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.principals import PlatformDep
from cdp.log import published, store
from cdp.log.full_tiles import FullTiles
from cdp.platform import Platform
from cdp.scope import VISITOR
from consent import tiles
from consent.errors import Malformed, NotFound
from consent.tiles import WIDTH, Tile

router = APIRouter(prefix="/log/{log}", tags=["log"])

FOR_EVER: Final = "public, max-age=31536000, immutable"
AN_HOUR: Final = "public, max-age=3600"
A_SECOND: Final = "public, max-age=1"
ANYBODY: Final = {"Access-Control-Allow-Origin": "*"}
_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"

LogName = Annotated[str, Path(max_length=40, description="`consent` or `access`.")]
TilePath = Annotated[
    str, Path(max_length=60, description="Level and number, such as `0/x001/234` or `entries/007.p/5`.")
]


class NoTile(NotFound):
    """The log has no such tile, or writes its path in another way."""

    code = "no-tile"


@router.get(
    "/checkpoint", summary="Get the newest signed checkpoint", operation_id="log_checkpoint", response_class=Response
)
def checkpoint(log: LogName, platform: PlatformDep) -> Response:
    """Return the checkpoint as a signed note, with the cosignatures of witnesses."""
    with platform.database.scoped(VISITOR) as session:
        found = published.latest(session, store.named(session, log))
    if found is None:
        raise NotFound("nothing has been signed yet")
    return Response(found.note, media_type=_TEXT, headers={"Cache-Control": A_SECOND, **ANYBODY})


@router.get("/vkey", summary="Get the keys of the log", operation_id="log_vkey", response_class=Response)
def vkey(log: LogName, platform: PlatformDep) -> Response:
    """Return the keys that signed checkpoints of this log, the newest first, one on each line."""
    with platform.database.scoped(VISITOR) as session:
        found = store.named(session, log)
    lines = "".join(f"{key.to_vkey()}\n" for key in found.keys)
    return Response(lines, media_type=_TEXT, headers={"Cache-Control": A_SECOND, **ANYBODY})


@router.get(
    "/tile/{path:path}", summary="Get a tile or a bundle of entries", operation_id="log_tile", response_class=Response
)
async def tile(log: LogName, path: TilePath, request: Request, platform: PlatformDep) -> Response:
    """Return the hashes of a tile, or the entries themselves, as far as a signed checkpoint covers them."""
    asked = _asked(path, request)
    ready: FullTiles = request.app.state.full_tiles
    content = ready.get(log, asked)
    if content is None:
        content = await run_in_threadpool(_read, platform, log, asked)
        ready.keep(log, asked, content)
    lasting = FOR_EVER if asked.width == WIDTH else AN_HOUR
    return Response(content, media_type=_BYTES, headers={"Cache-Control": lasting, **ANYBODY})


def _asked(path: str, request: Request) -> Tile:
    """Return the tile of the one way to write its path, without escapes."""
    if b"%" in request.scope.get("raw_path", b""):
        raise NoTile
    try:
        return Tile.from_path(f"tile/{path}")
    except Malformed:
        raise NoTile from None


def _read(platform: Platform, name: str, asked: Tile) -> bytes:
    with platform.database.scoped(VISITOR) as session:
        log = store.named(session, name)
        newest = store.newest(session, log)
        if asked.width > tiles.width_of(asked.level, asked.index, 0 if newest is None else newest.size):
            raise NoTile
        return store.tile_reader(session, log)(asked)
