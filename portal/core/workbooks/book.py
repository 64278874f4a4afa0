"""An XLSX file from its parts to the rows of its one sheet of data, in a single pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from portal.core.workbooks.archive import BROKEN, Archive, elements, feed
from portal.core.workbooks.budget import Budget
from portal.core.workbooks.problems import FileProblem
from portal.core.workbooks.rows import Merged, SheetRow, filled
from portal.core.workbooks.sheet import Cells, shared_texts
from portal.core.workbooks.values import Styles

_LOOKED_AT = 20  # rows of each sheet, to tell data from notes
LISTS = "_lists"  # a hidden sheet with the words of drop-downs, in templates of the portal
_FULL = 3  # filled cells of a row of data


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    part: str
    hidden: bool


class Book:
    """The sheet of data of a workbook, and the names of the sheets beside it.

    Raises FileProblem when it is damaged, a bomb or no workbook, or when several visible sheets hold data; passes
    OutOfTime on. `merged` is complete when `rows` has come to its end.
    """

    def __init__(self, file: BinaryIO, budget: Budget | None = None):
        self._budget = budget or Budget()
        self.merged: list[Merged] = []
        self.unread: list[str] = []
        self._archive = Archive(file, self._budget)
        try:
            self._open()
        except BROKEN:
            raise FileProblem("bad_workbook") from None

    def _open(self) -> None:
        main = next((part for _id, kind, part in self._archive.related("") if kind == "officeDocument"), "")
        main = main if main and self._archive.has(main) else "xl/workbook.xml"
        if not self._archive.has(main):
            self._archive.refuse_others()
        if main.lower().endswith(".bin"):
            raise FileProblem("binary_workbook")
        related = self._archive.related(main)
        sheets, from_1904 = self._sheets(main, {id: part for id, kind, part in related if kind == "worksheet"})
        parts = {kind: part for _id, kind, part in related}
        self._styles = Styles(from_1904=from_1904)
        if self._archive.has(parts.get("styles", "")):
            self._styles = Styles(self._archive.open(parts["styles"]), self._budget, from_1904=from_1904)
        self._shared: list[str] = []
        if self._archive.has(parts.get("sharedStrings", "")):
            self._shared = shared_texts(self._archive.open(parts["sharedStrings"]), self._budget)
        self._sheet = self._choose(sheets)

    def _sheets(self, main: str, parts: dict[str, str]) -> tuple[list[_Part], bool]:
        sheets, from_1904 = [], False
        for tag, attributes in elements(self._archive.open(main), self._budget):
            if tag == "workbookPr":
                from_1904 = attributes.get("date1904", "0") in ("1", "true")
            elif tag == "sheet":
                key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                if key in parts:
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(_Part(attributes.get("name", ""), parts[key], hidden))
        return sheets, from_1904

    def _choose(self, sheets: list[_Part]) -> _Part:
        """The one visible sheet; of several, the one that holds data. Two of them are a question, not a guess."""
        looks = {sheet: self._fullest(sheet) for sheet in sheets} if len(sheets) > 1 else {}
        visible = [sheet for sheet in sheets if not sheet.hidden]
        if len(visible) > 1:
            visible = [s for s in visible if looks[s] >= _FULL] or [s for s in visible if looks[s]] or visible[:1]
        if len(visible) > 1:
            raise FileProblem("several_sheets", names="、".join(sheet.name for sheet in visible[:5]))
        if not visible:
            raise FileProblem("no_sheet")
        self.unread = [s.name for s in sheets if s is not visible[0] and s.name != LISTS and looks[s]]
        return visible[0]

    def _fullest(self, sheet: _Part) -> int:
        """How many cells the fullest of the first rows has."""
        top = islice(self._rows(Cells(self._shared, self._styles), sheet), _LOOKED_AT)
        return max((sum(cell not in (None, "") for cell in row.cells) for row in top), default=0)

    def rows(self) -> Iterator[SheetRow]:
        """The filled rows, each once, in the order of the sheet. Raises FileProblem, OutOfTime."""
        cells = Cells(self._shared, self._styles)
        self.merged = cells.merged
        try:
            yield from self._rows(cells, self._sheet)
        except BROKEN:
            raise FileProblem("bad_workbook") from None

    def _rows(self, cells: Cells, sheet: _Part) -> Iterator[SheetRow]:
        for _piece in feed(self._archive.open(sheet.part), cells, self._budget):
            rows, cells.rows = cells.rows, []
            yield from (row for row in rows if filled(row))
