"""`cdp identity relink` and `explain`: comparing everybody anew, and why two subjects are taken for one person."""

from typing import Annotated, Any
from uuid import UUID

import typer

from cdp import clock
from cdp.cli import opening, terminal
from cdp.cli.terminal import Json
from cdp.identity import explaining, rehearsal, relinking
from cdp.platform import Platform
from cdp.progress import Tell

Subject = Annotated[UUID, typer.Argument(help="The id of a subject.")]


def relink(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, and tell what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Compare everybody with everybody who is like them; deliveries go on meanwhile.

    Whom `--dry-run --json` names finds in their log that somebody looked.
    """
    with opening.platform() as platform, terminal.progress("comparing", None) as tell:
        facts = _rehearsed(platform, tell, as_json=as_json) if dry_run else _relinked(platform, tell)
    terminal.print_facts(facts, as_json=as_json)


def explain(one: Subject, other: Subject, *, as_json: Json = False) -> None:
    """Say why two subjects are or are not taken for one person: levels and bits by field, never a value.

    Both find in their log that somebody looked.
    """
    with opening.platform() as platform:
        told = explaining.explain(platform, one, other, client="cdp-identity-explain")
    facts: dict[str, Any] = {
        "tier": told.tier,
        "veto": told.veto,
        "bits": _rounded(told.bits),
        "keys_in_common": list(told.shared_keys),
        "shared_by_too_many": list(told.left_out),
        "stands": told.stands,
        "held": told.is_held,
        "one_source": told.is_one_source,
        "one_customer": told.is_one_customer,
        "model": told.model,
    }
    rows = [{"field": each.field.value, "level": each.level, "bits": _rounded(each.bits)} for each in told.fields]
    if as_json:
        terminal.print_facts(facts | {"chance": _rounded(told.chance), "fields": rows}, as_json=True)
        return
    terminal.print_facts(facts, as_json=False)
    chance = {"field": "chance", "level": "", "bits": _rounded(told.chance)}
    terminal.print_rows([*rows, chance], as_json=False)


def _rounded(bits: float) -> float:
    """Return bits as they are shown: never less than nothing of nothing."""
    return round(bits, 1) + 0.0


def _relinked(platform: Platform, tell: Tell) -> dict[str, Any]:
    compared = relinking.relink(platform, at=clock.now(), report=tell)
    return {"compared": compared, "waiting": relinking.due(platform)}


def _rehearsed(platform: Platform, tell: Tell, *, as_json: bool) -> dict[str, Any]:
    found = rehearsal.rehearse(platform, report=tell)
    facts: dict[str, Any] = {
        "compared": found.compared,
        "likenesses_to_renew": found.renewed,
        "bonds_unchanged": found.unchanged,
    }
    facts |= {f"bonds_{change}_{tier}": count for (change, tier), count in sorted(found.counts.items())}
    if as_json:
        named = [each for change in found.changes for each in (change.one, change.other)]
        explaining.note(platform, named, client="cdp-identity-relink")
        names = ("change", "one", "other", "before", "after")
        facts["changes"] = [
            {name: None if (said := getattr(each, name)) is None else str(said) for name in names}
            for each in found.changes
        ]
    return facts
