"""The documents for each audience: what a service, a customer, an auditor or an operator needs of the door, no more.

A path belongs to whom its tag names; what has a tag that nobody knows is for services. So a new router falls in place.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Final

from api.words import Examples, words

AUDIENCES: Final[Mapping[str, str]] = {
    "services": "For programs of organizations: read what customers granted, send data, answer demands.",
    "customers": "For what customers use: see the own dossier, grant, revoke, correct, take along, leave.",
    "auditors": "For who checks: the signed logs, and acts and accesses without a value.",
    "operators": "For who runs it: is it alive, can it serve, and its numbers.",
}
_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "auditor": ("auditors",),
    "catalog": ("services", "customers"),
    "customer": ("customers",),
    "log": ("auditors", "customers"),
    "operations": ("operators",),
}
_TOKENS: Final = frozenset({"token", "revoke_token", "introspect_token", "oauth_metadata", "oauth_keys"})
"""What an auditor's program needs of OAuth, too."""
_HOW: Final = """

Errors are problem documents (RFC 9457): `code` never changes its meaning; each answer below lists the codes that come
with its status. The Segment wire, OAuth and AuthZEN answer in the form of their own standard."""
_DPOP: Final = {
    "type": "http",
    "scheme": "DPoP",
    "description": "An access token bound to a key of the client (RFC 9449): `Authorization: DPoP`, and a proof in the"
    " header `DPoP` that names method, address and the hash of the token. A bound token sent as Bearer is refused.",
}
_LINKS: Final[Mapping[str, tuple[tuple[str, str, Mapping[str, str]], ...]]] = {
    "lookup_profile": (
        ("profile", "read_profile", {"profile_id": "$response.body#/profile_id"}),
        ("interactions", "read_interactions", {"profile_id": "$response.body#/profile_id"}),
    ),
    "exchange_presentation": (("profile", "read_profile", {"profile_id": "$response.body#/profile_id"}),),
    "list_demands": (("answer", "answer_demand", {"demand_id": "$response.body#/demands/0/demand_id"}),),
    "list_grants": (("grant", "read_grant", {"grant_id": "$response.body#/grants/0/grant_id"}),),
    "list_access_requests": (("approve", "approve_request", {"request_id": "$response.body#/requests/0/request_id"}),),
    "list_my_records": (("record", "read_my_record", {"record_id": "$response.body#/records/0/record_id"}),),
    "list_my_receipts": (("receipt", "read_my_receipt", {"receipt_id": "$response.body#/receipts/0/receipt_id"}),),
    "ask_for_access": (("state", "read_asked", {"request_id": "$response.body#/request_id"}),),
}
"""What follows from an answer: its name, the operation, and where that finds its parameters."""
_SHORT: Final = {
    "segment_i": "segment_identify",
    "segment_t": "segment_track",
    "segment_p": "segment_page",
    "segment_s": "segment_screen",
    "segment_g": "segment_group",
    "segment_a": "segment_alias",
    "segment_b": "segment_batch",
}
_PROBLEM: Final = "application/problem+json"
_SCHEMAS: Final = "#/components/schemas/"
_SHARED: Final = "#/components/responses/"
_Json = dict[str, Any]


def document_for(audience: str, whole: _Json) -> _Json:
    """Return the document of `audience`, made of the description of the whole door."""
    document = deepcopy(whole)
    document["info"]["title"] += f": {audience}"
    document["info"]["description"] = AUDIENCES[audience] + _HOW
    document["paths"] = {
        path: kept
        for path, operations in document["paths"].items()
        if (kept := {method: each for method, each in operations.items() if audience in audiences_of(each)})
    }
    _bind(document)
    _share_errors(document)
    _prune(document)
    document = _shortened(document)
    _add_examples(document)
    _link(document)
    return document


def audiences_of(operation: _Json) -> tuple[str, ...]:
    """Return whom an operation is for; a customer's is what they can call themselves."""
    found = [each for tag in operation.get("tags", [""]) for each in _FOR.get(tag, ("services",))]
    found += ["auditors"] if operation.get("operationId") in _TOKENS else []
    schemes = {name for choice in operation.get("security", []) for name in choice}
    return tuple(each for each in found if each != "customers" or not schemes or "customer" in schemes)


def operations(document: _Json) -> Iterator[_Json]:
    """Yield every operation of a document."""
    for methods in document["paths"].values():
        yield from methods.values()


def _bind(document: _Json) -> None:
    """Let whatever a token opens be opened by a bound one, too."""
    document["components"]["securitySchemes"]["dpop"] = dict(_DPOP)
    for each in operations(document):
        choices = each["security"]
        choices += [{"dpop": choice["service"]} for choice in choices if "service" in choice]


def _share_errors(document: _Json) -> None:
    """Put each answer of a problem once among the components, with the codes that come with it."""
    shared = document["components"].setdefault("responses", {})
    for each in operations(document):
        for status, response in each["responses"].items():
            for model in ("ProblemDocument", "WireProblem"):
                if list(_refs(response)) == [_SCHEMAS + model] and len(response["content"]) == 1:
                    name = f"{model}{status.title()}"
                    shared[name] = _with_codes(response, status)
                    each["responses"][status] = {"$ref": _SHARED + name}
            if len(media := response.get("content", {})) > 1 and _PROBLEM in media:
                _with_codes(response, status)


def _with_codes(response: _Json, status: str) -> _Json:
    named = {str(status) for status in (400, 401, 403, 404, 409, 413, 415, 422)}
    found = [
        each
        for each in _codes()
        if each.status and (str(each.status) == status or (status == "default" and str(each.status) not in named))
    ]
    if _PROBLEM in response["content"]:
        response["content"][_PROBLEM]["examples"] = {each.code: {"value": _problem(each)} for each in found}
    listed = ", ".join(f"`{each.code}`" for each in found)
    response["description"] += f" Codes: {listed}."
    return response


@cache
def _codes() -> tuple[Any, ...]:
    """Return every code; found once, for that looks through every module."""
    from api import codes  # noqa: PLC0415 -- a server seldom needs it

    return tuple(codes.found())


def _problem(code: Any) -> _Json:  # noqa: ANN401 -- a Code, imported where it is needed
    return {
        "type": f"urn:cdp:problem:{code.code}",
        "title": code.means,
        "status": code.status,
        "code": code.code,
        "detail": code.means,
        "field": None,
        "request_id": words().example["ProblemDocument.request_id"],
    }


def _refs(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _refs(each)
    elif isinstance(part, list):
        for each in part:
            yield from _refs(each)


def _prune(document: _Json) -> None:
    """Drop the components that nothing of the document names."""
    components = document["components"]
    todo, seen = list(_refs(document["paths"])), set()
    while todo:
        if (ref := todo.pop()) not in seen:
            seen.add(ref)
            _, _, kind, name = ref.split("/")
            todo += _refs(components[kind][name])
    for kind in ("schemas", "responses"):
        kept = {ref.rpartition("/")[2] for ref in seen if ref.startswith(f"#/components/{kind}/")}
        components[kind] = {name: each for name, each in components[kind].items() if name in kept}
    schemes = {name for each in operations(document) for choice in each["security"] for name in choice}
    components["securitySchemes"] = {
        name: each for name, each in components["securitySchemes"].items() if name in schemes
    }
    document["components"] = {kind: each for kind, each in components.items() if each}


def _shortened(document: _Json) -> _Json:
    """Return the document with schemas named without the module they come from, where that leaves no doubt."""
    names = list(document["components"].get("schemas", {}))
    short = {name: name.rpartition("__")[2] for name in names}
    clear = {name: new for name, new in short.items() if new != name and list(short.values()).count(new) == 1}
    text = json.dumps(document)
    for name, new in clear.items():
        text = text.replace(f'"{_SCHEMAS}{name}"', f'"{_SCHEMAS}{new}"').replace(f'"{name}": {{', f'"{new}": {{')
    renamed: _Json = json.loads(text)
    return renamed


def _add_examples(document: _Json) -> None:
    examples = Examples(document["components"].get("schemas", {}))
    for each in operations(document):
        for media_type, media in each.get("requestBody", {}).get("content", {}).items():
            given = words().request.get(_of_words(each["operationId"]))
            _add_example(media_type, media, examples, given)
        for response in each["responses"].values():
            for media_type, media in response.get("content", {}).items():
                _add_example(media_type, media, examples, None)
    for name, response in document["components"].get("responses", {}).items():
        if name.startswith("Wire"):
            _add_example("application/json", response["content"]["application/json"], examples, None)


def _of_words(operation: str) -> str:
    """Return under which name the words hold a request: the short paths of the Segment wire take the same."""
    return _SHORT.get(operation, operation)


def _add_example(media_type: str, media: _Json, examples: Examples, given: object) -> None:
    is_json = media_type.endswith(("json", "x-www-form-urlencoded")) and "x-ndjson" not in media_type
    if is_json and media.get("schema", {}).get("type") != "string" and "examples" not in media:
        media.setdefault("example", given or examples.of(media.get("schema", {})))


def _link(document: _Json) -> None:
    known = {each["operationId"]: each for each in operations(document)}
    for name, links in _LINKS.items():
        for link, target, parameters in links if name in known else ():
            status = next(status for status in known[name]["responses"] if status.startswith("2"))
            if target in known:
                told = {"operationId": target, "parameters": dict(parameters)}
                known[name]["responses"][status].setdefault("links", {})[link] = told
