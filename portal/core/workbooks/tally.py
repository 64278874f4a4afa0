"""Where the lines of a sheet went: read, skipped and refused add up to what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.core.workbooks.rows import Formula, SheetRow

_TOTAL = r"(?:本[页日月]|全部|金额|数量)?\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|总\s*数|(?:sub|grand)?\s*totals?)"
_ONLY_TOTAL = re.compile(rf"{_TOTAL}\s*[:：]?\s*[\d,.]*\s*[件条票单行个]?", re.I)
_SIGNED = re.compile(
    rf"{_TOTAL}|共\s*\d+\s*[件条票单行个]|(?:制\s*表|制\s*单|审\s*核|打\s*印|导\s*出|填\s*表|经\s*办)\s*[人员时日:：]"
    r"|以下空白|文件共有|The file holds",
    re.I,
)
_SHORT = 5  # characters; no waybill number is that short


@dataclass(frozen=True, slots=True)
class Sums:
    """`held` lines of a sheet = `titles` (with the heading) + `empty` + `footers` + `lines`.

    Lines are counted down to the last that holds anything. `unread_sheets` are sheets with content that were left
    alone, by name: hidden ones and sheets of notes.
    """

    held: int = 0
    titles: int = 0
    empty: int = 0
    footers: int = 0
    lines: int = 0
    unread_sheets: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts the filled rows of a sheet as they pass; what is missing between their places was empty."""

    titles: int = 0
    footers: int = 0
    lines: int = 0
    _last: int = field(default=0)

    def add(self, row: SheetRow, what: str) -> None:
        """`what` is titles, footers or lines."""
        self._last = max(self._last, row.place)
        setattr(self, what, getattr(self, what) + 1)

    def move(self, count: int, source: str, target: str) -> None:
        setattr(self, source, getattr(self, source) - count)
        setattr(self, target, getattr(self, target) + count)

    def sums(self, unread: Iterable[str] = ()) -> Sums:
        empty = self._last - self.titles - self.footers - self.lines
        return Sums(self._last, self.titles, empty, self.footers, self.lines, tuple(unread))


def is_footer(row: SheetRow, key: int | None = None) -> bool:
    """Whether a line closes a list (合计, 制表人) instead of being one of its entries.

    `key` is the column without which no line is an entry; where it holds more than a count, the line is an entry
    whatever else it says. Without such a column the line must begin with the word and nothing else.
    """
    first = next((cell for cell in row.cells if cell not in (None, "") and str(cell).strip()), None)
    if not isinstance(first, str):
        return False
    first = first.strip()
    if key is None:
        return _ONLY_TOTAL.fullmatch(first) is not None
    if not _SIGNED.match(first):
        return False
    cell = row.cells[key] if key < len(row.cells) else None
    said = "" if cell is None or isinstance(cell, Formula) else str(cell).strip()
    return said == first or len(said) <= _SHORT
