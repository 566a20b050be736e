"""AuthZEN's JSON: what a question must look like, what is passed over, and how answers are written.

Fields that nobody knows are passed over, as the standard asks; what is missing or of the wrong kind is refused with its
place, never with what was sent.
"""

from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cdp.authzen.point import MOST, Found
from cdp.authzen.questions import Decision, Evaluation, Named, Paging, Semantic, Wanted
from cdp.ingest import salvage
from cdp.ingest.items import NESTING
from consent.errors import Invalid
from consent.types import MOST_CATEGORIES

PAGE: Final = 100
"""How many results a page has unless it is asked for otherwise."""
_LONGEST: Final = 256
Text = Annotated[str, Meta(min_length=1, max_length=_LONGEST)]


Slug = Annotated[str, Meta(min_length=1, max_length=_LONGEST, pattern="^[^\\x00]+$")]


class BadQuestion(Invalid):
    """This is not a question as AuthZEN writes it."""

    code = "bad-question"


class Subject(Struct):
    """Who would read."""

    type: Text
    id: Text


class SubjectKind(Struct):
    """What kind of subjects are looked for; an id is passed over."""

    type: Text


class ActionDetails(Struct):
    """What is known of an action; the purpose may stand here."""

    purpose: Annotated[str, Meta(max_length=_LONGEST)] | None = None


class Action(Struct):
    """What would be done."""

    name: Text
    properties: ActionDetails | None = None


class Details(Struct):
    """What of a profile is meant."""

    category: Text | None = None
    categories: Annotated[list[Text], Meta(max_length=MOST_CATEGORIES)] | None = None
    source: Slug | None = None


class Resource(Struct):
    """What would be read."""

    type: Text
    id: Text
    properties: Details | None = None


class ResourceKind(Struct):
    """What kind of resources are looked for; an id is passed over."""

    type: Text
    properties: Details | None = None


class Context(Struct):
    """The circumstances; the purpose stands here."""

    purpose: Annotated[str, Meta(max_length=_LONGEST)] | None = None


class PageWanted(Struct):
    """Which page."""

    token: Annotated[str, Meta(max_length=512)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = PAGE


class Single(Struct):
    """POST /access/v1/evaluation."""

    subject: Subject
    action: Action
    resource: Resource
    context: Context | None = None


class Part(Struct):
    """One of many, which may leave out what the whole call says."""

    subject: Subject | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Resource | UnsetType = UNSET
    context: Context | UnsetType | None = UNSET


class Options(Struct):
    """How far the evaluations go."""

    evaluations_semantic: Semantic = Semantic.EXECUTE_ALL


class Many(Part):
    """POST /access/v1/evaluations."""

    evaluations: Annotated[list[Part], Meta(max_length=MOST)] | None = None
    options: Options | None = None


class SubjectSearch(Struct):
    """POST /access/v1/search/subject."""

    subject: SubjectKind
    action: Action
    resource: Resource
    context: Context | None = None
    page: PageWanted | None = None


class ResourceSearch(Struct):
    """POST /access/v1/search/resource."""

    subject: Subject
    action: Action
    resource: ResourceKind
    context: Context | None = None
    page: PageWanted | None = None


class ActionSearch(Struct):
    """POST /access/v1/search/action."""

    subject: Subject
    resource: Resource
    context: Context | None = None
    page: PageWanted | None = None


Asked = TypeVar("Asked", bound=Struct)
_encode: Final = msgspec.json.Encoder().encode
_decoders: Final[dict[type[Struct], msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Single, Many, SubjectSearch, ResourceSearch, ActionSearch)
}


def read(kind: type[Asked], body: bytes) -> Asked:
    """Return the body as `kind`; raises BadQuestion, which says where it is wrong."""
    if salvage.is_deeper(body, NESTING):
        raise BadQuestion("the body is nested too deep")
    try:
        found: Asked = _decoders[kind].decode(body)
    except msgspec.ValidationError as error:
        raise BadQuestion(_without_values(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadQuestion("the body is not JSON") from None
    return found


def single(asked: Single) -> Evaluation:
    """Return the question of a single evaluation."""
    return _evaluation(asked.subject, asked.action, asked.resource, asked.context)


def many(asked: Many) -> list[Evaluation]:
    """Return each question, filled up with what the whole call says; none when it is a single one."""
    return [_filled(part, asked, f"$.evaluations[{place}]") for place, part in enumerate(asked.evaluations or ())]


def only(asked: Many) -> Evaluation:
    """Return the one question of a call without evaluations."""
    return _filled(asked, asked, "$")


def of_search(wanted: SubjectSearch | ResourceSearch | ActionSearch) -> tuple[Evaluation, Paging]:
    """Return the question, of which a search leaves something open, and which page of answers to it."""
    action = Action("read") if isinstance(wanted, ActionSearch) else wanted.action
    asked = _evaluation(wanted.subject, action, wanted.resource, wanted.context)
    page = wanted.page or PageWanted()
    return asked, Paging(page.token, page.limit)


def decided(decision: Decision) -> bytes:
    """Return one answer as JSON."""
    return _encode(_answer(decision))


def all_decided(decisions: list[Decision]) -> bytes:
    """Return many answers as JSON."""
    return _encode({"evaluations": [_answer(each) for each in decisions]})


def results(found: Found, entity_type: str) -> bytes:
    """Return a page of entities as JSON."""
    listed = [{"type": entity_type, "id": each} for each in found.ids]
    return _encode({"results": listed, "page": {"next_token": found.next_token or "", "count": len(listed)}})


def actions(decision: Decision) -> bytes:
    """Return what may be done as JSON."""
    listed = [{"name": "read"}] if decision.is_open else []
    return _encode({"results": listed, "page": {"next_token": "", "count": len(listed)}})


def _answer(decision: Decision) -> dict[str, Any]:
    return {"decision": decision.is_open, "context": {"reason": decision.reason}}


def _filled(part: Part, whole: Many, place: str) -> Evaluation:
    subject = whole.subject if part.subject is UNSET else part.subject
    action = whole.action if part.action is UNSET else part.action
    resource = whole.resource if part.resource is UNSET else part.resource
    context = whole.context if part.context is UNSET else part.context
    if isinstance(subject, UnsetType) or isinstance(action, UnsetType) or isinstance(resource, UnsetType):
        gaps = {"subject": subject, "action": action, "resource": resource}
        name = next(name for name, each in gaps.items() if each is UNSET)
        raise BadQuestion(f"Object missing required field `{name}` - at `{place}`")
    return _evaluation(subject, action, resource, None if isinstance(context, UnsetType) else context)


def _evaluation(
    subject: Subject | SubjectKind, action: Action, resource: Resource | ResourceKind, context: Context | None
) -> Evaluation:
    purpose = context.purpose if context else None
    if purpose is None and action.properties is not None:
        purpose = action.properties.purpose
    details = resource.properties or Details()
    named = [details.category] if details.category is not None else []
    wanted = Wanted((*named, *(details.categories or ())), details.source, purpose)
    who = Named(subject.type, subject.id if isinstance(subject, Subject) else "")
    what = Named(resource.type, resource.id if isinstance(resource, Resource) else "")
    return Evaluation(who, action.name, what, wanted)


def _without_values(sentence: str) -> str:
    """Return the decoder's sentence, unless it repeats what was sent."""
    return "there is a value here that is not known" if sentence.startswith("Invalid enum value") else sentence
