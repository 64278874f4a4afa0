"""The privacy waybill label: where to, in type that is read across a hall, and nobody's whole name, phone or door.

Masked as GB/T 41833-2022 asks: at least one character of a name, six digits of a phone, unit and room. No goods.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext
from reportlab.lib.units import mm

from logistics.documents.papers.frame import new_paper
from logistics.documents.papers.sizes import LabelSize
from portal.core.pdf import fonts, text
from portal.core.pdf.paper import ASCENT, Paper

SMALLEST = 5  # points: a label is read at arm's length, and at 203 dpi smaller characters run together


@dataclass(frozen=True, slots=True)
class Party:
    """Sender or recipient, masked."""

    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """`code` is what is sorted by: a station's code, or the carrier of a parcel that leaves the county; `lane` the bag
    it travels in. `badge` says the direction, or that the parcel goes back."""

    waybill: str
    link: str
    carrier: str
    carrier_number: str
    code: str
    station: str
    place: str
    lane: str
    badge: str
    recipient: Party
    sender: Party
    pieces: int
    weight_grams: int | None
    registered: str


def draw_labels(labels: Iterable[Label], size: LabelSize) -> bytes:
    """One label a page, in the order given."""
    paper = new_paper(gettext("运单标签"), size.millimetres)
    for n, label in enumerate(labels):
        if n:
            paper.turn()
        _draw(paper, label, size.scale)
    return paper.finish()


def _draw(paper: Paper, label: Label, k: float) -> None:
    """Places are those of the large label; `k` scales heights and type, widths follow the paper."""
    edge = 3 * k
    inner = paper.wide - 2 * edge
    _top(paper, label, k, edge, inner)
    _where_to(paper, label, k, edge, inner)
    _number(paper, label, k, edge, inner)
    _people(paper, label, k, edge, inner)
    _bottom(paper, label, k, edge, inner)
    paper.frame(edge, 3 * k, inner, 174 * k, thick=0.4)


def _top(paper: Paper, label: Label, k: float, x: float, inner: float) -> None:
    badge = 30 * k
    paper.box(x + 2 * k, 3 * k, inner - badge - 4 * k, label.carrier or gettext("县域物流"), 20 * k, smallest=9 * k,
              bold=True, high=14 * k, middle=True)  # fmt: skip
    paper.frame(x + inner - badge, 3 * k, badge, 14 * k, thick=0, grey=0)
    paper.ink(1)
    paper.box(x + inner - badge + k, 3 * k, badge - 2 * k, label.badge, 18 * k, smallest=8 * k, bold=True,
              align="center", high=14 * k, middle=True)  # fmt: skip
    paper.ink(0)
    paper.rule(x, 17 * k, x + inner, 17 * k, 0.4)


def _where_to(paper: Paper, label: Label, k: float, x: float, inner: float) -> None:
    paper.box(x + 2 * k, 18 * k, inner - 4 * k, label.code, 64 * k, smallest=18 * k, bold=True, align="center",
              high=25 * k, middle=True)  # fmt: skip
    paper.rule(x, 44 * k, x + inner, 44 * k, 0.25)
    paper.box(x + 2 * k, 45 * k, inner - 4 * k, label.place, 26 * k, smallest=8 * k, lines=2, bold=True,
              high=17 * k, middle=True)  # fmt: skip
    paper.rule(x, 63 * k, x + inner, 63 * k, 0.25)
    half = inner * 0.5
    for n, (name, value) in enumerate(((gettext("站点"), label.station), (gettext("袋路"), label.lane))):
        left = x + n * half
        name_wide = paper.line(left + 2 * k, 66 * k, name, 9 * k) + 2 * k
        paper.box(left + 2 * k + name_wide, 64 * k, half - name_wide - 4 * k, value or "—", 13 * k, smallest=SMALLEST,
                  lines=3, bold=True, high=9 * k, middle=True)  # fmt: skip
    paper.rule(x + half, 63 * k, x + half, 74 * k, 0.25)
    paper.rule(x, 74 * k, x + inner, 74 * k, 0.4)


def _number(paper: Paper, label: Label, k: float, x: float, inner: float) -> None:
    paper.code128(x, 77 * k, inner, 20 * k, label.waybill)
    paper.line(x + inner / 2, 99 * k, spaced(label.waybill), 15 * k, bold=True, align="center")
    paper.rule(x, 107 * k, x + inner, 107 * k, 0.4)


def spaced(number: str) -> str:
    """In groups of four, so that it can be read out."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def _people(paper: Paper, label: Label, k: float, x: float, inner: float) -> None:
    _person(paper, gettext("收"), label.recipient, 107 * k, 22 * k, 17 * k, k, x, inner)
    paper.rule(x, 129 * k, x + inner, 129 * k, 0.25)
    _person(paper, gettext("寄"), label.sender, 129 * k, 15 * k, 12 * k, k, x, inner)
    paper.rule(x, 144 * k, x + inner, 144 * k, 0.4)


def _person(
    paper: Paper, mark: str, who: Party, y: float, high: float, size: float, k: float, x: float, inner: float
) -> None:
    side = 11 * k
    paper.frame(x + 2 * k, y + 2 * k, side, side, thick=0.3, grey=0)
    paper.ink(1)
    paper.box(x + 2.5 * k, y + 2 * k, side - k, mark, 20 * k, smallest=7 * k, bold=True, align="center", high=side,
              middle=True)  # fmt: skip
    paper.ink(0)
    left, wide = x + side + 5 * k, inner - side - 7 * k
    taken = _name_and_phone(paper, who, left, y + 2 * k, wide, size)
    if who.address:
        paper.box(left, y + 3.2 * k + taken, wide, who.address, size * 0.75, smallest=6 * k, lines=2,
                  high=high - taken - 4.4 * k)  # fmt: skip


def _name_and_phone(paper: Paper, who: Party, x: float, y: float, wide: float, size: float) -> float:
    """One line; the phone keeps its size and its end, a long name shrinks in what is left. Returns the height."""
    phone_wide = fonts.width(who.phone, size, True) / mm
    gap = size / 2 / mm if who.name and who.phone else 0.0
    name = text.fit(who.name or ("" if who.phone else "—"), (wide - phone_wide - gap) * mm, size=size,
                    smallest=SMALLEST, bold=True)  # fmt: skip
    on_the_same_base = (size - name.size) * ASCENT / mm
    name_wide = paper.line(x, y + on_the_same_base, name.lines[0], name.size, bold=True) if name.lines else 0.0
    paper.line(x + name_wide + gap, y, who.phone, size, bold=True)
    return size / mm


def _bottom(paper: Paper, label: Label, k: float, x: float, inner: float) -> None:
    side = 33 * k
    paper.qr(x + inner - side, 144 * k, side, label.link)
    wide = inner - side - 3 * k
    weight = gettext("%(kg)s 千克") % {"kg": f"{label.weight_grams / 1000:.2f}"} if label.weight_grams else ""
    rows = [
        (gettext("快递单号"), label.carrier_number),
        (gettext("件数"), " · ".join(part for part in (str(label.pieces), weight) if part)),
        (gettext("登记时间"), label.registered),
    ]
    y = 147 * k
    name_wide = 17 * k
    for name, value in rows:
        paper.box(x + 2 * k, y, name_wide, name, 8.5 * k, smallest=5 * k)
        paper.box(
            x + 2 * k + name_wide + k, y - 0.5 * k, wide - name_wide - 3 * k, value or "—", 10.5 * k, smallest=6 * k
        )
        y += 5.6 * k
    note = gettext("收寄件人信息已隐去。扫右侧二维码，输入手机号后四位可查进度。")
    paper.box(x + 2 * k, 165 * k, wide - 2 * k, note, 7.5 * k, smallest=5 * k, lines=2, high=9 * k)
