"""Looking at a PDF as a reader, a scanner and a thief would: its text, its bar codes, its bytes."""

from __future__ import annotations

import base64
import re
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass, field

import pypdfium2
import pytest
import zxingcpp

from tests.door.conftest import counter, driver, in_hands, sorter, town_keeper  # noqa: F401  fixtures

DPI = 203  # of a label printer
INCH = 72


@dataclass
class Seen:
    """A PDF as it appears: text by page, codes by page, sizes in millimetres, and every byte it holds unpacked."""

    text: list[str] = field(default_factory=list)
    codes: list[dict[str, str]] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    bytes: bytes = b""
    fonts: set[str] = field(default_factory=set)

    @property
    def all_text(self) -> str:
        return "\n".join(self.text)

    @property
    def flat(self) -> str:
        """Without the line breaks that the box has made."""
        return re.sub(r"\s+", "", self.all_text)


def look(data: bytes, *, dpi: int = DPI, decode: bool = True) -> Seen:
    seen = Seen(bytes=unpacked(data))
    document = pypdfium2.PdfDocument(data)
    with closing(document):
        for page in document:
            seen.sizes.append(tuple(round(side / INCH * 25.4) for side in page.get_size()))
            with closing(page.get_textpage()) as words:
                seen.text.append(words.get_text_range())
            picture = picture_of(page, dpi) if decode else None
            found = zxingcpp.read_barcodes(picture) if picture else []
            seen.codes.append({str(code.format): code.text for code in found})
            page.close()
    seen.fonts = set(re.findall(r"/BaseFont /([A-Z]{6}\+[\w-]+)", data.decode("latin-1")))
    return seen


def picture_of(page, dpi: int):
    with closing(page.render(scale=dpi / INCH, grayscale=True)) as bitmap:
        return bitmap.to_pil().copy()


def unpacked(data: bytes) -> bytes:
    """The file with its streams unpacked: what somebody finds who searches it."""
    parts = [data]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.S):
        raw = match[1].strip(b"\r\n")
        if raw.endswith(b"~>"):
            with suppress(ValueError):  # a packed stream may end so by chance
                raw = base64.a85decode(raw[:-2])
        try:
            parts.append(zlib.decompress(raw))
        except zlib.error:
            parts.append(raw)
    return b"\n".join(parts)


@pytest.fixture
def open_pdf():
    """open_pdf(client, address, …) → Seen, after checking that a PDF came that nobody keeps."""

    def go(persona, address: str, *, data: dict | None = None, **options) -> Seen:
        response = persona.client.get(address) if data is None else persona.client.post(address, data)
        assert response.status_code == 200, response.content.decode()[:2000]
        assert response["Content-Type"] == "application/pdf"
        assert "no-store" in response["Cache-Control"]
        return look(response.content, **options)

    return go
