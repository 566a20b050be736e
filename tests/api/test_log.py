"""The logs for anybody: C2SP tlog-tiles, byte for byte, strict in paths, and without a person."""

import pytest
from starlette.testclient import TestClient

from api.routes import log as log_routes
from cdp.log.full_tiles import FullTiles
from cdp.log.sequencer import Sequencer
from cdp.platform import Platform
from consent import checkpoints, merkle, tiles
from consent.checkpoints import Checkpoint
from consent.notes import Key
from consent.tiles import Tile
from tests import make
from tests.consent.log import workbench

LOGS = pytest.mark.parametrize("log", ["consent", "access"])
ACTS = 300
READS = 3


@pytest.fixture(scope="module")
def person(platform: Platform) -> make.Person:
    return make.person(platform)


@pytest.fixture(scope="module", autouse=True)
def _grown(api: TestClient, platform: Platform, person: make.Person) -> None:
    """Grow both logs: the consent log by more than fills a tile."""
    organization = make.organization(platform)
    for _ in range(ACTS // 2):
        make.grant(platform, person, organization)
        make.revoke(platform, person, organization)
    for _ in range(READS):
        api.get("/v1/me", headers=person.headers)
    make.logged(platform)


def checkpoint(api: TestClient, log: str) -> Checkpoint:
    keys = [Key.from_vkey(line) for line in api.get(f"/log/{log}/vkey").text.splitlines()]
    return checkpoints.verified(api.get(f"/log/{log}/checkpoint").content, keys).checkpoint


def read(api: TestClient, log: str, tile: Tile) -> bytes:
    answer = api.get(f"/log/{log}/{tile.to_path()}")
    assert 200 == answer.status_code, tile
    content: bytes = answer.content
    return content


@LOGS
def test_the_tiles_lead_to_the_root_that_is_signed(api: TestClient, log: str) -> None:
    here = checkpoint(api, log)

    node = tiles.nodes(lambda tile: read(api, log, tile), here.size)

    assert here.root == merkle.root(here.size, node)
    assert here.origin.endswith(f"/{log}")
    assert here.size > (ACTS if log == "consent" else READS - 1)


@LOGS
def test_the_entries_are_what_the_lowest_tiles_are_hashes_of(api: TestClient, log: str) -> None:
    size = checkpoint(api, log).size

    for bundle in tiles.bundles_of_log(size):
        entries = workbench.entries_of(read(api, log, bundle))
        assert tiles.hashes(read(api, log, Tile(0, bundle.index, bundle.width))) == [
            merkle.leaf_hash(each) for each in entries
        ]
        assert {34} == {len(each) for each in entries}


def test_a_narrow_tile_is_the_beginning_of_the_wide_one(api: TestClient) -> None:
    wide, narrow = read(api, "consent", Tile(0, 0)), read(api, "consent", Tile(0, 0, 7))

    assert wide[: 7 * 32] == narrow
    assert read(api, "consent", Tile(None, 0)).startswith(read(api, "consent", Tile(None, 0, 1)))


def test_a_full_tile_is_read_once_and_a_narrow_one_and_a_missing_one_every_time(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(api, "consent", Tile(None, 0)), read(api, "consent", Tile(0, 0))
    monkeypatch.setattr(log_routes, "_read", unreadable)

    assert first == (read(api, "consent", Tile(None, 0)), read(api, "consent", Tile(0, 0)))
    for path in ("consent/tile/0/000.p/9", "consent/tile/0/001", "access/tile/0/000", "none/tile/0/000"):
        assert 404 == api.get(f"/log/{path}").status_code


def unreadable(*_: object) -> bytes:
    raise log_routes.NoTile


def test_only_the_full_tiles_that_were_asked_for_last_are_kept() -> None:
    ready = FullTiles(most=2)
    for index in range(2):
        ready.keep("consent", Tile(0, index), b"%d" % index)
    assert b"0" == ready.get("consent", Tile(0, 0))

    ready.keep("consent", Tile(0, 2), b"2")
    ready.keep("consent", Tile(0, 3, 255), b"narrow")

    kept = [ready.get("consent", Tile(0, index)) for index in range(3)]
    assert [b"0", None, b"2"] == kept
    assert ready.get("consent", Tile(0, 3, 255)) is None
    assert ready.get("access", Tile(0, 0)) is None


def test_what_never_changes_may_be_kept_for_ever_and_what_grows_may_not(api: TestClient) -> None:
    kept = {
        path: api.get(f"/log/consent/{path}").headers["cache-control"]
        for path in ("tile/0/000", "tile/entries/000", "tile/0/000.p/3", "checkpoint", "vkey")
    }

    assert "public, max-age=31536000, immutable" == kept["tile/0/000"] == kept["tile/entries/000"]
    assert {"public, max-age=3600"} == {kept["tile/0/000.p/3"]}
    assert {"public, max-age=1"} == {kept["checkpoint"], kept["vkey"]}


def test_the_logs_speak_plain_text_and_bytes_to_every_page(api: TestClient) -> None:
    answers = [api.get(f"/log/consent/{path}") for path in ("checkpoint", "vkey", "tile/0/000")]

    assert ["text/plain; charset=utf-8"] * 2 + ["application/octet-stream"] == [
        each.headers["content-type"] for each in answers
    ]
    assert {"*"} == {each.headers["access-control-allow-origin"] for each in answers}
    assert {"nosniff"} == {each.headers["x-content-type-options"] for each in answers}


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/007",
        "tile/0/000.p",
        "tile/0/000/",
        "tile/0/%30%30%30",
        "tile/0/%78001/000",
        "tile/0/x001/x234/067",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/002",
        "tile/0/001",
        "tile/0/001.p/255",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/8/000.p/1",
        "tile/entries/001",
        "tile/entries/000.p/256",
        "tile/Entries/000",
        "tile/entries",
        "tile/0/٠٠٠",  # noqa: RUF001 -- digits that int() would take
        "tile/0/000%0A",
        "tile/0/..%2f000",
        "tile",
        "tile/",
        "entries/000",
        "checkpoint/",
        "checkpoint.0",
        "vkeys",
        "",
    ],
)
def test_a_path_that_is_no_tile_of_this_log_is_not_found(api: TestClient, path: str) -> None:
    answer = api.get(f"/log/consent/{path}")

    assert 404 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]


@pytest.mark.parametrize("log", ["consents", "CONSENT", "consent%2F", "..", "consent-2", "a" * 41])
@pytest.mark.parametrize("path", ["checkpoint", "vkey", "tile/0/000"])
def test_there_are_two_logs_and_no_other(api: TestClient, log: str, path: str) -> None:
    assert api.get(f"/log/{log}/{path}").status_code in {404, 422}


def test_leaves_that_are_not_signed_yet_are_not_shown(api: TestClient, platform: Platform, person: make.Person) -> None:
    size = checkpoint(api, "consent").size
    make.grant(platform, person, make.organization(platform))
    Sequencer(platform).step(sign=False)

    index, width = divmod(size, 256)
    assert size == checkpoint(api, "consent").size
    assert 404 == api.get(f"/log/consent/tile/0/{index:03d}.p/{width + 1}").status_code
    assert 200 == api.get(f"/log/consent/tile/0/{index:03d}.p/{width}").status_code


@LOGS
def test_nothing_in_a_log_names_the_person(api: TestClient, person: make.Person, log: str) -> None:
    said = api.get(f"/log/{log}/checkpoint").content + read(api, log, Tile(None, 0, READS))

    assert person.customer_id.bytes not in said
    assert str(person.customer_id).encode() not in said


def test_a_parameter_is_told(api: TestClient) -> None:
    assert 422 == api.get("/log/consent/checkpoint?x=1").status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_log_is_read_only(api: TestClient, method: str) -> None:
    assert 405 == api.request(method, "/log/consent/checkpoint").status_code


def test_the_numbers_of_the_house_name_the_template_only(api: TestClient) -> None:
    api.get("/log/consent/tile/0/000.p/9")

    numbers = api.get("/metrics").text
    assert 'route="/log/{log}/tile/{path:path}"' in numbers
    assert "000.p" not in numbers
