"""XLSX files that people send, by openpyxl, behind a guard: the file is measured before it is opened."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils.exceptions import InvalidFileException

from portal.core.errors import BadInput

MOST_CELLS = 200  # of a row; what stands further right is no column of ours
MOST_ENTRIES = 1000
MOST_BYTES = 200 * 1024 * 1024  # unpacked, all entries together
SMALL_BYTES = 10 * 1024 * 1024  # below this no ratio is suspicious
WORST_RATIO = 150  # repetitive sheets reach about 40
MOST_EMPTY_ROWS = 1000  # formatted but empty rows below the data
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, DefusedXmlException, KeyError, ValueError,
    TypeError, IndexError, AttributeError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


class FileProblem(BadInput):
    """The file can't be read at all; nothing of it was taken."""

    code = "bad_file"
    message = gettext_lazy("这个文件无法读取。")
    hint = gettext_lazy("请下载模板，按模板整理后重新上传。")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes instead of saying; its text is never evaluated."""

    text: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a file: its number as a person sees it, and its cells (text, number, time or Formula)."""

    line: int
    cells: list[Any]


def guard(file: BinaryIO) -> None:
    """Refuse archives that would unpack to far more than a sheet needs. Reads the directory only, unpacks nothing."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _damaged() from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileProblem(_("这个工作簿有密码保护。"), code="encrypted", hint=_("请取消密码后重新上传。"))
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_BYTES
        or (unpacked > SMALL_BYTES and unpacked / packed > WORST_RATIO)
    ):
        raise FileProblem(
            _("这个工作簿解压后异常巨大，已拒绝打开。"),
            code="unpacks_too_large",
            hint=_("请把需要的数据复制到模板里，另存后重新上传。"),
        )


def read_xlsx(file: BinaryIO) -> Iterator[SheetRow]:
    """The rows of the only visible sheet that holds data. Raises FileProblem."""
    guard(file)
    try:
        yield from _rows(file)
    except _BROKEN:
        raise _damaged() from None


def merged_ranges(file: BinaryIO) -> list[tuple[str, int, int]]:
    """(range, first row, last row) of every merged cell on the visible data sheet."""
    file.seek(0)
    try:
        book = _open(file)
        sheet = _data_sheet(book)
        with book._archive.open(sheet._worksheet_path) as stream:
            found = _scan(stream)
        book.close()
    except _BROKEN:
        raise _damaged() from None
    return found


def _scan(stream) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    tail = b""
    while chunk := stream.read(1 << 20):
        text = tail + chunk
        cut = text.rfind(b"<")
        text, tail = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        found.extend(_range(match[1].decode()) for match in _MERGED.finditer(text))
    found += [_range(match[1].decode()) for match in _MERGED.finditer(tail)]
    return found


def _range(ref: str) -> tuple[str, int, int]:
    first, last = ref.split(":")
    return ref, int(re.sub(r"\D", "", first)), int(re.sub(r"\D", "", last))


def _open(file: BinaryIO):
    file.seek(0)
    return openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)


def _data_sheet(book):
    """The one visible sheet; of several, the one that is not empty. Two with data are a question, not a guess."""
    sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
    if len(sheets) > 1:
        sheets = [s for s in sheets if not _is_note(s)]
    if len(sheets) > 1:
        raise FileProblem(
            _("工作簿里有几张工作表都有数据：%(names)s。") % {"names": "、".join(s.title for s in sheets[:5])},
            code="several_sheets",
            hint=_("请每张工作表单独存为一个文件上传。"),
        )
    if not sheets:
        raise FileProblem(
            _("没有可见的、有数据的工作表。"), code="no_sheet", hint=_("请取消隐藏工作表，或按模板填写。")
        )
    return sheets[0]


def _is_note(sheet) -> bool:
    """A sheet of explanations, or an empty one: no row with three filled cells among the first twenty."""
    rows = sheet.iter_rows(max_row=20, max_col=MOST_CELLS, values_only=True)
    return all(sum(1 for value in row if value not in (None, "")) < 3 for row in rows)


def _rows(file: BinaryIO) -> Iterator[SheetRow]:
    book = _open(file)
    try:
        empty = 0
        for cells in _data_sheet(book).iter_rows(max_col=MOST_CELLS):
            values = [_value(cell) for cell in cells]
            while values and values[-1] in (None, ""):
                values.pop()
            empty = 0 if values else empty + 1
            if empty > MOST_EMPTY_ROWS:
                return
            if values:
                yield SheetRow(next(c.row for c in cells if getattr(c, "row", None)), values)
    finally:
        book.close()


def _value(cell):
    if getattr(cell, "data_type", "n") == "f":
        return Formula(str(cell.value))
    return cell.value


def _damaged() -> FileProblem:
    return FileProblem(
        _("这个工作簿已损坏或不是 .xlsx 文件。"),
        code="bad_workbook",
        hint=_("请用表格软件打开后另存为 .xlsx，再重新上传。"),
    )
