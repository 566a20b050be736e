import gzip
import json
import zlib

import pytest

from cdp.ingest import decoding
from cdp.ingest.problems import TooLarge, UnreadableBody

BODY = b'{"batch":[]}'


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        (BODY, None),
        (BODY, "identity"),
        (b"\xef\xbb\xbf" + BODY, ""),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), " GZip "),
        (gzip.compress(BODY), None),
        (BODY, "gzip"),
        (gzip.compress(b"\xef\xbb\xbf" + BODY), "x-gzip"),
        (gzip.compress(BODY[:5]) + gzip.compress(BODY[5:]), "gzip"),
        (gzip.compress(BODY) + b"\0" * 50, "gzip"),
    ],
)
def test_a_body_is_unpacked(sent: bytes, encoding: str | None) -> None:
    assert BODY == decoding.unpack(sent, encoding=encoding, limit=len(BODY) + 3)


@pytest.mark.parametrize(
    "sent",
    [
        gzip.compress(BODY)[:-1],
        gzip.compress(BODY)[:12],
        gzip.compress(BODY) + b"rubbish",
        b"\x1f\x8b" + b"\xff" * 40,
        b"\x1f\x8b",
        gzip.compress(BODY)[:-8] + b"\0" * 8,
        gzip.compress(b"") * 17,
    ],
)
def test_a_broken_packing_is_refused(sent: bytes) -> None:
    with pytest.raises(UnreadableBody):
        decoding.unpack(sent, encoding="gzip", limit=1000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableBody):
        decoding.unpack(BODY, encoding=encoding, limit=1000)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()

    with pytest.raises(TooLarge):
        decoding.unpack(bomb, encoding="gzip", limit=512_000)


def test_members_cannot_add_up_to_more_than_the_limit() -> None:
    with pytest.raises(TooLarge):
        decoding.unpack(gzip.compress(bytes(600)) * 2, encoding="gzip", limit=1000)


def test_a_hundred_megabytes_are_refused() -> None:
    with pytest.raises(TooLarge):
        decoding.unpack(bytes(100_000_000), encoding=None, limit=512_000)


def test_the_limit_itself_fits() -> None:
    assert 1000 == len(decoding.unpack(bytes(1000), encoding=None, limit=1000))
    assert 1000 == len(decoding.unpack(gzip.compress(b"x" * 1000), encoding=None, limit=1000))


@pytest.mark.parametrize("text", [b'{"a":1e5}', b"[1E2]", b"1e3", b'{"a":1,"b" : 1.0e1}', rb'"\u0000"', b"1" * 300])
def test_what_needs_a_closer_look_is_not_plain(text: bytes) -> None:
    assert not decoding.is_plain(text)


@pytest.mark.parametrize("text", [b'{"event":"e","x":[1,2.5,-3],"u":"7e1f-4e99"}', rb'"\ud83d\ude00"'])
def test_what_people_send_is_plain(text: bytes) -> None:
    assert decoding.is_plain(text)
    assert decoding.flaw(text, plain=True) is None


def test_ordinary_exponents_and_integers_are_taken() -> None:
    text = json.dumps({"a": 1e300, "b": 10**300, "c": 1e-300, "d": 2**64}).encode()

    assert decoding.flaw(text) is None


def test_depth_and_width_are_taken_up_to_their_limits() -> None:
    deep, wide = b"[" * 32 + b"]" * 32, json.dumps({f"f{n}": n for n in range(1_000)}).encode()

    assert decoding.flaw(deep) is None
    assert decoding.flaw(wide) is None
    assert decoding.flaw(b"[" + deep + b"]") == "too-deep"


def test_brackets_and_colons_inside_text_do_not_count() -> None:
    assert decoding.flaw(json.dumps({"a": "[{:" * 5_000}).encode()) is None
