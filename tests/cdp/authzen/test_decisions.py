"""Decisions by the vault: of somebody who was merged, and with the line that each leaves."""

from cdp.authzen.deciding import Question, decide
from cdp.authzen.questions import Decision
from cdp.ids import NIL
from cdp.reads.reading import Asker
from tests.cdp.dossiers import Behind, Reads


def test_somebody_who_was_merged_is_answered_as_who_they_are_now(behind: Behind, reads: Reads, shop: Asker) -> None:
    guest, host = behind.customer(), behind.customer().grant(shop.organization, "contact")
    closed = behind.customer().grant(shop.organization, "products")
    behind.connection.execute(
        "update customer set merged_into = %s where customer_id = %s", (host.customer, guest.customer)
    )
    asked = [Question(each, ("contact",)) for each in (closed.customer, guest.customer, NIL)]

    told = reads.run(decide(reads.platform.database, shop, asked))

    assert [
        Decision(is_open=False, reason="category-not-granted"),
        Decision(is_open=True, reason="granted"),
        Decision(is_open=False, reason="never-granted"),
    ] == told
    assert [("decision", "released", "granted")] == behind.accesses(host.customer)
    assert [("decision", "refused", "category-not-granted")] == behind.accesses(closed.customer)
    assert [] == behind.accesses(guest.customer)
    assert ("decision", "unknown", "not-found") in behind.accesses(NIL)


def test_a_question_about_anything_is_no_when_nothing_is_open(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, "contact")
    behind.connection.execute(
        "update permission set stopped_categories = '{contact}' where customer_id = %s", (person.customer,)
    )

    told = reads.run(decide(reads.platform.database, shop, [Question(person.customer)]))

    assert [Decision(is_open=False, reason="category-not-granted")] == told
