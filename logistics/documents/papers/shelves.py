"""Labels of shelf places. The bar code says HJ/ and the place, which the scan pages take for a shelf, no parcel."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from logistics.documents.papers.frame import new_paper
from logistics.documents.papers.sizes import ShelfSize
from portal.core.pdf.paper import A4, Paper

ACROSS, DOWN = 3, 8
ROLL = (60.0, 40.0)


def draw_shelves(*, station: str, shelves: Sequence[str], mark: str, size: ShelfSize) -> bytes:
    """`mark` goes before the place in the bar code; a place that Code 128 can't say gets a QR code."""
    sheet = size == ShelfSize.SHEET
    paper = new_paper(gettext("货架标签"), A4 if sheet else ROLL)
    wide, high = (A4[0] / ACROSS, A4[1] / DOWN) if sheet else ROLL
    for n, shelf in enumerate(shelves):
        place = n % (ACROSS * DOWN) if sheet else 0
        if n and place == 0:
            paper.turn()
        _draw(paper, (place % ACROSS) * wide, (place // ACROSS) * high, wide, high, station, shelf, mark)
    return paper.finish()


def _draw(paper: Paper, x: float, y: float, wide: float, high: float, station: str, shelf: str, mark: str) -> None:
    edge = 4.0
    inner = wide - 2 * edge
    paper.box(x + edge, y + 3, inner, station, 8, smallest=5, align="center")
    if (mark + shelf).isascii():
        paper.box(x + edge, y + 6, inner, shelf, 40, smallest=6, bold=True, align="center", high=high - 21, middle=True)
        # Nearly from edge to edge, quiet zones included: a bar of three printer dots bears ink that spreads.
        paper.code128(x + 1, y + high - 14.5, wide - 2, 11, mark + shelf, module=0.375)
    else:
        side = high - 13
        paper.box(x + edge, y + 8, inner - side, shelf, 34, smallest=6, lines=3, bold=True, high=side, middle=True)
        paper.qr(x + wide - edge - side, y + 8, side, mark + shelf)
