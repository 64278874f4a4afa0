"""500 labels as they are printed, against bare reportlab drawing the very same strokes.

The strokes of a print are taken down once: every piece of text with its face, size and place, every bar and every QR
module as a rectangle, every line. The limit then draws them with reportlab's own calls and writes the file. So it needs no
database, finds no size at which a name fits, chooses no face and encodes nothing.
"""

from __future__ import annotations

import io
import time

from django.utils import timezone
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from bench.data import Size
from bench.measure import line, paired
from logistics.documents.papers.labels import draw_labels
from logistics.documents.papers.sizes import LabelSize
from logistics.documents.selectors.parcels import labels_of
from logistics.documents.services.printing import MOST_LABELS, choose_parcels, print_labels
from logistics.parcels.models import Parcel, ParcelContact
from portal.core.actor import system_actor
from portal.core.pdf import codes, paper

ROUNDS = 5
BENCH = system_actor("bench")


def run(size: Size) -> list[str]:
    parcels = list(Parcel.objects.order_by("-pk")[:MOST_LABELS])
    _people(parcels)
    numbers = [parcel.waybill for parcel in parcels]
    lines = []
    for label in LabelSize:
        pages = _strokes(numbers, label)
        rate, ceiling, ratio = paired(
            lambda label=label: _rate(lambda: _printed(numbers, label)),
            lambda label=label, pages=pages: _rate(lambda: _bare(pages, label)),
            ROUNDS,
        )
        seconds, bare = MOST_LABELS / rate, MOST_LABELS / ceiling
        lines.append(line(f"labels.{label.value}", ratio, seconds=f"{seconds:.2f}", bare_seconds=f"{bare:.2f}",
                          labels=MOST_LABELS, kilobytes=len(_printed(numbers, label)) / 1000))  # fmt: skip
    return lines


def _people(parcels: list[Parcel]) -> None:
    """The data set has no senders and recipients; a label has."""
    who = (
        ("recipient", "王小明", "+8613809331001", "3社12号"),
        ("sender", "陈发货", "+8613911112222", "义乌市北苑街道1号"),
    )
    ParcelContact.objects.bulk_create(
        [
            ParcelContact(parcel=parcel, role=role, name=name, phone=phone, address=address)
            for parcel in parcels
            for role, name, phone, address in who
        ],
        ignore_conflicts=True,
    )


def _printed(numbers: list[str], label: LabelSize) -> bytes:
    """The whole way: numbers to parcels, masks, drawing, and the entry in the audit trail."""
    codes.qr.cache_clear()
    codes.code128.cache_clear()
    choice = choose_parcels(numbers=numbers, station="", stage="", actor=BENCH)
    assert len(choice.parcels) == len(numbers)
    return print_labels(parcels=choice.parcels, size=label, actor=BENCH, now=timezone.now()).data


def _rate(action) -> float:
    started = time.perf_counter()
    action()
    return MOST_LABELS / (time.perf_counter() - started)


# -- the limit ------------------------------------------------------------------------------------------------


class Words(PDFTextObject):
    """A line of text that takes down its parts: (face, size, mode, text)."""

    def __init__(self, canvas, x, y, direction):
        super().__init__(canvas, x, y, direction=direction)
        self.begin, self.taken = (x, y), []

    def textOut(self, text):
        self.taken.append((self._fontname, self._fontsize, self._textRenderMode, text))
        super().textOut(text)


class Taker(Canvas):
    """A canvas that takes down what is drawn on it, page by page."""

    pages: list[list[tuple]] = []

    def drawText(self, words):
        self._note("text", words.begin, words.taken)
        super().drawText(words)

    def beginText(self, x=0, y=0, direction=None):
        return Words(self, x, y, direction)

    def line(self, x1, y1, x2, y2):
        self._note("line", self._lineWidth, x1, y1, x2, y2)
        super().line(x1, y1, x2, y2)

    def rect(self, x, y, width, height, stroke=1, fill=0):
        self._note("rect", self._lineWidth, x, y, width, height, stroke, fill)
        super().rect(x, y, width, height, stroke=stroke, fill=fill)

    def setFillGray(self, gray, alpha=None):
        self._note("grey", gray)
        super().setFillGray(gray, alpha)

    def translate(self, dx, dy):
        self.at = (dx, dy)
        super().translate(dx, dy)

    def scale(self, x, y):
        self.pitch = (x, y)
        super().scale(x, y)

    def addLiteral(self, s, escaped=1):
        values = s.removesuffix(" f").split(" re")
        boxes = [tuple(map(int, value.split())) for value in values if value.strip()]
        (x, y), (wide, high) = self.at, self.pitch
        self._note("bars", [(x + a * wide, y + b * high, c * wide, d * high) for a, b, c, d in boxes])
        super().addLiteral(s, escaped)

    def showPage(self):
        Taker.pages.append([])
        super().showPage()

    def _note(self, *stroke) -> None:
        if not Taker.pages:
            Taker.pages.append([])
        Taker.pages[-1].append(stroke)


def _strokes(numbers: list[str], label: LabelSize) -> list[list[tuple]]:
    choice = choose_parcels(numbers=numbers, station="", stage="", actor=BENCH)
    Taker.pages, usual = [], paper.Canvas
    paper.Canvas = Taker
    try:
        draw_labels(labels_of(choice.parcels), label)
    finally:
        paper.Canvas = usual
    pages = [page for page in Taker.pages if page]
    assert len(pages) == len(numbers)
    return pages


def _bare(pages: list[list[tuple]], label: LabelSize) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    wide, high = label.millimetres
    canvas.setPageSize((wide * mm, high * mm))
    for page in pages:
        for kind, *values in page:
            _draw(canvas, kind, values)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, kind: str, values: list) -> None:
    if kind == "text":
        (x, y), parts = values
        words = canvas.beginText(x, y)
        for face, size, mode, part in parts:
            words.setFont(face, size)
            words.setTextRenderMode(mode)
            words.textOut(part)
        words.setTextRenderMode(0)
        canvas.drawText(words)
    elif kind == "bars":
        path = canvas.beginPath()
        for box in values[0]:
            path.rect(*box)
        canvas.drawPath(path, stroke=0, fill=1)
    elif kind == "grey":
        canvas.setFillGray(values[0])
    else:
        thick, *rest = values
        canvas.setLineWidth(thick)
        if kind == "line":
            canvas.line(*rest)
        else:
            canvas.rect(*rest[:4], stroke=rest[4], fill=rest[5])
