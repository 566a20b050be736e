"""The guide for developers names what there is."""

import re

from cdp.client_scopes import SCOPES
from tests.house.source import ROOT


def test_the_guide_tells_what_each_scope_opens() -> None:
    guide = (ROOT / "docs" / "service-developers.md").read_text(encoding="utf-8")

    told = re.findall(
        r"^\| `([a-z:_]+)` \| ", guide.partition("| scope | opens |")[2].partition("\n\n")[0], re.MULTILINE
    )

    assert sorted(SCOPES) == sorted(told)
