"""The drawings of a certificate: a sheet for the wall and a card for the pocket. In the language that is active."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import get_language, gettext

from portal.core.pdf.paper import A4, Paper

SHEET = (A4[1], A4[0])
CARD = (85.6, 54.0)  # ISO/IEC 7810, ID-1
EDGE = 12.0
QUIET = 0.35  # grey of what explains
STRONG, LIGHT = 1.2, 0.3
ROW = 9.0
CARD_FACTS = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed. `note` stands across the paper of one that is not valid; empty for a valid one."""

    title: str
    number: str
    holder: str
    says: str
    term: str
    issuer: str
    issued: str
    link: str
    note: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)


def draw_sheet(sheet: Sheet) -> bytes:
    """A4 across."""
    paper = _paper(sheet, SHEET)
    paper.frame(EDGE, EDGE, SHEET[0] - 2 * EDGE, SHEET[1] - 2 * EDGE, thick=STRONG)
    paper.frame(EDGE + 2.5, EDGE + 2.5, SHEET[0] - 2 * EDGE - 5, SHEET[1] - 2 * EDGE - 5, thick=LIGHT)
    left, wide = EDGE + 14, SHEET[0] - 2 * EDGE - 28
    paper.ink(QUIET)
    paper.box(left, 22, wide, gettext("县域物流服务平台"), 12, smallest=9, align="center")
    paper.ink(0)
    paper.box(left, 30, wide, sheet.title, 34, smallest=20, bold=True, align="center")
    paper.box(left, 47, wide, gettext("编号 %(number)s") % {"number": spaced(sheet.number)}, 11, align="center")
    paper.box(left, 58, wide, sheet.holder, 26, smallest=12, lines=2, bold=True, align="center", high=20, middle=True)
    if sheet.note:
        _band(paper, sheet.note, left, 81, wide, 12, 18)
    else:
        paper.box(left + 15, 80, wide - 30, sheet.says, 13, smallest=9, lines=2, align="center", high=13, middle=True)
    _facts(paper, sheet, left, wide)
    _foot(paper, sheet, left, wide)
    return paper.finish()


def draw_card(sheet: Sheet) -> bytes:
    """The size of an identity card."""
    paper = _paper(sheet, CARD)
    paper.frame(1.5, 1.5, CARD[0] - 3, CARD[1] - 3, thick=LIGHT)
    side = 33.0
    left, wide = 4.5, CARD[0] - side - 8
    paper.box(left, 3.8, CARD[0] - 9, sheet.title, 12, smallest=8, bold=True)
    paper.rule(left, 9.8, CARD[0] - left, 9.8, LIGHT)
    taken = paper.box(left, 11.5, wide, sheet.holder, 12, smallest=6.5, lines=3, bold=True, high=13)
    y = 13.5 + max(taken, 4.0)
    end = 41.0 if sheet.note else 48.0
    for name, value in [(gettext("有效期"), sheet.term), *sheet.facts[:CARD_FACTS]]:
        if y + 5 > end:  # a long name takes the room of the last facts; the page behind the code has them all
            break
        paper.ink(QUIET)
        paper.box(left, y, wide, name, 5.5, smallest=4.5)
        paper.ink(0)
        paper.box(left, y + 2.1, wide, value, 7, smallest=5)
        y += 5.6
    paper.qr(CARD[0] - side - 2.5, 10.6, side, sheet.link)
    paper.box(CARD[0] - side - 2.5, 43.6, side, spaced(sheet.number), 7, smallest=5.5, align="center")
    paper.ink(QUIET)
    paper.box(left, 48.4, CARD[0] - 9, gettext("扫码查验，以查验结果为准"), 5.5, smallest=4.5)
    paper.ink(0)
    if sheet.note:
        _band(paper, sheet.note, left, 41, wide, 6, 9)
    return paper.finish()


def spaced(number: str) -> str:
    """In groups that can be read out."""
    return " ".join((number[:1], *(number[i : i + 4] for i in range(1, len(number), 4))))


def _paper(sheet: Sheet, size: tuple[float, float]) -> Paper:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    title = f"{sheet.title} {sheet.number}"
    return Paper(title=title, size=size, language=language, author=gettext("县域物流服务平台"))


def _facts(paper: Paper, sheet: Sheet, left: float, wide: float) -> None:
    """In two columns, down to the foot."""
    half = wide / 2
    rows = [(gettext("有效期"), sheet.term), *sheet.facts]
    per_column = max(2, -(-len(rows) // 2))
    step = min(ROW, 46 / per_column)
    for n, (name, value) in enumerate(rows):
        x, y = left + (n // per_column) * half, 100 + (n % per_column) * step
        paper.ink(QUIET)
        paper.box(x, y, 30, name, 10, smallest=6, high=step, middle=True)
        paper.ink(0)
        paper.box(x + 32, y, half - 36, value, 11.5, smallest=6, lines=2, high=step, middle=True)


def _foot(paper: Paper, sheet: Sheet, left: float, wide: float) -> None:
    side = 42.0
    top = SHEET[1] - EDGE - 7 - side
    paper.qr(left, top, side, sheet.link)
    paper.ink(QUIET)
    note = gettext("扫二维码，或在平台“查验证书”页输入编号，可看到证书现在是否有效、内容有没有被改动。以查验结果为准。")
    paper.box(left + side + 4, top + 8, wide - side - 100, note, 9.5, smallest=7, lines=6, high=30, middle=True)
    paper.ink(0)
    for n, (name, value) in enumerate(((gettext("发证单位"), sheet.issuer), (gettext("发证日期"), sheet.issued))):
        y = top + 14 + n * 10
        paper.ink(QUIET)
        paper.line(left + wide - 88, y + 0.4, name, 10)
        paper.ink(0)
        paper.box(left + wide - 66, y, 66, value, 11.5, smallest=7, lines=2)


def _band(paper: Paper, words: str, x: float, y: float, wide: float, high: float, size: float) -> None:
    """In place of what a valid one says, so that nobody takes the paper for one."""
    paper.frame(x, y, wide, high, thick=0, grey=0)
    paper.ink(1)
    paper.box(x, y, wide, words, size, smallest=6, bold=True, align="center", high=high, middle=True)
    paper.ink(0)
