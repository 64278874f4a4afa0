"""Every paper can be put into an archive as it is: PDF/A-2b. What is asked, with its clauses, is in archival.py."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from reportlab.pdfbase import pdfdoc

from logistics.documents.papers.labels import draw_labels
from logistics.documents.papers.sizes import LabelSize
from portal.core.pdf import embedding, fonts
from portal.core.pdf.paper import Paper
from tests.documents import kinds
from tests.documents.archival import faults
from tests.door.conftest import picture

ROOT = Path(__file__).resolve().parents[2]
ONLY_HERE = {"portal/core/pdf/paper.py", "portal/core/documents/marks.py"}  # the second marks what others wrote


def test_there_is_no_paper_that_is_not_tried_here():
    found = set()
    for path in [file for folder in ("logistics", "members", "portal") for file in (ROOT / folder).rglob("*.py")]:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and ".finish()" in ast.unparse(node):
                found.add(".".join([*path.relative_to(ROOT).with_suffix("").parts, node.name]))
    assert found == set(kinds.KINDS)


def test_nobody_draws_a_document_beside_the_paper():
    names = ("Canvas(", "SimpleDocTemplate", "PdfWriter(")
    files = [file for folder in ("logistics", "members", "portal") for file in (ROOT / folder).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if any(name in file.read_text() for name in names)}
    taken_apart = {"portal/core/documents/pages.py", "portal/core/documents/copies.py"}  # what applicants sent
    assert found - taken_apart == ONLY_HERE


@pytest.mark.parametrize("name", kinds.ALL)
def test_a_paper_is_fit_for_archives(name):
    data = kinds.ALL[name]()
    assert faults(data) == []
    assert data == kinds.ALL[name]()  # and the same each time


def test_another_language_too(settings):
    from django.utils.translation import override

    with override("en"):
        assert faults(kinds.manifest()) == []


def test_two_papers_have_two_numbers():
    drawings = [
        draw_labels([kinds.label(people=people)], LabelSize.LARGE) for people in (("王*", "李*"), ("张*", "李*"))
    ]
    first, second = (PdfReader(io.BytesIO(data)).trailer["/ID"][0] for data in drawings)
    assert first != second


# -- the checker itself: each clause, broken in a good paper, is named -------------------------------------------------


def swapped(old: bytes, new: bytes) -> bytes:
    """A good label with bytes changed for as many others, so that all places in the file stay."""
    data = draw_labels([kinds.label()], LabelSize.LARGE)
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)


@pytest.mark.parametrize(
    ("clause", "old", "new"),
    [
        ("6.1.2", b"%PDF-1.7", b"%PDF-2.0"),
        ("6.1.3", b"/ID \n", b"/Ix \n"),
        ("6.1.7.1", b"\nendstream", b" endstream"),
        ("6.2.3", b"/GTS_PDFA1", b"/GTS_PDFX "),
        ("6.2.3", b"/DestOutputProfile", b"/NestOutputProfile"),
        ("6.2.2", b"/N 3", b"/N 4"),
        ("6.2.11.4.1", b"/FontFile2 ", b"/FontFile9 "),
        ("6.2.11.6", b"/Flags 4 ", b"/Flags 32"),
        ("6.5.1", b"/PageMode /UseNone", b"/OpenAction /Named"),
        ("6.6.2.1", b"/Metadata ", b"/Metadato "),
        ("6.6.4", b"<pdfaid:part>2<", b"<pdfaid:part>1<"),
        ("6.6.4", b"<pdfaid:conformance>B<", b"<pdfaid:conformance>X<"),
        ("6.6.3", b"<pdf:Producer>reportlab<", b"<pdf:Producer>otherwise<"),
        ("6.2.11.5", b"/Widths [ 1000 ", b"/Widths [ 1 00 "),
        ("6.1.4", b"\nxref\n", b"\nyref\n"),
    ],
)
def test_a_broken_clause_is_named(clause, old, new):
    try:
        found = faults(swapped(old, new))
    except PdfReadError:  # so broken that nobody reads it
        assert clause in ("6.1.2", "6.1.4")
        return
    assert any(fault.startswith(clause) for fault in found), found


def _link(paper: Paper) -> None:
    paper.canvas.linkURL("https://example.cn", (0, 0, 50, 50))


def _unknown(paper: Paper) -> None:
    written = paper.canvas.beginText(20, 20)
    written.setFont(fonts.REGULAR[0], 12)
    written.textOut("\ue08b")
    paper.canvas.drawText(written)


def _borrowed(paper: Paper) -> None:
    paper.canvas.setFont("Courier", 9)
    paper.canvas.drawString(9, 9, "x")


def _in_colours_of_print(paper: Paper) -> None:
    paper.picture(5, 5, 20, 20, picture())
    for held in paper.document.idToObject.values():
        if isinstance(held, pdfdoc.PDFImageXObject):
            held.colorSpace = "DeviceCMYK"


@pytest.mark.parametrize(
    ("clause", "draw"),
    [
        ("6.2.4.3", lambda paper: paper.canvas.setFillColorCMYK(0, 0, 0, 1)),
        ("6.2.4.3", _in_colours_of_print),
        ("6.2.5", lambda paper: paper.canvas.setFillAlpha(0.5)),
        ("6.2.2", lambda paper: paper.canvas.addLiteral("q")),
        ("6.2.2", lambda paper: paper.canvas.addLiteral("1 1 unheard")),
        ("6.2.11.4.1", _borrowed),
        ("6.2.11.8", _unknown),
        ("6.3", _link),
    ],
)  # fmt: skip
def test_a_broken_clause_is_named_on_a_page(clause, draw):
    paper = Paper(title="试", size=(100, 60), language="zh", author="县")
    paper.line(5, 5, "何马村", 12)
    draw(paper)
    found = faults(paper.finish())
    assert any(fault.startswith(clause) for fault in found), found


def test_a_code_that_stands_for_no_text_is_named(monkeypatch):
    whole = embedding.unicode_map
    monkeypatch.setattr(embedding, "unicode_map", lambda name, texts: whole(name, ["\0"] * len(texts)))
    assert any(fault.startswith("6.2.11.7.2") for fault in faults(kinds.ALL["card"]()))
