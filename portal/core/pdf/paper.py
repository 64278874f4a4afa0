"""What a document is drawn on. All places in millimetres from the upper left corner, type sizes in points."""

from __future__ import annotations

import io
from typing import Literal

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from portal.core.pdf import archive, bidi, codes, fonts, text

rl_config.useA85 = (
    0  # streams as they are: writing them as text takes as long as everything else, and a quarter more room
)
A4 = (210.0, 297.0)
ASCENT = 0.88  # of the type size, above the base line
DOT = 0.125  # millimetres: label printers of 203 dpi have 8 dots a millimetre, and bars of whole dots stay even
THICKEN = 0.025  # outline of a character that has no bold face, in type sizes
Align = Literal["left", "center", "right"]


class Paper:
    """Pages of one document. The same drawing gives the same bytes: no date and no random id is written.

    `title` is shown by readers and kept in the file: it never names a person or a parcel.
    """

    def __init__(self, *, title: str, size: tuple[float, float], language: str, author: str = "") -> None:
        self.out = io.BytesIO()
        self.grey = 0.0
        fonts.face(fonts.REGULAR[0])  # the library begins each page in Helvetica otherwise, and does not embed it
        self.canvas = Canvas(self.out, invariant=1, pageCompression=1, lang="en" if language == "en" else "zh-CN",
                              initialFontName=fonts.REGULAR[0], pdfVersion=archive.VERSION)  # fmt: skip
        self.document = archive.describe(self.canvas, title=title, author=author)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.canvas.setViewerPreference("PrintScaling", "None")  # a label scaled to fit no longer fits its label
        self.resize(size)

    def resize(self, size: tuple[float, float]) -> None:
        """Size of this page and those after it, in millimetres."""
        self.wide, self.high = size
        self.canvas.setPageSize((size[0] * mm, size[1] * mm))

    def turn(self) -> None:
        """Ends this page and begins the next."""
        self.canvas.showPage()

    def finish(self) -> bytes:
        self.canvas.save()
        return self.out.getvalue()

    # -- type ----------------------------------------------------------------------------------------------

    def line(
        self, x: float, y: float, words: str, size: float, *, bold: bool = False, align: Align = "left",
        right_to_left: bool | None = None, around: tuple[str, str] = ("", ""),
    ) -> float:  # fmt: skip
        """One line with its top at `y`; `x` is its left end, middle or right end. Returns its width.

        `right_to_left` is the main direction of the text that it is a part of, `around` what that text says before
        and behind it.
        """
        wide = fonts.width(words, size, bold)
        left = x * mm - {"left": 0.0, "center": wide / 2, "right": wide}[align]
        base = (self.high - y) * mm - size * ASCENT
        self.document.updateSignature(words)
        written = self.canvas.beginText(left, base)
        for face, part, _width in fonts.runs(words, bold, right_to_left, around):
            written.setFont(face, size)
            outlined = bold and face != fonts.BOLD[0]  # no second weight of rare characters: an outline thickens them
            if outlined:
                self.canvas.setLineWidth(size * THICKEN)
                self.canvas.setStrokeGray(self.grey)
            written.setTextRenderMode(2 if outlined else 0)
            written.textOut(part)
        written.setTextRenderMode(0)
        self.canvas.drawText(written)
        return wide / mm

    def box(
        self, x: float, y: float, wide: float, words: str, size: float, *, smallest: float = 6, lines: int = 1,
        high: float = 0, bold: bool = False, align: Align = "left", middle: bool = False,
    ) -> float:  # fmt: skip
        """Text that shrinks and wraps to fit; see text.fit. `middle` centres it in `high`. Returns its height."""
        fitted = text.fit(words, wide * mm, size=size, smallest=smallest, lines=lines, height=high * mm, bold=bold)
        backwards = len(fitted.lines) > 1 and bidi.is_right_to_left(words)
        if backwards and align == "left":
            align = "right"  # lines that are read from the right begin there
        at = {"left": x, "center": x + wide / 2, "right": x + wide}[align]
        top = y + max(0.0, (high - fitted.height / mm) / 2) if middle else y
        if len(fitted.lines) == 1:
            self.line(at, top, fitted.lines[0], fitted.size, bold=bold, align=align)
            return fitted.height / mm
        for n, line in enumerate(fitted.lines):
            around = (" ".join((*fitted.lines[:n], "")), " ".join(("", *fitted.lines[n + 1 :])))
            self.line(at, top + n * fitted.size * text.LEADING / mm, line, fitted.size, bold=bold, align=align,
                      right_to_left=backwards, around=around)  # fmt: skip
        return fitted.height / mm

    # -- strokes ---------------------------------------------------------------------------------------------

    def rule(self, x: float, y: float, to_x: float, to_y: float, thick: float = 0.25, *, grey: float = 0) -> None:
        """A line of `thick` millimetres."""
        self.canvas.setLineWidth(thick * mm)
        self.canvas.setStrokeGray(grey)
        self.canvas.line(x * mm, (self.high - y) * mm, to_x * mm, (self.high - to_y) * mm)

    def frame(self, x: float, y: float, wide: float, high: float, *, thick: float = 0.25, grey: float = -1.0) -> None:
        """A rectangle; `grey` from 0 (black) to 1 (white) fills it, open below 0; no outline at `thick` 0."""
        self.canvas.setLineWidth(thick * mm)
        self.canvas.setStrokeGray(0)
        if grey >= 0:
            self.canvas.setFillGray(grey)
        bottom = (self.high - y - high) * mm
        self.canvas.rect(x * mm, bottom, wide * mm, high * mm, stroke=int(thick > 0), fill=int(grey >= 0))
        self.canvas.setFillGray(self.grey)

    def ink(self, grey: float) -> None:
        """Grey of the type that follows: 0 black, 1 white."""
        self.grey = grey
        self.canvas.setFillGray(grey)

    def code128(self, x: float, y: float, wide: float, high: float, value: str, *, module: float = 0.5) -> None:
        """A bar code in the middle of `wide`, quiet zones included; modules of at most `module` millimetres."""
        drawing = codes.code128(value)
        pitch = _whole_dots(min(module, wide / drawing.wide))
        self._place(drawing, x + (wide - drawing.wide * pitch) / 2, y, pitch, high)

    def qr(self, x: float, y: float, side: float, value: str) -> None:
        """A QR code in the middle of a square of `side` millimetres, quiet zone included."""
        drawing = codes.qr(value)
        pitch = _whole_dots(side / drawing.wide)
        left = (side - drawing.wide * pitch) / 2
        self._place(drawing, x + left, y + left, pitch, pitch)

    def _place(self, drawing: codes.Drawing, x: float, y: float, pitch: float, per_module: float) -> None:
        self.canvas.saveState()
        self.canvas.translate(x * mm, (self.high - y - per_module * drawing.high) * mm)
        self.canvas.scale(pitch * mm, per_module * mm)
        self.canvas.addLiteral(drawing.strokes)
        self.canvas.restoreState()

    def picture(self, x: float, y: float, wide: float, high: float, data: bytes) -> float:
        """A picture as large as it fits, in the upper left of the box. Returns its height."""
        image = ImageReader(io.BytesIO(data))
        real_wide, real_high = image.getSize()
        scale = min(wide / real_wide, high / real_high)
        shown = (real_wide * scale * mm, real_high * scale * mm)
        self.canvas.drawImage(image, x * mm, (self.high - y) * mm - shown[1], *shown)
        return shown[1] / mm


def _whole_dots(pitch: float) -> float:
    """The module width in whole printer dots, as long as that leaves two of them."""
    dots = int(pitch / DOT + 1e-6)
    return dots * DOT if dots >= 2 else pitch
