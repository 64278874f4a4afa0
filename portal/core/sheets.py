"""XLSX files of any length in little memory, whose cells no spreadsheet takes for a formula.

A text that begins with = + - @ or a control character runs as a formula when a CSV is opened, or when somebody edits
the cell. Here every text is stored as a string, never as a formula or a link, and such a text carries the mark that
Excel itself sets for a leading apostrophe, so it stays text when it is edited too. (OWASP, CSV Injection.)
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook

from portal.core.clock import COUNTY_TIME

MAX_TEXT = 32_767  # characters of one cell, by the format
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NOT_IN_TITLE = re.compile(r"[\\/*?:\[\]']")
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def write_workbook(
    file: IO[bytes],
    *,
    cover_title: str,
    cover: Sequence[tuple[str, str]],
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Write a sheet that says what this is and who took it, and a sheet of `rows`; returns how many rows were written.

    Rows may come from a generator: they are written as they come and not kept. Values are text, numbers, dates,
    aware times (shown in county time) or None; anything else is written as its text.
    """
    with Workbook(file, _OPTIONS) as book:
        pen = _Pen(book)
        front = book.add_worksheet(_sheet_title(cover_title))
        front.set_column(0, 0, 18)
        front.set_column(1, 1, 90)
        for number, (name, value) in enumerate(cover):
            pen.text(front, number, 0, str(name), bold=True)
            pen.put(front, number, 1, value)
        sheet = book.add_worksheet(_sheet_title(title))
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.set_column(column, column, max(12, min(2 * len(name) + 4, 40)))
            pen.text(sheet, 0, column, str(name), bold=True)
        count = 0
        for count, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                pen.put(sheet, count, column, value)
    return count


class _Pen:
    """Writes one cell by the type of its value. Formats belong to a workbook, so there is one pen a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.bold = book.add_format({"bold": True})
        self.quoted = book.add_format({"quote_prefix": True})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})

    def put(self, sheet, row: int, column: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, value)
        elif isinstance(value, dt.datetime):
            local = value.astimezone(COUNTY_TIME).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, local.replace(microsecond=0), self.time)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, self.day)
        else:
            self.text(sheet, row, column, str(value))

    def text(self, sheet, row: int, column: int, text: str, *, bold: bool = False) -> None:
        text = _NOT_XML.sub("", text)[:MAX_TEXT]
        sheet.write_string(row, column, text, self.bold if bold else self.quoted if text.startswith(RUNS) else None)


def _sheet_title(text: str) -> str:
    return _NOT_IN_TITLE.sub(" ", text)[:31].strip() or "1"
