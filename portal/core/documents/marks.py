"""Who looks, and when, written across every page of a paper at the moment it is shown.

A copy that gets about then says where it came from. The mark is drawn over a closed drawing (pages.py), so that
nothing in the paper can move, cover or end it.
"""

from __future__ import annotations

import io
import math
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from reportlab.pdfgen.canvas import Canvas

from portal.core.documents.pages import AS_IT_IS, draw_all, form
from portal.core.pdf import fonts
from portal.core.pdf.embedding import drawn_alone
from portal.core.pdf.joined import Joined

ANGLE = 30  # degrees
SIZE = 11.0  # points
PICTURE_SIZE = 1 / 36  # of the longer side
GAP_DOWN, GAP_ACROSS = 9.0, 1.25  # lines, and lengths of the text, between two marks
OPACITY, OPACITY_PICTURE = 0.38, 90  # seen on white and on dark, and read through
QUALITY = 85


def mark_pdf(data: bytes, text: str) -> bytes:
    """A PDF made by `clean_pdf` with `text` across each page."""
    reader, writer = PdfReader(io.BytesIO(data)), PdfWriter()
    drawn: dict[tuple[float, float], object] = {}
    for page in reader.pages:
        size = float(page.mediabox.width), float(page.mediabox.height)
        if size not in drawn:
            drawn[size] = _imported(writer, _sheet(size, text), size)
        new = writer.add_page(page)
        draw_all(new, [(drawn[size], AS_IT_IS)], writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _imported(writer: PdfWriter, drawn: bytes, size: tuple[float, float]) -> object:
    reader = PdfReader(io.BytesIO(drawn))  # held by a name: its pages do not hold it
    sheet = reader.pages[0]
    contents = sheet.get_contents()
    resources: Any = sheet[NameObject("/Resources")].get_object()
    commands = contents.get_data() if contents is not None else b""
    return form(writer, commands, bbox=(0, 0, *size), resources=resources.clone(writer))


def _sheet(size: tuple[float, float], text: str) -> bytes:
    """An empty page of `size` points with the mark all over."""
    out = io.BytesIO()
    fonts.face(fonts.REGULAR[0])  # or the library begins in Helvetica, and does not embed it
    canvas = Canvas(out, pagesize=size, invariant=1, initialFontName=fonts.REGULAR[0])
    canvas.setFillGray(0.35, OPACITY)
    canvas.translate(size[0] / 2, size[1] / 2)
    canvas.rotate(ANGLE)
    long = fonts.width(text, SIZE, False)
    for x, y in _grid(math.hypot(*size), long, SIZE):
        for face, part, wide in fonts.runs(text, False):
            canvas.setFont(face, SIZE)
            canvas.drawString(x, y, part)
            x += wide * SIZE / 1000
    canvas.save()
    return out.getvalue()


def _grid(reach: float, long: float, size: float) -> list[tuple[float, float]]:
    """Where marks begin, around the middle, every second row shifted, so far that no corner stays empty."""
    down, across = size * GAP_DOWN, long * GAP_ACROSS
    rows, columns = math.ceil(reach / 2 / down), math.ceil(reach / 2 / across) + 1
    return [
        ((column + (row % 2) / 2) * across - long / 2, row * down)
        for row in range(-rows, rows + 1)
        for column in range(-columns, columns + 1)
    ]


def mark_picture(data: bytes, text: str) -> bytes:
    """A JPEG with `text` across it."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        shown = picture.convert("RGB")
    size = max(shown.size) * PICTURE_SIZE
    reach = math.ceil(math.hypot(*shown.size))
    sheet = Image.new("L", (reach, reach), 0)
    pen = ImageDraw.Draw(sheet)
    runs = [_of_picture(face, part, round(size)) for face, part, _wide in fonts.runs(text, False)]
    long = sum(font.getlength(part) for font, part in runs)
    for x, y in _grid(reach, long, size):
        for font, part in runs:
            pen.text((x + reach / 2, y + reach / 2), part, fill=255, font=font)
            x += font.getlength(part)
    turned = sheet.rotate(ANGLE, resample=Image.Resampling.BILINEAR)
    left, top = (reach - shown.width) // 2, (reach - shown.height) // 2
    letters = turned.crop((left, top, left + shown.width, top + shown.height))
    # Dark letters on a light rim: read on every ground.
    for colour, shift in (("white", 1), ("black", 0)):
        faint = letters.point([n * OPACITY_PICTURE // 255 for n in range(256)])
        shown.paste(Image.new("RGB", shown.size, colour), (shift, shift), mask=faint)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _of_picture(face: str, part: str, size: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """(type, characters that it draws the part by)."""
    if isinstance(part, Joined):
        drawn, part = drawn_alone(fonts.face(face), part)
        font = ImageFont.truetype(io.BytesIO(drawn), size, encoding="armn", layout_engine=ImageFont.Layout.BASIC)
        return font, part
    return ImageFont.truetype(str(fonts.FOLDER / fonts.FILES[face]), size), part
