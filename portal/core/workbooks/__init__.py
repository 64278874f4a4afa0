"""Workbooks that people send, read as they are and not as they say they are, within a budget of processor time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from portal.core.workbooks.book import LISTS, Book
from portal.core.workbooks.budget import Budget
from portal.core.workbooks.kinds import WORKBOOK, kind_of_file
from portal.core.workbooks.problems import FileProblem, OutOfTime, sentences
from portal.core.workbooks.rows import MOST_CELLS, Fault, Formula, Merged, SheetRow, bad_text, filled
from portal.core.workbooks.table import HEADER_WITHIN, Heading, Table, read_table
from portal.core.workbooks.tally import Sums, Tally, is_footer

__all__ = [
    "HEADER_WITHIN", "LISTS", "MOST_CELLS", "WORKBOOK", "Book", "Budget", "Fault", "FileProblem", "Formula", "Heading",
    "Merged", "OutOfTime", "SheetRow", "Sums", "Table", "Tally", "bad_text", "filled", "is_footer", "kind_of_file",
    "open_workbook", "read_table", "read_xlsx", "sentences",
]  # fmt: skip


def open_workbook(file: BinaryIO, budget: Budget | None = None) -> Book:
    """The workbook in `file`. Raises FileProblem with the right words when it is a file of another kind."""
    if kind_of_file(file) != WORKBOOK:
        raise FileProblem("bad_workbook")
    return Book(file, budget)


def read_xlsx(file: BinaryIO) -> Iterator[SheetRow]:
    """The filled rows of the sheet of data. Raises FileProblem."""
    yield from open_workbook(file).rows()
