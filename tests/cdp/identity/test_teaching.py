"""A model learns from the database: from whom it is known that they are one person, or two."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp import clock
from cdp.cli import app
from cdp.identity import membership, model, teaching
from cdp.identity.blocking import addresses
from cdp.ingest.items import Identifier, IdentifierType
from cdp.platform import Platform
from consent.errors import Invalid
from tests import make
from tests.cdp.identity.people import Facts


def known(platform: Platform, facts: Facts, *, sources: int) -> make.Person:
    """Return somebody whom so many sources know by an address that they verified, and who logs in by it."""
    verified = (Identifier(IdentifierType.EMAIL, facts.email, verified=True),)
    for number in range(sources):
        make.delivery(platform, make.organization(platform), *facts.said(f"u{number}", identifiers=verified))
    return make.person(platform, address=facts.email)


def test_there_must_be_somebody_to_learn_from(platform: Platform) -> None:
    with pytest.raises(Invalid):
        teaching.lessons(platform)


def test_what_was_proven_and_what_customers_said_is_known_and_what_is_alike_is_not(
    platform: Platform, tmp_path: Path, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked, parted, alike = Facts.new(), Facts.new(), Facts.new()
    known(platform, linked, sources=3)
    person = known(platform, parted, sources=2)
    with platform.database.scoped(person.scope) as session:
        last = [each for each in membership.own(session) if not each.is_own][-1]
        membership.part(session, person.customer_id, last.subject_id, at=clock.now())
    for _ in range(2):
        make.delivery(platform, make.organization(platform), *alike.said("a"))

    sample, told = teaching.lessons(platform)

    def numbers(facts: Facts) -> list[int]:
        known_by = zip(sample.traits, sample.people.tolist(), strict=True)
        return [number for traits, number in known_by if facts.email in addresses(traits)]

    assert [1, 2, 2] == [len(set(numbers(facts))) for facts in (linked, parted, alike)]
    assert {frozenset(numbers(parted))} == {frozenset(pair) for pair in told.apart or ()}
    monkeypatch.setenv("CDP_HOME", str(platform.settings.home))
    monkeypatch.setenv("CDP_APP_DATABASE_URL", app_url)
    monkeypatch.setenv("CDP_DEMO", "1")
    out = tmp_path / "ours.json"
    ended = CliRunner().invoke(app, ["identity", "train", "--out", str(out)])
    assert 0 == ended.exit_code, ended.output
    learned = model.from_json(out.read_bytes())
    assert (("database",), 7, 4) == (learned.training.data, learned.training.records, learned.training.labels)


def test_the_model_in_the_home_of_the_platform_is_the_one_in_use(tmp_path: Path) -> None:
    shipped = model.in_use(tmp_path)
    (tmp_path / model.OWN).write_bytes(shipped.to_json().replace(shipped.version.encode(), b"ours"))

    assert "ours" == model.in_use(tmp_path).version


def test_a_model_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / model.OWN).write_bytes(b"{}")

    with pytest.raises(Invalid):
        model.in_use(tmp_path)
