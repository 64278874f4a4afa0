"""What all documents share: the language they are written in, the maker's name, and the head and foot of a page."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from portal.core.pdf.paper import A4, Paper

MARGIN = 15.0
INNER = A4[0] - 2 * MARGIN
FACT_NAMES = 0.34  # share of the width that the names of facts take
QUIET = 0.35  # grey of what explains


def new_paper(title: str, size: tuple[float, float]) -> Paper:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return Paper(title=title, size=size, language=language, author=gettext("县域物流服务平台"))


def head(paper: Paper, title: str, under: str, *, code: str = "") -> float:
    """Title, a line under it and a QR code in the corner. Returns where the page goes on."""
    room = INNER - (28 if code else 0)
    paper.ink(QUIET)
    paper.line(MARGIN, 12, gettext("县域物流服务平台"), 9)
    paper.ink(0)
    paper.box(MARGIN, 17, room, title, 20, smallest=12, bold=True)
    paper.box(MARGIN, 27, room, under, 10, smallest=7)
    if code:
        paper.qr(A4[0] - MARGIN - 25, 9, 25, code)
    paper.rule(MARGIN, 36, A4[0] - MARGIN, 36, 0.4)
    return 40.0


def foot(paper: Paper, note: str, page: int, pages: int) -> None:
    y = A4[1] - 13
    paper.ink(QUIET)
    paper.box(MARGIN, y, INNER - 40, note, 8, smallest=6)
    words = gettext("第 %(page)d 页，共 %(pages)d 页") % {"page": page, "pages": pages}
    paper.line(A4[0] - MARGIN, y, words, 8, align="right")
    paper.ink(0)


def facts(
    paper: Paper, y: float, rows: list[tuple[str, str]], *, x: float = MARGIN, wide: float = INNER, name_wide: float = 0
) -> float:
    """Names and values under each other; a value takes up to three lines. Returns where the page goes on."""
    name_wide = name_wide or min(38.0, wide * FACT_NAMES)
    for name, value in rows:
        paper.ink(QUIET)
        paper.box(x, y + 0.4, name_wide - 2, name, 9, smallest=6)
        paper.ink(0)
        high = paper.box(x + name_wide, y, wide - name_wide, value or "—", 10.5, smallest=7.5, lines=3)
        y += max(high, 3.7) + 2.3
    return y
