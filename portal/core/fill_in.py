"""Workbooks to be filled in: headings, lines of an example, drop-down lists, and a sheet that says what belongs where.

Every cell beneath the headings is text, so that a long number loses no digit. The words of the drop-downs stand in a
hidden sheet, because Excel takes no more than 255 characters of them in the list itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from portal.core.sheets import NARROWEST, OPTIONS, WIDEST, Pen, sheet_title, width_of, write_cover
from portal.core.workbooks import LISTS

FILLED = 2000  # lines beneath the headings that have the drop-downs
MOST_WORDS = 500  # of a list: nobody looks through a longer one


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a drop-down. A closed set takes no other; an open one warns, because a code or another spelling of
    the same may be right too."""

    words: tuple[str, ...]
    closed: bool = True


def write_template(
    file: IO[bytes], *, title: str, header: Sequence[str], examples: Sequence[Sequence[str]],
    lists: Mapping[int, Words], cover_title: str = "", cover: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """Write a workbook to fill in. `lists`: by column, from 0, what its drop-down offers."""
    with Workbook(file, OPTIONS | {"constant_memory": False}) as book:
        pen = Pen(book)
        sheet = book.add_worksheet(sheet_title(title))
        sheet.freeze_panes(1, 0)
        text = book.add_format({"num_format": "@"})
        for column, name in enumerate(header):
            pen.text(sheet, 0, column, name, bold=True)
            width = max(map(width_of, [name, *(line[column] for line in examples)]))
            sheet.set_column(column, column, max(NARROWEST, min(width + 3, WIDEST)), text)
        for number, line in enumerate(examples, 1):
            for column, value in enumerate(line):
                if value:
                    sheet.write_string(number, column, value, text)
        if cover:
            write_cover(book.add_worksheet(sheet_title(cover_title)), pen, cover)
        _add_lists(book, sheet, lists)


def _add_lists(book: Workbook, sheet: Any, lists: Mapping[int, Words]) -> None:
    lists = {column: offered for column, offered in lists.items() if offered.words}
    if not lists:
        return
    hidden = book.add_worksheet(LISTS)
    hidden.very_hidden()
    for place, (column, offered) in enumerate(lists.items()):
        words = offered.words[:MOST_WORDS]
        for row, word in enumerate(words):
            hidden.write_string(row, place, word)
        letter = xl_col_to_name(place, col_abs=True)
        sheet.data_validation(1, column, FILLED, column, {
            "validate": "list", "source": f"='{LISTS}'!{letter}$1:{letter}${len(words)}",
            "error_type": "stop" if offered.closed else "warning",
            "error_title": _("请从列表中选择"),
            "error_message": _("这一格只能是列表里的内容。") if offered.closed
            else _("列表里没有这个内容。如果确定无误，可以照样填写。"),
        })  # fmt: skip
