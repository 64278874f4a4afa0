"""Lines of a file as its reader hands them on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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


def filled(row: SheetRow) -> bool:
    return (
        any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row.cells)
        or row.beyond
        or row.fault is not None
    )
