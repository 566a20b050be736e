"""How the decision point's questions and answers are described (OpenAPI)."""

from typing import Any, Final

import msgspec
from msgspec import Struct
from pydantic import BaseModel, Field

_JSON: Final = "application/json"
_EITHER: Final = [{"service": ["decisions:read"]}, {"service": ["profiles:read"]}]
_SENTENCE: Final = {"content": {_JSON: {"schema": {"type": "string"}}}}
WRONG: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "The question cannot be read; the body is one sentence."} | _SENTENCE,
    401: {"description": "We do not know who is asking."} | _SENTENCE,
    403: {"description": "This token may not ask."} | _SENTENCE,
    413: {"description": "The body is too large."} | _SENTENCE,
    415: {"description": "The content type is not understood here."} | _SENTENCE,
    "default": {"description": "Something else is wrong."} | _SENTENCE,
}


class Why(BaseModel):
    """Why the answer is what it is."""

    reason: str = Field(description="A word of the law, or what was wrong with the question.")


class Evaluated(BaseModel):
    """One answer."""

    decision: bool
    context: Why


class EvaluatedAll(BaseModel):
    """Answers in the order of the questions; a call without evaluations is answered as a single one."""

    evaluations: list[Evaluated]


class Entity(BaseModel):
    """A subject or a resource."""

    type: str
    id: str


class ActionName(BaseModel):
    """What may be done."""

    name: str


class PageTold(BaseModel):
    """Where the next page begins; empty at the end."""

    next_token: str
    count: int


class Entities(BaseModel):
    """A page of subjects or resources."""

    results: list[Entity]
    page: PageTold


class Actions(BaseModel):
    """What may be done."""

    results: list[ActionName]
    page: PageTold


class PointMetadata(BaseModel):
    """Where this decision point answers (AuthZEN §9)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
    search_subject_endpoint: str
    search_resource_endpoint: str
    search_action_endpoint: str


def asked(kind: type[Struct]) -> dict[str, Any]:
    """Return how the body of a question is described, and who may ask it."""
    schema = msgspec.json.schema(kind)
    whole = _inlined(schema, schema.pop("$defs"))
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": whole}}}, "security": _EITHER}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 -- a JSON document
    if isinstance(schema, list):
        return [_inlined(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {name: _inlined(each, parts) for name, each in schema.items()}
