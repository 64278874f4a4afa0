"""Lines of a file as its reader hands them on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from portal.core.texts import fitted, is_unfit

BAD_TEXT = "bad_text"
MOST_CELLS = 200  # of a row; what stands further right is no column of ours


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes instead of saying; its text is never evaluated."""

    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line can't be taken, whatever stands in it: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a file: its number as a person sees it, and its cells (text, number, time or Formula).

    `ordinal` counts the lines of the sheet, blank ones too; it differs from `line` where one line of a CSV file
    goes over several of the text. `beyond` says that something stands to the right of the cells that are read.
    """

    line: int
    cells: list[Any]
    ordinal: int = 0
    fault: Fault | None = None
    beyond: bool = field(default=False, compare=False)

    @property
    def place(self) -> int:
        return self.ordinal or self.line


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range; rows as numbered on the sheet, columns from 0, ends included."""

    ref: str
    top: int
    left: int
    bottom: int
    right: int


def bad_text() -> Fault:
    return Fault(BAD_TEXT, _("这一行有无法识别的文字。请重新填写这一行，再另存后上传。"))


def legible(row: SheetRow) -> SheetRow:
    """The row, and where a cell holds what no database keeps (half a sign, a zero byte) refused for it, with � there.

    What stood in such a cell is lost, and with it whether the others say what was meant.
    """
    if not any(isinstance(cell, str) and is_unfit(cell) for cell in row.cells):
        return row
    cells = [fitted(cell) if isinstance(cell, str) else cell for cell in row.cells]
    return replace(row, cells=cells, fault=row.fault or bad_text())


def filled(row: SheetRow) -> bool:
    return (
        any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row.cells)
        or row.beyond
        or row.fault is not None
    )
