"""A file, whatever its kind, as header and lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from logistics.parcels.services.imports.cells import SheetRow
from logistics.parcels.services.imports.columns import HEADER_WITHIN, Header, find_header
from logistics.parcels.services.imports.csv_file import read_csv
from logistics.parcels.services.imports.problems import FileProblem
from portal.core.workbooks import merged_ranges, read_xlsx

MOST_ROWS = 20_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Sheet:
    header: Header
    rows: list[SheetRow]
    complete: bool  # False when reading stopped at `at_most`


def read_sheet(file: BinaryIO, kind: str, at_most: int = MOST_ROWS) -> Sheet:
    """Header and lines of a CSV or XLSX file; what it is shows in its content, not in its name.

    Reads at most `at_most` lines. Raises FileProblem, also for more than 20,000 lines and for a file without any.
    """
    file.seek(0)
    start = file.read(4)
    if start == _OLD_EXCEL:
        raise FileProblem(
            _("这是旧版 .xls 文件或有密码的工作簿。"),
            code="old_excel",
            hint=_("请另存为 .xlsx（不加密码）后重新上传。"),
        )
    is_xlsx = start[:2] == b"PK"
    lines = (row for row in (read_xlsx(file) if is_xlsx else read_csv(file)) if _filled(row))
    top = list(islice(lines, HEADER_WITHIN))
    if not top:
        raise FileProblem(_("文件是空的。"), code="empty_file")
    header = find_header(top, kind)
    rows = [row for row in top if row.line > header.line]
    rows += islice(lines, at_most + 1 - len(rows))
    complete = len(rows) <= at_most
    if is_xlsx:
        _refuse_merged(file, header)
    if not rows:
        raise FileProblem(_("表头下面没有数据。"), code="no_rows", hint=_("请从表头的下一行开始填写。"))
    if at_most >= MOST_ROWS and not complete:
        raise FileProblem(
            _("超过 %(limit)s 行。") % {"limit": MOST_ROWS}, code="too_many_rows", hint=_("请拆成几个文件分别上传。")
        )
    return Sheet(header, rows[:at_most], complete)


def _filled(row: SheetRow) -> bool:
    return any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row.cells)


def _refuse_merged(file: BinaryIO, header: Header) -> None:
    """A title merged above the header does no harm; merged cells in header or data hide which line a value is for."""
    merged: Iterator[str] = (ref for ref, _first, last in merged_ranges(file) if last >= header.line)
    ref = next(merged, None)
    if ref:
        raise FileProblem(
            _("单元格 %(range)s 是合并的，无法判断属于哪一行。") % {"range": ref},
            code="merged_cells",
            hint=_("请取消合并，每行填写完整，再重新上传。"),
        )
