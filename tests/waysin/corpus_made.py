"""Files as people's programs write them, each with what it holds: the ones kept beside, and those made here.

LibreOffice 7.4 wrote `corpus/libreoffice-*`; the numbered ones are small inputs that once were read wrongly.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl.styles import PatternFill

from tests.waysin.files import PARCEL_HEADINGS, csv_bytes, saved, workbook, xlsx_bytes

FOLDER = Path(__file__).parent / "corpus"
EVENTS = ["单号", "事件", "时间", "说明"]
ROWS = [[f"7730000{i:05}", "620825100208", f"王小{'明红军'[i % 3]}", f"1389330000{i}"] for i in (1, 2, 3)]
TITLE = ["庄浪县分拨中心出库清单", "", "", ""]
TOTAL = ["合计", "", "", "3 件"]
ALL = tuple(row[0] for row in ROWS)


@dataclass(frozen=True)
class Held:
    """What a file holds: numbers of its good lines, line → code of the bad ones, and what is no line of it.

    `code` is that of a file that is refused as a whole.
    """

    good: tuple = ALL
    bad: dict[int, str] = field(default_factory=dict)
    titles: int = 1
    empty: int = 0
    footers: int = 0
    unread: tuple[str, ...] = ()
    kind: str = "parcels"
    code: str = ""


TABLE = [PARCEL_HEADINGS, *ROWS]
FRAMED = [TITLE, ["打印时间：2026-11-30 18:00"], *TABLE, TOTAL]
PLAIN, IN_FRAME = Held(), Held(titles=3, footers=1)


def changed(content: bytes, **parts) -> bytes:
    """A workbook with its parts (by the end of their names) put through functions of bytes, or renamed by a text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data, name = old.read(entry), entry.filename
            for part, change in parts.items():
                if name.replace(".", "_").replace("/", "_").endswith(part):
                    name, data = (name.replace(*change), data) if isinstance(change, tuple) else (name, change(data))
            new.writestr(name, data)
    return out.getvalue()


def sheet_changed(change, rows=TABLE) -> bytes:
    return changed(xlsx_bytes(rows), sheet1_xml=change)


def prefixed(data: bytes) -> bytes:
    data = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data)
    return data.replace(b"xmlns=", b"xmlns:x=", 1)


def strict(data: bytes) -> bytes:
    return data.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006", b"http://purl.oclc.org/ooxml/spreadsheetml"
    )


def without_references(data: bytes) -> bytes:
    return re.sub(rb'<row r="\d+"', b"<row", re.sub(rb'<c r="[A-Z]+\d+"', b"<c", data))


def built(make, rows=TABLE) -> bytes:
    book = workbook(rows)
    make(book, book.active)
    return saved(book)


def filled_below(_book, sheet):
    for row in range(5, 3000):
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor="FFFF00")
    for place, row in enumerate(ROWS[:2]):
        for column, value in enumerate(row):
            sheet.cell(3000 + place, column + 1).value = value


def hidden_sheets(book, _sheet):
    for state, name in (("hidden", "上月"), ("veryHidden", "代码表")):
        other = book.create_sheet(name)
        for row in TABLE:
            other.append(row)
        other.sheet_state = state
    book.create_sheet("填写说明").append(["每行一件"])
    book.create_sheet("Sheet3")


def dated(book, sheet):
    moment, day = (dt.datetime.fromisoformat(text) for text in ("2026-11-29T08:30", "2026-11-29"))
    formats = [
        (moment, "yyyy-mm-dd hh:mm"), (day, "yyyy-mm-dd"), (moment, 'yyyy"年"m"月"d"日" h"时"mm"分"'),
        (day, "yyyy/m/d h:mm:ss"), (day, '[$-804]yyyy"年"m"月"d"日";@'), (day, "m月d日"),
    ]  # fmt: skip
    for place, (value, form) in enumerate(formats):
        sheet.append([f"77300000000{place}", "揽收", value])
        sheet.cell(place + 2, 3).number_format = form


def dated_1904(book, sheet):
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    dated(book, sheet)


DATED = Held(
    good=("773000000000", "773000000002", "773000000003"),
    bad={3: "time_without_clock", 6: "time_without_clock", 7: "time_without_clock"}, kind="events",
)  # fmt: skip
LO_DATED = Held(good=("773000000001", "773000000003", "773000000004"), bad={3: "time_without_clock"}, kind="events")
FIRST = Held(good=("78099000000001",))
ONE_BAD = 'number,name\n1234567,a\n1234568,"b\n1234569,c\n'
PAGE = b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>x</td></tr></table></html>'


def made() -> dict[str, tuple[bytes, Held]]:
    """Name → (content, what it holds)."""
    return {**_texts(), **_workbooks(), **_others()}


def _texts() -> dict[str, tuple[bytes, Held]]:
    found = {
        f"csv {encoding} {name}": (csv_bytes(FRAMED, encoding, sign), IN_FRAME)
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")
        for name, sign in (("comma", ","), ("tab", "\t"), ("semicolon", ";"), ("bar", "|"), ("full width", "，"))
        if encoding != "utf-16" or sign in ",\t"
    }
    quoted = [[f'"{cell}"' for cell in row] for row in TABLE]
    return found | {
        "csv old mac ends": (csv_bytes(TABLE, end="\r"), PLAIN),
        "csv all quoted": (csv_bytes(quoted), PLAIN),
        "csv sep line": (b"sep=;\r\n" + csv_bytes(TABLE, separator=";"), Held(titles=2)),
        "csv blank lines": (csv_bytes([[], *TABLE[:3], [], ["", "", "", ""], TABLE[3], [], []]), Held(empty=3)),
        "csv excel text trick": (
            csv_bytes([PARCEL_HEADINGS, *([f'"=""{r[0]}"""', *r[1:]] for r in ROWS)]), PLAIN,
        ),
        "csv stray quote": (
            csv_bytes([*TABLE[:2], ["773000000009", "620825100208", '"王', "1"], *TABLE[2:]]),
            Held(bad={3: "bad_quotes"}),
        ),
        "csv cut sign": (
            csv_bytes([*TABLE * 9, []]) + b"773000000009,620825100208,\xe7\x8e,1\r\n",
            Held(good=ALL * 9, titles=9, bad={37: "bad_text"}),
        ),
        "csv page headings": (csv_bytes([*TABLE, *TABLE]), Held(good=ALL * 2, titles=2)),
        "csv title of semicolons": (csv_bytes([["庄浪;分拨;导出：测试"], *TABLE]), Held(titles=2)),
        "csv several totals": (
            csv_bytes([*TABLE, ["小计", "", "", ""], ["", "", "", ""], ["制表人：王", "", "审核：", ""]]),
            Held(empty=1, footers=2),
        ),
        "csv lines in a cell": (
            csv_bytes([*TABLE[:3], ["773000000003", "620825100208", '"王\n小\n明"', ""]]), PLAIN,
        ),
    }  # fmt: skip


def _workbooks() -> dict[str, tuple[bytes, Held]]:
    lie = rb'<dimension ref="A1:B2"/>'
    two_lines = [["快递单号", "目的地区划代码", "收件人", ""], ["", "", "姓名", ""], *ROWS]
    return {
        "xlsx": (xlsx_bytes(TABLE), PLAIN),
        "xlsx framed": (xlsx_bytes(FRAMED), IN_FRAME),
        "xlsx no dimension": (sheet_changed(lambda d: re.sub(rb"<dimension[^>]*>", b"", d)), PLAIN),
        "xlsx false dimension": (sheet_changed(lambda d: re.sub(rb"<dimension[^>]*>", lie, d)), PLAIN),
        "xlsx vast dimension": (
            sheet_changed(lambda d: re.sub(rb"<dimension[^>]*>", b'<dimension ref="A1:XFD1048576"/>', d)), PLAIN,
        ),
        "xlsx prefixes": (sheet_changed(prefixed), PLAIN),
        "xlsx strict": (changed(xlsx_bytes(TABLE), _xml=strict), PLAIN),
        "xlsx no references": (sheet_changed(without_references), PLAIN),
        "xlsx other case": (changed(xlsx_bytes(TABLE), sheet1_xml=("sheet1", "SHEET1")), PLAIN),
        "xlsx shared strings in other case": (
            changed(xlsx_bytes(TABLE), sharedStrings_xml=("shared", "SHARED")), PLAIN,
        ),
        "xlsx utf-16 part": (sheet_changed(lambda d: d.decode().encode("utf-16")), PLAIN),
        "xlsx gaps of formatted rows": (built(filled_below), Held(good=ALL + ALL[:2], empty=2995)),
        "xlsx hidden sheets": (built(hidden_sheets), Held(unread=("上月", "代码表", "填写说明"))),
        "xlsx dates": (built(dated, [EVENTS]), DATED),
        "xlsx dates from 1904": (built(dated_1904, [EVENTS]), DATED),
        "xlsx numbers": (
            xlsx_bytes([PARCEL_HEADINGS, *([int(r[0]), int(r[1]), r[2], float(r[3])] for r in ROWS)]), PLAIN,
        ),
        "xlsx merged down": (
            built(lambda _b, s: s.merge_cells("C2:C3")),
            Held(good=ALL[2:], bad={2: "merged_cells", 3: "merged_cells"}),
        ),
        "xlsx merged across": (
            built(lambda _b, s: s.merge_cells("C3:D3")), Held(good=(ALL[0], ALL[2]), bad={3: "merged_cells"}),
        ),
        "xlsx merged total": (built(lambda _b, s: s.merge_cells("A7:C7"), FRAMED), IN_FRAME),
        "xlsx merged title": (
            built(lambda _b, s: s.merge_cells("A1:D2"), FRAMED), Held(titles=2, empty=1, footers=1),
        ),
        "xlsx merged beside": (built(lambda _b, s: s.merge_cells("F1:H9")), PLAIN),
        "xlsx headings of two lines": (
            built(lambda _b, s: [s.merge_cells(f"{c}1:{c}2") for c in "AB"], two_lines), Held(titles=2),
        ),
        "xlsx headings merged across": (
            built(lambda _b, s: s.merge_cells("C1:D1")), Held(code="merged_cells"),
        ),
        "xlsx formula": (
            xlsx_bytes([*TABLE, ["=A2", "620825100208", "丁", ""], ["合计", "=COUNTA(A2:A5)", "", ""]]),
            Held(bad={5: "formula"}, footers=1),
        ),
        "xlsx with a far cell": (built(lambda _b, s: s.cell(4, 900, "x")), PLAIN),
        "xlsx headings beyond 200 columns": (
            built(lambda _b, s: s.cell(1, 201, "方向")), Held(code="too_many_columns"),
        ),
        "xlsx two sheets of data": (
            built(lambda b, _s: [b.create_sheet("六月").append(row) for row in TABLE[:1]]), Held(code="several_sheets"),
        ),
        "xlsx renamed csv": (xlsx_bytes(TABLE), PLAIN),
    }  # fmt: skip


def _others() -> dict[str, tuple[bytes, Held]]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("五月.xlsx", xlsx_bytes(TABLE))
    binary = io.BytesIO()
    with zipfile.ZipFile(binary, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    secret = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    refused = {
        "web page as xls": (PAGE, "web_page"),
        "web page with a mark": (b"\xef\xbb\xbf\r\n" + PAGE, "web_page"),
        "xml of excel 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "web_page"),
        "web page in utf-16": (PAGE.decode().encode("utf-16"), "web_page"),
        "binary workbook": (binary.getvalue(), "binary_workbook"),
        "packed": (packed.getvalue(), "packed"),
        "rar": (b"Rar!\x1a\x07\x00", "packed"),
        "pdf": (b"%PDF-1.7\n", "pdf"),
        "with a password": (secret, "encrypted"),
        "cut workbook": (xlsx_bytes(TABLE)[:900], "bad_workbook"),
        "empty": (b"", "empty_file"),
        "only headings": (csv_bytes(TABLE[:1]), "no_rows"),
        "only a total": (csv_bytes([TABLE[0], TOTAL]), "no_rows"),
        "no headings": (csv_bytes(ROWS), "no_header"),
        "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "unknown_encoding"),
    }
    return {name: (content, Held(code=code)) for name, (content, code) in refused.items()}


KEPT: dict[str, Held] = {
    "01-dimension-A1.xlsx": Held(good=("78099000000001", "78099000000002", "78099000000003")),
    "01-dimension-A1-D2.xlsx": Held(good=("78099000000001", "78099000000002", "78099000000003")),
    "03-part-name-case.xlsx": Held(good=("78099000000001", "78099000000002", "78099000000003")),
    "03-strict-ooxml.xlsx": Held(good=("78099000000001", "78099000000002", "78099000000003")),
    "05-remark-heading.csv": FIRST,
    "05-title-line-semicolons.csv": Held(good=("78099000000001",), titles=2),
    "05-title-line-tab-file.csv": Held(good=("78099000000001",), titles=2),
    "39-warehouse-list.csv": Held(good=("SF3100000000017",)),
    "libreoffice-plain.xlsx": PLAIN,
    "libreoffice-title.xlsx": IN_FRAME,
    "libreoffice-hidden.xlsx": Held(unread=("上月", "填写说明")),
    "libreoffice-dates.xlsx": LO_DATED,
    "libreoffice-d1904.xlsx": LO_DATED,
    "libreoffice-gaps.xlsx": Held(good=ALL + ALL[:2], empty=35),
    "libreoffice-merged.xlsx": Held(
        good=("773000000001", "773000000004"), bad={3: "merged_cells", 4: "merged_cells"}
    ),
    "libreoffice-formulas.xlsx": Held(bad={5: "formula"}, footers=1),
    "libreoffice-numbers.xlsx": Held(good=ALL[:2]),
    "libreoffice-wide.xlsx": PLAIN,
    **{
        f"libreoffice-{form}-title.csv": IN_FRAME
        for form in ("comma", "semicolon", "tab", "utf16", "quoted")
    },
    **{
        f"libreoffice-{form}-dates.csv": LO_DATED
        for form in ("comma", "semicolon", "tab", "utf16", "quoted")
    },
    "libreoffice-plain.ods": Held(code="open_document"),
    "libreoffice-plain.xls": Held(code="old_excel"),
    "libreoffice-plain.html": Held(code="web_page"),
    "libreoffice-plain.fods": Held(code="web_page"),
}  # fmt: skip


def kept() -> dict[str, tuple[bytes, Held]]:
    return {name: ((FOLDER / name).read_bytes(), held) for name, held in KEPT.items()}
