"""`cdp catalog`: kinds of data, purposes, and where an organization's attributes and types belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cdp import organizations
from cdp.catalog import extension, mapping
from cdp.catalog.files import Category, Channel, JsonType, Purpose, Words
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.cli.terminal import Organization as Slug
from cdp.platform import Platform
from cdp.scope import OPERATOR, Principal, Scope
from consent.errors import Invalid
from consent.fold import RecordKind

group = typer.Typer(help="The catalog: kinds of data, purposes, and what belongs where.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The attribute or the type, as the organization sends it.")]
Key = Annotated[str, typer.Argument(help="The new name; begins with the organization's slug and a hyphen.")]
CategoryKey = Annotated[str, typer.Argument(help="The category that it belongs to.")]
Kind = Annotated[RecordKind, typer.Option(help="What is mapped.")]
Dutch = Annotated[str, typer.Option("--nl", help="How it is called in Dutch.")]
English = Annotated[str, typer.Option("--en", help="How it is called in English.")]


@group.command("list")
def list_(
    slug: Annotated[str | None, typer.Argument(help="As this organization sees it.")] = None, *, as_json: Json = False
) -> None:
    """Show what belongs to which category."""
    with opening.platform() as platform, platform.database.scoped(OPERATOR) as session:
        owner = None if slug is None else organizations.named(session, slug).organization_id
        catalog = platform.catalogs.of(session, owner)
        own = set() if owner is None else {entry for entry, _ in mapping.own_entries(session, owner)}
    found = [(mapping.ATTRIBUTES, name, each.category, each.label.en) for name, each in catalog.attributes.items()]
    found += [(kind.value, name, each.category, each.en) for (kind, name), each in catalog.record_types.items()]
    rows = [
        {"kind": kind, "name": name, "category": category, "label": label, "own": mapping.Entry(kind, name) in own}
        for kind, name, category, label in sorted(found)
    ]
    terminal.print_rows(rows, as_json=as_json)


@group.command("map")
def map_(
    slug: Slug,
    name: Name,
    category: CategoryKey,
    *,
    kind: Kind = RecordKind.ATTRIBUTES,
    queryable: Annotated[bool, typer.Option("--queryable", help="May stand in clear: it identifies nobody.")] = False,
    as_json: Json = False,
) -> None:
    """File an organization's attribute or type under a category, and re-file what is stored."""
    label = Words(nl=name, en=name)
    _put(slug, kind, name, mapping.Wanted(category, label, is_queryable=queryable), as_json=as_json)


@group.command("add-type")
def add_type(
    slug: Slug,
    name: Name,
    category: CategoryKey,
    *,
    kind: Kind,
    nl: Dutch,
    en: English,
    as_json: Json = False,
) -> None:
    """Add a type of product, interaction or external fact with its names."""
    _put(slug, kind, name, mapping.Wanted(category, Words(nl=nl, en=en), JsonType.STRING), as_json=as_json)


@group.command()
def unmap(slug: Slug, name: Name, *, kind: Kind = RecordKind.ATTRIBUTES, as_json: Json = False) -> None:
    """Give up an organization's own mapping: records go back where the platform files them."""
    with opening.platform() as platform, _refiling() as report:
        mapped = mapping.release(platform, _scope(platform, slug), mapping.entry_of(kind, name), report=report)
    _show(mapped, as_json=as_json)


@group.command("extend-category")
def extend_category(  # noqa: PLR0913 - each is a part of what a category is
    slug: Slug,
    key: Key,
    *,
    nl: Dutch,
    en: English,
    explanation_nl: Annotated[str, typer.Option(help="What it holds, in a Dutch sentence.")],
    explanation_en: Annotated[str, typer.Option(help="What it holds, in an English sentence.")],
    dpv: Annotated[str, typer.Option(help="Its term in the Data Privacy Vocabulary, such as pd:Interest.")],
    special: Annotated[bool, typer.Option("--special", help="Of a special category (GDPR article 9).")] = False,
    as_json: Json = False,
) -> None:
    """Add a kind of data that customers can grant."""
    added = Category(
        dpv=dpv,
        name=Words(nl=nl, en=en),
        explanation=Words(nl=explanation_nl, en=explanation_en),
        legal_basis=extension.SPECIAL if special else "eu-gdpr:A6-1-a",
        is_special=special,
    )
    with opening.platform() as platform, platform.database.scoped(_scope(platform, slug)) as session:
        extension.add_category(session, slug, key, added)
    terminal.print_facts({"category": key, "organization": slug}, as_json=as_json)


@group.command("extend-purpose")
def extend_purpose(  # noqa: PLR0913 - each is a part of what a purpose is
    slug: Slug,
    key: Key,
    *,
    nl: Dutch,
    en: English,
    sentence_nl: Annotated[str, typer.Option(help="'{organization} …', in Dutch.")],
    sentence_en: Annotated[str, typer.Option(help="'{organization} …', in English.")],
    dpv: Annotated[str, typer.Option(help="Its term in the Data Privacy Vocabulary, such as dpv:CustomerCare.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="The usual period; also the longest.")] = 90,
    as_json: Json = False,
) -> None:
    """Add something that data may be used for."""
    sentence = Words(nl=sentence_nl, en=sentence_en)
    added = Purpose(dpv=dpv, default_days=days, longest_days=days, name=Words(nl=nl, en=en), sentence=sentence)
    with opening.platform() as platform, platform.database.scoped(_scope(platform, slug)) as session:
        extension.add_purpose(session, slug, key, added)
    terminal.print_facts({"purpose": key, "organization": slug}, as_json=as_json)


@group.command("extend-topic")
def extend_topic(  # noqa: PLR0913 - each is a part of what a topic is
    slug: Slug,
    key: Key,
    *,
    under: Annotated[str, typer.Option(help="The platform's topic that it stands under.")],
    nl: Dutch,
    en: English,
    explanation_nl: Annotated[str, typer.Option(help="What such a message tells, in a Dutch sentence.")],
    explanation_en: Annotated[str, typer.Option(help="What such a message tells, in an English sentence.")],
    reason_nl: Annotated[str, typer.Option(help="Why the law demands it, in Dutch; leave out if it does not.")] = "",
    reason_en: Annotated[str, typer.Option(help="Why the law demands it, in English.")] = "",
    as_json: Json = False,
) -> None:
    """Add something that an organization approaches people about, or change how it is called."""
    if bool(reason_nl) != bool(reason_en):
        raise Invalid("why the law demands it is said in both languages", field="/reason")
    reason = Words(nl=reason_nl, en=reason_en) if reason_nl else None
    explanation = Words(nl=explanation_nl, en=explanation_en)
    with opening.platform() as platform:
        scope = _scope(platform, slug)
        with platform.database.scoped(scope) as session:
            extension.put_topic(
                session,
                mapping.owner(scope),
                key,
                under=under,
                name=Words(nl=nl, en=en),
                explanation=explanation,
                reason=reason,
            )
    terminal.print_facts({"topic": key, "organization": slug, "required": reason is not None}, as_json=as_json)


@group.command("extend-channel")
def extend_channel(
    slug: Slug,
    key: Key,
    *,
    nl: Dutch,
    en: English,
    quiet: Annotated[bool, typer.Option("--quiet", help="It disturbs nobody, so it keeps no hours.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Two speak on it at the same moment.")] = False,
    as_json: Json = False,
) -> None:
    """Add a way in which an organization reaches people, or change how it is called."""
    channel = Channel(name=Words(nl=nl, en=en), is_disturbing=not quiet, is_live=live)
    with opening.platform() as platform:
        scope = _scope(platform, slug)
        with platform.database.scoped(scope) as session:
            extension.put_channel(session, mapping.owner(scope), key, channel)
    terminal.print_facts({"channel": key, "organization": slug, "disturbs": not quiet}, as_json=as_json)


def _put(slug: str, kind: RecordKind, name: str, wanted: mapping.Wanted, *, as_json: bool) -> None:
    with opening.platform() as platform, _refiling() as report:
        mapped = mapping.put(platform, _scope(platform, slug), mapping.entry_of(kind, name), wanted, report=report)
    _show(mapped, as_json=as_json)


@contextmanager
def _refiling() -> Iterator[Callable[[int], None]]:
    """Show how many records were re-filed while the block runs; yield what is told of each part."""
    done = 0
    with terminal.progress("re-filing", None) as tell:

        def report(moved: int) -> None:
            nonlocal done
            done += moved
            tell(done, None)

        yield report


def _scope(platform: Platform, slug: str) -> Scope:
    with platform.database.scoped(OPERATOR) as session:
        return Scope(Principal.OPERATOR, organization=organizations.named(session, slug).organization_id)


def _show(mapped: mapping.Mapped, *, as_json: bool) -> None:
    facts = {"kind": mapped.entry.kind, "name": mapped.entry.name, "category": mapped.category}
    terminal.print_facts(facts | {"refiled": mapped.refiled, "done": mapped.is_done}, as_json=as_json)
    if not mapped.is_done:
        terminal.say("the worker re-files the rest")
