"""The document of each audience holds what it needs and no more, and everything in it is explained and shown."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
from starlette.testclient import TestClient

from api import audiences, codes, openapi
from api.app import described
from api.audiences import operations

TEXTS = openapi.texts_of(described())
DOCUMENTS: dict[str, dict[str, Any]] = {each: json.loads(TEXTS[f"{each}.json"]) for each in audiences.AUDIENCES}
SPEC = "https://json-schema.org/draft/2020-12/schema"
OF_EVERYBODY = {"show_catalog", *(f"log_{each}" for each in ("checkpoint", "tile", "vkey"))}
OF_OAUTH = {"oauth_keys", "oauth_metadata", "token", "revoke_token", "introspect_token"}


def named(audience: str) -> set[str]:
    """Return the operations of an audience."""
    return {each["operationId"] for each in operations(DOCUMENTS[audience])}


def shown(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield where an example stands, the schema that it is of, and the example."""
    for each in operations(document):
        yield from _in(f"{each['operationId']} takes", each.get("requestBody", {}))
        for status, response in each["responses"].items():
            yield from _in(f"{each['operationId']} answers {status}", response)
    for name, response in document["components"]["responses"].items():
        yield from _in(name, response)


def _in(where: str, part: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for media in part.get("content", {}).values():
        if "example" in media:
            yield where, media["schema"], media["example"]
        for name, each in media.get("examples", {}).items():
            yield f"{where} {name}", media["schema"], each["value"]


@pytest.mark.parametrize("audience", ["v1", *DOCUMENTS])
def test_a_document_keeps_to_the_standard(audience: str) -> None:
    openapi_spec_validator.validate(json.loads(TEXTS[f"{audience}.json"]))


@pytest.mark.parametrize("audience", DOCUMENTS)
def test_the_running_door_serves_the_document_of_an_audience(api: TestClient, audience: str) -> None:
    answer = api.get(f"/openapi/{audience}.json")

    assert "application/json" == answer.headers["content-type"]
    assert DOCUMENTS[audience] == answer.json()


def test_every_operation_is_for_somebody() -> None:
    everything = {each["operationId"] for each in operations(described().openapi())}

    assert everything == set().union(*(named(each) for each in DOCUMENTS))


def test_an_audience_finds_what_is_for_it_and_nothing_else() -> None:
    assert {"read_profile", "send_records", "segment_track", "list_changes", "token"} <= named("services")
    assert {"read_me", "give_grant", "revoke_grant", "ask_login", "show_catalog"} <= named("customers")
    assert {"audit_bundle", "list_acts", "log_checkpoint", "token"} <= named("auditors")
    assert {"health", "readiness", "metrics"} == named("operators")
    assert OF_EVERYBODY >= named("customers") & (named("services") | named("auditors"))
    assert OF_OAUTH >= named("auditors") & named("services")


@pytest.mark.parametrize(
    ("operation", "forms"),
    [
        ("authorize", {"text/html", "application/problem+json"}),
        ("token", {"application/json"}),
        ("push_authorization_request", {"application/json"}),
        ("userinfo", set()),
    ],
)
def test_what_cannot_be_read_is_told_in_the_form_of_oauth_where_clients_post_forms(
    operation: str, forms: set[str]
) -> None:
    (each,) = (each for each in operations(DOCUMENTS["services"]) if each["operationId"] == operation)
    answers = set(each["responses"].get("400", {"content": {}})["content"])

    assert forms == answers


def test_a_tag_that_nobody_knows_is_for_services() -> None:
    described_later = {"tags": ["a-later-standard"]}

    assert ("services",) == audiences.audiences_of(described_later)


@pytest.mark.parametrize("audience", DOCUMENTS)
def test_every_field_and_parameter_is_explained(audience: str) -> None:
    document = DOCUMENTS[audience]
    fields = {
        f"{name}.{each}": field
        for name, schema in document["components"]["schemas"].items()
        for each, field in schema.get("properties", {}).items()
    }
    parameters = {each["name"]: each for one in operations(document) for each in one.get("parameters", [])}
    silent = [name for name, each in (fields | parameters).items() if not each.get("description")]

    assert [] == silent, "explain it where it stands, or in api/words.toml"


@pytest.mark.parametrize("audience", DOCUMENTS)
def test_every_answer_says_what_it_is(audience: str) -> None:
    document = DOCUMENTS[audience]
    answers = [each for one in operations(document) for each in one["responses"].values() if "$ref" not in each]
    answers += document["components"]["responses"].values()

    assert not [each for each in answers if each["description"] in {"", "Successful Response"}]


@pytest.mark.parametrize("audience", DOCUMENTS)
def test_every_example_is_what_its_schema_describes(audience: str) -> None:
    document = DOCUMENTS[audience]
    wrong = {}
    for where, schema, example in shown(document):
        whole = {**schema, "components": document["components"], "$schema": SPEC}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        wrong[where] = [f"{list(each.instance_path)}: {each.message}" for each in validator.iter_errors(example)]

    assert {} == {where: each for where, each in wrong.items() if each}


@pytest.mark.parametrize("audience", DOCUMENTS)
def test_every_json_that_is_sent_or_answered_is_shown(audience: str) -> None:
    document = DOCUMENTS[audience]
    parts = [(each["operationId"], each.get("requestBody", {})) for each in operations(document)]
    parts += [(one["operationId"], each) for one in operations(document) for each in one["responses"].values()]
    bare = [
        name
        for name, part in parts
        for media_type, media in part.get("content", {}).items()
        if media_type == "application/json" and media["schema"].get("type") != "string" and not media.get("example")
    ]

    assert [] == bare


def test_a_problem_lists_the_codes_that_come_with_its_status() -> None:
    refusals = DOCUMENTS["services"]["components"]["responses"]["ProblemDocument403"]
    found = {each.code for each in codes.found() if each.status == 403}

    assert "never-granted" in found
    assert found == set(refusals["content"]["application/problem+json"]["examples"])
    assert all(f"`{each}`" in refusals["description"] for each in found)


def test_what_a_token_opens_a_bound_token_opens_too() -> None:
    reading = DOCUMENTS["services"]["paths"]["/v1/profiles/{profile_id}"]["get"]

    assert [{"service": ["profiles:read"]}, {"dpop": ["profiles:read"]}] == reading["security"]
    assert "DPoP" == DOCUMENTS["services"]["components"]["securitySchemes"]["dpop"]["scheme"]
    assert {"customer"} == set(DOCUMENTS["customers"]["components"]["securitySchemes"])


def test_a_link_leads_from_an_answer_to_what_follows() -> None:
    links = DOCUMENTS["services"]["paths"]["/v1/profiles/lookup"]["post"]["responses"]["200"]["links"]

    assert {"profile_id": "$response.body#/profile_id"} == links["profile"]["parameters"]
    assert links["profile"]["operationId"] in named("services")


def test_a_schema_is_named_after_its_module_only_where_two_have_one_name() -> None:
    for document in DOCUMENTS.values():
        last = [name.rpartition("__")[2] for name in document["components"]["schemas"]]

        assert [] == [name for name in last if last.count(name) == 1 and name not in document["components"]["schemas"]]


def test_a_document_holds_no_component_that_nothing_names() -> None:
    for document in DOCUMENTS.values():
        text = json.dumps(document)
        for kind in ("schemas", "responses"):
            assert [] == [name for name in document["components"][kind] if f'#/components/{kind}/{name}"' not in text]
