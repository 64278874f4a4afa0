"""The tag of a bag: its number, from where to where, its seal and how many parcels it holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from logistics.documents.papers.frame import new_paper
from logistics.documents.papers.labels import spaced
from logistics.documents.papers.sizes import LabelSize
from portal.core.pdf.paper import Paper


@dataclass(frozen=True, slots=True)
class Tag:
    number: str
    code: str
    destination: str
    origin: str
    seal: str
    count: int
    state: str
    moment: str


def draw_tag(tag: Tag, size: LabelSize) -> bytes:
    paper = new_paper(gettext("邮袋标签"), size.millimetres)
    _draw(paper, tag, size.scale)
    return paper.finish()


def _draw(paper: Paper, tag: Tag, k: float) -> None:
    x = 3 * k
    inner = paper.wide - 2 * x
    paper.frame(x, 3 * k, inner, 16 * k, thick=0, grey=0)
    paper.ink(1)
    paper.box(x + 2 * k, 3 * k, inner - 4 * k, gettext("邮袋 · 发往"), 22 * k, smallest=10 * k, bold=True,
              align="center", high=16 * k, middle=True)  # fmt: skip
    paper.ink(0)
    paper.box(x + 2 * k, 20 * k, inner - 4 * k, tag.code, 64 * k, smallest=18 * k, bold=True, align="center",
              high=26 * k, middle=True)  # fmt: skip
    paper.box(x + 2 * k, 47 * k, inner - 4 * k, tag.destination, 28 * k, smallest=9 * k, lines=2, bold=True,
              align="center", high=20 * k, middle=True)  # fmt: skip
    paper.rule(x, 69 * k, x + inner, 69 * k, 0.4)
    paper.code128(x, 73 * k, inner, 26 * k, tag.number)
    paper.line(x + inner / 2, 101 * k, spaced(tag.number), 18 * k, bold=True, align="center")
    paper.rule(x, 111 * k, x + inner, 111 * k, 0.4)
    half = inner / 2
    _cell(paper, gettext("件数"), str(tag.count), x, 111 * k, half, k)
    _cell(paper, gettext("封签号"), tag.seal or gettext("未封签"), x + half, 111 * k, half, k)
    paper.rule(x + half, 111 * k, x + half, 137 * k, 0.25)
    paper.rule(x, 137 * k, x + inner, 137 * k, 0.25)
    rows = [(gettext("装袋站点"), tag.origin), (gettext("状态"), tag.state), (gettext("时间"), tag.moment)]
    y = 141 * k
    for name, value in rows:
        paper.box(x + 2 * k, y + 0.8 * k, 20 * k, name, 10 * k, smallest=6 * k)
        paper.box(x + 24 * k, y, inner - 26 * k, value, 13 * k, smallest=7 * k)
        y += 9 * k
    paper.box(x + 2 * k, 169 * k, inner - 4 * k, gettext("封签破损或件数不符，请先拍照登记，再拆袋。"), 9 * k,
              smallest=6 * k)  # fmt: skip
    paper.frame(x, 3 * k, inner, 174 * k, thick=0.4)


def _cell(paper: Paper, name: str, value: str, x: float, y: float, wide: float, k: float) -> None:
    paper.line(x + 2 * k, y + 2 * k, name, 9 * k)
    paper.box(x + 2 * k, y + 6 * k, wide - 4 * k, value, 36 * k, smallest=9 * k, bold=True, align="center", high=19 * k,
              middle=True)  # fmt: skip
