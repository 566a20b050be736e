"""The table of the law, run on the Python that an auditor reads."""

import pytest

from consent import acts as law
from consent.admission import admit
from consent.decision import Reason, decide_from_acts
from consent.errors import Problem
from consent.permission import EMPTY, Permission, fold
from tests.spec.decisions import CASES, LONGEST, YEAR, Case, Happened
from tests.spec.moments import START, end_of, moment, party

EXTENTS: dict[str, type[law.Grant | law.Narrow | law.Extend]] = {
    "grant": law.Grant,
    "narrow": law.Narrow,
    "extend": law.Extend,
}
BARE: dict[str, type[law.Act]] = {
    "revoke": law.Revoke,
    "object": law.Object,
    "expire": law.Expire,
    "erase": law.Erase,
}


def lawful(row: Happened) -> law.Act:
    """Return the row as an act; raises Invalid when it makes no sense."""
    who, purpose, at = party(row.recipient), row.purpose, moment(row.at)
    match row.kind:
        case "grant" | "narrow" | "extend":
            return lawful_extent(row)
        case "attest":
            return lawful_attest(row)
        case "refuse":
            categories = frozenset(row.categories)
            return law.Refuse(recipient=who, purpose=purpose, at=at, categories=categories)
        case "merge":
            return law.Merge(recipient=who, purpose=purpose, at=at, other=standing(row.other))
        case "split":
            return law.Split(recipient=who, purpose=purpose, at=at, other=standing(row.other))
    return BARE[row.kind](recipient=who, purpose=purpose, at=at)


def lawful_extent(row: Happened) -> law.Act:
    return EXTENTS[row.kind](
        recipient=party(row.recipient),
        purpose=row.purpose,
        at=moment(row.at),
        categories=frozenset(row.categories),
        sources=None if row.sources is None else frozenset(map(party, row.sources)),
        expires_at=end_of(row),
    )


def lawful_attest(row: Happened) -> law.Act:
    return law.Attest(
        recipient=party(row.recipient),
        purpose=row.purpose,
        at=moment(row.at),
        by=party(row.by),
        categories=frozenset(row.categories),
        expires_at=end_of(row),
        evidence=law.Evidence(
            method=law.Method.PAPER,
            at=moment(row.at if row.evidence_at is None else row.evidence_at),
            document_hash="ab" * 32,
        ),
    )


def standing(rows: tuple[Happened, ...]) -> Permission:
    permission = EMPTY
    for row in rows:
        permission = admit(permission, lawful(row), longest=LONGEST[row.purpose])
    return permission


def admitted(rows: tuple[Happened, ...]) -> list[law.Act]:
    """Return the acts that the law lets in; the others fail with exactly their code."""
    permissions: dict[tuple[str, str], Permission] = {}
    let_in: list[law.Act] = []
    for row in rows:
        key = row.recipient, row.purpose
        if row.rejected is not None:
            with pytest.raises(Problem) as caught:
                admit(permissions.get(key, EMPTY), lawful(row), longest=LONGEST[row.purpose])
            assert row.rejected == caught.value.code
            continue
        act = lawful(row)
        permissions[key] = admit(permissions.get(key, EMPTY), act, longest=LONGEST[row.purpose])
        let_in.append(act)
    return let_in


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_table_holds(case: Case) -> None:
    let_in = admitted(case.acts)

    decision = decide_from_acts(
        let_in,
        recipient=party(case.recipient),
        purpose=case.purpose,
        category=case.category,
        source=party(case.source),
        at=moment(case.at),
    )

    assert case.expected == decision.reason
    assert decision.allowed == (decision.reason in {Reason.GRANTED, Reason.ATTESTED})
    assert decision.allowed == is_open(let_in, case)


def is_open(let_in: list[law.Act], case: Case) -> bool:
    """Tell what a gate would say that reads only what is open, and knows of no stops."""
    question = party(case.recipient), case.purpose
    permission = fold(act for act in let_in if (act.recipient, act.purpose) == question)
    sources, source, at = permission.sources, party(case.source), moment(case.at)
    by_grant = case.category in permission.granted_at(at) and (sources is None or source in sources)
    return by_grant or (case.category in permission.attested_at(at) and source == party(case.recipient))


def test_every_case_has_its_own_name() -> None:
    assert len(CASES) == len({case.name for case in CASES})


def test_no_case_asks_about_the_past() -> None:
    assert all(row.at <= case.at for case in CASES for row in case.acts)


def test_every_reason_and_every_kind_occurs() -> None:
    kinds = {row.kind for case in CASES for row in case.acts}

    assert set(Reason) == {case.expected for case in CASES}
    assert set(law.Kind) == kinds


def test_a_year_in_the_table_is_twelve_months() -> None:
    assert moment(YEAR) == law.latest_end(START)
