import io
import tarfile
from collections.abc import Callable

import pytest

from consent import bundle, log_check, merkle, tar
from consent.errors import Malformed, VerificationFailed
from consent.policy import Policy
from tests.consent.log.workbench import ACCESS, BANK, CONSENT, SHOP, WITNESS, Log, Logs, honest, salt, verdict

LOGS = honest(is_witnessed=True)
WHOLE = LOGS.bundle()
SINCE = LOGS.bundle(since=(5, 3))


def members(content: bytes) -> dict[str, bytes]:
    reader = tar.Reader(io.BytesIO(content))
    found = {}
    while (name := reader.name) is not None:
        found[name] = reader.take(name)
    return found


def packed(parts: dict[str, bytes]) -> bytes:
    return b"".join(tar.member(name, content) for name, content in parts.items()) + tar.end()


@pytest.mark.parametrize("content", [WHOLE, SINCE, LOGS.bundle(organization=SHOP), LOGS.bundle(organization=BANK)])
def test_an_honest_bundle_holds(content: bytes) -> None:
    assert [] == verdict(content).failures
    assert verdict(content).holds


def test_a_bundle_is_the_same_every_time() -> None:
    assert WHOLE == LOGS.bundle()


def test_any_tar_program_can_unpack_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as archive:
        names = archive.getnames()
        unpacked = {name: archive.extractfile(name) for name in names}

    assert members(WHOLE) == {name: file.read() for name, file in unpacked.items() if file}
    assert ["bundle.json", "consent/policy", "consent/new", "consent/tile/0/000.p/11"] == names[:4]


def test_a_bundle_of_one_organization_shows_nobody_else_s_events() -> None:
    shown = b"".join(members(LOGS.bundle(organization=BANK)).values())
    openings = list(bundle.openings_from_lines(members(LOGS.bundle(organization=BANK))["consent/openings/000"]))

    assert str(SHOP).encode() not in b"".join(each.body for _, each in openings)
    assert b"anna" not in shown
    assert 1 == verdict(LOGS.bundle(organization=BANK)).checked["reads"]


def test_what_is_said_to_be_one_organization_s_and_is_not_fails() -> None:
    parts = members(WHOLE) | {"bundle.json": members(LOGS.bundle(organization=BANK))["bundle.json"]}

    assert not verdict(packed(parts)).holds


@pytest.mark.slow
@pytest.mark.parametrize("content", [pytest.param(WHOLE, id="whole"), pytest.param(SINCE, id="since")])
def test_one_changed_byte_anywhere_is_found(content: bytes) -> None:
    """Every byte that says something, and some of the zeros that fill a tar up."""
    places = [at for at, byte in enumerate(content) if byte or at % 64 == 0]

    silent = [at for at in places if verdict(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]).holds]

    assert [] == silent


def test_one_changed_byte_in_every_kind_of_member_is_found() -> None:
    parts = members(SINCE)
    silent = []
    for name, content in parts.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]
            silent += [name] if verdict(packed(parts | {name: changed})).holds else []

    kinds = {"policy", "old", "new", "consistency", "earlier", "tile", "openings"}
    assert kinds == {name.split("/")[1] for name in parts if "/" in name}
    assert [] == silent


def test_a_member_less_or_more_or_twice_or_elsewhere_is_found() -> None:
    parts = members(SINCE)
    names = list(parts)
    for name in names:
        without = {each: parts[each] for each in names if each != name}
        assert not verdict(packed(without)).holds or name.startswith("access/")
    for at in range(len(names) + 1):
        extra = [tar.member(name, parts[name]) for name in names]
        extra.insert(at, tar.member("consent/more", b"x"))
        assert not verdict(b"".join(extra) + tar.end()).holds
        extra[at] = tar.member(names[at - 1], parts[names[at - 1]])
        assert not verdict(b"".join(extra) + tar.end()).holds
    for at in range(len(names) - 1):
        order = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
        assert not verdict(packed({name: parts[name] for name in order})).holds


def test_a_bundle_that_ends_early_is_malformed_wherever_it_is_cut() -> None:
    cuts = [*range(0, len(WHOLE), 256), len(WHOLE) - 1, len(WHOLE) - 512]

    assert {"malformed"} == {verdict(WHOLE[:cut]).failures[0].code for cut in cuts}


def python_tar(change: Callable[[tarfile.TarInfo], None], form: int = tarfile.USTAR_FORMAT) -> bytes:
    """Return the bundle as Python's own tar, after a change to every header."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members(WHOLE).items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            change(info)
            archive.addfile(info, io.BytesIO(content) if info.isreg() else None)
        end = archive.offset
    return out.getvalue()[:end] + bytes(1024)


def test_the_same_bundle_as_python_packs_it_is_plain() -> None:
    is_the_same = WHOLE == python_tar(lambda _: None)  # not in the assertion: a failure would print all of it

    assert is_the_same


def test_bytes_between_members_are_found() -> None:
    end = 512 + len(members(WHOLE)["bundle.json"])

    assert not verdict(WHOLE[:end] + b"x" + WHOLE[end + 1 :]).holds


def test_entries_of_another_log_do_not_lead_to_the_root() -> None:
    """Tiles, entries and openings fit each other; only the signed checkpoint is of the true log."""
    fork = honest(is_witnessed=True)
    fork.grant("eva", 20)
    fork.revoke("eva", 21)
    logs = honest(is_witnessed=True)
    logs.grant("gil", 20)
    logs.revoke("gil", 21)
    parts = members(fork.bundle()) | {"consent/new": members(logs.bundle())["consent/new"]}

    assert ["the entries do not lead to the root that the log signed"] == [
        each.message for each in verdict(packed(parts)).failures
    ]


def test_a_consistency_proof_that_does_not_hold_is_found() -> None:
    lines = members(SINCE)["consent/consistency"].split(b"\n")
    lines[1] = b"A" * 43 + b"="
    parts = members(SINCE) | {"consent/consistency": b"\n".join(lines)}

    assert ["the new tree does not begin with the old one"] == [
        each.message for each in verdict(packed(parts)).failures
    ]


def test_an_earlier_opening_that_is_not_in_the_log_is_found() -> None:
    content = members(SINCE)["consent/earlier/0"]
    proof = content.split(b'"proof":"')[1].split(b'"')[0]
    parts = members(SINCE) | {"consent/earlier/0": content.replace(proof, b"A" * 8 + proof[8:], 1)}

    assert ["the leaf does not lead to the root"] == [each.message for each in verdict(packed(parts)).failures]


def test_a_changed_hash_in_a_higher_tile_is_found() -> None:
    """Three levels of tiles; nothing is opened here, so that only the tiles can give it away."""
    log = Log(CONSENT)
    for number in range(65_536 + 300):
        log.leaves.append(b"\1\1" + salt(number))
        log.tree.append(merkle.leaf_hash(log.leaves[-1]))
    parts = members(
        b"".join(tar.member(f"consent/{name}", each) for name, each in bundle._members(log.part())) + tar.end()
    )
    upper = [name for name in parts if name.startswith(("consent/tile/1", "consent/tile/2"))]

    assert 3 == len(upper)
    assert _walked(parts)
    for name in upper:
        for at in (0, len(parts[name]) - 1):
            changed = parts[name][:at] + bytes([parts[name][at] ^ 1]) + parts[name][at + 1 :]
            assert not _walked(parts | {name: changed})


def _walked(parts: dict[str, bytes]) -> bool:
    reader = tar.Reader(io.BytesIO(packed(parts)))
    check = log_check.begin(reader, "consent")
    try:
        log_check.walk(reader, check, lambda *_: None, lambda *_: None, wanted=frozenset())
    except VerificationFailed:
        return False
    return True


def rename(name: str) -> Callable[[tarfile.TarInfo], None]:
    return lambda info: setattr(info, "name", name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(512),
        bytes(1024),
        bytes(1025),
        b"\x1f\x8b" + bytes(600),
        b"not a tar" * 200,
        WHOLE + b"\0",
        WHOLE + WHOLE,
        WHOLE[:-1024] + bytes(10_240),
        python_tar(rename("../../etc/passwd")),
        python_tar(rename("/etc/passwd")),
        python_tar(rename("consent/../policy")),
        python_tar(rename("x" * 200), tarfile.GNU_FORMAT),
        python_tar(rename("ä"), tarfile.PAX_FORMAT),
        python_tar(lambda info: setattr(info, "mtime", 1.5), tarfile.PAX_FORMAT),
        python_tar(lambda info: setattr(info, "mtime", 1)),
        python_tar(lambda info: setattr(info, "uname", "root")),
        python_tar(lambda info: setattr(info, "mode", 0o755)),
        python_tar(lambda info: setattr(info, "type", tarfile.SYMTYPE)),
        python_tar(lambda info: setattr(info, "type", tarfile.LNKTYPE)),
        python_tar(lambda info: setattr(info, "type", tarfile.DIRTYPE)),
        python_tar(lambda info: setattr(info, "type", tarfile.GNUTYPE_SPARSE)),
        tar.member("bundle.json", b"{}") + tar.end(),
        WHOLE[:124] + b"77777777777" + WHOLE[135:],
        tar.member("bundle.json", b'{"format":"cdp-audit-bundle/v2"}') + tar.end(),
        tar.member("bundle.json", b'{"format": "cdp-audit-bundle/v1"}') + tar.end(),
        tar.member("bundle.json", b'{"format":"cdp-audit-bundle/v1"}') + tar.end(),
        tar.member("bundle.json", b'{"a":' + b"[" * 60_000) + tar.end(),
    ],
)
def test_a_hostile_file_gets_a_verdict_and_never_a_traceback(content: bytes) -> None:
    found = verdict(content)

    assert not found.holds
    assert "malformed" == found.failures[0].code


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/", ".a", "A", "", "a" * 100, "a/../b"])
def test_a_member_with_such_a_name_is_not_even_written(name: str) -> None:
    with pytest.raises(Malformed):
        tar.member(name, b"")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b'{"body":"e30=","index":0,"salt":"' + b"A" * 43 + b'="}',
        b'{"body":"e30=","index":00,"salt":"' + b"A" * 43 + b'="}\n',
        b'{"body":"e31=","index":0,"salt":"' + b"A" * 43 + b'="}\n',
        b'{"body":"e30=","index":0,"salt":"' + b"A" * 42 + b'B="}\n',
        b'{"body":"e30=", "index":0,"salt":"' + b"A" * 43 + b'="}\n',
        b'{"index":0,"body":"e30=","salt":"' + b"A" * 43 + b'="}\n',
        b'{"body":"e30=","index":99999999999999999999,"salt":"' + b"A" * 43 + b'="}\n',
    ],
)
def test_an_opening_in_another_form_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        list(bundle.openings_from_lines(line))


def test_the_policy_names_every_signer_and_nobody_signs_beside_it() -> None:
    policy = Policy((CONSENT.key,), (WITNESS.key,))
    cosigned = LOGS.consent.checkpoint()
    bare = Logs().consent
    lonely = honest().consent.checkpoint()

    assert policy == Policy.from_bytes(policy.to_text().encode())
    assert 1 == len(policy.verified(cosigned).cosigned)
    assert () == policy.verified(lonely, with_witnesses=False).cosigned
    assert 0 == Policy((CONSENT.key,)).verified(bare.checkpoint()).checkpoint.size
    for wrong, content in ((policy, lonely), (Policy((CONSENT.key,)), cosigned), (Policy((ACCESS.key,)), lonely)):
        with pytest.raises(VerificationFailed):
            wrong.verified(content)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none\n",
        f"log {CONSENT.key.to_vkey()}\n",
        f"log {CONSENT.key.to_vkey()}\nquorum none",
        f"log {CONSENT.key.to_vkey()}\n\nquorum none\n",
        f"log {CONSENT.key.to_vkey()}\nlog {CONSENT.key.to_vkey()}\nquorum none\n",
        f"log {CONSENT.key.to_vkey()}\nlog {ACCESS.key.to_vkey()}\nquorum none\n",
        f"log {WITNESS.key.to_vkey()}\nquorum none\n",
        f"log {CONSENT.key.to_vkey()}\nwitness w1 {WITNESS.key.to_vkey()}\nquorum none\n",
        f"log {CONSENT.key.to_vkey()}\nwitness w1 {WITNESS.key.to_vkey()}\ngroup witnesses any w1\nquorum witnesses\n",
    ],
)
def test_a_policy_in_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Policy.from_bytes(text.encode())
