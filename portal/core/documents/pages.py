"""A PDF taken apart, and a new one made of nothing but what its pages show.

Each page becomes a closed drawing (a form XObject) on a page of ours. Seals and filled-in fields, which are drawn as
annotations, are drawn into it. Scripts, actions, links, attached files, layers, metadata and whatever stood before
or behind the pages are not carried over (ISO 32000-1, 7.7.3, 8.10, 12.5.5).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from pypdf import PageObject, PdfWriter, apply_configuration
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    RectangleObject,
    StreamObject,
)

from portal.core.documents.copies import BudgetedReader, Copies
from portal.core.errors import BadInput
from portal.core.workbooks import Budget, OutOfTime

MAX_PAGES = 20
MAX_OBJECTS = 50_000
MAX_DRAWING = 24 * 1024 * 1024  # bytes of drawing commands of all pages, unpacked
MAX_SIDE = 14_400  # the largest side a page may have: 200 inches
READING_SECONDS = 1.5  # of processor time: whoever hands a paper in waits for the answer
AS_IT_IS = (1, 0, 0, 1, 0, 0)
_HIDDEN = 0x02 | 0x20  # annotation flags Hidden and NoView
# What may not be in what we write: everything that acts, or that holds another file.
FORBIDDEN = frozenset({
    "/JS", "/JavaScript", "/Launch", "/OpenAction", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA",
    "/AcroForm", "/Annots", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound", "/Encrypt",
})  # fmt: skip
# The library's own guards against bombs.
_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": MAX_DRAWING, "lzw_maximum_output_length": MAX_DRAWING,
    "run_length_maximum_output_length": MAX_DRAWING, "brotli_maximum_output_length": MAX_DRAWING,
    "array_based_stream_maximum_output_length": MAX_DRAWING, "stream_decoding_work_maximum_length": 4 * MAX_DRAWING,
    "page_tree_maximum_entries": 1000, "page_tree_maximum_page_entries": MAX_OBJECTS, "jbig2dec_binary": None,
}  # fmt: skip
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes what it can't read: contents stay out of the log


class BrokenPdf(BadInput):
    code = "pdf_broken"
    message = _("这个 PDF 打不开，可能已经损坏。")
    hint = _("请重新导出或扫描后上传，也可以拍照上传。")


class LockedPdf(BadInput):
    code = "pdf_locked"
    message = _("这个 PDF 设了密码。")
    hint = _("请去掉密码，或打开后“打印成 PDF”，再上传。")


class TooManyPages(BadInput):
    code = "pdf_too_many_pages"
    message = _("这个 PDF 超过 20 页。")
    hint = _("请只上传需要的几页，或分成几个文件。")


class ComplexPdf(BadInput):
    code = "pdf_too_complex"
    message = _("这个 PDF 里的内容太多、太复杂。")
    hint = _("请打开后“打印成 PDF”再上传，也可以拍照上传。")


class ActivePdf(BadInput):
    code = "pdf_active"
    message = _("这个 PDF 里有程序或附件，不能收。")
    hint = _("请打开后“打印成 PDF”，再上传。")


def clean_pdf(raw: bytes) -> tuple[bytes, int]:
    """A new PDF with what the pages of `raw` show, and how many there are.

    Raises LockedPdf unless it opens without a password, TooManyPages beyond 20, ComplexPdf when it takes more than
    READING_SECONDS, MAX_COPIED objects or MAX_STAMPS seals, ActivePdf when something that acts hides in the drawings
    themselves, BrokenPdf for everything that can't be read whole.
    """
    budget = Budget(READING_SECONDS)
    try:
        with apply_configuration(**_LIMITS):
            return _rebuilt(raw, budget)
    except BadInput:
        raise
    except MemoryError:
        raise
    except OutOfTime:
        raise ComplexPdf() from None
    except Exception:  # damaged bytes make the parser raise whatever it meets: KeyError, RecursionError, zlib.error
        raise BrokenPdf() from None


def _rebuilt(raw: bytes, budget: Budget) -> tuple[bytes, int]:
    reader = BudgetedReader(
        io.BytesIO(raw), budget=budget, root_object_recovery_limit=1000, xref_stream_maximum_entries=MAX_OBJECTS
    )
    if reader.is_encrypted and not reader.decrypt(""):
        raise LockedPdf()
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise TooManyPages()
    if count < 1:
        raise BrokenPdf()
    copies = Copies(budget)
    room = MAX_DRAWING
    for page in reader.pages:
        budget.check()
        room -= _copy(page, copies, room)
    _refuse_active(copies.writer)
    copies.assert_writable()
    budget.check()
    out = io.BytesIO()
    copies.writer.write(out)
    return out.getvalue(), count


def _copy(page: PageObject, copies: Copies, room: int) -> int:
    """One page as a closed drawing on a new page. Returns the bytes of its commands."""
    left, bottom, wide, high = _frame(page)
    contents = page.get_contents()
    commands = contents.get_data() if contents is not None else b""
    if len(commands) > room:
        raise BrokenPdf()
    writer = copies.writer
    drawing = form(
        writer, commands, bbox=(left, bottom, left + wide, bottom + high), matrix=(1, 0, 0, 1, -left, -bottom),
        resources=copies.resources(page.get("/Resources")),
    )  # fmt: skip
    new = writer.add_blank_page(width=wide, height=high)
    turned = int(page.get("/Rotate", 0) or 0) % 360
    if turned in (90, 180, 270):
        new.rotate(turned)
    draw_all(new, [(drawing, AS_IT_IS), *_stamps(page, copies, left, bottom)], writer)
    return len(commands)


def _frame(page: PageObject) -> tuple[float, float, float, float]:
    """What is shown of the page: left, bottom, width, height."""
    media, crop = page.mediabox, page.cropbox
    left, bottom = max(float(media.left), float(crop.left)), max(float(media.bottom), float(crop.bottom))
    right, top = min(float(media.right), float(crop.right)), min(float(media.top), float(crop.top))
    wide, high = right - left, top - bottom
    if not (1 < wide <= MAX_SIDE and 1 < high <= MAX_SIDE):
        raise BrokenPdf()
    return left, bottom, wide, high


def form(writer: PdfWriter, commands: bytes, *, bbox: tuple, resources: Any, matrix: tuple = AS_IT_IS) -> Any:
    """A closed drawing in `writer`: whatever its commands leave undone ends with it. Returns its reference."""
    stream = DecodedStreamObject()
    stream.set_data(commands)
    packed = stream.flate_encode()
    packed.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): RectangleObject(bbox),
        NameObject("/Matrix"): ArrayObject(FloatObject(n) for n in matrix),
        NameObject("/Resources"): resources,
    })  # fmt: skip
    return writer._add_object(packed)


def draw_all(page: PageObject, drawings: Sequence[tuple[Any, tuple]], writer: PdfWriter) -> None:
    """Draws forms, each with its matrix, one upon the other on top of what a page of ours shows."""
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    forms = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    before = page.get_contents()
    commands = [before.get_data() if before is not None else b""]
    for drawing, matrix in drawings:
        name = f"/D{len(forms)}"
        forms[NameObject(name)] = drawing
        numbers = " ".join(f"{float(n):.5f}" for n in matrix)
        commands.append(f"q {numbers} cm {name} Do Q\n".encode())
    stream = DecodedStreamObject()
    stream.set_data(b"".join(commands))
    page[NameObject("/Contents")] = writer._add_object(stream)


def _stamps(page: PageObject, copies: Copies, left: float, bottom: float) -> Iterator[tuple[Any, tuple]]:
    """The appearances of a page's seals and filled fields, each with where it is drawn (12.5.5, algorithm 8.1).

    Raises OutOfTime beyond MAX_STAMPS of the paper: none is left out without a word."""
    listed: Any = page.get("/Annots")
    listed = listed.get_object() if listed is not None else []
    for entry in listed or []:
        note = entry.get_object()
        looks: Any = _appearance(note) if isinstance(note, DictionaryObject) else None
        if looks is None:
            continue
        place = _placed(looks, note, left, bottom)
        if place is None:
            continue
        copies.count_stamp()
        yield copies.once(looks, partial(_copied, looks, copies)), place


def _copied(looks: Any, copies: Copies) -> Any:
    return form(
        copies.writer, looks.get_data(), bbox=tuple(float(n) for n in looks["/BBox"]),
        matrix=tuple(float(n) for n in looks.get("/Matrix", AS_IT_IS)),
        resources=copies.resources(looks.get("/Resources")),
    )  # fmt: skip


def _appearance(note: Any) -> StreamObject | None:
    if int(note.get("/F", 0) or 0) & _HIDDEN or note.get("/Subtype") in ("/Popup", "/Link", "/FileAttachment"):
        return None
    looks = note.get("/AP")
    looks = looks.get_object().get("/N") if looks is not None else None
    looks = looks.get_object() if looks is not None else None
    if isinstance(looks, DictionaryObject) and not isinstance(looks, StreamObject):
        state = looks.get(note.get("/AS", "/Off"))
        looks = state.get_object() if state is not None else None
    fits = isinstance(looks, StreamObject) and "/BBox" in looks and "/Rect" in note
    return looks if fits else None


def _placed(looks: Any, note: Any, left: float, bottom: float) -> tuple | None:
    """How the appearance's box is moved and stretched onto the annotation's rectangle."""
    a, b, c, d, e, f = (float(n) for n in looks.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    x0, y0, x1, y1 = (float(n) for n in looks["/BBox"])
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    low_x, high_x = min(x for x, _y in corners), max(x for x, _y in corners)
    low_y, high_y = min(y for _x, y in corners), max(y for _x, y in corners)
    to_x0, to_y0, to_x1, to_y1 = (float(n) for n in note["/Rect"])
    wide, high = high_x - low_x, high_y - low_y
    if wide <= 0 or high <= 0:
        return None
    across, up = abs(to_x1 - to_x0) / wide, abs(to_y1 - to_y0) / high
    return (
        across, 0, 0, up,
        min(to_x0, to_x1) - low_x * across - left, min(to_y0, to_y1) - low_y * up - bottom,
    )  # fmt: skip


def _refuse_active(writer: PdfWriter) -> None:
    """Nothing that acts is copied; should a drawing hold something all the same, the file is refused."""
    waiting: list[Any] = [item for item in writer._objects if item is not None]
    while waiting:
        item = waiting.pop()
        if isinstance(item, DictionaryObject):
            if FORBIDDEN & item.keys() or item.get("/S") in FORBIDDEN or item.get("/Type") in FORBIDDEN:
                raise ActivePdf()
            waiting.extend(item.values())
        elif isinstance(item, ArrayObject):
            waiting.extend(item)
