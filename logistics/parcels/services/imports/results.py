"""Files that go out: results line by line, and templates to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import openpyxl
from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, ImportRow
from logistics.parcels.states import ImportState, RowResult
from logistics.parcels.warnings import as_text
from portal.core.sheets import RUNS


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading sign gets an apostrophe (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(RUNS) else text


def result_told(batch: ImportBatch, result: str) -> str:
    """What became of a line, or would: a dry run wrote nothing."""
    if batch.dry_run and result == RowResult.ACCEPTED:
        return _("可以接收")
    return str(RowResult(result).label)


def result_table(batch: ImportBatch, rows: Iterable[ImportRow]) -> list[list[str]]:
    """One line for each line of the file. Refused ones carry what stood there, ready to be mended and resent.

    The last line says where the other lines went, so that the sums add up to what the file holds.
    """
    rows = list(rows)
    headings: list[str] = next((row.raw["headings"] for row in rows if row.raw), [])
    # Named so that no heading of a file means the same: the result can be sent back.
    ours = [_("导入行号"), _("导入单号"), _("导入结果"), _("导入原因代码"), _("导入说明"), _("提醒")]
    table = [[*ours, *headings]]
    for row in rows:
        cells = row.raw["cells"] if row.raw else []
        result, told = result_told(batch, row.result), as_text(row.warnings)
        table.append([str(row.line), row.number, result, row.code, row.message, told, *cells])
    if batch.state in (ImportState.DONE, ImportState.CHECKED):
        table.append(["", "", "", "", sums_sentence(batch)])
    return [[safe(cell) for cell in line] for line in table]


def sums_sentence(batch: ImportBatch) -> str:
    said = _(
        "文件共有 %(held)s 行：接收 %(accepted)s，重复 %(duplicates)s，未接收 %(refused)s，待回答 %(asked)s，"
        "标题和表头 %(titles)s，空行 %(empty)s，合计行 %(footers)s。"
    ) % {
        name: getattr(batch, name)
        for name in ("held", "accepted", "duplicates", "refused", "asked", "titles", "empty", "footers")
    }
    if batch.unread_sheets:
        said += _("没有读取的工作表：%(names)s。") % {"names": "、".join(batch.unread_sheets)}
    return said


def as_csv(table: list[list[str]]) -> bytes:
    """With BOM, so that a spreadsheet shows the Chinese."""
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: list[list[str]]) -> bytes:
    """Every cell is text, so that no number loses digits and nothing is computed."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("数据"))
    for line in table:
        sheet.append([_text_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet, value: str):
    cell = openpyxl.cell.WriteOnlyCell(sheet, value=openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type, cell.number_format = "s", "@"
    return cell


WRITERS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
