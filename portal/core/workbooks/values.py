"""From the text of a cell to its value: number formats decide what is a day, a moment or a span of time.

ECMA-376 part 1, 18.8.30 (number formats) and 18.17.4 (dates as numbers).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from portal.core.workbooks.archive import elements
from portal.core.workbooks.budget import Budget

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.I)
# Formats that Chinese, Japanese and Korean editions build in and need not write down.
_EASTERN_DAYS = (27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58)
_EASTERN_CLOCKS = (32, 33, 34, 35, 55, 56)
_NO_CLOCK, _CLOCK, _SPAN = "day", "clock", "span"


class Styles:
    """What the number format of each cell style says: "" a number, a day, a moment with its clock, or a span."""

    def __init__(self, stream=None, budget: Budget | None = None, *, from_1904: bool = False):
        self.epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH
        self._kinds: list[str] = []
        if stream is not None:
            self._read(stream, budget or Budget())

    def _read(self, stream, budget: Budget) -> None:
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        inside = False
        for tag, attributes in elements(stream, budget):
            if tag == "numFmt":
                formats[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif tag in ("cellXfs", "cellStyleXfs", "cellStyles"):
                inside = tag == "cellXfs"
            elif tag == "xf" and inside:
                number = int(attributes.get("numFmtId", 0))
                self._kinds.append(_kind(number, formats.get(number)))

    def value(self, number: float, style: str | None) -> Any:
        """A number as its style shows it: itself, a date, a datetime, a time or a span."""
        kind = self._kinds[int(style)] if style and int(style) < len(self._kinds) else ""
        if not kind or number < 0:
            return number
        try:
            value = from_excel(number, self.epoch, timedelta=kind == _SPAN)
        except (OverflowError, ValueError):
            return number
        if kind == _NO_CLOCK and isinstance(value, dt.datetime) and value.time() == dt.time.min:
            return value.date()
        return value


def _kind(number: int, code: str | None) -> str:
    if code is None:
        return _NO_CLOCK if number in _EASTERN_DAYS else _CLOCK if number in _EASTERN_CLOCKS else ""
    if is_timedelta_format(code):
        return _SPAN
    plain = _NOT_FORMAT.sub("", code.split(";")[0]).lower()
    if "general" in plain or not re.search(r"[dmhys]", plain):
        return ""
    return _CLOCK if re.search(r"[hs]", plain) else _NO_CLOCK


def number_of(text: str) -> int | float | str:
    """The number that stands in a cell; what is none comes back as text."""
    try:
        value = float(text) if "." in text or "e" in text.lower() else int(text)
    except ValueError:
        return text
    return value if isinstance(value, int) or math.isfinite(value) else text


def moment_of(text: str) -> Any:
    """A date written out (ISO 8601); what is none comes back as text."""
    try:
        return from_ISO8601(text)
    except (ValueError, TypeError):
        return text


def plain(text: str) -> str:
    """Text without the escapes that stand for signs XML can't hold (ECMA-376 part 1, 22.9.2.19).

    Two halves of a sign become the sign; zero bytes at the ends fill up a field and say nothing. A half that stands
    alone, or a zero byte within, stays: rows.legible refuses its line.
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).strip("\x00")
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
