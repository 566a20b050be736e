"""A receipt on paper: PDF with its letters in it, and with the proof itself as a file in the file."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import WrapMode

from api.receipts.sheet import Row, Sheet

_TEXT: Final = "FiraGO"
_CODE: Final = "Fira Mono"
_FONTS: Final = ((_TEXT, "", "figo"), (_TEXT, "B", "figbo"), (_CODE, "", "fimo"))
_SHAPING: Final = ("GSUB", "GPOS", "GDEF", "kern", "DSIG")
"""Parts of a font for finer setting; without them one sheet takes a fourth of the time to make."""
_LABEL: Final = 55
_FEWEST: Final = 20
"""How many letters stand on a line of these sizes at the least."""
_VERSION_3: Final = 0x7F

for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # they would tell which letters stood on a sheet


@cache
def _folder() -> TemporaryDirectory[str]:
    """Return where this process keeps the fonts that it embeds, each without what a sheet does not need."""
    folder = TemporaryDirectory(prefix="cdp-fonts-")
    for _, _, code in _FONTS:
        font = TTFont(BytesIO(pymupdf_fonts.myfont(code)))
        for part in _SHAPING:
            if part in font:
                del font[part]
        font["OS/2"].fsSelection &= _VERSION_3
        font.save(Path(folder.name) / f"{code}.ttf")
    return folder


def render(sheet: Sheet, *, at: datetime) -> bytes:
    """Return `sheet` as PDF, dated `at`, with the `.tlog-proof` attached."""
    paper = blank(sheet.title, sheet.tongue, at=at)
    write(paper, sheet.house, 11, style="B")
    write(paper, sheet.title, 19, style="B", after=3)
    write(paper, sheet.sentence, 11, after=3)
    _table(paper, sheet.facts)
    for each in sheet.advice:
        write(paper, each, 11, after=2)
    write(paper, sheet.proof_title, 14, style="B", after=1)
    write(paper, sheet.proof_sentence, 11, after=2)
    _table(paper, sheet.proof_facts)
    write(paper, sheet.proof_label, 11, style="B", after=1)
    write(paper, sheet.proof, 7.5, family=_CODE)
    paper.embed_file(bytes=sheet.proof.encode(), basename="bewijs.tlog-proof", modification_date=at)
    return bytes(paper.output())


def blank(title: str, tongue: str, *, at: datetime) -> FPDF:
    """Return an empty first page of a paper in the language `tongue`, dated `at`, with its letters in it."""
    paper = FPDF(format="A4")
    paper.set_creation_date(at)
    paper.set_title(title)
    paper.set_lang(tongue)
    paper.set_auto_page_break(auto=True, margin=18)
    for family, style, code in _FONTS:
        paper.add_font(family, style, Path(_folder().name) / f"{code}.ttf")
    paper.add_page()
    return paper


def write(paper: FPDF, text: str, size: float, *, style: str = "", after: float = 0, family: str = _TEXT) -> None:
    """Put a text on the paper, over as many lines as it needs."""
    paper.set_font(family, style, size)
    height = paper.font_size * 1.4
    paper.multi_cell(
        0,
        height,
        text=text,
        align="L",
        wrapmode=WrapMode.CHAR if family == _CODE else WrapMode.WORD,
        new_x="LMARGIN",
        new_y="NEXT",
    )
    paper.ln(after)


def keep_together(paper: FPDF, texts: Sequence[str], size: float) -> None:
    """Begin a page where these texts do not fit on what is left of this one, unless they would not fit on any."""
    paper.set_font(_TEXT, "B", size)
    line = paper.font_size * 1.4
    if not paper.will_page_break(line * sum(2 + len(each) // _FEWEST for each in texts)):
        return
    measured = partial(paper.multi_cell, 0, line, align="L", dry_run=True, output="HEIGHT")
    needed = sum(cast("float", measured(text=each)) for each in texts)
    if paper.will_page_break(needed) and needed < paper.eph:
        paper.add_page()


def _table(paper: FPDF, rows: Sequence[Row]) -> None:
    paper.set_font(_TEXT, "", 11)
    height = paper.font_size * 1.4
    for row in rows:
        if paper.will_page_break(height * (len(row.lines) + 1)):
            paper.add_page()
        top = paper.get_y()
        paper.set_font(style="B")
        paper.multi_cell(_LABEL, height, text=row.label, align="L", new_x="LMARGIN", new_y="NEXT")
        below = paper.get_y()
        paper.set_font(style="")
        paper.set_xy(paper.l_margin + _LABEL, top)
        paper.multi_cell(0, height, text="\n".join(row.lines), align="L", new_x="LMARGIN", new_y="NEXT")
        paper.set_y(max(below, paper.get_y()) + 1)
    paper.ln(2)
