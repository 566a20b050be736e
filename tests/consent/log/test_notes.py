import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from consent import checkpoints, notes
from consent.checkpoints import Checkpoint
from consent.errors import Malformed, VerificationFailed
from consent.merkle import EMPTY_ROOT
from consent.notes import Algorithm, Key, Note, Signature, Signer
from tests.consent.log import vectors
from tests.consent.log.workbench import ACCESS, CONSENT, WITNESS

# From the documentation of Go's golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

names = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], blacklist_characters="+\x85"),
    min_size=1,
    max_size=20,
)
lines = st.lists(
    st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1), min_size=1, max_size=4
)
seeds = st.binary(min_size=32, max_size=32)


def test_a_note_that_go_signed_is_read_and_verified() -> None:
    note = Note.from_bytes(SIGNED)

    assert TEXT == note.text
    assert SIGNED == note.to_bytes()
    assert [Key.from_vkey(PETER)] == [key for key, _ in notes.verified(note, [Key.from_vkey(PETER)])]


def test_we_sign_as_go_does() -> None:
    signer = Signer.from_skey(PETER_SECRET)

    assert PETER == signer.key.to_vkey()
    assert PETER_SECRET == signer.to_skey()
    assert SIGNED == Note(TEXT).signed(signer.sign(TEXT)).to_bytes()


@given(names, seeds, lines)
def test_a_note_comes_back_as_it_was(name: str, seed: bytes, text: list[str]) -> None:
    signer = Signer.from_seed(name, seed)
    note = Note("\n".join(text) + "\n").signed(signer.sign("\n".join(text) + "\n"))

    back = Note.from_bytes(note.to_bytes())

    assert note == back
    assert signer.key == notes.verified(back, [Key.from_vkey(signer.key.to_vkey())])[0][0]
    assert signer.to_skey() == Signer.from_skey(signer.to_skey()).to_skey()


def test_an_unknown_key_is_ignored_and_a_false_signature_of_a_known_one_rejects() -> None:
    note = Note(TEXT).signed(CONSENT.sign(TEXT), ACCESS.sign(TEXT))
    false = Note(TEXT).signed(CONSENT.sign(TEXT), ACCESS.sign(TEXT + "more\n"))

    assert CONSENT.key == notes.verified(false, [CONSENT.key])[0][0]
    assert [CONSENT.key, ACCESS.key] == [key for key, _ in notes.verified(note, [CONSENT.key, ACCESS.key])]
    with pytest.raises(VerificationFailed):
        notes.verified(false, [CONSENT.key, ACCESS.key])
    with pytest.raises(VerificationFailed):
        notes.verified(note, [WITNESS.key])
    with pytest.raises(VerificationFailed):
        notes.verified(note, [])


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_a_note_with_one_changed_byte_is_refused(at: int, change: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= change

    with pytest.raises((Malformed, VerificationFailed)):
        notes.verified(Note.from_bytes(bytes(changed)), [Key.from_vkey(PETER)])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"text",
        b"text\n",
        b"text\n\n",
        b"text\n\nno signature\n",
        SIGNED[:-1],
        SIGNED + b"\n",
        SIGNED + b"trailing",
        SIGNED.replace(b"\n\n", b"\n"),
        SIGNED.replace(b"\xe2\x80\x94", b"-"),
        SIGNED.replace(b"PeterNeumann ", b"Peter Neumann "),
        SIGNED.replace(b"PeterNeumann ", b"Peter+Neumann "),
        SIGNED.replace(b"PeterNeumann ", b" "),
        SIGNED.replace(b"problem,", b"problem\r"),
        SIGNED.replace(b"problem,", b"problem\xff"),
        SIGNED.replace(b"AM=\n", b"AN=\n"),
        SIGNED.replace(b"AM=\n", b"AM\n"),
        "t\n\n— PeterNeumann x08g\n".encode(),
        b"t\n\n" + "— a AAAAAAA=\n".encode() * 65,
        b"x" * 1_000_001,
    ],
)
def test_a_note_in_another_form_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        Note.from_bytes(content)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("Peter", "Pet"),
        PETER[:-4],
        PETER.replace("+ARp", "+ARq"),
        "a+00000000+",
        "+00000000+AQ==",
        PETER + "\n",
        PETER_SECRET,
    ],
)
def test_a_key_in_another_form_is_malformed(vkey: str) -> None:
    with pytest.raises(Malformed):
        Key.from_vkey(vkey)


def test_a_secret_is_not_shown() -> None:
    assert "AYEKFALV" not in repr(Signer.from_skey(PETER_SECRET))


def test_a_cosignature_carries_its_time() -> None:
    """The example of C2SP tlog-cosignature, under our own key."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    signature = WITNESS.cosign(text, at=1679315147)

    WITNESS.key.verify(text, Signature.from_line(signature.to_line().rstrip("\n")))

    assert 1679315147 == notes.cosigned_at(signature)
    assert 8 + 64 == len(signature.content)
    with pytest.raises(VerificationFailed):
        WITNESS.key.verify(text + "x\n", signature)
    later = Signature(signature.name, signature.key_id, b"\0" * 7 + b"\1" + signature.content[8:])
    with pytest.raises(VerificationFailed):
        WITNESS.key.verify(text, later)
    with pytest.raises(VerificationFailed):
        WITNESS.key.verify(text, Signature(signature.name, signature.key_id, b"\xff" * 72))


def test_a_log_s_key_and_a_witness_s_key_of_the_same_secret_are_two_keys() -> None:
    log, witness = (Signer.from_seed("same", bytes(32), algorithm) for algorithm in Algorithm)

    assert log.key.key_id != witness.key.key_id
    with pytest.raises(ValueError, match="a log's key"):
        witness.sign(TEXT)
    with pytest.raises(ValueError, match="a witness's key"):
        log.cosign(TEXT, at=1)


@given(names, st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_as_it_was(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)

    assert checkpoint == Checkpoint.from_text(checkpoint.to_text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n1 \nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n٣\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "a\n1\nAAAA\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
    ],
)
def test_a_checkpoint_in_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.from_text(text)


def test_a_checkpoint_counts_only_if_its_own_log_signed_it() -> None:
    checkpoint = Checkpoint(CONSENT.key.name, 0, EMPTY_ROOT)
    signed = checkpoint.signed(CONSENT)
    by_another = Note(checkpoint.to_text()).signed(ACCESS.sign(checkpoint.to_text()))
    by_witness = Note(checkpoint.to_text()).signed(WITNESS.cosign(checkpoint.to_text(), at=5))
    cosigned = signed.signed(WITNESS.cosign(checkpoint.to_text(), at=5))

    assert checkpoint == checkpoints.verified(signed.to_bytes(), [CONSENT.key]).checkpoint
    assert ((WITNESS.key, 5),) == checkpoints.verified(cosigned.to_bytes(), [CONSENT.key], [WITNESS.key]).cosigned
    for note in (by_another, by_witness):
        with pytest.raises(VerificationFailed):
            checkpoints.verified(note.to_bytes(), [CONSENT.key, ACCESS.key], [WITNESS.key])
    with pytest.raises(ValueError, match="named after its origin"):
        checkpoint.signed(ACCESS)


@vectors.needed
def test_ed25519_as_wycheproof_expects() -> None:
    """All 151 as expected; none deviates: OpenSSL refuses S ≥ L and every other second spelling."""
    wycheproof = json.loads((vectors.FOLDER / "ed25519/ed25519_test.json").read_text())
    wrong, count = [], 0
    for group in wycheproof["testGroups"]:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            count += 1
            try:
                key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
                found = "valid"
            except InvalidSignature:
                found = "invalid"
            wrong += [case["tcId"]] if found != case["result"] else []

    assert [] == wrong
    assert wycheproof["numberOfTests"] == count
