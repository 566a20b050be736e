"""The auditor's file of a log made by the running system: it holds, and one changed byte anywhere is found."""

import io
import tarfile
from datetime import timedelta
from itertools import islice

import psycopg
import pytest
from starlette.testclient import TestClient

from cdp import clock
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.log import audit_bundle
from cdp.log.sequencer import Sequencer
from cdp.own import accesses
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent import verify
from consent.notes import Key
from consent.verify import Trust, Verdict
from tests import make
from tests.api.conftest import Audited, Headers, read

BLOCK = 512


def bundle(api: TestClient, headers: Headers, **query: int) -> bytes:
    answer = api.get("/v1/audit/bundle", params=query, headers=headers)
    assert (200, "application/x-tar") == (answer.status_code, answer.headers["content-type"])
    content: bytes = answer.content
    return content


def newest(api: TestClient) -> tuple[bytes, int]:
    """Return the consent log's checkpoint, and its size."""
    known = api.get("/log/consent/checkpoint").content
    return known, int(known.split(b"\n")[1])


def trust(api: TestClient, known: bytes | None = None) -> Trust:
    lines = [line for log in ("consent", "access") for line in api.get(f"/log/{log}/vkey").text.splitlines()]
    return Trust(tuple(map(Key.from_vkey, lines)), known)


def verdict(content: bytes, given: Trust) -> Verdict:
    return verify.verify_bundle(io.BytesIO(content), given)


def test_the_file_holds(api: TestClient, audited: Audited) -> None:
    found = verdict(bundle(api, audited.whole), trust(api))

    assert [] == found.failures
    assert 2 <= found.checked["reads"]
    assert 4 == found.checked["acts"]
    assert 1 <= found.checked["erasures"]
    assert found.checked["consent_not_shown"] == found.checked["access_not_shown"] == 0
    assert 0 < found.checked["consent_erased"]
    assert 0 < found.checked["access_erased"]


@pytest.mark.parametrize(("name", "acts"), [("of_shop", 3), ("of_bank", 1)])
def test_the_file_of_an_organizations_auditor_holds_and_shows_that_organization(
    api: TestClient, audited: Audited, name: str, acts: int
) -> None:
    found = verdict(bundle(api, getattr(audited, name)), trust(api))

    assert [] == found.failures
    assert acts == found.checked["acts"]
    assert found.checked["consent_not_shown"] > 0


def test_what_is_not_anchored_yet_waits_for_the_next_file(
    api: TestClient, platform: Platform, audited: Audited
) -> None:
    before = verdict(bundle(api, audited.whole), trust(api))
    person = make.person(platform)
    make.grant(platform, person, audited.shop, purpose="fraud-prevention")
    assert 200 == read(api, platform, person, audited.shop, "fraud-prevention")
    make.logged(platform)

    found = verdict(bundle(api, audited.whole), trust(api))

    assert [] == found.failures
    assert found.checked["acts"] == before.checked["acts"] + 1
    assert found.checked["access_size"] == found.checked["access_anchored"] == before.checked["access_size"]


@pytest.mark.parametrize("has_crashed", [False, True])
def test_a_read_between_an_anchor_and_its_signature_breaks_no_file(
    api: TestClient, platform: Platform, audited: Audited, monkeypatch: pytest.MonkeyPatch, *, has_crashed: bool
) -> None:
    person, worker = make.person(platform), Sequencer(platform)
    make.grant(platform, person, audited.shop, purpose="fraud-prevention")
    make.anchored(platform)
    assert 200 == read(api, platform, person, audited.shop, "fraud-prevention")
    with monkeypatch.context() as patch:
        for module in ("round", "standing"):
            patch.setattr(f"cdp.log.{module}.ANCHOR_EVERY", timedelta())
        worker.step(sign=False)
    assert 200 == read(api, platform, person, audited.shop, "fraud-prevention")
    worker = Sequencer(platform) if has_crashed else worker
    worker.step(sign=False)
    worker.sign()

    found = verdict(bundle(api, audited.whole), trust(api))

    assert [] == found.failures
    assert found.checked["access_size"] == found.checked["access_anchored"]


@pytest.mark.parametrize("asks", ["newest", "exactly that"])
def test_no_file_ends_at_an_anchor_that_was_never_signed(
    api: TestClient, platform: Platform, audited: Audited, asks: str
) -> None:
    """As an older run may have left it: a size of the access log in the consent log, and no checkpoint of that size."""
    _, before = newest(api)
    person, worker = make.person(platform), Sequencer(platform)
    make.grant(platform, person, audited.shop, purpose="fraud-prevention")
    assert 200 == read(api, platform, person, audited.shop, "fraud-prevention")
    _anchor_unsigned(platform, worker)
    _, size = newest(api)

    answer = api.get("/v1/audit/bundle", params={"to": size} if asks != "newest" else {}, headers=audited.whole)
    make.anchored(platform)
    onward = api.get("/v1/audit/bundle", params={"from": size}, headers=audited.whole)

    if asks == "newest":
        found = verdict(answer.content, trust(api))
        assert ([], before) == (found.failures, found.checked["consent_size"])
    else:
        assert (409, "anchor-unsigned", "/to") == (
            answer.status_code,
            *(answer.json()[each] for each in ("code", "field")),
        )
    assert (409, "/from") == (onward.status_code, onward.json()["field"])
    assert [] == verdict(bundle(api, audited.whole, **{"from": before}), trust(api)).failures


def _anchor_unsigned(platform: Platform, worker: Sequencer) -> None:
    """Anchor and sign as before the access log was signed at the very size that is anchored."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("round", "standing"):
            patch.setattr(f"cdp.log.{module}.ANCHOR_EVERY", timedelta())
        worker.step(sign=False)
    person = make.person(platform)
    with platform.database.scoped(person.scope) as session:
        accesses.note_own_read(session, person.scope, path="me", categories=["contact"], records=1, at=clock.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdp.log.standing.Standing.is_anchor_unsigned", False)
        worker.step(sign=False)
        worker.sign()


def test_the_next_file_begins_where_the_last_one_ended(api: TestClient, platform: Platform, audited: Audited) -> None:
    known, size = newest(api)
    make.grant(platform, audited.anna, audited.shop)
    read(api, platform, audited.anna, audited.shop, "customer-care")
    make.anchored(platform)

    found = verdict(bundle(api, audited.whole, **{"from": size}), trust(api, known))

    assert [] == found.failures
    assert size == found.checked["consent_since"] < found.checked["consent_size"]
    assert 1 <= found.checked["reads"]
    assert [] == verdict(bundle(api, audited.of_shop, **{"from": size}), trust(api, known)).failures
    earlier = verdict(bundle(api, audited.whole, to=size), trust(api))
    assert [] == earlier.failures
    assert size == earlier.checked["consent_size"]


def test_dossiers_that_became_one_hold_in_a_file_that_begins_after_that(api: TestClient, platform: Platform) -> None:
    """What the other one had stands in an older chain, which the file has to bring along."""
    shop, bank, address, user = (
        make.organization(platform),
        make.organization(platform),
        make.email(),
        make.name("user"),
    )
    person = make.person(platform, address=address)
    make.grant(platform, person, shop, purpose="advice")
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user))
    attested = {
        "user_id": user,
        "purpose": "customer-care",
        "categories": ["contact"],
        "expires_at": (clock.now() + timedelta(days=9)).isoformat(),
        "evidence": {
            "method": "paper",
            "at": (clock.now() - timedelta(days=1)).isoformat(),
            "document_hash": "0" * 64,
        },
    }
    program = make.service(platform, shop, "grants:request")
    assert 201 == api.post("/v1/grants/attested", json=attested, headers=program).status_code
    make.anchored(platform)
    verified = (Identifier(IdentifierType.EMAIL, address, verified=True),)
    make.delivery(platform, shop, make.item(Kind.ATTRIBUTES, "last_name", "Bos", user=user, identifiers=verified))
    make.anchored(platform)
    known, size = newest(api)
    make.grant(platform, person, shop, purpose="research")
    make.grant(platform, person, bank, purpose="research")
    make.anchored(platform)

    whole = make.auditor(platform)
    acts = api.get("/v1/audit/acts?act=merge&limit=1000", headers=whole).json()["acts"]
    found = verdict(bundle(api, whole, **{"from": size}), trust(api, known))

    assert shop.slug in {each["organization"] for each in acts}
    assert [] == found.failures
    assert found.checked["acts"] >= 4


def test_reads_of_somebody_erased_are_told_in_a_file_that_begins_after_the_erasure(
    api: TestClient, platform: Platform, audited: Audited
) -> None:
    """The file shows them, for no anchor covers them yet, and what tells that they are gone stands before it."""
    person = make.person(platform)
    make.grant(platform, person, audited.shop)
    make.anchored(platform)
    assert 200 == read(api, platform, person, audited.shop, "customer-care")
    make.logged(platform)
    assert 200 == api.delete("/v1/me", headers=person.headers).status_code
    make.logged(platform)
    known, size = newest(api)
    make.anchored(platform)

    for auditor in (audited.whole, audited.of_shop):
        found = verdict(bundle(api, auditor, **{"from": size}), trust(api, known))

        assert [] == found.failures
        assert 1 <= found.checked["access_erased"]


def test_a_file_without_anything_new_says_that_all_reads_are_anchored(
    api: TestClient, platform: Platform, audited: Audited
) -> None:
    make.anchored(platform)
    known, size = newest(api)

    found = verdict(bundle(api, audited.whole, **{"from": size}), trust(api, known))

    assert [] == found.failures
    assert found.checked["access_size"] == found.checked["access_anchored"]
    assert [] == [each for each in found.cautions if "newer than the last anchor" in each]


def test_a_file_that_begins_at_any_checkpoint_holds(
    api: TestClient, platform: Platform, audited: Audited, database_url: str
) -> None:
    make.logged(platform)
    with psycopg.connect(database_url) as connection:
        statement = "select c.size from checkpoint c join log l using (log_id) where l.kind = 'consent' order by 1"
        sizes = [size for (size,) in connection.execute(statement)]

    broken: dict[int, list[verify.Failure]] = {}
    answers = {size: api.get("/v1/audit/bundle", params={"from": size}, headers=audited.whole) for size in sizes}
    for size, answer in answers.items():
        found = verdict(answer.content, trust(api))
        if not found.holds and not (answer.is_error and "anchor-unsigned" == answer.json()["code"]):
            broken[size] = found.failures

    assert 3 < sum(answer.is_success for answer in answers.values())
    assert {} == broken


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": 999_999}, "/from"),
        ({"to": 999_999}, "/to"),
        ({"from": 2**53}, "/from"),
        ({"from": -1}, None),
        ({"to": 0}, None),
        ({"from": 2**53 + 1}, None),
    ],
)
def test_a_size_that_was_never_signed_is_told_before_the_file_begins(
    api: TestClient, audited: Audited, query: dict[str, int], field: str | None
) -> None:
    answer = api.get("/v1/audit/bundle", params=query, headers=audited.whole)

    assert 422 == answer.status_code
    if field:
        assert ("no-such-checkpoint", field) == (answer.json()["code"], answer.json()["field"])


def test_a_file_cannot_begin_behind_its_end(api: TestClient, audited: Audited) -> None:
    _, size = newest(api)
    first = 1
    while api.get("/v1/audit/bundle", params={"to": first}, headers=audited.whole).status_code != 200:
        first += 1

    answer = api.get("/v1/audit/bundle", params={"from": size, "to": first}, headers=audited.whole)

    assert (422, "no-such-checkpoint") == (answer.status_code, answer.json()["code"])


def test_that_an_auditor_looked_is_logged_without_a_person(
    api: TestClient, platform: Platform, audited: Audited
) -> None:
    for path in ("acts", "accesses", "bundle"):
        api.get(f"/v1/audit/{path}", headers=audited.of_bank)
    make.anchored(platform)

    accesses = api.get("/v1/audit/accesses?limit=1000", headers=audited.whole).json()["accesses"]
    noted = [each for each in accesses if each["principal"] == "auditor"]

    assert {"audit.acts", "audit.accesses", "audit.bundle"} == {each["path"] for each in noted}
    assert {(None, 0, "released")} == {(each["customer"], each["records"], each["outcome"]) for each in noted}
    assert {None, audited.bank.slug} <= {each["organization"] for each in noted}
    assert [] == verdict(bundle(api, audited.whole), trust(api)).failures


def test_one_changed_byte_of_every_member_is_found(api: TestClient, platform: Platform, audited: Audited) -> None:
    """In its header, at its ends and between; of a file from 0 and of a later one, with proofs and earlier openings."""
    known, size = newest(api)
    make.grant(platform, audited.anna, audited.bank)
    make.anchored(platform)
    given = trust(api, known)
    missed, kinds, tried = [], set(), 0
    for content in (bundle(api, audited.whole), bundle(api, audited.whole, **{"from": size})):
        assert [] == verdict(content, given).failures
        for place, kind in _places(content):
            changed = bytearray(content)
            changed[place] ^= 1
            if verdict(bytes(changed), given).holds:
                missed.append((kind, place))
            kinds.add(kind)
            tried += 1

    assert [] == missed
    assert {"policy", "new", "old", "consistency", "tile", "entries", "openings", "earlier", "bundle.json"} <= kinds
    assert tried > 800


def _places(content: bytes) -> list[tuple[int, str]]:
    """Return places in every member: header, first and last bytes, some in between, padding; and the end."""
    found = [(len(content) - at, "end") for at in (1, BLOCK, 2 * BLOCK)]
    with tarfile.open(fileobj=io.BytesIO(content)) as file:
        for member in file:
            kind = _kind(member.name)
            begin, end = member.offset_data, member.offset_data + member.size
            spots = {member.offset, member.offset + 100, member.offset + 124, member.offset + 148, member.offset + 511}
            step = max(1, member.size // 24)
            spots |= {begin, end - 1, *islice(range(begin, end, step), 30)}
            spots |= {end} if member.size % BLOCK else set()
            found += [(spot, kind) for spot in sorted(spots)]
    return found


def _kind(name: str) -> str:
    parts = name.split("/")
    if "entries" in parts:
        return "entries"
    return parts[1] if len(parts) > 1 else parts[0]


@pytest.mark.parametrize("cut", [0, 1, 511, 512, 513, 5000, -1, -511, -512, -1024, -1025])
def test_a_file_that_was_cut_off_gets_a_verdict(api: TestClient, audited: Audited, cut: int) -> None:
    content = bundle(api, audited.whole)

    assert not verdict(content[:cut], trust(api)).holds


def test_a_file_that_is_trusted_by_another_key_does_not_hold(api: TestClient, audited: Audited) -> None:
    other = Trust((Key("log.example/consent", b"k" * 32), Key("log.example/access", b"l" * 32)))

    assert not verdict(bundle(api, audited.whole), other).holds


def test_the_file_costs_no_connection_while_nobody_reads_it(
    api: TestClient, platform: Platform, audited: Audited
) -> None:
    pieces = audit_bundle.stream(platform, Scope(Principal.AUDITOR), since=0, until=None)
    begun = [next(pieces) for _ in range(3)]

    busy = platform.database._engine.pool.checkedout()  # type: ignore[attr-defined]  # SQLAlchemy's pools count

    assert 0 == busy
    assert not verdict(b"".join(begun), trust(api)).holds
    assert [] == verdict(b"".join([*begun, *pieces]), trust(api)).failures
