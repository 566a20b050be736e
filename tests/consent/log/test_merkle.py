import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import merkle
from consent.errors import Malformed, VerificationFailed
from tests.consent.log import vectors

# The leaves and roots of Certificate Transparency's own tests (RFC 6962 trees of 0 to 8 leaves).
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
EMPTY = bytes(32)


def tree(size: int) -> merkle.Tree:
    return merkle.Tree(merkle.leaf_hash(b"%d" % each) for each in range(size))


def slow_root(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 §2.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_a_tree_has_the_root_that_certificate_transparency_knows(size: int) -> None:
    grown = merkle.Range()
    for leaf in LEAVES[:size]:
        grown.append(merkle.leaf_hash(leaf))

    assert ROOTS[size] == grown.root().hex()
    assert ROOTS[size] == slow_root(LEAVES[:size]).hex()
    assert ROOTS[size] == merkle.Tree(map(merkle.leaf_hash, LEAVES[:size])).root().hex()


def test_proofs_have_the_hashes_that_the_rfc_draws() -> None:
    """RFC 9162 §2.1.5: the paths in its tree of seven leaves."""
    drawn = tree(7)
    a, b, c, d = (drawn.node(0, each) for each in range(4))
    e, f, j = drawn.node(0, 4), drawn.node(0, 5), drawn.node(0, 6)
    g, h, i = (drawn.node(1, each) for each in range(3))
    k, el = drawn.node(2, 0), merkle.node_hash(i, j)

    assert [b, h, el] == merkle.inclusion_proof(0, 7, drawn.node)
    assert [c, g, el] == merkle.inclusion_proof(3, 7, drawn.node)
    assert [f, j, k] == merkle.inclusion_proof(4, 7, drawn.node)
    assert [i, k] == merkle.inclusion_proof(6, 7, drawn.node)
    assert [c, d, g, el] == merkle.consistency_proof(3, 7, drawn.node)
    assert [el] == merkle.consistency_proof(4, 7, drawn.node)
    assert [i, j, k] == merkle.consistency_proof(6, 7, drawn.node)
    assert a != e


def test_every_proof_in_a_small_tree_verifies() -> None:
    whole = tree(40)
    for new in range(41):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, new, whole.node)
            merkle.verify_consistency(old, new, proof, whole.root(old), whole.root(new))
        for index in range(new):
            proof = merkle.inclusion_proof(index, new, whole.node)
            merkle.verify_inclusion(whole.node(0, index), index, new, proof, whole.root(new))


@given(st.integers(1, 300), st.data())
def test_an_inclusion_proof_with_any_change_is_refused(size: int, data: st.DataObject) -> None:
    whole = tree(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, whole.node)
    other = [*proof, EMPTY] if not proof or data.draw(st.booleans()) else proof[:-1]
    leaf, root = whole.node(0, index), whole.root()

    for hashes, place, count in ((other, index, size), (proof, index + 1, size), (proof, index, 0), (proof, -1, size)):
        with pytest.raises(VerificationFailed):
            merkle.verify_inclusion(leaf, place, count, hashes, root)
    with pytest.raises(VerificationFailed):
        merkle.verify_inclusion(EMPTY, index, size, proof, root)


@given(st.integers(2, 300), st.data())
def test_a_consistency_proof_with_any_change_is_refused(new: int, data: st.DataObject) -> None:
    whole = tree(new)
    old = data.draw(st.integers(1, new - 1))
    proof = merkle.consistency_proof(old, new, whole.node)
    flipped = data.draw(st.integers(0, len(proof) - 1))
    changed = [EMPTY if at == flipped else each for at, each in enumerate(proof)]
    roots = whole.root(old), whole.root(new)

    for hashes in ([*proof, EMPTY], proof[:-1], changed):
        with pytest.raises(VerificationFailed):
            merkle.verify_consistency(old, new, hashes, *roots)
    with pytest.raises(VerificationFailed):
        merkle.verify_consistency(old, new, proof, roots[1], roots[0])
    with pytest.raises(VerificationFailed):
        merkle.verify_consistency(new, old, proof, *roots)


@given(st.integers(0, 600), st.integers(0, 600))
def test_a_range_goes_on_from_any_frontier(done: int, more: int) -> None:
    whole = tree(done + more)

    grown = merkle.Range(done, merkle.frontier(done, whole.node))
    for index in range(done, done + more):
        grown.append(whole.node(0, index))

    assert whole.root() == grown.root()
    assert tuple(merkle.frontier(done + more, whole.node)) == grown.nodes


def test_a_hash_has_32_bytes_wherever_it_comes_in() -> None:
    with pytest.raises(Malformed):
        merkle.Range(1, [b"short"])
    with pytest.raises(Malformed):
        merkle.verify_inclusion(EMPTY, 0, 2, [bytes(31)], EMPTY)
    with pytest.raises(Malformed):
        merkle.verify_consistency(1, 2, [bytes(33)], EMPTY, EMPTY)
    with pytest.raises(Malformed):
        merkle.Range(3, [EMPTY])


def test_the_empty_tree_is_the_beginning_of_every_tree_and_needs_no_proof() -> None:
    root = tree(3).root()

    merkle.verify_consistency(0, 3, [], merkle.EMPTY_ROOT, root)

    with pytest.raises(VerificationFailed):
        merkle.verify_consistency(0, 3, [EMPTY], merkle.EMPTY_ROOT, root)
    with pytest.raises(VerificationFailed):
        merkle.verify_consistency(0, 3, [], root, root)
    with pytest.raises(VerificationFailed):
        merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, root)


# Where we differ from the vectors: `sizes are equal (one) and proof is empty` wants two equal roots of 12 bytes to be
# accepted. A root has 32 bytes here, so it is malformed. The cases with size 0 that are right elsewhere or not,
# depending on how 0 is handled, all have roots of 12 bytes or a proof that is not empty, and are refused here, too.
DEVIATIONS = {"sizes are equal (one) and proof is empty"}


@vectors.needed
@pytest.mark.parametrize("path", vectors.files("merkle/consistency/**/*.json"), ids=vectors.name)
def test_consistency_as_transparency_dev_expects(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [base64.b64decode(each) for each in case["proof"] or []]
    is_wrong = case["wantErr"] or case["desc"] in DEVIATIONS

    try:
        merkle.verify_consistency(
            case["size1"],
            case["size2"],
            proof,
            base64.b64decode(case["root1"] or ""),
            base64.b64decode(case["root2"] or ""),
        )
    except (Malformed, VerificationFailed):
        assert is_wrong
    else:
        assert not is_wrong


@vectors.needed
@pytest.mark.parametrize("path", vectors.files("merkle/inclusion/**/*.json"), ids=vectors.name)
def test_inclusion_as_transparency_dev_expects(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [base64.b64decode(each) for each in case["proof"] or []]

    try:
        merkle.verify_inclusion(
            base64.b64decode(case["leafHash"] or ""),
            case["leafIdx"],
            case["treeSize"],
            proof,
            base64.b64decode(case["root"] or ""),
        )
    except (Malformed, VerificationFailed):
        assert case["wantErr"]
    else:
        assert not case["wantErr"]
