"""Papers to hand in, honest and otherwise, and applications to hand them in for."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.door.conftest import picture
from tests.licensing.conftest import desk  # noqa: F401  fixture

EXECUTABLE = b"MZ\x90\x00\x03" + b"\x00" * 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def pdf(pages: int = 1, words: str = "Business licence", *, size=(595.0, 842.0), drawn: bool = False) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for number in range(pages):
        canvas.drawString(80, size[1] - 100, f"{words} {number}")
        if drawn:
            canvas.drawImage(ImageReader(io.BytesIO(picture(300, 200))), 80, 200)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed(raw: bytes, change) -> bytes:
    """`raw` as `change(writer)` leaves it."""
    writer = PdfWriter(clone_from=io.BytesIO(raw))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind: str, **more) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind)} | {NameObject(f"/{k}"): v for k, v in more.items()})


def scripted(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = action("/JavaScript", JS=TextStringObject("app.alert(1)"))


def launching(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/AA")] = DictionaryObject(
        {NameObject("/O"): action("/Launch", F=TextStringObject("calc.exe"))}
    )


def linked(writer: PdfWriter) -> None:
    link = DictionaryObject({
        NameObject("/Subtype"): NameObject("/Link"),
        NameObject("/A"): action("/URI", URI=TextStringObject("http://evil.example/")),
    })  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = ArrayObject([link])


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bag:
        bag.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def upload(who, application, raw: bytes, *, name="licence.pdf", evidence="licence", json=True):
    file = SimpleUploadedFile(name, raw, content_type="application/octet-stream")
    headers = {"accept": "application/json"} if json else {"accept": "text/html"}
    path = f"/apply/{application.pk}/documents/{evidence}/"
    return who.client.post(path, {"file": file}, headers=headers)
