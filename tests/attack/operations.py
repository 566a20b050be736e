"""What to ask of every operation: a good example of it, about somebody in the world of `tests.attack.walk`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from cdp import clock
from tests.attack.walk import Json, Target


@dataclass(frozen=True, slots=True)
class Example:
    """What is sent to an operation beside its path."""

    query: Json = field(default_factory=dict)
    json: Json | None = None
    form: Json | None = None
    content: bytes | None = None


_KEY: Final = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""The public half of the example in RFC 8037."""
_NOBODYS: Final = str(UUID(int=7))


def examples(target: Target) -> Mapping[str, Example]:
    """Return what to send to each operation; those that need nothing but a path stand in PLAIN."""
    found = _of_readers(target) | _of_offering(target) | _of_gateways(target) | _of_sources(target) | _of_listeners()
    return found | _of_administrators(target) | _of_people(target)


def _of_gateways(target: Target) -> dict[str, Example]:
    asked = {"action": {"name": "read"}, "context": {"purpose": target.purpose}}
    subject = {"subject": {"type": "organization", "id": target.organization}}
    resource = {"resource": {"type": "profile", "id": target.profile_id, "properties": {"category": "contact"}}}
    named = {"resource": {"type": "profile", "id": target.canaries.email}}
    return {
        "evaluate": Example(json=asked | subject | resource),
        "evaluate_many": Example(json=asked | subject | resource | {"evaluations": [{}, named]}),
        "search_subjects": Example(json=asked | {"subject": {"type": "client"}} | resource),
        "search_resources": Example(json=asked | subject | {"resource": {"type": "profile"}}),
        "search_actions": Example(json=asked | subject | resource),
    }


def _of_listeners() -> dict[str, Example]:
    stream = {"stream_id": _NOBODYS}
    return {
        "create_stream": Example(json={}),
        "replace_stream": Example(json=stream),
        "read_stream_status": Example(query=stream),
        "set_stream_status": Example(json=stream | {"status": "paused"}),
        "verify_stream": Example(json=stream),
        "delete_stream": Example(query=stream),
        "poll_stream": Example(json={"returnImmediately": True}),
        "change_stream": Example(json=stream),
        "create_webhook": Example(json={"url": "https://receiver.example.org/"}),
    }


def _of_readers(target: Target) -> dict[str, Example]:
    asked = {"purpose": target.purpose}
    email = {"type": "email", "value": target.canaries.email}
    evidence = {"method": "paper", "at": (clock.now() - timedelta(days=1)).isoformat(), "document_hash": "0" * 64}
    attested = {
        "user_id": target.canaries.user_id,
        "categories": ["contact"],
        "expires_at": (clock.now() + timedelta(days=10)).isoformat(),
        "evidence": evidence,
    }
    client = {"grant_type": "client_credentials", "client_id": target.canaries.email, "client_secret": "x"}
    return {
        "lookup_profile": Example(json={"identifiers": [email], **asked}),
        "exchange_presentation": Example(json={"code": target.canaries.user_id, **asked}),
        "read_profile": Example(query=asked),
        "read_interactions": Example(query=asked),
        "read_profiles": Example(json={"profile_ids": [target.profile_id], **asked}),
        "export_profiles": Example(query=asked),
        "attest_grant": Example(json=attested | asked),
        "ask_for_access": Example(
            json=asked
            | {
                "identifiers": [email],
                "categories": ["contact"],
                "days": 30,
                "notice": {"nl": "Om u te helpen."},
                "consequences": {"nl": "Dan helpen wij u niet."},
                "by": "human",
            }
        ),
        "token": Example(form=client),
        "revoke_token": Example(form={"token": target.canaries.attribute}),
        "userinfo": Example(),
        "oauth_grant": Example(),
        "give_back_oauth_grant": Example(),
        "push_authorization_request": Example(
            form={"response_type": "code", "redirect_uri": target.canaries.attribute}
        ),
        "introspect_token": Example(form={"token": target.canaries.attribute}),
    }


def _of_offering(target: Target) -> dict[str, Example]:
    approach = {"purpose": "customer-care", "topic": "service", "channels": ["email"], "sender": "human"}
    return {
        "register_offer": Example(
            json={
                "kind": "energy",
                "purpose": "personalisation",
                "title": {"nl": "Stroom"},
                "expression": "has(attributes.nickname)",
                "valid_until": (clock.now() + timedelta(days=9)).isoformat(),
            }
        ),
        "register_rule": Example(
            json={
                "name": "zero",
                "purpose": "customer-care",
                "records": ["product/subscription"],
                "expression": "record.key != ''",
                "topic": "service",
                "channels": ["email"],
                "sender": "human",
            }
        ),
        "decide_offers": Example(json={"profile_ids": [target.profile_id], "purpose": target.purpose}),
        "register_message": Example(
            json={
                "channel": "post",
                "speaker": "human",
                "text": target.canaries.attribute,
                "identifiers": [{"type": "email", "value": target.canaries.email}],
            }
        ),
        "decide_contact": Example(json=approach | {"profile_ids": [target.profile_id, "p_nobody"]}),
        "decide_campaign": Example(json=approach | {"with_refused": True}),
        "cancel_reservation": Example(json={"profile_id": target.profile_id}),
        "record_contacts": Example(
            json={
                "contacts": [
                    {"profile_id": target.profile_id, "topic": "service", "channel": "email", "sender": "human"}
                ]
            }
        ),
        "put_employee_login": Example(
            json={
                "issuer": "https://login.example.org",
                "client_id": target.canaries.attribute,
                "roles": [{"role": "care", "client_id": target.canaries.user_id}],
            }
        ),
    }


def _of_sources(target: Target) -> dict[str, Example]:
    label = {"nl": "Een gegeven", "en": "A fact"}
    mapped = {"category": "personal", "label": label}
    event = {"type": "track", "event": "x", "userId": target.canaries.user_id, "messageId": target.canaries.message_id}
    record = {
        "kind": "product",
        "type": "subscription",
        "key": target.canaries.product_key,
        "subject": {"user_id": target.canaries.user_id},
    }
    batch = Example(json={"batch": [event, {"type": target.canaries.subject}]})
    return {
        "map_attribute": Example(json=mapped),
        "map_type": Example(json=mapped),
        "put_topic": Example(json={"under": "news", "name": label, "explanation": label}),
        "put_channel": Example(json={"name": label}),
        "hand_over": Example(json={"type": "phone", "key": target.canaries.message_id, "text": "A human, please."}),
        "ask_survey": Example(json={"type": "phone", "key": target.canaries.message_id}),
        "confirm_subject": Example(json={"user_id": target.canaries.user_id}),
        "send_records": Example(json={"items": [record, {"kind": target.canaries.attribute}]}),
        "segment_batch": batch,
        "segment_b": batch,
        **dict.fromkeys(SEGMENT, Example(json=event)),
    }


def _of_administrators(target: Target) -> dict[str, Example]:
    return {
        "publish_sender": Example(json={"kind": "name", "value": "Winkel"}),
        "withdraw_sender": Example(query={"kind": "name", "value": "Winkel"}),
        "change_organization": Example(json={"privacy_mail": "privacy@example.org", "answer_days": 2}),
        "add_client": Example(json={"name": "till", "scopes": ["profiles:read"]}),
        "change_client_keys": Example(json={"jwks": {"keys": [_KEY]}}),
        "change_webhook": Example(json={"status": "paused"}),
        "lead_back": Example(json={"redirect_uris": [f"https://app.example.org/{target.organization}"]}),
        "add_write_key": Example(json={"name": "site"}),
    }


def _of_people(target: Target) -> dict[str, Example]:
    asked = {"purpose": target.purpose}
    return {
        "ask_login": Example(json={"email": target.canaries.email}),
        "consume_login": Example(json={"token": "cdp_ll_none"}),
        "change_me": Example(json={"language": "nl"}),
        "change_preferences": Example(json={"first": "human", "channels": {"offers": []}}),
        "check_message": Example(json={"given": target.canaries.email}),
        "reply": Example(json={"about": _NOBODYS, "text": "mine", "wants_human": True}),
        "report_forgery": Example(json={"organization": target.organization, "sender": target.canaries.email}),
        "approve_request": Example(json={}),
        "give_grant": Example(json={"organization": target.organization, "categories": ["contact"], **asked}),
        "change_grant": Example(json={"categories": ["contact"]}),
        "object_to_purpose": Example(json={"organization": target.organization, **asked}),
        "state_attribute": Example(json={"value": "mine"}),
        "correct_record": Example(json={"value": "mine", "tell_source": True}),
        "erase_record": Example(json={}),
        "report_access": Example(json={}),
        "read_my_receipt": Example(query={"format": "html"}),
        "choose_offer_kind": Example(json={"choice": "unwanted"}),
        "personalise_offers": Example(json={"is_personal": False}),
        "answer_survey": Example(json={"solved": True}),
        "answer_demand": Example(json={"answer": "refused", "reason": "is-right"}),
    }


SEGMENT: Final = tuple(
    f"segment_{name}" for name in ("identify", "track", "page", "screen", "group", "alias", *"itpsga")
)
FOR_BROWSERS: Final = frozenset({"authorize"})
"""Whoever comes here without an app that is registered gets a page that says so."""
PLAIN: Final = frozenset(
    [
        "read_preferences",
        "list_preference_changes",
        "read_preference_receipt",
        "signals_metadata",
        "read_stream",
        "list_webhooks",
        "delete_webhook",
        "renew_webhook_secret",
        "test_webhook",
        "show_organization",
        "show_employee_login",
        "remove_employee_login",
        "list_clients",
        "rotate_client",
        "end_client",
        "list_write_keys",
        "rotate_write_key",
        "end_write_key",
        "oauth_metadata",
        "openid_configuration",
        "authorize",
        "authzen_metadata",
        "oauth_keys",
        "health",
        "metrics",
        "readiness",
        "show_catalog",
        "unmap_attribute",
        "show_attribute",
        "unmap_type",
        "show_type",
        "list_changes",
        "list_recipient_grants",
        "list_asked",
        "read_asked",
        "withdraw_asked",
        "logout",
        "erase_me",
        "read_me",
        "list_access_requests",
        "refuse_request",
        "list_my_accesses",
        "take_back_attribute",
        "list_my_evidence",
        "export_me",
        "list_grants",
        "revoke_all_grants",
        "read_grant",
        "revoke_grant",
        "list_my_interactions",
        "list_my_records",
        "read_my_record",
        "dispute_record",
        "withdraw_dispute",
        "list_sessions",
        "end_all_sessions",
        "end_session",
        "list_my_sources",
        "part_from_source",
        "read_my_identity",
        "ask_if_settled",
        "list_rejects",
        "list_demands",
        "make_presentation",
        "list_my_receipts",
        "list_acts",
        "list_accesses",
        "audit_bundle",
        "log_checkpoint",
        "log_vkey",
        "log_tile",
        "list_my_demands",
        "list_senders",
        "list_own_senders",
        "message_keys",
        "list_message_reports",
        "list_my_messages",
        "list_my_replies",
        "list_replies",
        "take_reply",
        "finish_reply",
        "report_speaker",
        "stop_message_kind",
        "list_offers",
        "end_offer",
        "list_own_offers",
        "list_rules",
        "end_rule",
        "list_own_firings",
        "list_my_surveys",
        "read_service_metrics",
        "read_quality_metrics",
        "read_my_survey",
        "decline_survey",
        "withdraw_demand",
    ]
)


def places(target: Target) -> Mapping[str, str]:
    """Return what stands in a path for each parameter."""
    return {
        "profile_id": target.profile_id,
        "client_id": target.canaries.user_id,
        "key_id": target.canaries.user_id,
        "stream_id": _NOBODYS,
        "webhook_id": _NOBODYS,
        "grant_id": target.grant_id,
        "record_id": target.record_id,
        "subject_id": target.subject_id,
        "session_id": target.session_id,
        "receipt_id": target.receipt_id,
        "log": "consent",
        "path": "entries/000.p/9",
        "request_id": _NOBODYS,
        "demand_id": _NOBODYS,
        "survey_id": _NOBODYS,
        "contact_id": _NOBODYS,
        "message_id": _NOBODYS,
        "reply_id": _NOBODYS,
        "offer_id": _NOBODYS,
        "offer_kind": "energy",
        "rule_id": _NOBODYS,
        "access_id": _NOBODYS,
        "name": "nickname",
        "kind": "product",
        "key": f"{target.organization}-leaflet",
    }
