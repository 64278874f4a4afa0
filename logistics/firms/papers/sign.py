"""The sheet at a station's door: name, hours, what can be done here, and a code that opens its page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language, gettext

from portal.core.pdf.paper import A4, Paper

A5 = (148.0, 210.0)
QUIET = 0.35  # grey of what explains


class SignSize(StrEnum):
    A4 = "a4"
    A5 = "a5"


@dataclass(frozen=True, slots=True)
class Sign:
    """All of it public; texts as they stand on the station's page."""

    name: str
    kind: str
    place: str
    address: str
    hours: str
    market_days: str
    harvest_hours: str
    phone: str
    services: tuple[str, ...]
    link: str
    hotline: str


def draw_sign(sign: Sign, size: SignSize) -> bytes:
    """One page. A4 and A5 have the same proportions, so that one drawing serves both."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    sheet = A4 if size == SignSize.A4 else A5
    paper = Paper(title=gettext("站点门牌"), size=sheet, language=language, author=gettext("县域物流服务平台"))
    _draw(paper, sign, sheet[0] / A4[0])
    return paper.finish()


def _draw(paper: Paper, sign: Sign, k: float) -> None:
    """`k` is 1 on A4; places in millimetres and type in points shrink alike."""
    edge, wide = 18 * k, paper.wide - 36 * k
    paper.frame(edge / 2, edge / 2, paper.wide - edge, paper.high - edge, thick=0.8 * k)
    paper.ink(QUIET)
    paper.box(edge, 20 * k, wide, gettext("县域物流服务平台"), 16 * k, smallest=9 * k, align="center")
    paper.ink(0)
    paper.box(edge, 31 * k, wide, sign.name, 46 * k, smallest=20 * k, lines=2, high=36 * k, bold=True, align="center",
              middle=True)  # fmt: skip
    paper.ink(QUIET)
    paper.box(edge, 70 * k, wide, f"{sign.kind} · {sign.place}", 16 * k, smallest=9 * k, align="center")
    paper.ink(0)
    paper.rule(edge, 81 * k, paper.wide - edge, 81 * k, 0.4)
    y = _facts(paper, sign, k, edge, wide)
    _services(paper, sign, k, edge, wide, y)
    _code(paper, sign, k, edge, wide)


def _facts(paper: Paper, sign: Sign, k: float, edge: float, wide: float) -> float:
    rows = [
        (gettext("营业时间"), sign.hours or gettext("请电话询问")),
        (gettext("赶集日"), sign.market_days),
        (gettext("农忙时间"), sign.harvest_hours),
        (gettext("电话"), sign.phone),
        (gettext("地址"), sign.address),
    ]
    y, names = 88 * k, 36 * k
    for name, value in rows:
        if not value:
            continue
        paper.ink(QUIET)
        paper.box(edge, y + 1 * k, names - 3 * k, name, 15 * k, smallest=8 * k)
        paper.ink(0)
        high = paper.box(edge + names, y, wide - names, value, 20 * k, smallest=11 * k, lines=2, bold=True)
        y += max(high, 8 * k) + 4.5 * k
    return y


def _services(paper: Paper, sign: Sign, k: float, edge: float, wide: float, y: float) -> None:
    if not sign.services:
        return
    paper.ink(QUIET)
    paper.box(edge, y + 1 * k, 33 * k, gettext("能办"), 15 * k, smallest=8 * k)
    paper.ink(0)
    text = gettext("、").join(sign.services)
    paper.box(edge + 36 * k, y, wide - 36 * k, text, 20 * k, smallest=10 * k, lines=3, high=210 * k - y, bold=True)


def _code(paper: Paper, sign: Sign, k: float, edge: float, wide: float) -> None:
    top, side = 214 * k, 58 * k
    paper.rule(edge, top, paper.wide - edge, top, 0.4)
    paper.qr(edge, top + 4 * k, side, sign.link)
    x = edge + side + 6 * k
    room = wide - side - 6 * k
    paper.box(x, top + 10 * k, room, gettext("扫码看是否营业、怎么取件"), 24 * k, smallest=11 * k, lines=2, bold=True)
    paper.ink(QUIET)
    note = gettext("凭取件码取件，可以请人代取。寄件请带身份证。")
    paper.box(x, top + 33 * k, room, note, 14 * k, smallest=8 * k, lines=2)
    if sign.hotline:
        hotline = gettext("服务热线 %(phone)s") % {"phone": sign.hotline}
        paper.box(x, top + 49 * k, room, hotline, 16 * k, smallest=9 * k)
    paper.ink(0)
