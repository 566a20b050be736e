"""What customers ask under the law: what holds at once, what the organization is shown, and what its answer changes."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from cdp import clock, demands, due_dates, erasure
from cdp.demand_answers import Answer, Reply
from cdp.demands import Kind, State
from cdp.ingest.items import Kind as ItemKind
from cdp.own import corrections, dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import Conflict, Invalid, NotFound
from tests import make
from tests.cdp.demanding import TELLING, answer, asked, disputed, do, record, shown, values


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def noor(platform: Platform, shop: Organization) -> make.Person:
    address = make.email()
    make.known_person(platform, shop, address, user=f"user-{address}")
    return make.person(platform, address=address)


def test_a_correction_holds_at_once_and_asks_the_source(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    demand = do(platform, noor, TELLING, record(platform, noor), "Eleonora")

    (seen,) = shown(platform, shop)
    assert {"Noor", "Eleonora"} == values(platform, noor)
    assert (demand, Kind.CORRECT, "first_name", "Noor", "Eleonora", "Dit klopt niet.") == (
        seen.demand_id,
        seen.kind,
        seen.type,
        seen.said,
        seen.wanted,
        seen.note,
    )
    assert [each.startswith("user-") for each in seen.references] == [True]
    assert due_dates.due(seen.asked_at) == seen.due_at


def test_the_own_statement_is_corrected_without_asking_anybody(platform: Platform, noor: make.Person) -> None:
    with platform.database.scoped(noor.scope) as session:
        own = corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())
        assert demands.correct(platform, session, own, "Ella", tell_source=True, at=clock.now()) is None

    assert {"Noor", "Ella"} == values(platform, noor)
    assert [] == asked(platform, noor)


def test_a_dispute_marks_what_was_said_until_the_answer(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    name = record(platform, noor)
    demand = do(platform, noor, demands.dispute, name)
    before = disputed(platform, noor, name)

    answer(platform, shop, demand, Reply(Answer.REFUSED, "is-right", note="Zo staat het op uw pas."))

    (seen,) = asked(platform, noor)
    assert [True, False] == [before, disputed(platform, noor, name)]
    assert (State.REFUSED, "is-right", "Zo staat het op uw pas.") == (
        seen.state(at=clock.now()),
        seen.reason,
        seen.answer_note,
    )


def test_a_conversation_can_be_disputed_too(platform: Platform, noor: make.Person, shop: Organization) -> None:
    with platform.database.scoped(noor.scope) as session:
        keys = OwnKeys(session, platform.ring)
        (talk,) = dossier.interactions(session, keys, until=clock.now(), limit=9)
    demand = do(platform, noor, demands.dispute, talk.record_id)

    (seen,) = shown(platform, shop)
    answer(platform, shop, demand, Reply(Answer.DONE, "corrected"))

    assert {"properties": {"note": "belde"}} == seen.said
    with platform.database.scoped(noor.scope) as session:
        (after,) = dossier.interactions(session, OwnKeys(session, platform.ring), until=clock.now(), limit=9)
    assert after.disputed_at is None


def test_the_same_is_asked_once_at_a_time(platform: Platform, noor: make.Person, shop: Organization) -> None:
    name = record(platform, noor)

    first, second = (do(platform, noor, demands.dispute, name) for _ in range(2))
    answer(platform, shop, first, Reply(Answer.REFUSED, "is-right"))
    third = do(platform, noor, demands.dispute, name)

    assert first == second != third


def test_what_the_source_erased_goes_here_in_every_version(
    platform: Platform, noor: make.Person, shop: Organization, database_url: str
) -> None:
    user = shown_name(platform, noor, shop)
    make.delivery(platform, shop, make.item(ItemKind.ATTRIBUTES, "first_name", "Nora", user=user))
    demand = do(platform, noor, demands.erase, record(platform, noor))
    before = values(platform, noor)

    answer(platform, shop, demand, Reply(Answer.DONE, "erased"))

    with psycopg.connect(database_url) as connection:
        left = connection.execute(
            "select count(*) from record where customer_id = %s and type = 'first_name'", (noor.customer_id,)
        ).fetchone()
    assert ({"Nora"}, (0,)) == (before, left)


def shown_name(platform: Platform, person: make.Person, shop: Organization) -> str:
    """Return what `shop` calls the person, as a demand tells it."""
    demand = do(platform, person, demands.dispute, record(platform, person))
    (seen,) = shown(platform, shop)
    with platform.database.scoped(person.scope) as session:
        demands.withdraw(session, demand, at=clock.now())
    return seen.references[0]


def test_what_the_law_keeps_stays_with_its_date(platform: Platform, noor: make.Person, shop: Organization) -> None:
    demand = do(platform, noor, demands.erase, record(platform, noor, "subscription"))

    answer(platform, shop, demand, Reply(Answer.REFUSED, "kept-by-law", date(2033, 12, 31)))

    (seen,) = asked(platform, noor)
    assert (State.REFUSED, date(2033, 12, 31)) == (seen.state(at=clock.now()), seen.kept_until)
    assert record(platform, noor, "subscription") == seen.record_id


def test_the_customers_own_words_go_at_once(platform: Platform, noor: make.Person) -> None:
    with platform.database.scoped(noor.scope) as session:
        corrections.state(platform, session, "first_name", "Eleonora", at=clock.now())
        own = corrections.state(platform, session, "first_name", "Ella", at=clock.now())
        assert demands.erase(platform, session, own, at=clock.now()) is None

    assert {"Noor"} == values(platform, noor)
    assert [] == asked(platform, noor)


def test_a_product_is_disputed_and_not_overwritten(platform: Platform, noor: make.Person) -> None:
    with pytest.raises(demands.NotCorrectable), platform.database.scoped(noor.scope) as session:
        demands.correct(
            platform, session, record(platform, noor, "subscription"), "x", tell_source=True, at=clock.now()
        )


def test_a_demand_taken_back_takes_the_mark_with_it(platform: Platform, noor: make.Person, shop: Organization) -> None:
    name = record(platform, noor)
    demand = do(platform, noor, demands.dispute, name)

    with platform.database.scoped(noor.scope) as session:
        demands.withdraw(session, demand, at=clock.now())

    assert not disputed(platform, noor, name)
    assert [] == shown(platform, shop)
    assert [State.WITHDRAWN] == [each.state(at=clock.now()) for each in asked(platform, noor)]
    with pytest.raises(demands.NothingToWithdraw), platform.database.scoped(noor.scope) as session:
        demands.withdraw(session, demand, at=clock.now())


def test_an_answer_is_given_once(platform: Platform, noor: make.Person, shop: Organization) -> None:
    demand = do(platform, noor, demands.dispute, record(platform, noor))
    answer(platform, shop, demand, Reply(Answer.DONE, "corrected"))

    with pytest.raises(Conflict):
        answer(platform, shop, demand, Reply(Answer.REFUSED, "is-right"))


def test_two_months_more_can_be_taken_once_and_in_time(
    platform: Platform, noor: make.Person, shop: Organization
) -> None:
    more = Reply(Answer.EXTENDED, "complex")
    demand = do(platform, noor, demands.dispute, record(platform, noor))
    late = do(platform, noor, demands.erase, record(platform, noor))

    answer(platform, shop, demand, more)
    with pytest.raises(Conflict):
        answer(platform, shop, demand, more)
    with pytest.raises(Conflict):
        answer(platform, shop, late, more, at=clock.now() + timedelta(days=60))

    by_id = {each.demand_id: each for each in asked(platform, noor)}
    assert due_dates.extended(by_id[demand].asked_at) == by_id[demand].due_at
    assert State.OPEN == by_id[demand].state(at=clock.now())
    assert State.LATE == by_id[late].state(at=by_id[late].due_at)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(Answer.DONE, "is-right"),
        Reply(Answer.REFUSED, "corrected"),
        Reply(Answer.REFUSED, "kept-by-law"),
        Reply(Answer.REFUSED, "is-right", date(2030, 1, 1)),
        Reply(Answer.REFUSED, "no-reason"),
        Reply(Answer.DONE, "corrected", note="x" * 1_001),
    ],
)
def test_an_answer_that_says_too_little_is_refused(
    platform: Platform, noor: make.Person, shop: Organization, reply: Reply
) -> None:
    demand = do(platform, noor, demands.dispute, record(platform, noor))

    with pytest.raises(Invalid):
        answer(platform, shop, demand, reply)


def test_nobody_else_sees_or_answers_a_demand(platform: Platform, noor: make.Person) -> None:
    demand = do(platform, noor, demands.dispute, record(platform, noor))
    stranger, other = make.person(platform), make.organization(platform)

    assert ([], []) == (asked(platform, stranger), shown(platform, other))
    with pytest.raises(NotFound):
        answer(platform, other, demand, Reply(Answer.DONE, "corrected"))
    with pytest.raises(NotFound), platform.database.scoped(stranger.scope) as session:
        demands.withdraw(session, demand, at=clock.now())


@pytest.mark.parametrize("what", [demands.dispute, demands.erase, demands.report])
def test_somebody_elses_record_is_not_there(
    platform: Platform, noor: make.Person, what: Callable[..., UUID | None]
) -> None:
    stranger, name = make.person(platform), record(platform, noor)

    for thing in (name, uuid4()):
        with pytest.raises(NotFound), platform.database.scoped(stranger.scope) as session:
            what(platform, session, thing, at=clock.now())


def test_whoever_could_see_it_is_told_and_listed(platform: Platform, noor: make.Person, shop: Organization) -> None:
    reader = make.granted(platform, noor, "contact")
    make.granted(platform, noor, "products")

    do(platform, noor, TELLING, record(platform, noor), "Eleonora")

    assert [[reader.organization_id]] == [each.told for each in asked(platform, noor)]


def looked(database_url: str, customer: UUID, organization: UUID) -> UUID:
    access = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into access (customer_id, at, access_id, organization_id, principal, path, asked, released,"
            " records, outcome, reason)"
            " values (%s, now(), %s, %s, 'service', 'profile', '{contact}', '{}', 0, 'refused', 'x')",
            (customer, access, organization),
        )
    return access


def test_reports_of_one_day_have_an_end(platform: Platform, noor: make.Person, database_url: str) -> None:
    reader = make.organization(platform)
    for _ in range(demands.MOST_REPORTS):
        do(platform, noor, demands.report, looked(database_url, noor.customer_id, reader.organization_id))
    one_more = looked(database_url, noor.customer_id, reader.organization_id)

    with pytest.raises(demands.TooManyReports):
        do(platform, noor, demands.report, one_more)
    with platform.database.scoped(noor.scope) as session:
        demands.report(platform, session, one_more, at=clock.now() + timedelta(days=2))
    assert demands.MOST_REPORTS + 1 == len(asked(platform, noor))


def test_a_look_is_asked_of_whoever_looked(platform: Platform, noor: make.Person, database_url: str) -> None:
    reader, before = make.organization(platform), clock.now()
    access = looked(database_url, noor.customer_id, reader.organization_id)
    after = clock.now()

    do(platform, noor, demands.report, access)

    (seen,) = shown(platform, reader)
    assert (Kind.LOOK, "Dit klopt niet.", []) == (seen.kind, seen.note, seen.references)
    assert seen.looked_at is not None
    assert before <= seen.looked_at <= after


def test_the_words_of_both_sides_are_sealed(
    platform: Platform, noor: make.Person, shop: Organization, database_url: str
) -> None:
    demand = do(platform, noor, TELLING, record(platform, noor), "Canary-Value")
    answer(platform, shop, demand, Reply(Answer.DONE, "corrected", note="Canary-Answer"))

    with psycopg.connect(database_url) as connection:
        rows = [row for (row,) in connection.execute("select d::text from demand d").fetchall()]

    assert rows
    for canary in ("Canary-Value", "Dit klopt niet", "Canary-Answer"):
        assert [] == [row for row in rows if canary in row or canary.encode().hex() in row]


def test_a_note_has_an_end(platform: Platform, noor: make.Person) -> None:
    with pytest.raises(demands.NoteTooLong), platform.database.scoped(noor.scope) as session:
        demands.dispute(platform, session, record(platform, noor), note="x" * 1_001, at=clock.now())


def test_what_was_asked_goes_with_the_customer(platform: Platform, noor: make.Person, database_url: str) -> None:
    do(platform, noor, demands.dispute, record(platform, noor))

    erasure.erase(platform, noor.scope, at=clock.now())

    with psycopg.connect(database_url) as connection:
        left = connection.execute("select count(*) from demand where customer_id = %s", (noor.customer_id,)).fetchone()
    assert (0,) == left


def test_the_operator_sees_that_something_waits_and_no_word_of_it(platform: Platform, noor: make.Person) -> None:
    demand = do(platform, noor, demands.dispute, record(platform, noor))

    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        found = {each.demand_id: each for each in demands.open_now(session)}

    assert "dispute" == found[demand].kind
    assert {"demand_id", "organization", "kind", "asked_at", "due_at"} == set(demands.Waiting.__slots__)
