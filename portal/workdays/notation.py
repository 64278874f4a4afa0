"""The days of a year as lines that an official copies from the notice.

    01-01 至 01-03 放假 元旦
    01-04 上班

A line is a day or a first and a last day, what they are, and for days off a name. Month and day may be written
`1月3日`, `01-03` or with the year before them; blank lines are passed over.
"""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.core.masking import normalise_digits
from portal.workdays.states import DayKind

_DAY = r"(?:\d{4}[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?"
_LINE = re.compile(rf"{_DAY}(?:\s*(?:至|到|~|～|—)\s*{_DAY})?\s*(放假|上班|off|work)\s*(.{{0,20}})", re.IGNORECASE)
_KINDS = {"放假": DayKind.OFF, "off": DayKind.OFF, "上班": DayKind.WORK, "work": DayKind.WORK}
LONGEST = 15  # days off in a row; more is a slip of the pen

Days = dict[dt.date, tuple[str, str]]


class BadLine(BadInput):
    code = "bad_calendar_line"
    hint = _("每行写一天或一段，例如：01-01 至 01-03 放假 元旦；01-04 上班。")


def read_days(text: str, year: int) -> Days:
    """day → (kind, name). Raises BadLine naming the first line that can't be read."""
    days: Days = {}
    for number, line in enumerate(normalise_digits(text).splitlines(), 1):
        if line.strip():
            days |= _read_line(line.strip(), number, year)
    return days


def write_days(days: Days) -> str:
    """The other way round, days that follow one another with one name taken together."""
    lines: list[str] = []
    for first, last, kind, name in _runs(days):
        span = f"{first:%m-%d}" if first == last else f"{first:%m-%d} 至 {last:%m-%d}"
        lines.append(f"{span} 放假 {name}" if kind == DayKind.OFF else f"{span} 上班")
    return "\n".join(lines)


def _read_line(line: str, number: int, year: int) -> Days:
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadLine(_("第 %(line)d 行看不懂：%(text)s") % {"line": number, "text": line[:40]}, fields=_at(number))
    month, day, to_month, to_day, word, name = found.groups()
    try:
        first = dt.date(year, int(month), int(day))
        last = dt.date(year, int(to_month or month), int(to_day or day))
    except ValueError:
        raise BadLine(_("第 %(line)d 行的日期不存在。") % {"line": number}, fields=_at(number)) from None
    if not dt.timedelta(0) <= last - first < dt.timedelta(days=LONGEST):
        raise BadLine(_("第 %(line)d 行的起止日期不对。") % {"line": number}, fields=_at(number))
    kind = _KINDS[word.lower()]
    said = (kind.value, name.strip() or str(kind.label))
    return {first + dt.timedelta(days=n): said for n in range((last - first).days + 1)}


def _at(number: int) -> dict[str, object]:
    return {"days": _("请检查第 %(line)d 行。") % {"line": number}}


def _runs(days: Days) -> list[tuple[dt.date, dt.date, str, str]]:
    runs: list[tuple[dt.date, dt.date, str, str]] = []
    for day, (kind, name) in sorted(days.items()):
        if runs and runs[-1][2:] == (kind, name) and day - runs[-1][1] == dt.timedelta(days=1):
            runs[-1] = (runs[-1][0], day, kind, name)
        else:
            runs.append((day, day, kind, name))
    return runs
