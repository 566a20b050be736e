"""The keeper's functions, which look past the walls: what each gives, and to whom."""

import re
from collections.abc import Mapping
from typing import Final

from tests.attack.call import Call
from tests.attack.call import known as _id
from tests.attack.calls_of_messages import CALLS_OF_MESSAGES
from tests.attack.calls_of_offers import CALLS_OF_OFFERS

NOTHING: Final = frozenset({"null", "[]", "0", "CDP01"})
"""No row, no member, no number, or a refusal in the words of the law."""


def judged(answer: str) -> str:
    """Return which of the three an answer is; anything else stays as it is."""
    if answer == "denied":
        return answer
    if answer in NOTHING:
        return "nothing"
    return answer if re.fullmatch("[0-9A-Z]{5}", answer) else "something"


def _blinds(name: str) -> str:
    return f"array[decode(md5('{name}'), 'hex')]"


def _act(customer: str, kind: str, recipient: str, purpose: str, categories: str, until: str, proof: str) -> str:
    return (
        f"select to_jsonb(record_act({_id(customer)}, gen_random_uuid(), '{kind}', {_id(recipient)}, '{purpose}',"
        f" {categories}, null, {until}, now(), 'customer', '', null, {proof}))"
    )


_SOURCE: Final = ("source",)
_CUSTOMER: Final = ("customer",)
_ANYBODY: Final = ("visitor", "customer")
_MATCHER: Final = ("matcher",)
_ACTORS: Final = ("customer", "source", "sequencer")
_CAMPAIGNING: Final = tuple(
    f"exporter winkel {purpose}"
    for purpose in ("customer-care", "advice", "personalisation", "research", "direct-marketing")
)
CALLS: Final[Mapping[str, Call]] = {
    **CALLS_OF_MESSAGES,
    **CALLS_OF_OFFERS,
    "resolve_subjects": Call(
        "select jsonb_agg(r.subject_id) filter (where r.subject_id is not null)"
        f" from resolve_subjects(array['user_id'], {_blinds('anna at winkel')}, array[true]) r",
        _SOURCE,
        ("source winkel",),
    ),
    "customers_of": Call(
        f"select jsonb_agg(c.customer_id) from customers_of(array[{_id('anna at winkel')}]) c",
        _SOURCE,
        ("source winkel",),
    ),
    "suppressed_identifiers": Call(
        f"select jsonb_agg(o) from suppressed_identifiers(array['user_id'], {_blinds('dora')}) o", _SOURCE, _SOURCE
    ),
    "create_subjects": Call(
        f"select create_subjects(array['user_id'], {_blinds('somebody new')}, array[''::bytea],"
        " array[gen_random_uuid()], array[gen_random_uuid()], array['wrapped'::bytea], now())",
        _SOURCE,
        _SOURCE,
    ),
    "add_references": Call(
        f"select jsonb_agg(o) from add_references(array['anonymous_id'], {_blinds('another device')}, array[''::bytea],"
        f" array[{_id('anna at winkel')}]) o",
        _SOURCE,
        ("source winkel",),
    ),
    "add_identifiers": Call(
        f"select jsonb_agg(o) from add_identifiers(array[{_id('anna at winkel')}], array['email'],"
        f" {_blinds('mailbox')}, array['contact'], array[false], now()) o",
        _SOURCE,
        ("source winkel",),
    ),
    "link_references": Call(
        f"select jsonb_agg(o) from link_references(array['anonymous_id'], {_blinds('device')},"
        f" {_blinds('anna at winkel')}, now()) o",
        _SOURCE,
        ("source winkel",),
    ),
    "hide_queryable": Call(
        f"select hide_queryable({_id('winkel')}, 'contact', 10)", ("source", "operator"), ("source winkel", "operator")
    ),
    "record_act": Call(
        _act("anna", "revoke", "winkel", "customer-care", "'{}'", "null", "null"),
        _ACTORS,
        ("customer anna", "source winkel"),
    ),
    "record_act attest": Call(
        _act("anna", "attest", "winkel", "service-provision", "'{contact}'", "now() + interval '1 day'",
             "jsonb_build_object('at', now() - interval '1 day')"),
        _ACTORS,
        ("source winkel",),
    ),
    "record_act expire": Call(
        _act("anna", "expire", "winkel", "research", "'{}'", "null", "null"), _ACTORS, ("sequencer",)
    ),
    "keep_matches": Call(
        f"select to_jsonb(keep_matches(array[{_id('cato at huis')}], array[{_id('cato at huis')}],"
        f" array[{_id('dirk at winkel')}], array['strong'], array[20], array['{{}}'], 'm', now()))",
        _MATCHER,
        _MATCHER,
    ),
    "bonded_with": Call(
        f"select jsonb_agg(b.other_id) from bonded_with(array[{_id('cato at huis')}]) b", _MATCHER, _MATCHER
    ),
    "said_of": Call(f"select jsonb_agg(s.is_same) from said_of(array[{_id('anna at huis')}]) s", _MATCHER, _MATCHER),
    "own_bonds": Call("select jsonb_agg(b.why) from own_bonds() b", _CUSTOMER, ("customer anna", "customer bram")),
    "held_bonds": Call("select jsonb_agg(b.bond_id) from held_bonds(5) b", ("operator",), ("operator",)),
    "note_explained": Call(
        f"select to_jsonb(note_explained(array[{_id('cato at huis')}]))", ("operator",), ("operator",)
    ),
    "decide_bond": Call(f"select to_jsonb(decide_bond({_id('bond held')}, true, now()))", ("operator",), ("operator",)),
    "part_subjects": Call(
        f"select to_jsonb(part_subjects({_id('cato at huis')}, {_id('cato at winkel')}, now()))",
        ("operator",),
        ("operator",),
    ),
    "unlink_subject": Call(
        f"select to_jsonb(unlink_subject({_id('anna')}, {_id('anna at winkel')}, now()))", _CUSTOMER, ("customer anna",)
    ),
    "erase_customer": Call(
        "select jsonb_agg(e) from erase_customer(gen_random_uuid(), now()) e",
        _CUSTOMER,
        ("customer anna", "customer bram", "customer cato"),
    ),
    "own_customers": Call("select to_jsonb(own_customers())", _CUSTOMER, _CUSTOMER),
    "tell_recipients": Call(
        f"select tell_recipients('correct', {_id('winkel')}, 'contact', now())",
        _CUSTOMER,
        ("customer anna", "customer bram"),
    ),
    "claim_customer": Call(
        f"select jsonb_agg(c.customer_id) from claim_customer('email', ({_blinds('cato at winkel')})[1], '',"
        " gen_random_uuid(), gen_random_uuid(), 'wrapped', now()) c",
        ("doorman",),
        ("doorman",),
    ),
    "check_family": Call(
        f"select jsonb_agg(c.customer_id) from check_family({_id('familyanna')}) c", ("doorman",), ("doorman",)
    ),
    "standing_matches": Call(
        f"select jsonb_agg(m.tier) from standing_matches(array[{_id('cato at huis')}]) m", _MATCHER, _MATCHER
    ),
    "take_match_due": Call(
        "select jsonb_agg(m.subject_id) from take_match_due(false, null, 5) m", ("matcher",), ("matcher",)
    ),
    "who_may_be": Call(
        f"select jsonb_agg(m.other_id) from who_may_be('{{}}', array[{_id('anna at winkel')}], array[4053],"
        " array[false], array[0], 400, 50) m",
        _MATCHER,
        _MATCHER,
    ),
    "who_are": Call(
        f"select jsonb_agg(m.other_id) from who_are('{{}}', array[{_id('anna at winkel')}],"
        f" array[{_id('bram at huis')}]) m",
        _MATCHER,
        _MATCHER,
    ),
    "remove_way_in": Call(
        f"select to_jsonb(remove_way_in('passkey', {_id('passkeyanna')}, null)::text)", _CUSTOMER, ("customer anna",)
    ),
    "prove_identifier": Call(
        f"select to_jsonb(prove_identifier({_id('anna')}, 'phone', ({_blinds('number of eva')})[1], '', now()))",
        ("doorman",),
        ("doorman",),
    ),
    "candidates": Call("select jsonb_agg(c.subject_id) from candidates(now()) c", _CUSTOMER, ("customer anna",)),
    "note_questions": Call(
        f"select to_jsonb(note_questions(array[{_id('eva at huis')}], now()))", _CUSTOMER, ("customer anna",)
    ),
    "answer_question": Call(
        f"select to_jsonb(answer_question({_id('eva at huis')}, 'no', now())::text)", _CUSTOMER, ("customer anna",)
    ),
    "prove_question": Call(
        f"select to_jsonb(prove_question({_id('eva at huis')}, sha256(''), sha256('none'), now()))",
        _CUSTOMER,
        ("customer anna",),
    ),
    "proof_targets": Call(
        f"select jsonb_agg(t.type) from proof_targets({_id('anna')}, {_id('eva at huis')}, now()) t",
        ("doorman",),
        ("doorman",),
    ),
    "keep_question_code": Call(
        f"select to_jsonb(keep_question_code({_id('anna')}, {_id('eva at huis')}, gen_random_uuid(), sha256(''), now(),"
        " now()))",
        ("doorman",),
        ("doorman",),
    ),
    "keep_confirmation": Call(
        f"select to_jsonb(keep_confirmation(sha256(random()::text::bytea), ({_blinds('anna at huis')})[1], now(),"
        " now())::text)",
        _SOURCE,
        ("source",),
    ),
    "reconsider_answer": Call(
        f"select to_jsonb(reconsider_answer({_id('anna at elsewhere')})::text)", _CUSTOMER, ("customer anna",)
    ),
    "make_presentation": Call(
        "select to_jsonb(make_presentation(sha256(random()::text::bytea), 300, 9))",
        _CUSTOMER,
        ("customer anna", "customer bram", "customer cato"),
    ),
    "exchange_presentation": Call(
        "select jsonb_agg(e.is_spent) from exchange_presentation(sha256('anna'), 9) e", ("exporter",), ("exporter",)
    ),
    "demands_to": Call(
        "select jsonb_agg(d.demand) from demands_to(null, false, '-infinity', gen_random_uuid(), 9, true) d",
        _SOURCE,
        _SOURCE,
    ),
    "answer_demand": Call(
        f"select to_jsonb(answer_demand({_id('demandanna')}, 'refused', 'is-right', null, '', now(), now())::text)",
        _SOURCE,
        ("source winkel",),
    ),
    "contact_facts": Call(
        f"select jsonb_agg(d.customer_id) from contact_facts(array[{_id('anna')}, {_id('bram')}], now()) d",
        ("exporter",),
        ("exporter winkel customer-care", "exporter winkel advice", "exporter huis customer-care"),
    ),
    "reserve_contacts": Call(
        f"select jsonb_agg(r) from reserve_contacts('service', 'service', 'human', array[{_id('anna')}], array[1],"
        " array[gen_random_uuid()], array[now()], array[now()], array['email']) r",
        ("exporter",),
        ("exporter",),
    ),
    "cancel_contact": Call(
        f"select to_jsonb(nullif(cancel_contact({_id('anna')}, {_id('contactannareserved')}), false))",
        ("exporter",),
        _CAMPAIGNING,
    ),
    "contact_names": Call(
        f"select jsonb_agg(n.customer_id) from contact_names(array[{_id('anna')}], {_blinds('new')}) n",
        _SOURCE,
        _SOURCE,
    ),
    "name_for_contact": Call(
        f"select to_jsonb(name_for_contact(array[{_id('anna')}], {_blinds('new')}, array['sealed'::bytea],"
        f" array[{_id('anna at winkel')}], array[''::bytea], now()))",
        _SOURCE,
        ("source winkel",),
    ),
    "make_contacts": Call(
        f"select jsonb_agg(m.made) from make_contacts(array[{_id('anna')}], array[gen_random_uuid()], array['service'],"
        f" array['service'], array['customer-care'], array['human'], array['email'],"
        f" array[now()], {_blinds('new')}, '') m",
        _SOURCE,
        _SOURCE,
    ),
    "data_quality": Call("select jsonb_agg(q) from data_quality(now()) q", _SOURCE, _SOURCE),
    "note_quality": Call(
        f"select jsonb_agg(n) from note_quality(array[{_id('anna')}, {_id('dirk')}]) n", _SOURCE, _SOURCE
    ),
    "open_survey": Call(
        f"select to_jsonb(o.reason) from open_survey({_id('talkanna at winkelcontact')}, gen_random_uuid(), 'no',"
        " now()) o",
        _SOURCE,
        ("source winkel",),
    ),
    "erase_own_statement": Call(
        f"select to_jsonb(erase_own_statement({_id('anna at customercontact')}, now()))", _CUSTOMER, ("customer anna",)
    ),
    "reminders_due": Call("select jsonb_agg(r) from reminders_due(now(), 9) r", ("operator",), ("operator",)),
    "wishes_of": Call(
        f"select jsonb_agg(w.document) from wishes_of(array[{_id('anna')}, {_id('bram')}]) w",
        ("reader", "exporter"),
        (
            *(f"exporter winkel {each}" for each in ("customer-care", "advice")),
            *(f"reader winkel anna {each}" for each in ("customer-care", "advice")),
            *("exporter huis customer-care", "reader huis anna", "reader huis bram"),
        ),
    ),
    "receipt_letters_due": Call("select jsonb_agg(r) from receipt_letters_due(9) r", ("operator",), ("operator",)),
    "ask_access": Call(
        "select to_jsonb(ask_access(jsonb_build_object('request_id', gen_random_uuid(), 'organization_id',"
        f" {_id('winkel')}, 'purpose', 'advice', 'categories', array['contact'], 'days', 9, 'notice', '{{}}'::jsonb,"
        " 'consequences', '{}'::jsonb, 'state', 'pending', 'asked_at', now(), 'due_at', now() + interval '1 day'),"
        f" {_id('bram')}, '{{}}', '{{}}', '{{}}', '{{}}', 9)::text)",
        _SOURCE,
        ("source winkel",),
    ),
    "granted_requests": Call(
        f"select jsonb_agg(g.request_id) from granted_requests(array[{_id('answered request')}]) g",
        _SOURCE,
        ("source winkel",),
    ),
    "request_letters_due": Call(
        "select jsonb_agg(r) from request_letters_due(now(), 9) r", ("operator",), ("operator",)
    ),
    "own_signals": Call(
        f"select jsonb_agg(s.kind) from own_signals({_id('winkel')}) s", _CUSTOMER, ("customer anna",)
    ),
    "take_signal_stream": Call(
        "select jsonb_agg(t.stream_id) from take_signal_stream(now() + interval '1 minute', now()) t",
        ("operator",),
        ("operator",),
    ),
    "replay_signals": Call(
        f"select replay_signals({_id('huis')}, null, now())", ("operator",), ("operator",)
    ),
    "alerts_due": Call("select jsonb_agg(a) from alerts_due(now()) a", ("operator",), ("operator",)),
    "remove_organization": Call(
        f"select remove_organization({_id('winkel')}, 10, now())", ("operator",), ("operator",)
    ),
    "own_pseudonyms": Call("select to_jsonb(own_pseudonyms())", _CUSTOMER, ("customer anna", "customer bram")),
    "record_expiries": Call("select record_expiries(9, now())", ("sequencer",), ("sequencer",)),
    "tell_said_again": Call("select to_jsonb(tell_said_again()::text)", ("sequencer",), ("sequencer",)),
    "part_with": Call(f"select to_jsonb(part_with(array[{_id('dora')}])::text)", ("sequencer",), ("sequencer",)),
    "current_customer": Call(
        f"select to_jsonb(current_customer({_id('cato')}))", ("reader", "exporter"), ("exporter",)
    ),
    "name_described": Call(
        f"select to_jsonb(name_described(array[{_id('anna')}], array[{_id('huis')}]))",
        ("exporter",),
        ("exporter winkel customer-care",),
    ),
    "log_lookup": Call(
        f"select log_lookup(array['email'], {_blinds('anna at huis')}, '{{}}', '{{}}', null)",
        ("exporter",),
        ("exporter",),
    ),
}  # fmt: skip
ELSEWHERE: Final[Mapping[str, set[str]]] = {
    "is_sealed": {
        "reader", "exporter", "source", "customer", "auditor", "operator", "administrator", "doorman", "sequencer",
        "keymaster", "keeper", "matcher", "visitor",
    },
    "gate": {"reader", "keeper"},
    "check_token": {"nobody", "keeper"},
    "check_tokens": {"nobody", "keeper"},
    "tokens_hold": {"nobody", "keeper"},
    "check_write_key": {"nobody", "keeper"},
    "check_session": {"nobody", "keeper"},
    "make_partitions": {"operator"},
    "make_years": {"source"},
    "measure_tables": {"operator"},
    "make_partition": set(),
    "end_signal_streams": {"operator", "keeper"},
    "watched_types": {
        "reader", "exporter", "source", "customer", "auditor", "operator", "administrator", "doorman", "sequencer",
        "keeper",
    },
    "log_acts": {"keeper"},
    "log_links": {"keeper"},
    "log_wishes": {"keeper"},
    "log_demands": {"keeper"},
    "log_accesses": {"keeper"},
}  # fmt: skip
"""Functions that are no door to rows by themselves, with who may call them: the rows behind them are asked for anyway,
a credential check wants the credential, and a partition is empty."""
