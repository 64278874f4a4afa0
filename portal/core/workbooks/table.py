"""A sheet as heading and entries, with the sums of where its lines went. One pass."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from portal.core.workbooks.book import Book
from portal.core.workbooks.budget import Budget
from portal.core.workbooks.kinds import WORKBOOK, kind_of_file
from portal.core.workbooks.problems import FileProblem, OutOfTime
from portal.core.workbooks.rows import BAD_TEXT, Fault, Merged, SheetRow, legible
from portal.core.workbooks.tally import Sums, Tally, is_footer

HEADER_WITHIN = 10  # filled lines; above the heading people write a title


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands, which columns are ours, and the one without which no line is an entry, if any.

    `found` is whatever the finder makes of it.
    """

    line: int
    columns: frozenset[int]
    key: int | None = None
    found: Any = None


Finder = Callable[[Sequence[SheetRow]], Heading]
Lines = Callable[[BinaryIO, Budget], Iterator[SheetRow]]


@dataclass(frozen=True, slots=True)
class Table:
    """`complete` is False when reading stopped early; `heading` is then None if it was not even found.

    Rows with a fault are entries that can't be taken.
    """

    heading: Heading | None
    rows: list[SheetRow]
    complete: bool
    sums: Sums = field(default_factory=Sums)


def read_table(
    file: BinaryIO,
    find: Finder,
    *,
    most_rows: int,
    at_most: int | None = None,
    seconds: float | None = None,
    text: Lines | None = None,
) -> Table:
    """Heading and entries of a workbook, or with `text` of a text file as well.

    `find` gets the first filled lines and raises FileProblem when none of them is a heading. Hands on at most `at_most`
    entries and reads on to count them, for at most `seconds` of processor time. Raises FileProblem, also for more than
    `most_rows` entries and for none.
    """
    reading = _Reading(find, most_rows, most_rows if at_most is None else at_most)
    budget = Budget(seconds)
    try:
        if kind_of_file(file) == WORKBOOK:
            book = Book(file, budget)
            reading.take(book.rows())
            reading.merged, reading.unread = book.merged, book.unread
        elif text is not None:
            reading.take(text(file, budget), of_text=True)
        else:
            raise FileProblem("bad_workbook")
    except OutOfTime:
        return Table(reading.heading, reading.rows, False)
    return reading.table()


class _Reading:
    def __init__(self, find: Finder, most_rows: int, at_most: int):
        self.find, self.most_rows, self.at_most = find, most_rows, at_most
        self.heading: Heading | None = None
        self.rows: list[SheetRow] = []
        self.tally = Tally()
        self.merged: list[Merged] = []
        self.unread: list[str] = []
        self._headings: list[Any] = []

    def take(self, lines: Iterator[SheetRow], *, of_text: bool = False) -> None:
        """In a file of text, cells beyond the last heading say that a separator stands in a cell before them."""
        lines = map(legible, lines)
        top = list(islice(lines, HEADER_WITHIN))
        if not top:
            raise FileProblem("empty_file")
        heading = self.heading = self.find([row for row in top if row.fault is None or row.fault.code == BAD_TEXT])
        for row in chain(top, lines):
            if row.line <= heading.line:
                self._title(row, heading)
            elif row.fault is None and row.cells == self._headings:  # printed again at the top of a page
                self.tally.add(row, "titles")
            elif row.fault is None and is_footer(row, heading.key):
                self.tally.add(row, "footers")
            else:
                self._entry(_in_columns(row, self._headings) if of_text else row)

    def _title(self, row: SheetRow, heading: Heading) -> None:
        self.tally.add(row, "titles")
        if row.line == heading.line:
            self._headings = row.cells
            if row.beyond:
                raise FileProblem("too_many_columns", line=row.line)

    def _entry(self, row: SheetRow) -> None:
        self.tally.add(row, "lines")
        if self.tally.lines > self.most_rows:
            raise FileProblem("too_many_rows", limit=self.most_rows)
        if len(self.rows) < self.at_most:
            self.rows.append(row)

    def table(self) -> Table:
        """What was read, once the file has come to its end."""
        heading = self.heading
        if heading is None:
            raise FileProblem("empty_file")
        complete = len(self.rows) == self.tally.lines
        rows = self._judge_merged(heading) if complete else self.rows
        if not rows:
            raise FileProblem("no_rows")
        return Table(heading, rows, complete, self.tally.sums(self.unread))

    def _judge_merged(self, heading: Heading) -> list[SheetRow]:
        """A title merged above the heading does no harm. A heading merged downwards takes lines along; one merged
        sideways hides which column is which; below, a merged cell costs the lines it touches in our columns."""
        line = heading.line
        columns = sorted(heading.columns)
        touching = [m for m in self.merged if m.bottom >= line and _covers(m, columns)]
        for merged in touching:
            if merged.top <= line and merged.left != merged.right:
                raise FileProblem("merged_cells", range=merged.ref)
        last = max((m.bottom for m in touching if m.top <= line), default=line)
        below = [m for m in touching if m.top > line]
        rows = [row for row in self.rows if row.line > last]
        self.tally.move(len(self.rows) - len(rows), "lines", "titles")
        return list(_touched(rows, below)) if below else rows


def _in_columns(row: SheetRow, headings: list[Any]) -> SheetRow:
    """The row, or where more of it is filled than there are headings, the whole in its first cell and refused: nobody
    knows which of its columns is which, and sent again as it is it is no entry either."""
    last = max((place for place, heading in enumerate(headings, 1) if str(heading or "").strip()), default=0)
    if row.fault is not None or not (row.beyond or any(str(cell).strip() for cell in row.cells[last:])):
        return row
    told = _("这一行比表头多出几格，可能有一格里带了分隔符（如逗号），后面各列已错位。请给这一格加上引号，再重新上传。")
    return replace(row, cells=[",".join(map(str, row.cells))], fault=Fault("too_many_cells", told))


def _covers(merged: Merged, columns: list[int]) -> bool:
    """Whether the range goes over one of the columns, given in order."""
    place = bisect_left(columns, merged.left)
    return place < len(columns) and columns[place] <= merged.right


def _touched(rows: list[SheetRow], merged: list[Merged]) -> Iterator[SheetRow]:
    """The rows in their order, those that a merged range touches with a fault."""
    sentence = _("单元格 %(range)s 是合并的，无法判断属于哪一行、哪一列。请取消合并，每格填写完整。")
    ahead = sorted(merged, key=lambda m: m.top, reverse=True)
    lowest: Merged | None = None  # of those begun so far
    for row in rows:
        while ahead and ahead[-1].top <= row.line:
            begun = ahead.pop()
            lowest = begun if lowest is None or begun.bottom > lowest.bottom else lowest
        if lowest is not None and lowest.bottom >= row.line and row.fault is None:
            yield replace(row, fault=Fault("merged_cells", sentence % {"range": lowest.ref}))
        else:
            yield row
