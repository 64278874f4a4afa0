"""What we print, a scanner reads."""

from __future__ import annotations

from contextlib import closing

import pypdfium2
import pytest
import zxingcpp
from PIL import ImageChops

from logistics.documents.papers.shelves import draw_shelves
from logistics.documents.papers.sizes import ShelfSize
from portal.core.checkdigits import random_number
from portal.core.pdf import codes
from portal.core.pdf.paper import Paper
from tests.documents.conftest import DPI, look, picture_of


def printed(draw) -> dict[str, str]:
    paper = Paper(title="试", size=(100, 60), language="zh")
    draw(paper)
    return look(paper.finish()).codes[0]


@pytest.mark.parametrize("wide", [94, 70, 60])
def test_code_128_is_read_at_the_resolution_of_a_label_printer(wide):
    for number in (random_number("XN", 11), "78001234567890", "HJ/3-2", "DB0000001A"):
        assert printed(lambda p, n=number: p.code128(3, 5, wide, 15, n)) == {"Code 128": number}


@pytest.mark.parametrize("grows", [ImageChops.darker, ImageChops.lighter], ids=["spreads", "fades"])
@pytest.mark.parametrize("shelf", ["3-2", "10-12", "A10-12", "大件区"])
def test_a_shelf_is_read_where_each_bar_is_a_dot_wider_or_narrower(shelf, grows):
    """As on a label printer of 203 dpi that is too hot or worn; a scanner looks closer than the printer prints."""
    data = draw_shelves(station="庄浪县水洛镇何马村站", shelves=[shelf], mark="HJ/", size=ShelfSize.ROLL)
    with closing(pypdfium2.PdfDocument(data)) as document:
        printed = picture_of(document[0], DPI).point(lambda light: 0 if light < 128 else 255)
    printed = grows(printed, ImageChops.offset(printed, 1, 0))
    seen = zxingcpp.read_barcodes(printed.resize((printed.width * 2, printed.height * 2)))
    assert [code.text for code in seen] == [f"HJ/{shelf}"]


def test_qr_codes_are_read():
    for words in ("https://wuliu.example.gov.cn/t/XN0123456789AB", "HJ/大件区", "x" * 200):
        assert printed(lambda p, w=words: p.qr(3, 3, 40, w)) == {"QR Code": words}


def test_a_bar_is_a_whole_number_of_printer_dots():
    drawing = codes.code128(random_number("XN", 11))
    assert 94 / drawing.wide >= 0.375  # on the large label three dots a module, on the small one two
    assert 70 / drawing.wide >= 0.25


def test_quiet_zones_are_kept():
    assert codes.code128("ABC123").strokes.startswith(f"{codes.LINE_QUIET} 0 ")
    assert codes.code128("ABC123").wide == codes.LINE_QUIET * 2 + 11 * (1 + 6 + 1) + 13
    corner = f"{codes.QR_QUIET} {codes.qr('A').high - codes.QR_QUIET - 1} 7 1 re"
    assert codes.qr("A").strokes.startswith(corner)


@pytest.mark.parametrize("value", ["", "大件区", "A\nB"])
def test_code_128_refuses_what_it_cannot_say(value):
    with pytest.raises(ValueError, match="Code 128"):
        codes.code128(value)
