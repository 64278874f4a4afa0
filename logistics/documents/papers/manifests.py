"""The manifest of a handover: who gives what to whom, what was counted, and room for two signatures."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext

from logistics.documents.papers.frame import FACT_NAMES, INNER, MARGIN, QUIET, facts, foot, head, new_paper
from portal.core.pdf.paper import A4, Paper

ROW = 6.5  # millimetres
SIGNATURES = 46.0
WITH_SIGNATURES = 3  # lines that go over to the last page when the signatures no longer fit on the one before
BOTTOM = A4[1] - 18
# Titles are looked up at drawing time; widths add up to INNER.
COLUMNS = (10.0, 48.0, 34.0, 52.0, 16.0, 20.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One parcel, by the number on its label. `found` says what the two counts make of it."""

    number: str
    bag: str
    destination: str
    expected: bool
    scanned: bool
    found: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    number: str
    link: str
    giver: str
    taker: str
    station: str
    state: str
    expected: int
    scanned: int | None
    offered: str
    answered: str
    dispute: str
    photos: int
    lines: list[Line] = field(default_factory=list)


def draw_manifest(manifest: Manifest) -> bytes:
    paper = new_paper(gettext("交接单"), A4)
    top = 40.0 + _facts_height(manifest)
    pages = _pages(manifest.lines, top)
    for n, lines in enumerate(pages):
        if n:
            paper.turn()
        _page(paper, manifest, lines, n, len(pages))
    return paper.finish()


def _facts_height(manifest: Manifest) -> float:
    """Measured on a paper that nobody sees: facts wrap."""
    return _draw_facts(new_paper("", A4), manifest, 0.0)


def _pages(lines: list[Line], top: float) -> list[list[tuple[int, Line]]]:
    """Numbered lines by page. The last page keeps room for the signatures, which never stand alone."""
    numbered = list(enumerate(lines, 1))
    first, other = int((BOTTOM - top - ROW) / ROW), int((BOTTOM - 40 - ROW) / ROW)
    taken_by_signatures = int(SIGNATURES / ROW) + 1
    pages: list[list[tuple[int, Line]]] = []
    while True:
        room = other if pages else first
        if len(numbered) <= room - taken_by_signatures:
            return [*pages, numbered]
        here = min(room, max(1, len(numbered) - WITH_SIGNATURES))
        pages.append(numbered[:here])
        numbered = numbered[here:]


def _page(paper: Paper, manifest: Manifest, lines: list[tuple[int, Line]], n: int, pages: int) -> None:
    y = head(paper, gettext("交接单"), manifest.number, code=manifest.link)
    if n == 0:
        y = _draw_facts(paper, manifest, y)
    if lines:
        y = _table(paper, lines, y)
    if n == pages - 1:
        _signatures(paper, manifest, max(y + 4, BOTTOM - SIGNATURES + 2))
    foot(paper, gettext("以系统记录为准。缺少或多出的包裹已登记异常。"), n + 1, pages)


def _draw_facts(paper: Paper, manifest: Manifest, y: float) -> float:
    scanned = "—" if manifest.scanned is None else str(manifest.scanned)
    half = INNER / 2 - 3
    left = [
        (gettext("交出方"), manifest.giver),
        (gettext("接收方"), manifest.taker),
        (gettext("交接地点"), manifest.station),
        (gettext("状态"), manifest.state),
    ]
    right = [
        (gettext("应交件数"), str(manifest.expected)),
        (gettext("实扫件数"), scanned),
        (gettext("发起"), manifest.offered),
        (gettext("答复"), manifest.answered),
    ]
    below = max(facts(paper, y, left, wide=half), facts(paper, y, right, x=MARGIN + half + 6, wide=half))
    more = []
    if manifest.dispute:
        more.append((gettext("争议说明"), manifest.dispute))
    if manifest.photos:
        more.append((gettext("照片"), gettext("%(count)d 张，可在系统中查看") % {"count": manifest.photos}))
    return facts(paper, below, more, name_wide=half * FACT_NAMES) + 2


def _table(paper: Paper, lines: list[tuple[int, Line]], y: float) -> float:
    titles = (
        gettext("序号"),
        gettext("单号"),
        gettext("袋号"),
        gettext("目的站点"),
        gettext("应交"),
        gettext("实扫"),
    )
    paper.frame(MARGIN, y, INNER, ROW, thick=0, grey=0.88)
    _row(paper, titles, y, bold=True)
    for place, line in lines:
        y += ROW
        if line.odd:
            paper.frame(MARGIN, y, INNER, ROW, thick=0, grey=0.94)
        marks = ("✓" if line.expected else "—", line.found if line.odd else "✓" if line.scanned else "")
        _row(paper, (str(place), line.number, line.bag, line.destination, *marks), y, bold=line.odd)
        paper.rule(MARGIN, y + ROW, MARGIN + INNER, y + ROW, 0.15, grey=0.7)
    return y + ROW


def _row(paper: Paper, cells: tuple[str, ...], y: float, *, bold: bool = False) -> None:
    x = MARGIN
    for words, wide in zip(cells, COLUMNS, strict=True):
        paper.box(x + 1, y, wide - 2, words, 9.5, smallest=5.5, lines=1, bold=bold, high=ROW, middle=True)
        x += wide


def _signatures(paper: Paper, manifest: Manifest, y: float) -> None:
    half = INNER / 2 - 3
    for n, (title, who) in enumerate(
        ((gettext("交出方签字"), manifest.giver), (gettext("接收方签字"), manifest.taker))
    ):
        x = MARGIN + n * (half + 6)
        paper.frame(x, y, half, SIGNATURES - 8, thick=0.25)
        paper.line(x + 2, y + 2, title, 10, bold=True)
        paper.ink(QUIET)
        paper.box(x + 2, y + 8, half - 4, who, 9, smallest=6)
        paper.line(x + 2, y + SIGNATURES - 15, gettext("日期和时间"), 9)
        paper.ink(0)
        paper.rule(x + 28, y + SIGNATURES - 11.5, x + half - 3, y + SIGNATURES - 11.5, 0.15)
