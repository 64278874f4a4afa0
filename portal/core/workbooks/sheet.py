"""The parts that hold a workbook's cells: shared texts and sheets, parsed piece by piece."""

from __future__ import annotations

import re
from typing import IO, Any

from portal.core.workbooks.archive import feed
from portal.core.workbooks.budget import Budget
from portal.core.workbooks.problems import FileProblem
from portal.core.workbooks.rows import MOST_CELLS, Formula, Merged, SheetRow
from portal.core.workbooks.values import Styles, moment_of, number_of, plain

MOST_SHARED = 50_000_000  # characters of shared texts; 20,000 full lines hold about eight million
MOST_LINES = 1_048_576  # ECMA-376 part 1, 18.3.1.73
MOST_MERGED = 100_000
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


def shared_texts(stream: IO[bytes], budget: Budget) -> list[str]:
    handler = _Shared()
    for _piece in feed(stream, handler, budget):
        if handler.characters > MOST_SHARED:
            raise FileProblem("unpacks_too_large")
    return handler.texts


class _Shared:
    def __init__(self):
        self.texts: list[str] = []
        self.characters = 0
        self._parts: list[str] = []
        self._reading = False
        self._phonetic = 0

    def start(self, tag, _attributes):
        if tag == "si":
            self._parts = []
        elif tag == "rPh":  # how a name is spoken: no part of what is written
            self._phonetic += 1
        elif tag == "t":
            self._reading = not self._phonetic

    def end(self, tag):
        if tag == "t":
            self._reading = False
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "si":
            text = plain("".join(self._parts))
            self.characters += len(text)
            self.texts.append(text)

    def text(self, data):
        if self._reading:
            self._parts.append(data)


class Cells:
    """Builds the rows of a sheet from its elements. Rows without any content are left out; gaps show in the numbers.

    What a sheet says about its own size is never asked.
    """

    def __init__(self, shared: list[str], styles: Styles):
        self.rows: list[SheetRow] = []  # taken away by whoever feeds
        self.merged: list[Merged] = []
        self._shared, self._styles = shared, styles
        self._line = 0
        self._cells: list[Any] = []
        self._beyond = False
        self._column = -1
        self._type: str | None = None
        self._style: str | None = None
        self._parts: list[str] = []
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._phonetic = 0

    def start(self, tag, attributes):
        if tag == "c":
            self._start_cell(attributes)
        elif tag in ("v", "t"):
            self._into = None if self._phonetic else self._parts
        elif tag == "f":
            self._formula = self._into = []
        elif tag == "row":
            self._start_row(attributes.get("r", ""))
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag):
        if tag in ("v", "t", "f"):
            self._into = None
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._phonetic -= 1

    def text(self, data):
        if self._into is not None:
            self._into.append(data)

    def _start_row(self, number: str) -> None:
        line = int(number) if number.isascii() and number.isdigit() else 0
        self._line = line if line > self._line else self._line + 1
        if self._line > MOST_LINES:
            raise ValueError("a line beyond the end of a sheet")
        self._cells, self._beyond, self._column = [], False, -1

    def _start_cell(self, attributes) -> None:
        found = _REF.match(attributes.get("r", ""))
        self._column = column_of(found[1]) if found else self._column + 1
        self._type, self._style = attributes.get("t"), attributes.get("s")
        self._parts, self._formula = [], None

    def _end_cell(self) -> None:
        if not self._parts and self._formula is None:
            return
        value = self._value()
        if value is None or value == "":
            return
        if self._column >= MOST_CELLS:
            self._beyond = True
            return
        while len(self._cells) <= self._column:
            self._cells.append(None)
        self._cells[self._column] = value

    def _value(self) -> Any:
        if self._formula is not None:
            return Formula("=" + "".join(self._formula))
        text, kind = "".join(self._parts), self._type
        if kind == "s":
            return self._shared[int(text)]
        if kind in ("str", "inlineStr", "e"):
            return plain(text)
        text = text.strip()
        if not text:
            return None
        if kind == "b":
            return text not in ("0", "false")
        if kind == "d":
            return moment_of(text)
        number = number_of(text)
        return number if isinstance(number, str) else self._styles.value(number, self._style)

    def _end_row(self) -> None:
        if self._cells or self._beyond:
            self.rows.append(SheetRow(self._line, self._cells, beyond=self._beyond))

    def _merge(self, ref: str) -> None:
        if len(self.merged) >= MOST_MERGED:
            raise FileProblem("unpacks_too_large")
        corners = [_REF.fullmatch(corner) for corner in ref.split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (left, top), (right, bottom) = ((column_of(c[1]), int(c[2])) for c in corners if c)
            self.merged.append(Merged(ref, top, left, bottom, right))


def column_of(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
