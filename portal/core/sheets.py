"""XLSX files of any length in little memory, whose cells no spreadsheet takes for a formula.

A text that begins with = + - @ or a control character runs as a formula when a CSV is opened, or when somebody edits
the cell. Here every text is stored as a string, never as a formula or a link, and such a text carries the mark that
Excel itself sets for a leading apostrophe, so it stays text when it is edited too. (OWASP, CSV Injection.)
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
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
OPTIONS = {
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
    """Write a sheet of `rows`, and behind it one that says what this is and who took it; returns how many rows.

    Rows may come from a generator: they are written as they come and not kept. Values are text, numbers, dates,
    aware times (shown in county time) or None; anything else is written as its text. Columns are as wide as what stands
    in them, and the header filters.
    """
    with Workbook(file, OPTIONS) as book:
        pen = Pen(book)
        sheet, front = book.add_worksheet(sheet_title(title)), book.add_worksheet(sheet_title(cover_title))
        sheet.freeze_panes(1, 0)
        wide = [width_of(name) + FILTER_ARROW for name in header]
        for column, name in enumerate(header):
            pen.text(sheet, 0, column, str(name), bold=True)
        count = 0
        for count, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                pen.put(sheet, count, column, value)
                if count <= MEASURED and column < len(wide):
                    wide[column] = max(wide[column], width_of(value))
        for column, width in enumerate(wide):
            sheet.set_column(column, column, max(NARROWEST, min(width + 1, WIDEST)))
        if header:
            sheet.autofilter(0, 0, count, len(header) - 1)
        write_cover(front, pen, cover)
    return count


def write_cover(front, pen: Pen, cover: Sequence[tuple[str, str]]) -> None:
    front.set_column(0, 0, 18)
    front.set_column(1, 1, 90)
    for number, (name, value) in enumerate(cover):
        pen.text(front, number, 0, str(name), bold=True)
        pen.put(front, number, 1, value)


MEASURED = 1000  # rows whose widths are looked at: what comes behind looks like them
NARROWEST, WIDEST, FILTER_ARROW = 8, 60, 3  # in digits of the sheet's font


def width_of(value: Any) -> int:
    """Room of a value in a column, in digits: Chinese signs take two, and a time is shown as `2026-11-20 09:30:00`."""
    if isinstance(value, dt.datetime):
        return 19
    if isinstance(value, dt.date):
        return 10
    lines = str(value if value is not None else "").split("\n")
    return max(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) for line in lines)


class Pen:
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


def sheet_title(text: str) -> str:
    return _NOT_IN_TITLE.sub(" ", text)[:31].strip() or "1"
