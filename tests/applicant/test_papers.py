"""What is kept of a paper is what its pages show, and nothing else of the file."""

from __future__ import annotations

import contextlib
import io
import time
import zlib

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from portal.core.documents import (
    DocumentTooLarge,
    EmptyDocument,
    NotADocument,
    OfficeDocument,
    clean_document,
    clean_name,
)
from portal.core.documents.marks import mark_pdf, mark_picture
from portal.core.documents.pages import FORBIDDEN, BrokenPdf, LockedPdf, TooManyPages
from portal.core.errors import BadInput, DomainError
from portal.core.images import MAX_BYTES, TooManyPixels
from tests.applicant.conftest import EXECUTABLE, SVG, archive, changed, launching, linked, pdf, scripted
from tests.door.conftest import picture
from tests.door.test_images import bomb as picture_bomb

MARK = "仅供认证审核 · 县级管理员 7号 · 2026-11-23 10:00"


def cleaned(raw: bytes):
    return clean_document(io.BytesIO(raw))


def drawn(data: bytes, page: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].render(scale=0.5).to_pil().convert("RGB")
    finally:
        document.close()


def text_of(data: bytes, page: int = 0) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].get_textpage().get_text_range()
    finally:
        document.close()


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_a_pdf_looks_the_same_and_is_another_file():
    raw = pdf(2, drawn=True)
    paper = cleaned(raw)
    assert (paper.content_type, paper.pages, paper.extension) == ("application/pdf", 2, "pdf")
    for page in (0, 1):
        assert not differ(drawn(raw, page), drawn(paper.data, page))
    assert "Business licence 1" in text_of(paper.data, 1)
    assert cleaned(raw).sha256 == paper.sha256, "the same paper is the same file"


@pytest.mark.parametrize("hide", [scripted, launching, linked])
def test_nothing_that_acts_is_kept(hide):
    raw = changed(pdf(), hide)
    assert any(word in raw for word in (b"/JavaScript", b"/Launch", b"/URI"))
    assert not any(word.encode() in cleaned(raw).data for word in {*FORBIDDEN, "/URI", "/AA"})


def test_nothing_that_is_attached_or_noted_is_kept():
    def hide(writer: PdfWriter) -> None:
        writer.add_attachment("evil.exe", EXECUTABLE)
        writer.add_metadata({"/Author": "Zhang Secret", "/Creator": "phone of Zhang"})
        note = StreamObject()
        note._data = b"<x:xmpmeta>Secret</x:xmpmeta>"
        place = writer._add_object(note)
        for image in writer.pages[0]["/Resources"]["/XObject"].values():  # also deep inside of what is drawn
            image.get_object()[NameObject("/Metadata")] = place

    data = cleaned(changed(pdf(drawn=True), hide)).data
    assert not any(word in data for word in (b"EmbeddedFile", b"MZ\x90", b"evil", b"Secret", b"phone of"))


def test_what_stands_behind_the_pages_is_dropped():
    """A file that is a PDF for one program and an archive for another."""
    assert archive() not in cleaned(pdf() + archive()).data


def test_a_filled_in_field_and_a_turned_page_stay_as_they_look():
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    canvas.acroForm.textfield(name="code", value="91620825", x=50, y=100, width=200, height=30, fontName="Helvetica")
    canvas.showPage()
    canvas.save()
    raw = changed(out.getvalue(), lambda writer: writer.pages[0].rotate(90))
    data = cleaned(raw).data
    assert "91620825" in text_of(data)
    assert drawn(data).size == (150, 200)
    assert b"/AcroForm" not in data


def test_a_page_that_begins_elsewhere_is_moved_not_cut():
    def shift(writer: PdfWriter) -> None:
        writer.pages[0].mediabox.lower_left = (50, 400)
        writer.pages[0].cropbox.lower_left = (50, 400)

    raw = changed(pdf(drawn=True), shift)
    assert not differ(drawn(raw), drawn(cleaned(raw).data))


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (b"", EmptyDocument),
        (EXECUTABLE, NotADocument),
        (SVG, NotADocument),
        (archive(), OfficeDocument),
        (archive() + pdf(), OfficeDocument),
        (EXECUTABLE + pdf(), NotADocument),
        (b"%PDF-1.7\n" + EXECUTABLE, BrokenPdf),
        (b"%PDF-1.7\n" + SVG, BrokenPdf),
        (pdf()[:300], BrokenPdf),
        (b"\xff\xd8\xff" + EXECUTABLE, NotADocument),
        (b"plain words", NotADocument),
        (pdf(21), TooManyPages),
        (pdf(size=(20_000.0, 100.0)), BrokenPdf),
    ],
)
def test_what_is_no_paper_is_refused_with_a_sentence(raw, refusal):
    with pytest.raises(DomainError) as caught:
        cleaned(raw)
    assert type(caught.value) is refusal
    assert str(caught.value.message).endswith("。")
    assert str(caught.value.hint).endswith("。")


def test_a_pdf_with_a_password_is_refused_and_one_locked_against_changes_is_read():
    with pytest.raises(LockedPdf):
        cleaned(changed(pdf(), lambda writer: writer.encrypt("secret", algorithm="AES-256")))
    locked = changed(pdf(), lambda writer: writer.encrypt("", owner_password="o", algorithm="AES-256"))
    assert "Business licence 0" in text_of(cleaned(locked).data)
    assert b"/Encrypt" not in cleaned(locked).data


def test_a_paper_that_is_too_large_is_refused_unread():
    with pytest.raises(DocumentTooLarge):
        cleaned(pdf() + b"\0" * MAX_BYTES)


def test_a_picture_of_two_hundred_megapixels_is_refused_before_it_is_drawn():
    with pytest.raises(TooManyPixels):
        cleaned(picture_bomb(14_200))


def test_a_pdf_that_unfolds_into_gigabytes_is_refused_quickly():
    def bomb(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        stream._data = zlib.compress(b"q Q\n" * 20_000_000, 9)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    raw = changed(pdf(), bomb)
    assert len(raw) < 200_000
    began = time.monotonic()
    with pytest.raises(BadInput):
        cleaned(raw)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_pictures_of_phones_are_read(form):
    paper = cleaned(picture(form=form))
    assert (paper.content_type, paper.pages, paper.extension) == ("image/jpeg", 1, "jpg")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\r\nc.pdf", "a b c.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ('x"; filename="y.html', "x ; filename= y.html"),
        ("<script>.pdf", "script .pdf"),
        ("....", "document"),
        ("", "document"),
        ("长" * 200, "长" * 80),
    ],
)
def test_a_name_is_a_label_and_never_a_path(given, kept):
    assert clean_name(given) == kept


def test_the_viewer_is_named_on_every_page():
    paper = cleaned(pdf(3))
    marked = mark_pdf(paper.data, MARK)
    for page in range(3):
        assert MARK in text_of(marked, page)
        assert f"Business licence {page}" in text_of(marked, page)
        assert differ(drawn(paper.data, page), drawn(marked, page))


def test_a_paper_cannot_push_the_mark_away():
    """Drawing commands that leave the page moved, clipped and transparent end with the paper."""

    def trick(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream._data = b"Q Q Q 0 0 0 0 re W n q 0.0001 0 0 0.0001 9999 9999 cm BT"
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    marked = mark_pdf(cleaned(changed(pdf(), trick)).data, MARK)
    assert len(drawn(marked).getcolors(100_000) or []) > 5, "the mark is on the page"


def test_the_viewer_is_named_on_a_picture():
    for ground in ("white", "black", "navy"):
        data = cleaned(picture(colour=ground)).data
        marked = mark_picture(data, MARK)
        with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(marked)) as after:
            assert before.size == after.size
            changes = ImageChops.difference(before.convert("L"), after.convert("L")).point(lambda n: 255 * (n > 40))
            left, top, right, bottom = changes.getbbox()
            assert right - left > before.width * 0.8
            assert bottom - top > before.height * 0.8


def test_a_marked_paper_has_no_metadata_of_ours():
    reader = PdfReader(io.BytesIO(mark_pdf(cleaned(pdf()).data, MARK)))
    assert set(reader.metadata or {}) <= {"/Producer"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_never_break_the_reader(data):
    raw = bytearray(pdf(2))
    for _hit in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(5, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DomainError):
        assert mark_pdf(cleaned(bytes(raw)).data, MARK)
