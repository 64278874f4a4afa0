"""What makes a document fit for archives: PDF/A-2b (ISO 19005-2:2011, conformance level B).

Everything that is needed to show it is in the file, and says so in a form that programs read: fonts (embedding.py), the
colours that its greys and pictures mean (6.2.3), and its description in XMP (6.6). Clauses are those of ISO 19005-2.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

PROFILE = Path(settings.BASE_DIR) / "data" / "colour" / "srgb.icc"
CONDITION = "sRGB IEC61966-2.1"
PRODUCER = "reportlab"
VERSION = (1, 7)  # ISO 32000-1, which ISO 19005-2 builds on
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreatorTool>{author}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


_written = pdfdoc.PDFStream.format


def _ended(stream: Any, document: Any) -> bytes:
    """The library writes `endstream` right behind the last byte; 6.1.7.1 asks for a line of its own."""
    data: bytes = _written(stream, document)
    return data.removesuffix(b"endstream\n") + b"\nendstream\n"


pdfdoc.PDFStream.format = _ended


class _Info(pdfdoc.PDFInfo):
    """The old form of the description: what XMP says too, and no date, which the library would invent."""

    def format(self, document: Any) -> bytes:
        told = {"Title": self.title, "Author": self.author, "Creator": self.author, "Producer": PRODUCER}
        return pdfdoc.PDFDictionary({name: pdfdoc.PDFString(text) for name, text in told.items()}).format(document)


def describe(canvas: Canvas, *, title: str, author: str) -> Any:
    """To be called once, before the first page is drawn.

    Returns the library's document: its `updateSignature` is told what is written, for the file's number (6.1.3).
    """
    document = canvas._doc
    document.info = _Info()
    document.info.title, document.info.author = title, author
    document.updateSignature(title)
    catalog = document.Catalog
    catalog.Metadata = pdfdoc.XMP(creator=lambda _document: _xmp(title, author))
    catalog.OutputIntents = pdfdoc.PDFArray([_output_intent(document)])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]  # the library's list of what is written
    return document


def _xmp(title: str, author: str) -> bytes:
    return _XMP.format(title=escape(title), author=escape(author), producer=PRODUCER).encode()


def _output_intent(document: Any) -> Any:
    """What grey and RGB mean in this document (6.2.3)."""
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), _profile())
    profile.filters = [pdfdoc.PDFZCompress]
    name = pdfdoc.PDFString(CONDITION)
    return pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"), "S": pdfdoc.PDFName("GTS_PDFA1"), "OutputConditionIdentifier": name,
            "Info": name, "RegistryName": pdfdoc.PDFString("http://www.color.org"),
            "DestOutputProfile": document.Reference(profile, "outputProfile"),
        }
    )  # fmt: skip


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return PROFILE.read_bytes()
