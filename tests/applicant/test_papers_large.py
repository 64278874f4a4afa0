"""A small PDF with much in it costs the web process two seconds at most, and looks as it did when it is taken."""

from __future__ import annotations

import io
import time

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, StreamObject

from portal.core.documents.copies import MAX_STAMPS
from portal.core.documents.pages import ComplexPdf
from tests.applicant.conftest import pdf
from tests.applicant.test_papers import cleaned, differ, drawn


def numbers(*values):
    return ArrayObject([FloatObject(value) for value in values])


def resources(writer, count):
    states = {NameObject(f"/G{n}"): writer._add_object(DictionaryObject({NameObject("/CA"): FloatObject(0.5)}))
              for n in range(count)}  # fmt: skip
    return DictionaryObject({NameObject("/ExtGState"): DictionaryObject(states)})


def appearance(writer, drawing, held):
    form = DecodedStreamObject()
    form.set_data(drawing)
    form.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): numbers(0, 0, 10, 10), NameObject("/Resources"): held,
    })  # fmt: skip
    return writer._add_object(form)


def stamp(writer, looks, at=(0, 0)):
    return writer._add_object(DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Stamp"),
        NameObject("/Rect"): numbers(*at, at[0] + 60, at[1] + 60),
        NameObject("/AP"): DictionaryObject({NameObject("/N"): looks}),
    }))  # fmt: skip


def saved(writer):
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stamped(pages, stamps, held, *, own=False):
    """Pages full of stamps whose appearances draw with `held` resources, shared; `own`: each its own appearance."""
    writer = PdfWriter()
    shared = writer._add_object(resources(writer, held))
    looks = appearance(writer, b"q Q", shared)
    for _page in range(pages):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Annots")] = ArrayObject(
            stamp(writer, appearance(writer, b"q Q", shared) if own else looks) for _ in range(stamps)
        )
    return saved(writer)


def full_page(held):
    writer = PdfWriter()
    writer.add_blank_page(595, 842)[NameObject("/Resources")] = resources(writer, held)
    return saved(writer)


def one_picture_many_times(count):
    """An array of references to one stream: the library makes a copy for each."""
    writer = PdfWriter()
    stream = StreamObject()
    stream._data = b"x" * 1_000_000
    held = ArrayObject([writer._add_object(stream)] * count)
    page = writer.add_blank_page(595, 842)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Properties"): DictionaryObject({NameObject("/P"): held})}
    )
    return saved(writer)


@pytest.mark.parametrize(
    ("shape", "taken"),
    [
        (lambda: stamped(1, 500, 1000), True),
        (lambda: stamped(4, 500, 1000), True),
        (lambda: stamped(20, 25, 1000, own=True), True),
        (lambda: stamped(20, 500, 2000), False),
        (lambda: full_page(45_000), False),
        (lambda: one_picture_many_times(500), False),
    ],
    ids=["500 stamps", "2,000 stamps", "each its own", "10,000 stamps", "45,000 resources", "one picture 500 times"],
)
def test_a_pdf_costs_two_seconds_at_most(shape, taken):
    raw = shape()
    began = time.process_time()
    if taken:
        cleaned(raw)
    else:
        with pytest.raises(ComplexPdf) as caught:
            cleaned(raw)
        assert "打印成 PDF" in str(caught.value.hint)
    assert time.process_time() - began < 2


def test_stamps_that_share_their_looks_are_all_drawn_and_copied_once():
    writer = PdfWriter(clone_from=io.BytesIO(pdf(2, drawn=True)))
    looks = appearance(writer, b"1 0 0 rg 0 0 8 8 re f 0 0 1 rg 2 2 3 3 re f", DictionaryObject())
    for number, page in enumerate(writer.pages):
        page[NameObject("/Annots")] = ArrayObject(
            stamp(writer, looks, at=(40 + 90 * n, 40 + 200 * number)) for n in range(4)
        )
    raw = saved(writer)
    data = cleaned(raw).data
    for page in (0, 1):
        assert not differ(drawn(raw, page), drawn(data, page))
    forms = [held for page in PdfReader(io.BytesIO(data)).pages for held in page["/Resources"]["/XObject"].values()]
    assert len(forms) == 2 * (1 + 4)
    assert len({held.indirect_reference.idnum for held in forms}) == 2 + 1


def test_no_stamp_is_left_out_without_a_word():
    with pytest.raises(ComplexPdf):
        cleaned(stamped(1, MAX_STAMPS + 1, 1))
