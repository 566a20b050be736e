"""The description of the door (OpenAPI 3.1): what the framework derives, and the problems of every operation.

`python -m api.openapi [FOLDER]` writes the whole (v1.json) and the document of each audience, always the same for the
same code; a test compares them with the committed files.
"""

import json
import sys
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.routing import APIRoute
from starlette.requests import Request

from api import audiences, once, paths, words
from api.problems import OAuthError, ProblemDocument, WireProblem
from cdp.ingest import records

FOLDER: Final = Path(__file__).parents[1] / "openapi"
WHOLE: Final = "v1"
_PROBLEM: Final = "application/problem+json"
_CLIENT: Final = {"type": "http", "scheme": "basic", "description": "A client and its secret (RFC 6749 §2.3.1)."}
_LICENSE: Final = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
_ABOUT: Final = {
    "400": "The request cannot be read.",
    "401": "We do not know who is asking.",
    "403": "The answer is no.",
    "404": "There is nothing here for you.",
    "409": "It does not fit what stands now.",
    "413": "The body is too large.",
    "415": "The content type is not understood here.",
    "422": "The request makes no sense.",
    "431": "The headers of this request are too large.",
    "default": "Something else is wrong.",
}
_WRITES: Final = frozenset({"post", "put", "patch", "delete"})
_READING: Final = frozenset({"profiles:read", "decisions:read"})
_OAUTH: Final = "/oauth/"
_OWN_FORMAT: Final = (_OAUTH, "/access/")


class DescribedAPI(FastAPI):
    """An application whose description names its problem documents."""

    def openapi(self) -> dict[str, Any]:
        """Return the description; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _complete(document)
            self.openapi_schema = document
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation: the function's, or what the route says."""
    return route.name


def texts_of(app: FastAPI) -> dict[str, str]:
    """Return every document as it is committed, by the name of its file."""
    whole = app.openapi()
    documents = {WHOLE: whole} | {each: audiences.document_for(each, whole) for each in audiences.AUDIENCES}
    return {f"{name}.json": _text(each) for name, each in documents.items()}


def install(app: FastAPI) -> None:
    """Let `app` serve the document of each audience beside the whole; each is made once."""
    for audience in audiences.AUDIENCES:
        app.add_route(f"/openapi/{audience}.json", _served(audience), include_in_schema=False)


def _served(audience: str) -> Callable[[Request], Response]:
    made: list[str] = []

    def document(request: Request) -> Response:
        if not made:
            made.append(_text(audiences.document_for(audience, request.app.openapi())))
        return Response(made[0], media_type="application/json")

    return document


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in (ProblemDocument, WireProblem):
        schemas[model.__name__] = model.model_json_schema()
    document["components"].setdefault("securitySchemes", {})["client"] = dict(_CLIENT)
    schemas.update(json.loads(json.dumps(records.schemas()[1])))
    for schema in schemas.values():
        if "description" in schema:  # an enumeration's is its docstring, with the indentation before Python 3.13
            schema["description"] = cleandoc(schema["description"])
    document["info"]["license"] = dict(_LICENSE)
    document["servers"] = [{"url": "/", "description": "The installation that serves this document."}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if _takes_key(method, operation):
                operation.setdefault("parameters", []).append(dict(once.PARAMETER))
            _add_problems(path, method, operation)
            operation.setdefault("security", [])
    words.explain(document)


def _takes_key(method: str, operation: dict[str, Any]) -> bool:
    """Tell whether a call is a write of a customer or a service; what a service reads by POST is none."""
    asked = [entry for each in operation.get("security", []) for entry in each.items()]
    return method in _WRITES and any(entry == ("customer", []) or _is_writing(*entry) for entry in asked)


def _is_writing(scheme: str, scopes: list[str]) -> bool:
    return scheme == "service" and _READING.isdisjoint(scopes)


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses.get("422", {})):
        del responses["422"]
    for status in _statuses(path, method, operation):
        responses.setdefault(status, _response(path, status))
    if path.startswith(_OAUTH) and "400" in responses:  # what cannot be read at all never comes so far as OAuth
        responses["400"]["content"] |= _response(path, "400")["content"]


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """Return with what an operation may refuse, from what it takes."""
    if path.startswith(_OWN_FORMAT):
        return ["413", "default"]
    found = ["default"]
    if operation.get("security"):
        found += ["401", "403"]
    if operation.get("parameters") or operation.get("requestBody"):
        found += ["400", "422"]
    if "{" in path:
        found += ["404"]
    if operation.get("requestBody"):
        found += ["413", "415"]
    if method in _WRITES:
        found += ["409"]
    return found if len(found) > 1 else ["431", "default"]


def _response(path: str, status: str) -> dict[str, Any]:
    own = WireProblem if path in paths.SEGMENT else OAuthError if paths.is_oauth(path) else None
    model, media = (ProblemDocument, _PROBLEM) if own is None else (own, "application/json")
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": _ABOUT[status], "content": {media: {"schema": schema}}}


def main() -> None:
    """Write the documents into the folder that is named, or to their place in the repository."""
    from api.app import described  # noqa: PLC0415 -- the application is made of this module

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts_of(described()).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
