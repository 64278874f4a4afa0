"""What ISO 19005-2:2011 asks of a PDF/A-2b file, clause by clause, as far as our papers use the format.

`faults` reads a file as a validator does and names the clause that it breaks. It is written for what can occur in them:
one revision, a plain cross-reference table, TrueType fonts of one byte a character, JPEG and Flate pictures.
"""

from __future__ import annotations

import io
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, StreamObject

OPERATORS = set(
    re.findall(
        r"\S+",
        "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q"
        " re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"",
    )
)
CMYK = {"k", "K"}
SAME = {"/Title": "dc:title", "/Author": "dc:creator", "/Creator": "xmp:CreatorTool", "/Producer": "pdf:Producer"}
FORBIDDEN = {  # in the catalog
    "/Perms": "6.1.12 permissions",
    "/AcroForm": "6.4.1 forms",
    "/OpenAction": "6.5.1 actions",
    "/AA": "6.5.2 actions",
    "/OCProperties": "6.9 optional content",
    "/Requirements": "6.11 requirements",
    "/Collection": "6.8 embedded files",
    "/AF": "6.8 embedded files",
}
NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/", "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}  # fmt: skip


def faults(data: bytes) -> list[str]:
    """Every clause that is broken, with what breaks it."""
    reader = PdfReader(io.BytesIO(data), strict=True)
    found = [*_syntax(data), *_trailer(data, reader), *_catalog(reader), *_metadata(reader), *_intent(reader)]
    for n, page in enumerate(reader.pages):
        found += [f"{fault} (page {n + 1})" for fault in _page(page, reader)]
    for held in objects(reader):
        found += _object(held)
    return found


def objects(reader: PdfReader) -> Iterator[Any]:
    for number in range(1, int(reader.trailer["/Size"])):
        yield reader.get_object(number)


# -- the file --------------------------------------------------------------------------------------------------


def _syntax(data: bytes) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", data):
        yield "6.1.2 file header, and a comment of four bytes above 127"
    if not re.search(rb"%%EOF\r?\n?\Z", data):
        yield "6.1.3 nothing after the end of the file"
    if not re.search(rb"\nxref\n0 \d+\n\d{10} \d{5} f", data):
        yield "6.1.4 cross-reference table"
    for begin in re.finditer(rb"\nstream(\r?\n)", data):
        length = re.search(
            rb"/Length (\d+)\b(?!.*/Length )", data[data.rfind(b" obj\n", 0, begin.start()) : begin.start()], re.S
        )
        end = begin.end() + (int(length[1]) if length else 0)
        if not re.match(rb"\r?\nendstream\r?\n", data[end : end + 13]):
            yield f"6.1.7.1 stream of the length told, ended by a line of its own, at {begin.start()}"
    for number in re.finditer(rb"(?:^|\n)(\d+) (\d+) obj([^\n\r])", data):
        yield f"6.1.9 object {number[1].decode()} begins on a line of its own"


def _trailer(data: bytes, reader: PdfReader) -> Iterator[str]:
    ids = reader.trailer.get("/ID")
    if ids is None or len(ids) != 2 or not all(len(one) >= 16 for one in ids):
        yield "6.1.3 file identifier"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3 no encryption"
    if int(reader.trailer["/Size"]) > 8_388_607:
        yield "6.1.13 number of objects"


def _catalog(reader: PdfReader) -> Iterator[str]:
    root: Any = reader.trailer["/Root"]
    for key, clause in FORBIDDEN.items():
        if key in root:
            yield clause
    names: Any = root.get("/Names", {})
    for key in ("/JavaScript", "/EmbeddedFiles", "/AlternatePresentations"):
        if key in names:
            yield f"6.5.1, 6.8, 6.10 names of {key}"


def _metadata(reader: PdfReader) -> Iterator[str]:
    held: Any = reader.trailer["/Root"].get("/Metadata")
    if held is None:
        yield "6.6.2.1 metadata"
        return
    held = held.get_object()
    raw = held.get_data()
    if held.get("/Type") != "/Metadata" or held.get("/Subtype") != "/XML":
        yield "6.6.2.1 metadata of type XML"
    if (
        not raw.startswith(b"<?xpacket begin=")
        or b"bytes=" in raw.split(b"?>")[0]
        or b"encoding=" in raw.split(b"?>")[0]
    ):
        yield "6.6.2.1 packet header without bytes and encoding"
    tree = ET.fromstring(raw.decode("utf-8").lstrip("\ufeff"))
    told = {path: _told(tree, path) for path in ("pdfaid:part", "pdfaid:conformance", *SAME.values())}
    if (told["pdfaid:part"], told["pdfaid:conformance"]) != ("2", "B"):
        yield "6.6.4 version and conformance level"
    info: Any = reader.trailer.get("/Info") or {}
    for key, path in SAME.items():
        if key in info and info[key].strip() != told[path]:
            yield f"6.6.3 {key} says other than {path}"
    for key in info:
        if key not in SAME:
            yield f"6.6.3 {key} is in the old description only"


def _told(tree: ET.Element, path: str) -> str | None:
    found = tree.find(f".//{path}", NS)
    return None if found is None else "".join(found.itertext()).strip()


def _intent(reader: PdfReader) -> Iterator[str]:
    intents: Any = reader.trailer["/Root"].get("/OutputIntents", [])
    ours = [one.get_object() for one in intents if one.get_object().get("/S") == "/GTS_PDFA1"]
    if len(ours) != 1:
        yield "6.2.3 one output intent"
        return
    profile = ours[0].get("/DestOutputProfile")
    if profile is None or not ours[0].get("/OutputConditionIdentifier"):
        yield "6.2.3 output profile and its name"
        return
    raw = profile.get_object().get_data()
    if raw[36:40] != b"acsp" or len(raw) != struct.unpack(">I", raw[:4])[0]:
        yield "6.2.2 a whole ICC profile"
    if raw[8] > 4 or (raw[8] == 4 and raw[9] > 0x20) or raw[12:16] not in (b"prtr", b"mntr", b"scnr", b"spac"):
        yield "6.2.2 version and class of the profile"
    if {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}.get(raw[16:20]) != profile.get_object().get("/N"):
        yield "6.2.2 number of colours"


# -- pages -----------------------------------------------------------------------------------------------------


def _page(page: Any, reader: PdfReader) -> Iterator[str]:
    for key, clause in {"/Annots": "6.3 annotations", "/AA": "6.5.2 actions", "/PresSteps": "6.10 presentations",
                        "/Group": "6.2.10 transparency"}.items():  # fmt: skip
        if key in page:
            yield clause
    if "/Resources" not in page:
        yield "6.2.2 resources of the page itself"
        return
    sides = [float(side) for side in page.mediabox[2:]]
    if not all(3 <= side <= 14_400 for side in sides):
        yield "6.1.13 size of the page"
    yield from _contents(ContentStream(page.get_contents(), reader), page["/Resources"])


def _contents(stream: ContentStream, resources: Any) -> Iterator[str]:
    fonts = {name: Program(held.get_object()) for name, held in resources.get("/Font", {}).items()}
    depth, font = 0, None
    for values, operator in stream.operations:
        name = operator.decode()
        depth += {"q": 1, "Q": -1}.get(name, 0)
        if depth > 28:
            yield "6.1.13 depth of saved states"
        if name not in OPERATORS:
            yield f"6.2.2 operator {name}"
        elif name in CMYK:
            yield "6.2.4.3 colours of the output profile"
        elif name == "Tf":
            font = fonts.get(values[0])
            if font is None:
                yield f"6.2.2 font {values[0]} is in the resources"
        elif name == "Do" and values[0] not in resources.get("/XObject", {}):
            yield f"6.2.2 drawing {values[0]} is in the resources"
        elif name in ("Tj", "TJ") and font is not None:
            shown = values[0] if name == "TJ" else [values[0]]
            for part in shown:
                if isinstance(part, (str, bytes)):
                    yield from font.check(part.original_bytes)
    if depth:
        yield "6.2.2 as many states restored as saved"


class Program:
    """One font, as it is embedded."""

    def __init__(self, held: Any) -> None:
        self.held, self.seen, self.told = held, set(), held.get("/BaseFont")
        descriptor: Any = held.get("/FontDescriptor", DictionaryObject()).get_object()
        file: Any = descriptor.get("/FontFile2")
        self.faults = []
        if held.get("/Subtype") != "/TrueType" or file is None:
            self.faults.append(f"6.2.11.4.1 {self.told} is embedded")
            self.data = b""
            return
        self.data = file.get_object().get_data()
        count = struct.unpack(">H", self.data[4:6])[0]
        tables = [struct.unpack(">4s3I", self.data[12 + 16 * n : 28 + 16 * n]) for n in range(count)]
        self.tables = {tag: self.data[offset : offset + length] for tag, _sum, offset, length in tables}
        if (
            not descriptor["/Flags"] & 4
            or "/Encoding" in held
            or struct.unpack(">H", self.tables[b"cmap"][2:4])[0] != 1
        ):
            self.faults.append(f"6.2.11.6 {self.told} is symbolic, without an encoding, with one map")
        if file.get_object().get("/Length1") != len(self.data):
            self.faults.append(f"6.2.11.2 {self.told} has the length told")
        self.unicode = dict(re.findall(r"<(\w\w)> <(\w+)>", held["/ToUnicode"].get_object().get_data().decode()))
        self._maps()

    def _maps(self) -> None:
        cmap = self.tables[b"cmap"]
        at = struct.unpack(">I", cmap[8:12])[0]
        kind, _length, _language, first, count = struct.unpack(">5H", cmap[at : at + 10])
        assert (kind, first) == (6, 0)
        self.glyphs = struct.unpack(f">{count}H", cmap[at + 10 : at + 10 + 2 * count])
        full = struct.unpack(">H", self.tables[b"hhea"][34:36])[0]
        pairs = struct.unpack(f">{2 * full}H", self.tables[b"hmtx"][: 4 * full])
        self.widths = pairs[::2]

    def check(self, codes: bytes) -> Iterator[str]:
        yield from self.faults
        self.faults = []
        for code in sorted(set(codes) - self.seen if self.data else ()):
            self.seen.add(code)
            glyph = self.glyphs[code] if code < len(self.glyphs) else 0
            if not glyph:
                yield f"6.2.11.8 {self.told} has a glyph for code {code}"
            wide = self.widths[min(glyph, len(self.widths) - 1)]
            if abs(self.held["/Widths"][code - self.held["/FirstChar"]] - wide) > 1:
                yield f"6.2.11.5 {self.told} has the width told for code {code}"
            if int(self.unicode.get(f"{code:02X}", "0"), 16) in (0, 0xFEFF, 0xFFFE):
                yield f"6.2.11.7.2 {self.told} says which text code {code} is"


# -- whatever is in it ---------------------------------------------------------------------------------------------


def _object(held: Any) -> Iterator[str]:
    """An object with what it holds itself; what it points to has a number of its own."""
    if isinstance(held, ArrayObject):
        for value in held:
            yield from _object(value)
    if not isinstance(held, DictionaryObject):
        return
    for value in held.values():
        yield from _object(value)
    for key, value in held.items():
        if len(key) > 128 or (isinstance(value, str) and len(value) > 32_767):
            yield f"6.1.13 length of {key[:30]}"
    if {"/TR", "/TR2", "/HTP", "/SMask", "/ca", "/CA"} & set(held):
        yield "6.2.5, 6.2.10 graphics state"
    if held.get("/Type") == "/Action" or held.get("/S") in ("/JavaScript", "/Launch", "/URI"):
        yield "6.5.1 actions"
    if held.get("/Type") in ("/Filespec", "/EmbeddedFile"):
        yield "6.8 embedded files"
    if isinstance(held, StreamObject):
        yield from _stream(held)


def _stream(held: StreamObject) -> Iterator[str]:
    filters = held.get("/Filter", [])
    for one in filters if isinstance(filters, list) else [filters]:
        if one not in ("/FlateDecode", "/DCTDecode"):
            yield f"6.1.7.2 filter {one}"
    if {"/F", "/FFilter", "/FDecodeParms"} & set(held):
        yield "6.1.7.1 stream within the file"
    if held.get("/Subtype") == "/Image":
        if {"/Alternates", "/OPI", "/SMask"} & set(held) or held.get("/Interpolate"):
            yield "6.2.8 picture as it is"
        if held.get("/ColorSpace") not in ("/DeviceGray", "/DeviceRGB"):
            yield "6.2.4.3 colours of the output profile"
    if held.get("/Subtype") in ("/PS", "/Form") and {"/OPI", "/PS", "/Ref"} & set(held):
        yield "6.2.9 closed drawings"
