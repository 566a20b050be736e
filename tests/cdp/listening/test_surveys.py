"""An organization asks how a conversation was: whom it may, once, not too often; and the answers are the customer's."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cdp import clock, erasure
from cdp.copies import portability
from cdp.listening import answering
from cdp.listening.answering import SurveyClosed
from cdp.listening.asking import InteractionUnknown
from cdp.listening.survey import Answers, Question, UnfitAnswer
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import NotFound
from tests import make
from tests.cdp.listening import talks
from tests.cdp.listening.talks import ALL_WELL


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


def test_a_customer_is_asked_about_a_conversation_and_answers_one_question_at_a_time(
    platform: Platform, shop: Organization
) -> None:
    talk = talks.talked(platform, shop)
    asked = talks.ask(platform, talk)

    talks.answer(platform, talk.person, asked.survey_id, {Question.SOLVED: True})
    talks.answer(platform, talk.person, asked.survey_id, {Question.RECOMMEND: 10})
    talks.answer(platform, talk.person, asked.survey_id, {Question.SOLVED: False})

    (survey,) = talks.surveys(platform, talk.person)
    assert ("asked", asked.survey_id) == (asked.reason, survey.survey_id)
    assert (False, None, None, 10) == (survey.solved, survey.smooth, survey.heard, survey.recommend)
    assert ("phone", "human", shop.organization_id) == (survey.channel, survey.speaker, survey.organization)


def test_one_conversation_is_asked_about_once(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)
    first = talks.ask(platform, talk)

    again = talks.ask(platform, talk)

    assert (first.survey_id, "asked-before") == (again.survey_id, again.reason)
    assert 1 == len(talks.surveys(platform, talk.person))


def test_an_organization_rests_for_thirty_days_and_everybody_for_seven(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)
    now = clock.now()
    talks.ask(platform, talk, at=now)
    other = make.organization(platform)
    verified = talks.talked(platform, other)
    theirs = talks.another(platform, talk)

    assert "resting" == talks.ask(platform, theirs, at=now + timedelta(days=13)).reason
    assert "asked" == talks.ask(platform, verified, at=now).reason  # somebody else is asked


def test_a_week_of_rest_holds_for_all_organizations(platform: Platform, shop: Organization) -> None:
    bank, address = make.organization(platform), make.email()
    for each, key in ((shop, "one"), (bank, "two")):
        make.known_person(platform, each, address, user=f"user {key}")
        make.delivery(platform, each, talks.talk(f"user {key}", key))
    person = make.person(platform, address=address)
    for each in (shop, bank):
        make.grant(platform, person, each, purpose="customer-care", categories=frozenset({"conversations"}))
    first, second = (
        talks.Talk(person, shop, "user one", "one"),
        talks.Talk(person, bank, "user two", "two"),
    )
    now = clock.now()

    assert "asked" == talks.ask(platform, first, at=now).reason
    assert "resting" == talks.ask(platform, second, at=now + timedelta(days=6)).reason
    assert "asked" == talks.ask(platform, second, at=now + timedelta(days=8)).reason


def _without_grant(platform: Platform, shop: Organization) -> talks.Talk:
    return talks.talked(platform, shop, grants=False)


def _revoked(platform: Platform, shop: Organization) -> talks.Talk:
    talk = talks.talked(platform, shop)
    make.revoke(platform, talk.person, shop, purpose="customer-care")
    return talk


def _only_other_data(platform: Platform, shop: Organization) -> talks.Talk:
    talk = talks.talked(platform, shop, grants=False)
    make.grant(platform, talk.person, shop, purpose="customer-care", categories=frozenset({"contact"}))
    return talk


def _only_other_purpose(platform: Platform, shop: Organization) -> talks.Talk:
    talk = talks.talked(platform, shop, grants=False)
    make.grant(platform, talk.person, shop, purpose="research", categories=frozenset({"conversations"}))
    return talk


def _only_the_organizations_own(platform: Platform, shop: Organization) -> talks.Talk:
    talk = talks.talked(platform, shop, grants=False)
    own = frozenset({shop.organization_id})
    make.grant(
        platform, talk.person, shop, purpose="customer-care", categories=frozenset({"conversations"}), sources=own
    )
    return talk


def _long_ago(platform: Platform, shop: Organization) -> talks.Talk:
    return talks.talked(platform, shop, days_ago=15)


REFUSALS: dict[str, tuple[Callable[[Platform, Organization], talks.Talk], str]] = {
    "who granted nothing": (_without_grant, "not-granted"),
    "who took it back": (_revoked, "not-granted"),
    "who granted other data": (_only_other_data, "not-granted"),
    "who granted it for something else": (_only_other_purpose, "not-granted"),
    "who granted what the organization itself recorded": (_only_the_organizations_own, "not-granted"),
    "who called more than a fortnight ago": (_long_ago, "too-late"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_who_must_not_be_asked_is_not_asked(name: str, platform: Platform, shop: Organization) -> None:
    make_talk, reason = REFUSALS[name]
    talk = make_talk(platform, shop)

    asked = talks.ask(platform, talk)

    assert (None, reason) == (asked.survey_id, asked.reason)
    assert [] == talks.surveys(platform, talk.person)


def test_whoever_has_no_account_is_not_asked(platform: Platform, shop: Organization) -> None:
    user, key = make.name("user"), make.name("call")
    make.delivery(platform, shop, talks.talk(user, key))
    nobody = talks.Talk(make.person(platform), shop, user, key)

    assert "not-granted" == talks.ask(platform, nobody).reason


def test_who_does_not_want_contact_is_not_asked(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)

    asked = talks.ask(platform, talk, barrier="topic-unwanted")

    assert (None, "topic-unwanted") == (asked.survey_id, asked.reason)


def test_only_who_recorded_a_conversation_asks_about_it(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)

    with pytest.raises(InteractionUnknown):
        talks.ask(platform, talk, by=make.organization(platform))


def test_every_question_and_every_refusal_leaves_a_line_in_the_log(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    talk = talks.talked(platform, shop)
    talks.ask(platform, talk)
    talks.ask(platform, talks.another(platform, talk))

    with psycopg.connect(database_url) as connection:
        lines = connection.execute(
            "select outcome, reason from access where path = 'survey' and customer_id = %s order by at, outcome",
            (talk.person.customer_id,),
        ).fetchall()

    assert [("released", "asked"), ("refused", "resting")] == lines


def test_a_survey_ends_after_fourteen_days(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)
    asked = talks.ask(platform, talk)
    later = clock.now() + timedelta(days=14, minutes=1)

    with pytest.raises(SurveyClosed):
        talks.answer(platform, talk.person, asked.survey_id, ALL_WELL, at=later)


def test_who_declines_is_not_asked_on_and_what_they_said_is_gone(platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)
    asked = talks.ask(platform, talk)
    assert asked.survey_id is not None
    talks.answer(platform, talk.person, asked.survey_id, ALL_WELL)

    with platform.database.scoped(talk.person.scope) as session:
        answering.decline(session, asked.survey_id, at=clock.now())

    (survey,) = talks.surveys(platform, talk.person)
    assert (None, None) == (survey.answered_at, survey.recommend)
    with pytest.raises(SurveyClosed):
        talks.answer(platform, talk.person, asked.survey_id, ALL_WELL)
    with pytest.raises(SurveyClosed), platform.database.scoped(talk.person.scope) as session:
        answering.decline(session, asked.survey_id, at=clock.now())


def test_nobody_answers_for_somebody_else(platform: Platform, shop: Organization) -> None:
    asked = talks.ask(platform, talks.talked(platform, shop))
    stranger = make.person(platform)

    with pytest.raises(NotFound):
        talks.answer(platform, stranger, asked.survey_id, ALL_WELL)
    with pytest.raises(NotFound), platform.database.scoped(stranger.scope) as session:
        answering.decline(session, asked.survey_id or uuid4(), at=clock.now())


BAD: dict[str, talks.Said] = {
    "nothing": {},
    "a number for a yes": {Question.SOLVED: 1},
    "a yes for a number": {Question.RECOMMEND: True},
    "below": {Question.RECOMMEND: -1},
    "above": {Question.RECOMMEND: 11},
}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_fits_its_question(name: str, platform: Platform, shop: Organization) -> None:
    talk = talks.talked(platform, shop)
    asked = talks.ask(platform, talk)

    with pytest.raises(UnfitAnswer):
        talks.answer(platform, talk.person, asked.survey_id, BAD[name])


def test_answers_are_sealed_and_leave_with_the_export_and_with_the_person(
    platform: Platform, shop: Organization, database_url: str
) -> None:
    talk = talks.answered(platform, shop, ALL_WELL)
    taken = portability.take(platform, talk.person.scope, at=clock.now())

    with psycopg.connect(database_url) as connection:
        question = "select sealed from survey where customer_id = %s"
        (sealed,) = connection.execute(question, (talk.person.customer_id,)).fetchone() or (b"",)
        (row,) = list(taken.rows("surveys"))
        erasure.erase(platform, talk.person.scope, at=clock.now())
        connection.rollback()
        left = connection.execute(question, (talk.person.customer_id,)).fetchall()

    assert b"solved" not in sealed
    assert (True, 9, shop.slug) == (row["solved"], row["recommend"], row["organization"])
    assert [] == left


def test_an_unanswered_survey_goes_along_with_who_was_talked_to_and_answers_stay(
    platform: Platform, shop: Organization
) -> None:
    open_, done = talks.talked(platform, shop), talks.talked(platform, shop)
    talks.ask(platform, open_)
    talks.answer(platform, done.person, talks.ask(platform, done).survey_id, ALL_WELL)

    for each in (open_, done):
        _part(platform, each)

    assert [] == talks.surveys(platform, open_.person)
    assert [9] == [each.recommend for each in talks.surveys(platform, done.person)]


def _part(platform: Platform, talk: talks.Talk) -> None:
    """Let a customer say that what the organization knows is about somebody else."""
    with platform.database.scoped(talk.person.scope) as session:
        subject: UUID = session.execute(
            text("select subject_id from subject where source_id = :source"), {"source": talk.shop.organization_id}
        ).scalar_one()
        session.execute(
            text("select unlink_subject(:customer, :subject, :at)"),
            {"customer": talk.person.customer_id, "subject": subject, "at": clock.now()},
        )


def test_the_answers_say_nothing_of_themselves_when_printed() -> None:
    assert "9" not in repr(Answers(recommend=9))


def test_answers_return_as_they_were_sealed() -> None:
    said = Answers(solved=True, heard=False, recommend=0)

    assert said == Answers.from_bytes(said.to_bytes())


def test_a_source_reads_no_answer(platform: Platform, shop: Organization) -> None:
    talks.answered(platform, shop, ALL_WELL)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        platform.database.scoped(Scope(Principal.SOURCE, shop.organization_id)) as session,
    ):
        session.execute(text("select sealed from survey"))
