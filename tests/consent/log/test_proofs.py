from collections.abc import Callable
from dataclasses import replace

import pytest

from consent import merkle
from consent.checkpoints import Checkpoint
from consent.errors import Malformed
from consent.proofs import ConsistencyProof, InclusionProof
from consent.verify import Trust, verify_receipt
from tests.consent.log.workbench import ACCESS, CONSENT, WITNESS, Logs, honest, salt, verdict


def test_the_auditor_s_own_checkpoint_is_the_beginning_of_the_log() -> None:
    logs = honest()
    for size in range(1, logs.consent.size + 1):
        known = logs.consent.checkpoint(size)
        assert verdict(logs.bundle(), Trust(known=known)).holds
        assert verdict(logs.bundle(since=(5, 3)), Trust(known=known)).holds
    assert verdict(logs.bundle(), Trust(known=logs.access.checkpoint(2))).holds


def test_a_forked_or_shortened_log_is_found_by_the_auditor_s_own_checkpoint() -> None:
    logs, fork = honest(), honest()
    fork.grant("gil", 20)
    logs.grant("eva", 20)
    longer = logs.consent.checkpoint()

    assert "forked" in verdict(fork.bundle(), Trust(known=longer)).failures[0].message
    assert "newer" in verdict(honest().bundle(), Trust(known=longer)).failures[0].message
    assert not verdict(logs.bundle(), Trust(known=b"nonsense")).holds
    stranger = Checkpoint("another.example/log", 0, merkle.EMPTY_ROOT)
    signer = type(CONSENT).from_seed("another.example/log", bytes(32))
    assert not verdict(logs.bundle(), Trust(known=stranger.signed(signer).to_bytes())).holds


def test_only_trusted_keys_count_where_the_auditor_names_some() -> None:
    assert not verdict(honest().bundle(), Trust(keys=(CONSENT.key,))).holds
    assert verdict(honest().bundle(), Trust(keys=(CONSENT.key, ACCESS.key))).holds


def receipt(logs: Logs, index: int) -> bytes:
    log = logs.consent
    proof = merkle.inclusion_proof(index, log.size, log.tree.node)
    return InclusionProof(index, tuple(proof), log.checkpoint(), log.openings[index].to_extra()).to_bytes()


def test_a_receipt_is_checked_without_us() -> None:
    logs = honest(is_witnessed=True)
    content = receipt(logs, 0)

    assert verify_receipt(content, Trust((CONSENT.key, WITNESS.key))).holds
    assert not verify_receipt(content, Trust((ACCESS.key,))).holds
    assert not verify_receipt(content, Trust()).holds
    assert verify_receipt(content, Trust((CONSENT.key,), logs.consent.checkpoint())).holds
    assert not verify_receipt(content, Trust((CONSENT.key,), _fork().consent.checkpoint())).holds


def _fork() -> Logs:
    fork = honest(is_witnessed=True)
    fork.consent.tree = merkle.Tree([merkle.leaf_hash(salt(each)) for each in range(fork.consent.size)])
    return fork


def test_one_changed_byte_in_a_receipt_is_found() -> None:
    content = receipt(honest(is_witnessed=True), 0)
    trust = Trust((CONSENT.key, WITNESS.key))
    flips = [content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in range(len(content))]

    silent = [
        at
        for at, each in enumerate(flips)
        if verify_receipt(each, trust).holds and verify_receipt(each, trust).checked["cosignatures"]
    ]

    assert [] == silent


def test_a_receipt_comes_back_as_it_was_and_is_small() -> None:
    proof = InclusionProof.from_bytes(receipt(honest(), 0))
    large = replace(proof, hashes=(bytes(32),) * 20)

    assert proof == InclusionProof.from_bytes(proof.to_bytes())
    assert 2048 >= len(large.to_bytes())
    assert "extra" not in replace(proof, extra=None).to_bytes().decode()
    assert replace(proof, extra=None) == InclusionProof.from_bytes(replace(proof, extra=None).to_bytes())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text.replace(b"@v1", b"@v2"),
        lambda text: text.replace(b"index 0", b"index 00"),
        lambda text: text.replace(b"index 0", b"index"),
        lambda text: text.replace(b"index 0\n", b""),
        lambda text: text.replace(b"extra ", b"extra  "),
        lambda text: text.replace(b"\n\n", b"\n"),
        lambda text: text.replace(b"index 0\n", b"index 0\n" + b"A" * 43 + b"=\n" * 70),
        lambda text: text.replace(b"index 0\n", b"index 0\nAAAA\n"),
        lambda text: text * 2_000,
        lambda text: b"\xff" + text,
    ],
)
def test_a_proof_in_another_form_is_malformed(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Malformed):
        InclusionProof.from_bytes(change(receipt(honest(), 0)))


@pytest.mark.parametrize("content", [b"", b"old 1", b"old 01\n\nx", b"old\n\nx", b"new 1\n\nx", b"old 1\nAAAA\n\nx"])
def test_a_consistency_proof_in_another_form_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        ConsistencyProof.from_bytes(content)


def test_a_consistency_proof_comes_back_as_it_was() -> None:
    proof = ConsistencyProof(5, (bytes(32), bytes(range(32))), honest().consent.checkpoint())

    assert proof == ConsistencyProof.from_bytes(proof.to_bytes())
