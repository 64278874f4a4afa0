"""CSV as people's programs write it: any usual encoding and separator, and a bad line costs itself only."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from logistics.parcels.services.imports.encodings import NOT_TEXT, encoding_of
from portal.core.workbooks import MOST_CELLS, Budget, Fault, SheetRow, bad_text, filled

SEPARATORS = ",;\t，；|"
LOOKED_AT = 10  # filled lines, in which a header must be found
MOST_LOOKED_AT = 1 << 18  # characters of them
LONGEST_LINE = 1 << 20  # characters
MOST_JOINED = 50  # lines of the text that one quoted line of the file may go over
_CHECKED_EVERY = 200  # lines


def read_csv(file: BinaryIO, rate: Callable[[list[SheetRow]], int], budget: Budget | None = None) -> Iterator[SheetRow]:
    """The filled lines of a CSV file, those that can't be split with a fault. Raises FileProblem for no text at all.

    `rate` says how well a header is found in the first lines; the separator that serves best is taken.
    """
    encoding = encoding_of(file)
    budget = budget or Budget()
    with _opened(file, encoding) as text:
        separator = _separator(text, rate)
        text.seek(0)
        for count, row in enumerate(_records(_Lines(text), separator)):
            if not count % _CHECKED_EVERY:
                budget.check()
            if filled(row):
                yield row


@contextmanager
def _opened(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The upload as text, left open behind us."""
    file.seek(0)
    keep = cast(BinaryIO, _Keep(file))
    text = io.TextIOWrapper(keep, encoding=encoding, errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def _separator(text: io.TextIOWrapper, rate: Callable[[list[SheetRow]], int]) -> str:
    """The sign under which a header is found in the first lines; the most frequent one when it is found under none."""
    start = "".join(_first_lines(text))
    best, found = "", 0
    for separator in SEPARATORS:
        if separator == SEPARATORS[0] or separator in start:
            top = islice((r for r in _records(_Lines(io.StringIO(start, "")), separator) if filled(r)), LOOKED_AT)
            points = rate(list(top))
            if points > found:
                best, found = separator, points
    return best or max(SEPARATORS, key=start.count)


def _first_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """As many as a header may stand below, and no more signs of them than a header could need."""
    signs = 0
    for line in islice(_Lines(text).rest(), LOOKED_AT * 3):
        yield line
        signs += len(line)
        if signs > MOST_LOOKED_AT:
            return


class _Lines:
    """Lines of the text with their numbers; some may be given back."""

    def __init__(self, text: io.TextIOBase):
        self._text = text
        self._back: deque[str] = deque()
        self.number = 0  # of the line taken last

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else self._text.readline(LONGEST_LINE)
        if not line:
            return None
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)

    def rest(self) -> Iterator[str]:
        while (line := self.take()) is not None:
            yield line

    def skip_rest_of(self, line: str) -> bool:
        """Whether the line was longer than may be read; what is left of it is dropped."""
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return False
        while len(more := self._text.readline(LONGEST_LINE)) == LONGEST_LINE and not more.endswith(("\n", "\r")):
            pass
        return True


def _records(lines: _Lines, separator: str) -> Iterator[SheetRow]:
    """Every line of the file, blank ones too."""
    ordinal, width = 0, 0
    while (text := lines.take()) is not None:
        line, ordinal = lines.number, ordinal + 1
        if lines.skip_rest_of(text):
            yield SheetRow(line, [text[:100]], ordinal, _too_long())
            continue
        cells = _split(text, lines, separator, width)
        if cells is None:
            yield SheetRow(line, _plain_cells(text, separator), ordinal, _bad_quotes())
            continue
        width = len(cells)
        yield SheetRow(line, cells[:MOST_CELLS], ordinal, _fault(cells), any(map(str.strip, cells[MOST_CELLS:])))


def _plain_cells(text: str, separator: str) -> list[str]:
    return text.rstrip("\r\n").split(separator)[:MOST_CELLS]


def _split(text: str, lines: _Lines, separator: str, width: int) -> list[str] | None:
    """The cells of the line that begins with `text`, over several lines of the text where a quote says so.

    None when its quotes don't match; the lines behind it are then given back.
    """
    if '"' not in text:
        return text.rstrip("\r\n").split(separator)
    pulled = [text]

    def feed() -> Iterator[str]:
        yield text
        while len(pulled) < MOST_JOINED and (more := lines.take()) is not None:
            pulled.append(more)
            yield more

    try:
        cells = next(csv.reader(feed(), delimiter=separator, strict=True))
    except csv.Error:
        cells = None
    if cells is None or _swallows(pulled, separator, width or len(cells)):
        lines.give_back(pulled[1:])
        return None
    return cells


def _swallows(pulled: list[str], separator: str, width: int) -> bool:
    """Whether a stray quote has drawn whole lines into a cell: they are then as wide as the lines around."""
    if len(pulled) == 1 or width < 2:
        return False
    ends = pulled[-1].split('"')[0]
    return any(line.count(separator) >= width - 1 for line in (*pulled[1:-1], ends))


def _fault(cells: list[str]) -> Fault | None:
    if any(NOT_TEXT.search(cell) for cell in cells):
        return bad_text()
    return None


def _bad_quotes() -> Fault:
    return Fault("bad_quotes", _("这一行的引号不配对，无法分列。请去掉多余的引号，再重新上传。"))


def _too_long() -> Fault:
    return Fault("line_too_long", _("这一行过长。请检查是否少了换行。"))


class _Keep(io.BufferedIOBase):
    """Lets TextIOWrapper read an upload without closing it."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size=-1):
        return self._file.read(size)

    def read1(self, size=-1):
        return self._file.read(size if size >= 0 else 1 << 20)

    def seek(self, offset, whence=0):
        return self._file.seek(offset, whence)

    def tell(self):
        return self._file.tell()
