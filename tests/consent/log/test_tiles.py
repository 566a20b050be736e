import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import checkpoints, merkle, tiles
from consent.errors import Malformed
from consent.notes import Key
from consent.tiles import Tile
from tests.consent.log import vectors, workbench

TESSERA = Key.from_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 0, 5), "tile/0/000.p/5"),
        (Tile(1, 1234067), "tile/1/x001/x234/067"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
        (Tile(7, 999), "tile/7/999"),
    ],
)
def test_a_tile_stands_where_the_format_says(tile: Tile, path: str) -> None:
    assert path == tile.to_path()
    assert tile == Tile.from_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000/",
        "tile/0/../000",
        "tile/entries/-01",
        "tile/0/\u0660\u0660\u0660",
        "/tile/0/000",
        "tile/0/000\n",
    ],
)
def test_no_other_path_is_a_tile(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.from_path(path)


@given(st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_comes_back_as_it_was(level: int | None, index: int, width: int) -> None:
    assert Tile(level, index, width) == Tile.from_path(Tile(level, index, width).to_path())


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=256))
def test_entries_come_back_as_they_were(entries: list[bytes]) -> None:
    assert entries == workbench.entries_of(tiles.entries_to_bytes(entries))


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33), bytes(257 * 32)])
def test_hashes_in_another_form_are_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        tiles.hashes(content)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 65_536, 65_537, 70_000])
def test_proofs_can_be_made_from_tiles_alone(size: int) -> None:
    whole = merkle.Tree(merkle.leaf_hash(b"%d" % each) for each in range(size))

    def read(tile: Tile) -> bytes:
        level = (tile.level or 0) * tiles.HEIGHT
        return b"".join(whole.node(level, tile.index * 256 + each) for each in range(tile.width))

    node = tiles.nodes(read, size)

    assert whole.root() == merkle.root(size, node)
    for index in {0, size // 2, size - 1}:
        proof = merkle.inclusion_proof(index, size, node)
        merkle.verify_inclusion(whole.node(0, index), index, size, proof, whole.root())
    for old in {1, size // 3, size // 2, size - 1}:
        proof = merkle.consistency_proof(old, size, node)
        merkle.verify_consistency(old, size, proof, whole.root(old), whole.root())


@given(st.integers(0, 200_000), st.integers(0, 70_000))
def test_a_growing_log_finishes_every_full_tile_once(old: int, more: int) -> None:
    new = old + more
    full = {tile for tile in tiles.of_log(new) if tile.width == 256} - {
        tile for tile in tiles.of_log(old) if tile.width == 256
    }

    finished = list(tiles.finished(old, new))

    assert full == {tile for tile in finished if tile.level is not None}
    assert len(finished) == len(set(finished))
    assert new // 256 - old // 256 == sum(tile.level is None for tile in finished)


@vectors.needed
def test_the_log_of_tessera_is_read_to_its_last_byte() -> None:
    """Sixteen checkpoints of one log: signed, consistent, and led to by its entries and its tiles."""
    folder = vectors.FOLDER / "tessera_log"
    whole = merkle.Tree()
    for size in range(16):
        checkpoint = checkpoints.verified((folder / f"checkpoint.{size}").read_bytes(), [TESSERA]).checkpoint
        if size > 1:
            entries = workbench.entries_of((folder / Tile(None, 0, size).to_path()).read_bytes())
            hashes = tiles.hashes((folder / Tile(0, 0, size).to_path()).read_bytes()) if size < 15 else None
            assert hashes is None or [merkle.leaf_hash(each) for each in entries] == hashes
            for entry in entries[whole.size :]:
                whole.append(merkle.leaf_hash(entry))
            assert (size, whole.root(size)) == (checkpoint.size, checkpoint.root)
