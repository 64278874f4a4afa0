"""The proof of delivery: what was given to whom, when, where and on which evidence; people masked."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext

from logistics.documents.papers.frame import INNER, MARGIN, QUIET, facts, foot, head, new_paper
from logistics.documents.papers.labels import spaced
from portal.core.pdf.paper import A4, Paper

PICTURE = 78.0
BOTTOM = A4[1] - 20


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Moment:
    when: str
    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`hidden` pictures exist but are not for this reader."""

    waybill: str
    link: str
    facts: list[tuple[str, str]]
    journey: list[Moment] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    hidden: int = 0
    printed: str = ""


def draw_proof(proof: Proof) -> bytes:
    paper = new_paper(gettext("签收凭证"), A4)
    more = proof.pictures[2:]
    pages = 1 + (len(more) + 3) // 4
    y = head(paper, gettext("签收凭证"), spaced(proof.waybill), code=proof.link)
    paper.code128(MARGIN, y, INNER, 16, proof.waybill, module=0.4)
    y = facts(paper, y + 21, proof.facts)
    if proof.pictures:
        y = _pictures(paper, proof.pictures[:2], y + 3)
    elif proof.hidden:
        paper.ink(QUIET)
        words = gettext("另有 %(count)d 张照片或签名，您的权限不能查看，未印出。") % {"count": proof.hidden}
        paper.box(MARGIN, y, INNER, words, 9)
        paper.ink(0)
        y += 7
    _journey(paper, proof.journey, y + 3)
    note = gettext("收寄件人信息已隐去。扫码可核对当前状态。打印时间：%(when)s") % {"when": proof.printed}
    foot(paper, note, 1, pages)
    for n in range(pages - 1):
        paper.turn()
        y = head(paper, gettext("签收凭证"), spaced(proof.waybill), code=proof.link)
        _pictures(paper, more[4 * n : 4 * n + 2], y)
        _pictures(paper, more[4 * n + 2 : 4 * n + 4], y + PICTURE + 12)
        foot(paper, note, n + 2, pages)
    return paper.finish()


def _pictures(paper: Paper, pictures: list[Picture], y: float) -> float:
    half, high = INNER / 2 - 3, 0.0
    for n, picture in enumerate(pictures):
        x = MARGIN + n * (half + 6)
        paper.line(x, y, picture.title, 9.5, bold=True)
        high = max(high, paper.picture(x, y + 5.5, half, PICTURE, picture.data))
    return y + high + 8


def _journey(paper: Paper, journey: list[Moment], y: float) -> None:
    """As many of the last events as there is room for."""
    room = int((BOTTOM - y - 8) / 6)
    if room < 1 or not journey:
        return
    paper.line(MARGIN, y, gettext("经过"), 11, bold=True)
    y += 7
    for moment in journey[-room:]:
        paper.line(MARGIN, y, moment.when, 9.5)
        paper.box(MARGIN + 32, y, 58, moment.what, 9.5, smallest=6)
        paper.box(MARGIN + 92, y, INNER - 92, moment.where, 9.5, smallest=6)
        y += 6
